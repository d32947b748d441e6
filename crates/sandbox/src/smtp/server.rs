//! The mail server's ports on loopback and its certificate. Must not know SMTP's commands.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::{fmt, io};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{self, ServerConfig};

use super::talk::{Session, Talk};
use crate::Sandbox;

/// What one write holds on a line within this program, in bytes.
const LINE_BYTES: usize = 64 << 10;

/// Where the mail server listens.
#[derive(Clone)]
pub(crate) struct Doors {
    /// Plain at first, then STARTTLS.
    pub port: u16,
    /// TLS from the first byte.
    pub tls_port: u16,
    /// Made at each start, and signed by itself.
    pub certificate_pem: String,
    acceptor: TlsAcceptor,
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doors")
            .field("port", &self.port)
            .field("tls_port", &self.tls_port)
            .finish_non_exhaustive()
    }
}

/// Lets the mail server answer on lines within this program.
pub(crate) fn answer(sandbox: &Sandbox) -> io::Result<()> {
    let (acceptor, certificate_pem) = certificate().map_err(io::Error::other)?;
    sandbox.lock().smtp.doors = Some(Doors {
        port: 587,
        tls_port: 465,
        certificate_pem,
        acceptor,
    });
    Ok(())
}

/// A line to the mail server; none while it does not answer.
pub(crate) fn line(sandbox: &Sandbox) -> Option<DuplexStream> {
    let acceptor = sandbox.lock().smtp.doors.as_ref()?.acceptor.clone();
    let (theirs, ours) = tokio::io::duplex(LINE_BYTES);
    let sandbox = sandbox.clone();
    tokio::spawn(async move {
        if let Err(error) = session(sandbox, ours, false, acceptor).await {
            tracing::debug!(%error, "a mail client's line ended");
        }
    });
    Some(theirs)
}

/// Opens both ports. The server ends when the task is aborted.
pub(crate) async fn open(sandbox: &Sandbox) -> io::Result<JoinHandle<()>> {
    let (acceptor, certificate_pem) = certificate().map_err(io::Error::other)?;
    let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    sandbox.lock().smtp.doors = Some(Doors {
        port: plain.local_addr()?.port(),
        tls_port: tls.local_addr()?.port(),
        certificate_pem,
        acceptor: acceptor.clone(),
    });
    Ok(tokio::spawn(listen(sandbox.clone(), plain, tls, acceptor)))
}

/// The sessions end with this future.
async fn listen(sandbox: Sandbox, plain: TcpListener, tls: TcpListener, acceptor: TlsAcceptor) {
    let mut sessions = JoinSet::new();
    loop {
        let (came, encrypted) = tokio::select! {
            came = plain.accept() => (came, false),
            came = tls.accept() => (came, true),
            Some(_) = sessions.join_next() => continue,
        };
        let Ok((line, _)) = came else { continue };
        let (sandbox, acceptor) = (sandbox.clone(), acceptor.clone());
        sessions.spawn(async move {
            if let Err(error) = session(sandbox, line, encrypted, acceptor).await {
                tracing::debug!(%error, "a mail client's connection ended");
            }
        });
    }
}

async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    sandbox: Sandbox,
    line: S,
    encrypted: bool,
    acceptor: TlsAcceptor,
) -> io::Result<()> {
    let mut session = Session::new(sandbox);
    if encrypted {
        session.is_encrypted();
        let mut talk = Talk::new(acceptor.accept(line).await?);
        return session.goes_on(&mut talk, true).await.map(|_| ());
    }
    let mut talk = Talk::new(line);
    if session.goes_on(&mut talk, true).await? {
        session.is_encrypted();
        let mut talk = Talk::new(acceptor.accept(talk.into_line()).await?);
        session.goes_on(&mut talk, false).await?;
    }
    Ok(())
}

fn certificate() -> Result<(TlsAcceptor, String), Box<dyn std::error::Error + Send + Sync>> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names)?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(|error: rustls::Error| error.to_string())?;
    Ok((TlsAcceptor::from(Arc::new(config)), made.cert.pem()))
}
