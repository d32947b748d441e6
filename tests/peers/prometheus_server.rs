//! A real Prometheus with a day of made-up counts. Knows no adapter.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use cockpit_tests::wait::wait_until;
use tempfile::TempDir;

use crate::postgres::printed;
use crate::supervised::{Supervised, free_port};

const MINUTES: u64 = 25 * 60;

/// One app on one platform, minute by minute.
struct App {
    version: &'static str,
    /// Sessions that end in a minute.
    sessions: u64,
    /// Crashes in a minute that lies so many minutes back.
    crashes: fn(u64) -> u64,
    /// Minutes back at which it was last seen.
    until: u64,
}

const APPS: [App; 3] = [
    // Crashes twice in a hundred sessions since two hours ago.
    App {
        version: "8.4.0",
        sessions: 100,
        crashes: |back| if back <= 120 { 2 } else { 0 },
        until: 0,
    },
    App {
        version: "8.3.2",
        sessions: 400,
        crashes: |back| u64::from(back % 5 == 0),
        until: 0,
    },
    // Nothing of it came for three hours.
    App {
        version: "8.3.1",
        sessions: 50,
        crashes: |_| 0,
        until: 180,
    },
];

/// A running Prometheus. It ends, with its data, when this value is dropped.
pub struct RealPrometheus {
    /// Where it listens, without a slash at the end.
    pub url: String,
    _server: Supervised,
    _folder: TempDir,
}

impl RealPrometheus {
    /// Starts it.
    ///
    /// # Panics
    /// When Prometheus is missing or does not come up, with what it printed.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
        let place = |name: &str| folder.path().join(name);
        fs::write(place("counts"), counts()).expect("our own folder can be written");
        fs::write(place("prometheus.yml"), "global: {}\n").expect("our own folder can be written");
        fill(&place("counts"), &place("data"));
        let port = free_port();
        let mut server = Command::new("prometheus");
        server
            .arg(format!(
                "--config.file={}",
                place("prometheus.yml").display()
            ))
            .arg(format!("--storage.tsdb.path={}", place("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let log = place("log");
        let mut server =
            Supervised::start(Command::new("sh"), &server, "TERM", &log).expect("a shell starts");
        let url = format!("http://127.0.0.1:{port}");
        wait_until("Prometheus", Duration::from_secs(120), async || {
            assert!(!server.has_ended(), "Prometheus ended:\n{}", printed(&log));
            let ready = reqwest::get(format!("{url}/-/ready")).await.ok()?;
            ready.status().is_success().then_some(())
        })
        .await;
        Self {
            url,
            _server: server,
            _folder: folder,
        }
    }
}

/// Makes blocks of data out of a text.
fn fill(counts: &Path, data: &Path) {
    let output = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([counts, data])
        .stdin(Stdio::null())
        .output()
        .expect("Prometheus is installed: run `cargo xtask setup --tests`");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "promtool failed:\n{said}");
}

/// Counters as OpenMetrics, up to this moment.
fn counts() -> String {
    let now_s = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970")
        .as_secs();
    let mut text = String::new();
    for (name, of) in [
        (
            "app_sessions",
            (|app, _| app.sessions) as fn(&App, u64) -> u64,
        ),
        ("app_crashes", |app, back| (app.crashes)(back)),
    ] {
        writeln!(text, "# TYPE {name} counter").expect("a text takes more");
        for app in &APPS {
            let mut count = 0;
            for back in (app.until..MINUTES).rev() {
                count += of(app, back);
                let (version, at) = (app.version, now_s - back * 60);
                let labels = format!("version=\"{version}\",platform=\"android\"");
                writeln!(text, "{name}_total{{{labels}}} {count} {at}").expect("a text takes more");
            }
        }
    }
    text.push_str("# EOF\n");
    text
}
