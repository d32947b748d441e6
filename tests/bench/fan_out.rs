//! A stop over several services, from the press to the last verdict, against the longest chain of
//! requests that it took. Knows no single service.

use std::{path::Path, sync::Arc, time::Instant};

use cockpit_engine::{
    Engine, Handle, Http, Options,
    api::{Act, Done, Nothing, Pressed, StopArgs},
    clock,
    desk::NoDesk,
    domain::views::OutcomeWord,
    keychain::Wish,
    reqwest_transport,
};
use cockpit_sandbox::{Running, Sandbox};
use cockpit_tests::critical_path;
use serde_json::{Value, json};

use crate::{
    sample::Sample,
    table::{Row, Target},
};

/// A far service in the same country answers in about that time.
const LATENCY_MS: u64 = 100;
const RUNS: u64 = 9;
const RATIO_MAX: f64 = 1.10;
const EXTRA_MS_MAX: f64 = 50.0;
const SETTLED_MS_MAX: u64 = 15_000;
/// Beside both stores and the sandbox's own flag: a board of eight targets.
const FLAGS: [&str; 5] = [
    "wallet.request_money",
    "cards.freeze_now",
    "home.balance_chart",
    "loans.quick_quote",
    "travel.cover",
];

/// Presses stop in fresh workspaces under `folder`, each with a fresh sandbox over real HTTP.
pub async fn measure(folder: &Path) -> Vec<Row> {
    let mut rows = board(folder, &[], "stop, press to settled").await;
    rows.extend(board(folder, &FLAGS, "stop of 8 targets, press to settled").await);
    rows
}

/// Presses stop on a board with these flags beside the sandbox's own targets.
async fn board(folder: &Path, flags: &[&str], what: &'static str) -> Vec<Row> {
    let [mut walls, mut paths, mut ratios, mut extras] = [const { Sample::new() }; 4];
    let mut targets = 0;
    for seed in 1..=RUNS {
        let (wall, path, stopped) = one(folder, seed, flags).await;
        targets = stopped;
        walls.add(wall);
        paths.add(path);
        ratios.add(wall / path);
        extras.add(wall - path);
    }
    let (wall, path) = (walls.median(), paths.median());
    println!(
        "\nA stop of {targets} targets at {LATENCY_MS} ms latency, from press to settled, {RUNS} runs"
    );
    println!(
        "  median {wall:.1} ms (from {:.1} to {:.1}), critical path {path:.1} ms, difference {:.1} ms",
        walls.quantile(0.0),
        walls.quantile(1.0),
        extras.median()
    );
    vec![Row {
        what,
        measured: format!("{wall:.0} ms"),
        peer: format!("{path:.0} ms"),
        ratio: ratios.median(),
        target: Some(Target {
            words: format!("{RATIO_MAX:.2} × + {EXTRA_MS_MAX:.0} ms"),
            met: wall <= RATIO_MAX * path + EXTRA_MS_MAX,
        }),
    }]
}

/// Wall time and critical path in milliseconds, and how many targets were stopped.
async fn one(folder: &Path, seed: u64, flags: &[&str]) -> (f64, f64, usize) {
    let options = cockpit_sandbox::Options {
        scenario: "crash-spike".to_owned(),
        seed,
        latency_ms: LATENCY_MS,
        ..cockpit_sandbox::Options::default()
    };
    let running = Sandbox::serve(options, 0)
        .await
        .expect("loopback has a free port");
    for flag in flags {
        add_flag(&running, flag).await;
    }
    let workspace = tempfile::tempdir_in(folder).expect("the folder can be written");
    let handle = engine(workspace.path(), &running).await;
    control(&running, "DELETE");
    let start = Instant::now();
    let pressed: Pressed = handle
        .do_it(Act::Stop(StopArgs {
            app: None,
            version: None,
            targets: None,
            reason: "Crash on opening Transfer".to_owned(),
        }))
        .await
        .expect("there is a release to stop");
    let view = handle
        .settled(&pressed, SETTLED_MS_MAX)
        .await
        .expect("the press is there");
    let wall = start.elapsed().as_secs_f64() * 1e3;
    for target in &view.targets {
        let outcome = &target.outcome;
        assert_eq!(outcome.outcome, OutcomeWord::Confirmed, "{outcome:?}");
    }
    let path = critical_path::of_stop(&control(&running, "GET")).expect("the stop was sent");
    running.stop().await;
    (wall, path.critical_ms, view.targets.len())
}

/// An engine that has read every service once and reads none by itself.
async fn engine(folder: &Path, running: &Running) -> Handle {
    let clock = clock::system();
    let transport = reqwest_transport().expect("a transport starts");
    let handle = Engine::start(Options {
        folder: folder.to_owned(),
        keychain: Wish::Memory,
        http: Http::new(transport, Arc::clone(&clock)),
        clock,
        desk: Arc::new(NoDesk),
        poll: false,
    })
    .await
    .expect("a fresh workspace opens");
    handle
        .begin_on_sandbox(&running.sandbox().connections(), "Mira")
        .await
        .expect("a fresh workspace connects");
    let _: Done = handle
        .do_it(Act::Refresh(Nothing {}))
        .await
        .expect("the sandbox answers");
    handle
}

/// Makes a flag of the release, as a person would by the admin API.
async fn add_flag(running: &Running, flag: &str) {
    let connections = running.sandbox().connections();
    let token = connections["unleash"]["admin_token"].as_str();
    let features = format!("{}/api/admin/projects/default/features", running.url);
    let about = json!({
        "name": flag, "type": "kill-switch", "description": "New in 8.4.0.",
    });
    let on = format!("{features}/{flag}/environments/production/on");
    for (url, body) in [(features, about.to_string()), (on, String::new())] {
        let answer = reqwest::Client::new()
            .post(url)
            .header("authorization", token.expect("the sandbox has a token"))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .expect("the sandbox answers");
        assert!(answer.status().is_success(), "{flag}: {}", answer.status());
    }
}

fn control(running: &Running, method: &str) -> Value {
    let sandbox = running.sandbox();
    sandbox.control(method, "/_sandbox/log", &Value::Null).1
}
