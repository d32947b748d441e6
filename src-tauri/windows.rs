//! The main window and the approval window. Must not know what they show.

use std::time::Duration;

use cockpit_say::say;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

/// Label of the main window.
pub const MAIN: &str = "main";
/// Label of the approval window; its capability alone lists `approve`.
pub const APPROVAL: &str = "approval";

/// How often, and after which pause, it is looked whether a window is gone: two seconds in all.
const GONE_TRIES: u32 = 200;
const GONE_PAUSE: Duration = Duration::from_millis(10);

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

/// Brings the main window to the front, or opens it again.
pub fn show_main(app: &AppHandle) {
    let shown = match app.get_webview_window(MAIN) {
        Some(open) => open
            .unminimize()
            .and_then(|()| open.show())
            .and_then(|()| open.set_focus()),
        None => open_main(app),
    };
    if let Err(error) = shown {
        tracing::warn!(%error, "main window not shown");
    }
}

/// What the approval window is opened on.
#[derive(Clone, Copy, Debug)]
pub enum ToSign<'a> {
    /// An intent, in hex.
    Intent(&'a str),
    /// A change of people or policy, by its number in hex.
    Change(&'a str),
}

/// Opens the approval window; an open one is replaced.
///
/// # Errors
/// The system gives no window.
pub fn open_approval(app: &AppHandle, to_sign: ToSign<'_>) -> tauri::Result<()> {
    if let Some(open) = app.get_webview_window(APPROVAL) {
        open.destroy()?;
        // Its name is free once the main thread has let it go; a second window of the same name
        // is not made.
        for _ in 0..GONE_TRIES {
            if app.get_webview_window(APPROVAL).is_none() {
                break;
            }
            std::thread::sleep(GONE_PAUSE);
        }
    }
    let (what, number) = match to_sign {
        ToSign::Intent(number) => ("intent", number),
        ToSign::Change(number) => ("change", number),
    };
    // Both are numbers in hex; anything else must not get into an address.
    let number: String = number.chars().filter(char::is_ascii_hexdigit).collect();
    let page = WebviewUrl::App(format!("approval.html?{what}={number}").into());
    WebviewWindowBuilder::new(app, APPROVAL, page)
        .title(say!("Approve · Release Cockpit"))
        .inner_size(640.0, 680.0)
        .min_inner_size(520.0, 560.0)
        .build()?;
    Ok(())
}
