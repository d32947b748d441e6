//! The desktop around the engine: notifications, the approval window, the embedded sandbox, and
//! which workspace is open.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use cockpit_engine::api::Problem;
use cockpit_engine::desk::Desk;
use cockpit_engine::keychain::Wish;
use cockpit_engine::{
    Engine, Handle, Http, Options, SecretString, clock, presence, reqwest_transport,
};
use cockpit_sandbox::{Running, Sandbox};
use cockpit_say::say;
use serde_json::Value;
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;
use tokio::sync::watch;

use crate::windows;

/// Names the folder of the drill that is open, when it is not the first workspace.
const POINTER: &str = "open-drill";

type Started = Option<Result<Handle, Problem>>;

/// The engine as the windows reach it, from before it has started.
pub struct Shell {
    app: AppHandle,
    started: watch::Sender<Started>,
}

impl Shell {
    /// An app whose engine is not started yet.
    pub fn new(app: AppHandle) -> Self {
        Self {
            app,
            started: watch::Sender::new(None),
        }
    }

    /// The engine, as soon as it has started. After a failed start, to ask is to try again.
    ///
    /// # Errors
    /// Why it did not start.
    pub async fn engine(&self) -> Result<Handle, Problem> {
        // Of several that ask at once, one starts and the others wait for it.
        let again = self.started.send_if_modified(|started| {
            let failed = matches!(started, Some(Err(_)));
            if failed {
                *started = None;
            }
            failed
        });
        if again {
            self.start().await;
        }
        let mut started = self.started.subscribe();
        let ended = |_| Problem::new("storage", say!("The app is ending."));
        let outcome = started.wait_for(Option::is_some).await.map_err(ended)?;
        match &*outcome {
            Some(outcome) => outcome.clone(),
            None => Err(Problem::new("storage", say!("The app has not started."))),
        }
    }

    /// Starts the engine on the workspace that was open last.
    pub async fn start(&self) {
        let engine = match self.folder() {
            Ok(folder) => self.open(folder).await,
            Err(problem) => Err(problem),
        };
        self.started.send_replace(Some(engine));
    }

    /// Leaves a drill that has ended and opens an empty folder for the next one. The old log
    /// stays where it is.
    ///
    /// # Errors
    /// The open workspace is no drill, or its folder was chosen from outside.
    pub async fn leave_drill(&self) -> Result<Handle, Problem> {
        if std::env::var_os("COCKPIT_WORKSPACE").is_some() {
            return Err(Problem::new(
                "refused",
                say!("The workspace folder was chosen by COCKPIT_WORKSPACE, so another one is not opened."),
            )
            .hint(say!("Start the app with another folder.")));
        }
        let old = self.engine().await?;
        if !old.is_drill() {
            return Err(Problem::new(
                "refused",
                say!("This workspace is real; it is not left for a drill."),
            ));
        }
        let made = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let name = format!("drill-{made}");
        let data = self.data()?;
        // The old engine goes on until the new one is open.
        let engine = self.open(data.join(&name)).await?;
        std::fs::write(data.join(POINTER), &name).map_err(|error| {
            Problem::new(
                "storage",
                say!("The new drill could not be noted: {error}."),
            )
        })?;
        self.started.send_replace(Some(Ok(engine.clone())));
        if let Err(problem) = old.close().await {
            tracing::warn!(kind = %problem.kind, "high-water mark not kept");
        }
        Ok(engine)
    }

    /// Ends the engine before the process ends.
    pub async fn close(&self) {
        let open = self.started.borrow().clone();
        if let Some(Ok(engine)) = open
            && let Err(problem) = engine.close().await
        {
            tracing::warn!(kind = %problem.kind, "high-water mark not kept");
        }
    }

    async fn open(&self, folder: PathBuf) -> Result<Handle, Problem> {
        let transport = reqwest_transport().map_err(|why| Problem::new("storage", why))?;
        let clock = clock::system();
        let engine = Engine::start(Options {
            folder,
            keychain: Wish::Auto {
                passphrase: std::env::var("COCKPIT_PASSPHRASE")
                    .ok()
                    .map(SecretString::from),
            },
            http: Http::new(transport, Arc::clone(&clock)),
            clock,
            desk: Arc::new(Desktop::new(self.app.clone())),
            poll: true,
        })
        .await?;
        crate::tell_changes(self.app.clone(), &engine);
        Ok(engine)
    }

    /// `COCKPIT_WORKSPACE`, or the open folder in the app's own data folder.
    fn folder(&self) -> Result<PathBuf, Problem> {
        if let Some(folder) = std::env::var_os("COCKPIT_WORKSPACE") {
            return Ok(folder.into());
        }
        let data = self.data()?;
        let name = std::fs::read_to_string(data.join(POINTER)).unwrap_or_default();
        let name = name.trim();
        let is_ours = name.starts_with("drill-")
            && name
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-');
        Ok(data.join(if is_ours { name } else { "workspace" }))
    }

    fn data(&self) -> Result<PathBuf, Problem> {
        self.app.path().app_data_dir().map_err(|error| {
            Problem::new(
                "storage",
                say!("This computer names no folder for the app: {error}."),
            )
            .hint(say!("Set COCKPIT_WORKSPACE to a folder."))
        })
    }
}

/// What the engine asks of the desktop.
struct Desktop {
    app: AppHandle,
    sandbox: Mutex<Option<Running>>,
}

impl Desktop {
    fn new(app: AppHandle) -> Self {
        Self {
            app,
            sandbox: Mutex::default(),
        }
    }

    fn opens(&self, to_sign: windows::ToSign<'_>) -> bool {
        match windows::open_approval(&self.app, to_sign) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "approval window not opened");
                false
            }
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

    async fn presence(&self) -> presence::Answer {
        presence::ask().await
    }

    fn open_approval(&self, intent: &str) -> bool {
        self.opens(windows::ToSign::Intent(intent))
    }

    fn open_change(&self, change: &str) -> bool {
        self.opens(windows::ToSign::Change(change))
    }

    fn exports(&self) -> Option<PathBuf> {
        // A workspace that was chosen from outside keeps everything in itself.
        if std::env::var_os("COCKPIT_WORKSPACE").is_some() {
            return None;
        }
        let documents = self.app.path().document_dir().ok()?;
        Some(documents.join("Release Cockpit"))
    }

    async fn open_sandbox(&self, scenario: &str) -> Result<Value, String> {
        let options = cockpit_sandbox::Options {
            scenario: scenario.to_owned(),
            ..Default::default()
        };
        let running = Sandbox::serve(options, 0)
            .await
            .map_err(|error| error.to_string())?;
        let connections = running.sandbox().connections();
        *self.sandbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(connections)
    }
}
