//! Whether a window can be shown here, and how to give one a screen and a session bus.
//! Knows nothing of the app.

use std::{env, ffi::OsStr, path::Path, process::Command};

use crate::failure::Failure;

/// Refuses when a window could not be shown.
pub fn require() -> Result<(), Failure> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err(Failure::new(
        "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window \
         can open. Nothing was built or started",
    )
    .hint(
        "On a desktop: run the same command in a terminal of that desktop.\n\
         Over SSH: connect again with `ssh -X` (or `ssh -Y`), then run it there.\n\
         Without any screen: `xvfb-run -a cargo xtask run` (package xvfb) shows it on a \
         virtual one.",
    ))
}

/// The program, started in a session bus of its own when this machine's session has none.
/// The keychain and the single-window check need one.
pub fn with_session_bus(program: impl AsRef<OsStr>) -> Command {
    if !cfg!(target_os = "linux") || has_session_bus() {
        return Command::new(program);
    }
    let mut command = Command::new("dbus-run-session");
    command.arg("--").arg(program);
    command
}

/// The program on a virtual screen, with a session bus and an unlocked, empty keychain of
/// its own, so that nothing of the person's own desktop is touched.
pub fn virtual_desktop(program: impl AsRef<OsStr>, scratch: &Path) -> Command {
    // The daemon keeps our output open for as long as it lives; the bus ends it.
    const UNLOCK: &str = "printf test-pass | XDG_DATA_HOME=\"$0\" XDG_RUNTIME_DIR=\"$0\" \
        gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; \
        exec \"$@\"";
    let mut command = Command::new("xvfb-run");
    command
        .args(["--auto-servernum", "--server-args", "-screen 0 1440x900x24"])
        .args(["dbus-run-session", "--", "sh", "-c", UNLOCK])
        .arg(scratch)
        .arg(program)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

fn has_session_bus() -> bool {
    env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| Path::new(&folder).join("bus").exists())
}
