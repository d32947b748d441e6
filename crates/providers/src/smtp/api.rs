//! The mail server's commands, without meaning. Must not know our words.
//! Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH).

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use cockpit_domain::provider::ProviderError;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::config::{Config, Security};
use super::errors::{self, At};
use crate::http::Http;

/// A server looks at a whole mail before it answers, and some look for long. This many of the
/// usual limits; a verdict is given meanwhile without it.
const LIMITS_FOR_TEXT: u32 = 15;

pub(super) struct Api {
    pub config: Config,
    pub http: Http,
}

/// A connection on which the recipients are named and the server waits for the text.
pub(super) struct Ready {
    line: AsyncSmtpConnection,
    pub recipients: u32,
    pub refused: u32,
}

impl Api {
    /// An encrypted connection whose certificate is trusted. Nothing but greetings and STARTTLS
    /// was said before.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, ProviderError> {
        let config = &self.config;
        let hello = ClientId::default();
        let address = (config.host.as_str(), config.port);
        let tls = match config.security {
            Security::Starttls => None,
            Security::Tls => Some(config.tls.clone()),
        };
        // A connection takes two answers: the greeting and the one to EHLO.
        let limit = self.http.timeout();
        let here = match config.security {
            Security::Starttls => self.http.mail_line(&config.host, config.port),
            Security::Tls => None,
        };
        let greeted = async {
            match here {
                Some(line) => {
                    let line = Box::new(Here(line));
                    AsyncSmtpConnection::connect_with_transport(line, &hello).await
                }
                None => {
                    AsyncSmtpConnection::connect_tokio1(address, Some(limit), &hello, tls, None)
                        .await
                }
            }
        };
        let mut line = self.within(2, At::Connect, greeted).await?;
        if config.security == Security::Starttls {
            if !line.can_starttls() {
                self.leave(line).await;
                return Err(errors::no_tls());
            }
            let upgrade = line.starttls(config.tls.clone(), &hello);
            self.within(2, At::Tls, upgrade).await?;
        }
        Ok(line)
    }

    /// Logs in on an encrypted connection.
    pub(super) async fn login(&self, line: &mut AsyncSmtpConnection) -> Result<(), ProviderError> {
        let config = &self.config;
        if !line.is_encrypted() {
            return Err(errors::no_tls());
        }
        let password = config.password.expose_secret().to_owned();
        let credentials = Credentials::new(config.user.clone(), password);
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let login = line.auth(&mechanisms, &credentials);
        self.within(2, At::Login, login).await?;
        Ok(())
    }

    /// Logs in, says nothing and leaves: whether a mail could be sent now.
    pub(super) async fn knock(&self) -> Result<(), ProviderError> {
        let mut line = self.open().await?;
        let came = match self.login(&mut line).await {
            Ok(()) => self
                .within(1, At::Login, line.command(Noop))
                .await
                .map(|_| ()),
            Err(error) => Err(error),
        };
        self.leave(line).await;
        came
    }

    /// Names the sender and each recipient, until the server waits for the text.
    pub(super) async fn prepare(&self) -> Result<Ready, ProviderError> {
        let mut line = self.open().await?;
        match self.prepare_on(&mut line).await {
            Ok((recipients, refused)) => Ok(Ready {
                line,
                recipients,
                refused,
            }),
            Err(error) => {
                self.leave(line).await;
                Err(error)
            }
        }
    }

    async fn prepare_on(
        &self,
        line: &mut AsyncSmtpConnection,
    ) -> Result<(u32, u32), ProviderError> {
        self.login(line).await?;
        let from = Mail::new(Some(self.config.from.email.clone()), vec![]);
        self.within(1, At::Sender, line.command(from)).await?;
        let (mut recipients, mut refused, mut why) = (0, 0, None);
        for address in &self.config.to {
            let named = line.command(Rcpt::new(address.clone(), vec![]));
            match self.within(1, At::Recipient, named).await {
                Ok(_) => recipients += 1,
                // Only an answer is a refusal; a lost line is the end.
                Err(error) if line.has_broken() || !errors::is_answer(&error) => return Err(error),
                Err(error) => {
                    refused += 1;
                    // What passes by itself is told before what does not.
                    if why.is_none() || error.retry_after_ms.is_some() {
                        why = Some(error);
                    }
                }
            }
        }
        if recipients == 0
            && let Some(why) = why
        {
            return Err(why);
        }
        self.within(1, At::Text, line.command(Data)).await?;
        Ok((recipients, refused))
    }

    /// Sends the text. From here on the mail may have been taken, whatever comes back, unless the
    /// server says that it was not.
    pub(super) async fn text(&self, ready: Ready, mail: &[u8]) -> Result<Response, ProviderError> {
        let Ready { mut line, .. } = ready;
        let answer = self
            .within(LIMITS_FOR_TEXT, At::Text, line.message(mail))
            .await
            .map_err(errors::after_the_text)?;
        self.leave(line).await;
        Ok(answer)
    }

    /// Says goodbye; whether it is answered is of no interest.
    async fn leave(&self, mut line: AsyncSmtpConnection) {
        let _ = tokio::time::timeout(Duration::from_millis(500), line.abort()).await;
    }

    async fn within<T>(
        &self,
        limits: u32,
        at: At,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ProviderError> {
        match tokio::time::timeout(self.http.timeout() * limits, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(errors::meaning(at, &error)),
            Err(_) => Err(errors::too_late(at)),
        }
    }
}

/// A line within this program, where a TCP connection is expected.
#[derive(Debug)]
struct Here(DuplexStream);

impl AsyncTokioStream for Here {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::Error::from(io::ErrorKind::AddrNotAvailable))
    }
}

impl AsyncRead for Here {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl AsyncWrite for Here {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}
