//! A desktop for one test: a screen, a home and a session bus of its own, and the app on it.
//! Knows no room of the app.

use std::{
    env, fs,
    fs::File,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use cockpit_tests::wait::wait_until;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{person::Person, supervised::Supervised};

/// How long a start of the driver, the app or the screen may take before the test gives up.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Not a real one: it opens key files of tests only.
pub const PASSPHRASE: &str = "correct horse battery staple";

/// What the system says about light and dark to an app that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The theme's name in files.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// A screen and a home.
pub struct Desktop {
    home: TempDir,
    display: String,
    theme: Theme,
    /// What the app may say in its log, as in `COCKPIT_LOG`.
    pub log_level: &'static str,
    // Dropped after the apps, which hold no part of it.
    _screen: Supervised,
}

impl Desktop {
    /// Switches on a screen that is larger than the app's window.
    pub fn new(theme: Theme) -> Self {
        let home = tempfile::tempdir().expect("the temporary folder can be written");
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700))
            .expect("our own folder can be closed to others");
        let mut xvfb = Command::new("Xvfb");
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-nolisten",
            "tcp",
        ]);
        let mut screen = Supervised::start(&xvfb, Stdio::piped(), Stdio::null())
            .expect("a shell can be started");
        let mut number = String::new();
        BufReader::new(screen.stdout().expect("stdout is piped"))
            .read_line(&mut number)
            .expect("Xvfb writes text");
        let number = number.trim();
        assert!(!number.is_empty(), "Xvfb did not start: is it installed?");
        Self {
            home,
            display: format!(":{number}"),
            theme,
            log_level: "warn",
            _screen: screen,
        }
    }

    /// The workspace's folder.
    pub fn workspace(&self) -> PathBuf {
        self.home.path().join("workspace")
    }

    /// All that the apps of this desktop printed.
    pub fn printed(&self) -> Vec<u8> {
        let files = fs::read_dir(self.home.path()).expect("our own folder can be read");
        files
            .map(|file| file.expect("our own folder can be read").path())
            .filter(|path| path.extension().is_some_and(|end| end == "log"))
            .flat_map(|path| fs::read(path).expect("our own file can be read"))
            .collect()
    }

    /// Starts the app and waits for its window.
    pub async fn open(&self) -> App {
        let port = free_port();
        let folder = tempfile::tempdir_in(self.home.path()).expect("our own folder can be written");
        let log = self.home.path().join(format!("{port}.log"));
        let log = File::create(log).expect("our own folder can be written");
        let mut driver = Command::new("dbus-run-session");
        driver
            .args(["--", "WebKitWebDriver"])
            .arg(format!("--port={port}"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("WAYLAND_DISPLAY")
            .env("DISPLAY", &self.display)
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("COCKPIT_WORKSPACE", self.workspace())
            .env("COCKPIT_PASSPHRASE", PASSPHRASE)
            .env("COCKPIT_LOG", self.log_level)
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            driver.env_remove(name);
        }
        if self.theme == Theme::Dark {
            driver.env("GTK_THEME", "Adwaita:dark");
        }
        let stderr = log.try_clone().expect("an open file has a second handle");
        let driver = Supervised::start(&driver, log, stderr).expect("a shell can be started");
        let client = connect(port).await;
        let person = Person::new(client, self.theme);
        person.wait_for_page().await;
        App {
            person,
            _driver: driver,
            folder,
        }
    }
}

/// The app with a person before it.
pub struct App {
    /// Who uses it.
    pub person: Person,
    _driver: Supervised,
    /// Its own, and so the mark of its process.
    folder: TempDir,
}

impl App {
    /// Ends the app at once, as a laptop does whose lid is closed for good. It does not get the
    /// time to tidy up, and must not need it.
    pub async fn quit(self) {
        let running: Vec<PathBuf> = started_with(self.folder.path()).collect();
        let client = self.person.client;
        client.close().await.expect("the driver ends its app");
        wait_until("the app's process to end", START_LIMIT, async || {
            running
                .iter()
                .all(|process| has_ended(process))
                .then_some(())
        })
        .await;
    }
}

/// The processes of the app with this runtime folder.
fn started_with(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let wanted = format!("XDG_RUNTIME_DIR={}", folder.display());
    let program = app();
    processes().filter(move |process| {
        fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program)
            && fs::read(process.join("environ")).is_ok_and(|variables| {
                variables
                    .split(|byte| *byte == 0)
                    .any(|one| one == wanted.as_bytes())
            })
    })
}

/// Whether the last thread of a process is gone, and with it its hold on files. The process's own
/// entries go empty before, while a thread still waits for the disk.
fn has_ended(process: &Path) -> bool {
    let Ok(threads) = fs::read_dir(process.join("task")) else {
        return true;
    };
    threads.flatten().all(|thread| {
        // The state stands behind the name, which may hold any letter but ends with the last `)`.
        fs::read_to_string(thread.path().join("stat"))
            .ok()
            .and_then(|stat| {
                stat.rsplit_once(") ")
                    .map(|(_, rest)| rest.starts_with(['Z', 'X']))
            })
            .unwrap_or(true)
    })
}

/// The folders of all processes of this machine.
pub fn processes() -> impl Iterator<Item = PathBuf> {
    let all = fs::read_dir("/proc").expect("Linux shows its processes");
    all.filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("cmdline").is_file())
}

async fn connect(port: u16) -> Client {
    let browser = json!({ "binary": app(), "args": [] });
    let Value::Object(wishes) = json!({
        "webkitgtk:browserOptions": browser,
        // The default of 30 s is short on a machine that builds at the same time.
        "timeouts": { "script": 120_000 },
    }) else {
        unreachable!("an object was written")
    };
    let url = format!("http://127.0.0.1:{port}");
    wait_until("the driver to start the app", START_LIMIT, async || {
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wishes.clone())
            .connect(&url)
            .await
            .ok()
    })
    .await
}

/// The built app: what `COCKPIT_APP` names, else the one beside this test.
fn app() -> PathBuf {
    let app = env::var_os("COCKPIT_APP")
        .map_or_else(|| target().join("debug/release-cockpit"), PathBuf::from);
    assert!(
        app.is_file(),
        "{} is not built: run `cargo xtask test --only window`",
        app.display()
    );
    app.canonicalize().expect("an existing file has a path")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    let this = env::current_exe().expect("a running program has a file");
    let folder = this.ancestors().nth(3);
    folder.expect("cargo puts tests three folders down").into()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr();
    address.expect("a bound socket has an address").port()
}
