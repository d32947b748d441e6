//! The icon in the system's tray: how things stand while nobody looks at the window. Shapes differ
//! as well as colours, and the words say it. Must not know what makes the mood.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cockpit_engine::Handle;
use cockpit_engine::api::{AppArgs, Query};
use cockpit_engine::domain::views::{CockpitView, Mood, tray};
use cockpit_say::{mark, said, say};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem};
use tauri::tray::{MouseButton, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Wry};

use crate::windows;

/// The line at the head of the menu.
struct Words(MenuItem<Wry>);

const UNREAD: &str = mark!("Nothing was read yet");
const ID: &str = "cockpit";
const OPEN: &str = "open";
const QUIT: &str = "quit";
/// Changes come in bursts; the tray follows once they have ended.
pub const PAUSE: Duration = Duration::from_millis(500);

/// Puts the icon there. A system without a tray, or without the library that speaks to it, goes on
/// without one: everything that it says stands in the window too.
pub fn show(app: &AppHandle) {
    // The binding to the tray's library panics where the library is not installed.
    let built = catch_unwind(AssertUnwindSafe(|| build(app)));
    match built {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "no tray"),
        Err(_) => tracing::warn!("no tray: its library is not installed"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    // Not every system shows a tooltip, so the words stand at the head of the menu too.
    let words = MenuItem::with_id(app, "words", said(UNREAD), false, None::<&str>)?;
    let open = MenuItem::with_id(app, OPEN, say!("Open Release Cockpit"), true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, say!("Quit"), true, None::<&str>)?;
    TrayIconBuilder::with_id(ID)
        .icon(picture(Mood::Unknown)?)
        .tooltip(format!("Release Cockpit: {}", said(UNREAD)))
        .menu(&Menu::with_items(app, &[&words, &open, &quit])?)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            OPEN => windows::show_main(app),
            QUIT => app.exit(0),
            _ => {}
        })
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                ..
            } = event
            {
                windows::show_main(icon.app_handle());
            }
        })
        .build(app)?;
    app.manage(Words(words));
    Ok(())
}

/// Brings the icon up to date.
pub async fn follow(app: &AppHandle, engine: &Handle) {
    let Some(icon) = app.tray_by_id(ID) else {
        return;
    };
    let said = match engine
        .ask::<CockpitView>(Query::Cockpit(AppArgs::default()))
        .await
    {
        Ok(cockpit) => {
            let view = tray(&cockpit);
            (view.mood, view.words)
        }
        Err(problem) => (Mood::Unknown, problem.sentence),
    };
    let (mood, words) = said;
    let shown = picture(mood)
        .and_then(|picture| icon.set_icon(Some(picture)))
        .and_then(|()| icon.set_tooltip(Some(format!("Release Cockpit: {words}"))))
        .and_then(|()| app.state::<Words>().0.set_text(&words));
    if let Err(error) = shown {
        tracing::warn!(%error, "tray not brought up to date");
    }
}

fn picture(mood: Mood) -> tauri::Result<Image<'static>> {
    let png: &[u8] = match mood {
        Mood::Calm => include_bytes!("../icons/tray/calm.png"),
        Mood::Waiting => include_bytes!("../icons/tray/waiting.png"),
        Mood::Alarm => include_bytes!("../icons/tray/alarm.png"),
        Mood::Unknown => include_bytes!("../icons/tray/unknown.png"),
    };
    Image::from_bytes(png)
}
