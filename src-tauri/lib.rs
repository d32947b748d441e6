//! The window: three commands, notifications, the approval window. Decides nothing.

mod commands;
mod shell;
mod tray;
mod windows;

use cockpit_engine::Handle;
use cockpit_say::say;
use tauri::{AppHandle, Emitter as _, Manager as _, RunEvent};

use shell::Shell;

/// Runs the app until its windows are closed.
pub fn run() {
    #[cfg(target_os = "linux")]
    paint_on_the_processor();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("COCKPIT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    if let Err(error) = cockpit_say::speak_as_here() {
        tracing::warn!(%error, "the system's language is not spoken");
    }
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![
            commands::query,
            commands::act,
            commands::approve
        ])
        .setup(|app| {
            app.manage(Shell::new(app.handle().clone()));
            // The window opens at once; its first questions wait for the engine.
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move { handle.state::<Shell>().start().await });
            windows::open_main(app.handle())?;
            tray::show(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run(|app, event| {
            if let RunEvent::Exit = event {
                tauri::async_runtime::block_on(app.state::<Shell>().close());
            }
        }),
        Err(error) => {
            eprintln!("{}", say!("The window could not be opened: {error}."));
            let hint =
                say!("Without a display, use `cockpit` or a virtual display such as xvfb-run.");
            eprintln!("{hint}");
            std::process::exit(1);
        }
    }
}

/// WebKitGTK paints a page of text and lines as fast without the graphics card, in some 20 MiB
/// less; layers are still put together on the card, so the window follows its size. Whoever sets
/// the variable decides. Must run before any other thread, which might read the environment.
#[cfg(target_os = "linux")]
fn paint_on_the_processor() {
    let set = glib::setenv("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1", false);
    debug_assert!(set.is_ok(), "the name is well formed");
}

/// Passes every change on to the windows, which then ask again for what it made stale.
pub(crate) fn tell_changes(app: AppHandle, engine: &Handle) {
    let mut changes = engine.subscribe();
    let engine = engine.clone();
    tauri::async_runtime::spawn(async move {
        use tokio::sync::broadcast::error::RecvError;
        let mut in_tray = false;
        loop {
            let change = match tokio::time::timeout(tray::PAUSE, changes.recv()).await {
                // A burst has ended.
                Err(_) if !in_tray => {
                    tray::follow(&app, &engine).await;
                    in_tray = true;
                    continue;
                }
                Err(_) => changes.recv().await,
                Ok(change) => change,
            };
            in_tray = false;
            let change = match change {
                Ok(change) => serde_json::json!(change),
                // Some were missed: everything may be stale.
                Err(RecvError::Lagged(_)) => serde_json::json!({
                    "tags": ["boot", "observed", "decided", "log", "settings", "export"]
                }),
                Err(RecvError::Closed) => return,
            };
            let _ = app.emit("change", change);
        }
    });
}
