//! The window: three commands, notifications, the approval window. Decides nothing.

mod commands;
mod shell;
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

use cockpit_engine::api::Problem;
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Engine, Handle, Http, Options, SecretString, clock, reqwest_transport};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::watch;

use shell::{Desktop, Shell};

/// Runs the app until its windows are closed.
pub fn run() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("COCKPIT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![
            commands::query,
            commands::act,
            commands::approve
        ])
        .setup(|app| {
            // The window opens at once; its first questions wait for the engine.
            let (started, shell) = watch::channel(None);
            app.manage(Shell::new(shell));
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move {
                let engine = start(&handle).await;
                if let Ok(engine) = &engine {
                    tell_changes(handle, engine);
                }
                let _ = started.send(Some(engine));
                // The value stays readable only as long as its sender lives.
                started.closed().await;
            });
            windows::open_main(app.handle())?;
            Ok(())
        })
        .run(tauri::generate_context!());
    if let Err(error) = app {
        eprintln!("The window could not be opened: {error}.");
        eprintln!("Without a display, use `cockpit` or a virtual display such as xvfb-run.");
        std::process::exit(1);
    }
}

async fn start(app: &AppHandle) -> Result<Handle, Problem> {
    let transport = reqwest_transport().map_err(|why| Problem::new("storage", why))?;
    let clock = clock::system();
    Engine::start(Options {
        folder: folder(app)?,
        keychain: Wish::Auto {
            passphrase: std::env::var("COCKPIT_PASSPHRASE")
                .ok()
                .map(SecretString::from),
        },
        http: Http::new(transport, Arc::clone(&clock)),
        clock,
        desk: Arc::new(Desktop::new(app.clone())),
        poll: true,
    })
    .await
}

/// `COCKPIT_WORKSPACE`, or the app's own data folder.
fn folder(app: &AppHandle) -> Result<PathBuf, Problem> {
    if let Some(folder) = std::env::var_os("COCKPIT_WORKSPACE") {
        return Ok(folder.into());
    }
    let data = app.path().app_data_dir().map_err(|error| {
        Problem::new(
            "storage",
            format!("This computer names no folder for the app: {error}."),
        )
        .hint("Set COCKPIT_WORKSPACE to a folder.")
    })?;
    Ok(data.join("workspace"))
}

/// Passes every change on to the windows, which then ask again for what it made stale.
fn tell_changes(app: AppHandle, engine: &Handle) {
    let mut changes = engine.subscribe();
    tauri::async_runtime::spawn(async move {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            let change = match changes.recv().await {
                Ok(change) => serde_json::json!(change),
                // Some were missed: everything may be stale.
                Err(RecvError::Lagged(_)) => serde_json::json!({
                    "tags": ["boot", "observed", "decided", "log", "settings"]
                }),
                Err(RecvError::Closed) => return,
            };
            let _ = app.emit("change", change);
        }
    });
}
