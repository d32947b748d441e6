//! Bytes out, bytes in: one request to one answer. Must not know services, retries or deadlines.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::DuplexStream;

use crate::form::is_loopback;

/// The largest answer that is read, in bytes. Unleash's list of all flags is the largest in use.
pub const ANSWER_BYTES_MAX: usize = 8 << 20;

/// Carries a request to its service and the answer back.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request with an absolute address. Follows no redirect and reads at most
    /// [`ANSWER_BYTES_MAX`]. Dropping the future gives the request up.
    ///
    /// # Errors
    /// A [`TransportError`] when no whole answer arrived. A status such as 500 is an answer.
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError>;

    /// A line to a mail server that is in this program, at this place; none where one is reached
    /// over the network. It begins plain, for STARTTLS.
    fn mail_line(&self, _host: &str, _port: u16) -> Option<DuplexStream> {
        None
    }
}

/// Why no whole answer arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection could be made: nothing was sent.
    #[error("no connection could be made")]
    Connect,
    /// Too late. The request may have arrived.
    #[error("no answer came in time")]
    Timeout,
    /// The connection ended early.
    #[error("the connection ended before the answer was whole")]
    Interrupted {
        /// Whether any of the request may have arrived.
        sent: bool,
    },
    /// The answer is larger than [`ANSWER_BYTES_MAX`].
    #[error("the answer is too large")]
    TooLarge,
}

/// The real transport: one client with kept connections, TLS by rustls, no redirects. The system's
/// proxy is used for outside hosts, never for this computer.
///
/// # Errors
/// The reason in words when TLS cannot be set up on this machine.
pub fn reqwest_transport() -> Result<Arc<dyn Transport>, String> {
    let failed = |error: reqwest::Error| format!("HTTPS cannot be set up: {error}");
    Ok(Arc::new(Reqwest {
        outside: builder().build().map_err(failed)?,
        loopback: builder().no_proxy().build().map_err(failed)?,
    }))
}

struct Reqwest {
    outside: reqwest::Client,
    loopback: reqwest::Client,
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // Shorter than a request may take, so that a dead network is told from a slow service.
        .connect_timeout(Duration::from_millis(3_000))
        .pool_idle_timeout(Duration::from_secs(90))
        .tcp_nodelay(true)
        .user_agent(concat!("release-cockpit/", env!("CARGO_PKG_VERSION")))
}

#[async_trait]
impl Transport for Reqwest {
    async fn send(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        // The client leaves the length out of an empty POST, and Google then answers 411.
        if request.body().is_empty() && *request.method() == http::Method::POST {
            let none = http::HeaderValue::from_static("0");
            request
                .headers_mut()
                .insert(http::header::CONTENT_LENGTH, none);
        }
        let request = reqwest::Request::try_from(request)
            .map_err(|_| TransportError::Interrupted { sent: false })?;
        let client = if is_loopback(request.url()) {
            &self.loopback
        } else {
            &self.outside
        };
        let mut answer = client.execute(request).await.map_err(why)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(why)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut whole = http::Response::new(body.freeze());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        Ok(whole)
    }
}

fn why(error: reqwest::Error) -> TransportError {
    let why = if error.is_connect() {
        TransportError::Connect
    } else if error.is_timeout() {
        TransportError::Timeout
    } else {
        TransportError::Interrupted {
            sent: !error.is_builder(),
        }
    };
    // The address is left out: it may carry a token in its query.
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::debug!(?why, %cause, "no whole answer");
    why
}
