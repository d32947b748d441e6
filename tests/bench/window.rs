//! From a program's start to its first contentful paint, and its memory then, against a bare
//! window of the same Tauri. Knows no room of the app.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use cockpit_tests::{memory, wait::wait_until};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{
    sample::Sample,
    table::{Row, Target},
};

/// Starts of each program that count; one more before them fills the caches.
const RUNS: usize = 9;
const START_RATIO_MAX: f64 = 1.25;
const MEMORY_RATIO_MAX: f64 = 1.2;
const LIMIT: Duration = Duration::from_secs(60);

/// Tells when it was started and as which process, then becomes the program itself.
const STARTER: &str = r#"#!/bin/sh
printf '%s %s' "$(date +%s%3N)" "$$" > "$COCKPIT_BENCH_STARTED"
exec "$COCKPIT_BENCH_PROGRAM" "$@"
"#;
const PAINTED: &str = "const [paint] = performance.getEntriesByName('first-contentful-paint');
    return paint ? performance.timeOrigin + paint.startTime : null;";
/// Memory is read when what follows the first paint is over.
const SETTLED: &str = "setTimeout(arguments[0], 3000);";

/// Starts both programs in turns, each with an empty home, on the screen that is there.
pub async fn measure(folder: &Path, app: &Path, bare: &Path) -> Vec<Row> {
    let starter = folder.join("starter");
    fs::write(&starter, STARTER).expect("the folder can be written");
    fs::set_permissions(&starter, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let [mut starts, mut memories] = [const { [const { Sample::new() }; 2] }; 2];
    for run in 0..=RUNS {
        for (which, program) in [app, bare].into_iter().enumerate() {
            let (start_ms, memory_mib) = one(folder, &starter, program).await;
            if run > 0 {
                starts[which].add(start_ms);
                memories[which].add(memory_mib);
            }
        }
    }
    println!(
        "\nThe window, {RUNS} starts each in turns, app {}",
        app.display()
    );
    for (name, sample) in [("app", &starts[0]), ("bare", &starts[1])] {
        println!(
            "  {name:4} start to first contentful paint: median {:.0} ms (from {:.0} to {:.0})",
            sample.median(),
            sample.quantile(0.0),
            sample.quantile(1.0)
        );
    }
    vec![
        row(
            "start to first contentful paint",
            "ms",
            &starts,
            START_RATIO_MAX,
        ),
        row(
            "memory (PSS of all processes)",
            "MiB",
            &memories,
            MEMORY_RATIO_MAX,
        ),
    ]
}

fn row(what: &'static str, unit: &str, [ours, peer]: &[Sample; 2], most: f64) -> Row {
    let [ours, peer] = [ours, peer].map(Sample::median);
    Row {
        what,
        measured: format!("{ours:.0} {unit}"),
        peer: format!("{peer:.0} {unit}"),
        ratio: ours / peer,
        target: Target::ratio(most, ours / peer),
    }
}

/// Milliseconds to the first contentful paint, and MiB some seconds later.
async fn one(folder: &Path, starter: &Path, program: &Path) -> (f64, f64) {
    let home = tempfile::tempdir_in(folder).expect("the folder can be written");
    let started = home.path().join("started");
    let port = free_port();
    let driver = driver(port, home.path(), &started, program);
    let client = connect(port, starter).await;
    let painted = wait_until("the first contentful paint", LIMIT, async || {
        client.execute(PAINTED, vec![]).await.ok()?.as_f64()
    })
    .await;
    let (started_ms, pid) = told(&started);
    let settled = client.execute_async(SETTLED, vec![]).await;
    settled.expect("the page runs on");
    let memory_mib = memory::tree_mib(pid);
    client.close().await.expect("the driver ends the program");
    drop(driver);
    (painted - started_ms, memory_mib)
}

fn driver(port: u16, home: &Path, started: &Path, program: &Path) -> Child {
    let mut driver = Command::new("WebKitWebDriver");
    driver
        .arg(format!("--port={port}"))
        .env("HOME", home)
        .env("COCKPIT_WORKSPACE", home.join("workspace"))
        .env("COCKPIT_BENCH_STARTED", started)
        .env("COCKPIT_BENCH_PROGRAM", program)
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        driver.env_remove(name);
    }
    driver.spawn().expect("WebKitWebDriver is installed")
}

async fn connect(port: u16, program: &Path) -> Client {
    let Value::Object(wishes) = json!({
        "webkitgtk:browserOptions": { "binary": PathBuf::from(program), "args": [] },
    }) else {
        unreachable!("an object was written")
    };
    let url = format!("http://127.0.0.1:{port}");
    wait_until("the driver to start the program", LIMIT, async || {
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wishes.clone())
            .connect(&url)
            .await
            .ok()
    })
    .await
}

/// When the program was started (milliseconds since 1970), and as which process.
fn told(started: &Path) -> (f64, u32) {
    let text = fs::read_to_string(started).expect("the starter has run");
    let (at, pid) = text.split_once(' ').expect("two words were written");
    let at = at.parse().expect("a time was written");
    (at, pid.trim().parse().expect("a process was written"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr();
    address.expect("a bound socket has an address").port()
}
