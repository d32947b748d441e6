//! HTTP for all adapters: deadlines, limits, retries where they are safe, and what a lost answer
//! means. Must not know what any service's answer says.

mod bucket;
mod client;
mod errors;
mod meter;
mod token;
mod transport;

use std::fmt;
use std::sync::Arc;

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use tokio::io::DuplexStream;

use crate::guide::Counted;

pub(crate) use bucket::{Bucket, Limit};
pub(crate) use client::{Answer, Body, Call, Client, Nature};
pub(crate) use errors::{Rule, quoted, rule};
pub(crate) use token::{Token, TokenCache, sensitive};
pub use transport::{ANSWER_BYTES_MAX, Transport, TransportError, reqwest_transport};

/// Gives the wall-clock time. Injected, so that tests own it.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// A request gets this long, in milliseconds, unless [`Http::timeout_ms`] says otherwise. Two in a
/// row fit into the ten seconds after which a stop must have an honest answer.
pub const TIMEOUT_MS: u64 = 4_000;

/// The way to every service. Clones share the connections.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    clock: Clock,
    timeout_ms: u64,
    meter: Arc<meter::Meter>,
}

impl Http {
    /// Over a transport, with the wall clock that dates tokens and observations.
    pub fn new(transport: Arc<dyn Transport>, clock: Clock) -> Self {
        Self {
            transport,
            clock,
            timeout_ms: TIMEOUT_MS,
            meter: Arc::new(meter::Meter::new()),
        }
    }

    /// How much of this a service was asked for in the last so many seconds, by this process.
    pub fn spent(&self, service: Service, of: Counted, per_s: u32) -> u64 {
        self.meter.spent(service, of, per_s)
    }

    /// Counts something beside requests.
    pub(crate) fn count(&self, service: Service, of: Counted) {
        self.meter.count(service, of);
    }

    /// As [`Transport::mail_line`].
    pub(crate) fn mail_line(&self, host: &str, port: u16) -> Option<DuplexStream> {
        self.transport.mail_line(host, port)
    }

    /// Another limit for each request, in milliseconds.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u64) -> Self {
        self.timeout_ms = timeout_ms;
        self
    }

    /// Reads a JSON document, such as a sandbox's list of connections. Only https, or loopback.
    ///
    /// # Errors
    /// The address is not allowed, nothing answers, or the answer is no JSON.
    pub async fn fetch_json(&self, url: &str) -> Result<serde_json::Value, ProviderError> {
        let failed = |kind, sentence: &str| {
            ProviderError::new(kind, format!("{url} {sentence}")).hint(say!("Check the address."))
        };
        crate::form::allowed_url(url).map_err(|why| failed(ErrorKind::Rejected, why))?;
        let request = http::Request::get(url)
            .body(bytes::Bytes::new())
            .map_err(|_| failed(ErrorKind::Rejected, say!("is not an address.")))?;
        let answer = tokio::time::timeout(self.timeout(), self.transport.send(request))
            .await
            .map_err(|_| failed(ErrorKind::Timeout, say!("did not answer in time.")))?
            .map_err(|_| failed(ErrorKind::Unreachable, say!("cannot be reached.")))?;
        serde_json::from_slice(answer.body())
            .map_err(|_| failed(ErrorKind::Protocol, say!("did not answer with JSON.")))
    }

    /// How long a request may take.
    pub(crate) fn timeout(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.timeout_ms)
    }

    /// The wall-clock time.
    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("timeout_ms", &self.timeout_ms)
            .finish_non_exhaustive()
    }
}
