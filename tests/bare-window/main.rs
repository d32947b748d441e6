//! The peer of the app's start: the least that Tauri shows in a window. Must not use a part of
//! the app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!(
            "tests/bare-window/tauri.conf.json"
        ))
        .expect("there is a screen to show a window on");
}
