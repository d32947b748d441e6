//! The desktop around the engine: notifications, the approval window, the embedded sandbox.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cockpit_engine::Handle;
use cockpit_engine::api::Problem;
use cockpit_engine::desk::Desk;
use cockpit_sandbox::{Options, Running, Sandbox};
use serde_json::Value;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt as _;
use tokio::sync::watch;

use crate::windows;

type Started = Option<Result<Handle, Problem>>;

/// The engine as the windows reach it, from before it has started.
pub struct Shell {
    started: watch::Receiver<Started>,
}

impl Shell {
    /// Waits for the engine that `started` will hold.
    pub fn new(started: watch::Receiver<Started>) -> Self {
        Self { started }
    }

    /// The engine, as soon as it has started.
    ///
    /// # Errors
    /// Why it did not start.
    pub async fn engine(&self) -> Result<Handle, Problem> {
        let mut started = self.started.clone();
        let ended = |_| Problem::new("storage", "The app is ending.");
        let outcome = started.wait_for(Option::is_some).await.map_err(ended)?;
        match &*outcome {
            Some(outcome) => outcome.clone(),
            None => Err(Problem::new("storage", "The app has not started.")),
        }
    }
}

/// What the engine asks of the desktop.
pub struct Desktop {
    app: AppHandle,
    sandbox: Mutex<Option<Running>>,
}

impl Desktop {
    /// On this app's desktop.
    pub fn new(app: AppHandle) -> Self {
        Self {
            app,
            sandbox: Mutex::default(),
        }
    }
}

#[async_trait]
impl Desk for Desktop {
    fn notify(&self, title: &str, body: &str) {
        if let Err(error) = self
            .app
            .notification()
            .builder()
            .title(title)
            .body(body)
            .show()
        {
            tracing::warn!(%error, "notification not shown");
        }
    }

    fn open_approval(&self, intent: &str) -> bool {
        match windows::open_approval(&self.app, intent) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "approval window not opened");
                false
            }
        }
    }

    async fn open_sandbox(&self, scenario: &str) -> Result<Value, String> {
        let options = Options {
            scenario: scenario.to_owned(),
            ..Options::default()
        };
        let running = Sandbox::serve(options, 0)
            .await
            .map_err(|error| error.to_string())?;
        let connections = running.sandbox().connections();
        *self.sandbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(connections)
    }
}
