//! The main window and the approval window. Must not know what they show.

use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Label of the main window.
pub const MAIN: &str = "main";
/// Label of the approval window; its capability alone lists `approve`.
pub const APPROVAL: &str = "approval";

/// Opens the main window.
///
/// # Errors
/// The system gives no window.
pub fn open_main(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Release Cockpit")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1024.0, 700.0)
        .build()?;
    Ok(())
}

/// Opens the approval window on an intent; an open one is replaced.
///
/// # Errors
/// The system gives no window.
pub fn open_approval(app: &AppHandle, intent: &str) -> tauri::Result<()> {
    if let Some(open) = app.get_webview_window(APPROVAL) {
        open.destroy()?;
    }
    // An intent is a hash in hex; anything else must not get into an address.
    let intent: String = intent.chars().filter(char::is_ascii_hexdigit).collect();
    let page = WebviewUrl::App(format!("approval.html?intent={intent}").into());
    WebviewWindowBuilder::new(app, APPROVAL, page)
        .title("Approve · Release Cockpit")
        .inner_size(640.0, 680.0)
        .min_inner_size(520.0, 560.0)
        .build()?;
    Ok(())
}
