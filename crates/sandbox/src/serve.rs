//! The port on loopback and its end. Must not know what is answered.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::line::{Cutter, Door};
use crate::{Sandbox, UnknownScenario, smtp};

/// Why a sandbox could not be served. Nothing runs then.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The scenario does not exist.
    #[error(transparent)]
    Scenario(#[from] UnknownScenario),
    /// The port could not be had.
    #[error(
        "The sandbox could not listen on 127.0.0.1:{port}: {source}. Nothing runs. Choose another port, or 0 for any free one."
    )]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A sandbox that is served. Dropping it stops the server.
#[derive(Debug)]
pub struct Running {
    /// The base URL of every service, without a slash at the end.
    pub url: String,
    /// The base URL of the control API, without a slash at the end.
    pub control_url: String,
    sandbox: Sandbox,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<()>>,
    mail: JoinHandle<()>,
}

impl Running {
    /// The state behind the port.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Stops taking connections and waits until the open requests have ended; those that hang by a
    /// fault end at once.
    pub async fn stop(mut self) {
        self.end();
        if let Some(task) = self.task.take() {
            task.await.ok();
        }
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        self.mail.abort();
        self.sandbox.closing.notify_waiters();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

pub(crate) async fn serve(sandbox: Sandbox, port: u16) -> Result<Running, ServeError> {
    let failed = |source| ServeError::Port { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let url = format!("http://{address}");
    sandbox.lock().set_url(url.clone());
    let mail = smtp::open(&sandbox).await.map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let service = sandbox
        .router()
        .into_make_service_with_connect_info::<Cutter>();
    let task = tokio::spawn(async move {
        let served = axum::serve(Door(listener), service).with_graceful_shutdown(async {
            stopped.await.ok();
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "the sandbox stopped serving");
        }
    });
    Ok(Running {
        control_url: format!("{url}/_sandbox"),
        url,
        sandbox,
        stop: Some(stop),
        task: Some(task),
        mail,
    })
}
