//! A PostgreSQL of our own: fresh data, free port, gone with its value. Knows no table.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use cockpit_tests::wait::wait_until;
use tempfile::TempDir;

use crate::supervised::{Supervised, as_server_user, free_port, id, is_root};

/// The database's name and its owner's.
const NAME: &str = "unleash";

/// A running server with one empty database.
pub struct Postgres {
    /// The address for clients, without a password: the server trusts loopback.
    pub url: String,
    // Ends before its data is removed: fields are dropped in this order.
    _server: Supervised,
    _data: TempDir,
}

impl Postgres {
    /// Starts one.
    ///
    /// # Panics
    /// When PostgreSQL is missing or does not come up, with what it printed.
    pub async fn start() -> Self {
        let programs = programs();
        let data = fresh_folder();
        let cluster = data.path().join("cluster");
        run(as_server_user(programs.join("initdb"))
            .args([
                "-A",
                "trust",
                "-U",
                NAME,
                "--no-sync",
                "--no-locale",
                "-E",
                "UTF8",
                "-D",
            ])
            .arg(&cluster));
        let port = free_port().to_string();
        let log = data.path().join("postgres.log");
        let mut server = Command::new(programs.join("postgres"));
        server
            .arg("-D")
            .arg(&cluster)
            .args(["-p", &port, "-c", "listen_addresses=127.0.0.1"])
            // Loopback only, and no care for data that nobody keeps.
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        let mut server =
            Supervised::start(as_server_user("sh"), &server, "QUIT", &log).expect("a shell starts");
        let place = ["-h", "127.0.0.1", "-p", &port];
        wait_until(
            "PostgreSQL to answer",
            Duration::from_secs(60),
            async || {
                assert!(!server.has_ended(), "PostgreSQL ended:\n{}", printed(&log));
                let ready = Command::new(programs.join("pg_isready"))
                    .args(place)
                    .output();
                ready
                    .is_ok_and(|output| output.status.success())
                    .then_some(())
            },
        )
        .await;
        run(Command::new(programs.join("createdb"))
            .args(place)
            .args(["-U", NAME, NAME]));
        Self {
            url: format!("postgres://{NAME}@127.0.0.1:{port}/{NAME}"),
            _server: server,
            _data: data,
        }
    }
}

/// Debian keeps each version's programs in a folder of its own; others put them on PATH.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<_> = debian.map(|version| version.path().join("bin")).collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = found.into_iter().rev().chain(std::env::split_paths(&path));
    candidates
        .into_iter()
        .find(|folder| folder.join("initdb").is_file())
        .expect("PostgreSQL is installed: run `cargo xtask setup --tests`")
}

/// A folder that belongs to the user of the server, readable for us.
fn fresh_folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("cockpit-postgres-")
        .tempdir()
        .expect("the folder for temporary files can be written");
    if is_root() {
        chown(folder.path(), Some(id(&["-u", "postgres"])), None).expect("root may give away");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    folder
}

fn run(command: &mut Command) {
    // Not the caller's folder: the server's user may not be allowed to look into it.
    let output = command
        .current_dir("/")
        .output()
        .expect("PostgreSQL's programs start");
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{printed}");
}

/// What a server printed, for a panic's message.
pub fn printed(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}
