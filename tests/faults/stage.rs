//! A sandbox and an engine in one process, on one clock that the runtime pauses: no socket, and a
//! hang costs nothing. Must not know what goes wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cockpit_engine::api::{Act, Done, Nothing, Pressed, StopArgs};
use cockpit_engine::clock::Clock;
use cockpit_engine::desk::NoDesk;
use cockpit_engine::domain::Time;
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Engine, Handle, Http, Options, Transport, clock};
use cockpit_providers::TransportError;
use cockpit_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// 2026-11-23T18:30:00Z.
pub const EPOCH_MS: i64 = 1_795_458_600_000;
/// Beside the sandbox's own flag of the release, so that a stop has four targets.
pub const SECOND_FLAG: &str = "wallet.request_money";

const ANSWER_BYTES_MAX: usize = 8 << 20;

/// What a stop reaches in one run.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    pub scenario: &'static str,
    /// Services of the scenario that are not connected.
    pub without: &'static [&'static str],
    /// Flags of the release at Unleash, beside the sandbox's own.
    pub flags: &'static [&'static str],
    pub targets: usize,
}

/// Both stores and two flags.
pub const FOUR: Board = Board {
    scenario: "calm",
    without: &[],
    flags: &[SECOND_FLAG],
    targets: 4,
};

pub struct Stage {
    pub sandbox: Sandbox,
    pub handle: Handle,
    pub folder: TempDir,
    pub laptop: Arc<LaptopClock>,
}

/// The laptop's clock, which anybody may set, beside the time that really passes.
#[derive(Default)]
pub struct LaptopClock {
    set_by_ms: AtomicI64,
    /// What was shown, and when that really was.
    shown: Mutex<BTreeMap<i64, i64>>,
}

impl LaptopClock {
    pub fn set(&self, by_ms: i64) {
        self.set_by_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    /// When it really was when the engine read this from its clock.
    pub fn really(&self, shown_ms: i64) -> i64 {
        let shown = self.shown.lock().unwrap();
        shown.get(&shown_ms).copied().unwrap_or(shown_ms)
    }

    /// How far what was shown last stood ahead of the time, in milliseconds.
    pub fn ahead_ms(&self) -> i64 {
        let shown = self.shown.lock().unwrap();
        let last = shown.iter().next_back();
        last.map_or(0, |(shows, really)| shows - really)
    }

    fn runs(self: &Arc<Self>) -> Clock {
        let time = clock::runtime(Time::from_ms(EPOCH_MS));
        let (real, laptop) = (Arc::clone(&time), Arc::clone(self));
        let steady = clock::steady(move || {
            let by_ms = laptop.set_by_ms.load(Ordering::SeqCst);
            Time::from_ms(real().as_ms() + by_ms)
        });
        let laptop = Arc::clone(self);
        Arc::new(move || {
            let shows = steady();
            let mut shown = laptop.shown.lock().unwrap();
            shown.insert(shows.as_ms(), time().as_ms());
            shows
        })
    }
}

impl Stage {
    /// A workspace that has read everything once, on a sandbox in which nothing moves.
    pub async fn new(seed: u64, latency_ms: u64, polls: bool, board: &Board) -> Stage {
        let sandbox = Sandbox::new(cockpit_sandbox::Options {
            scenario: board.scenario.to_owned(),
            seed,
            latency_ms,
            epoch_ms: Some(EPOCH_MS),
            ..cockpit_sandbox::Options::default()
        })
        .unwrap();
        // Taken at once after the sandbox's: the two clocks show the same.
        let laptop = Arc::new(LaptopClock::default());
        let clock = laptop.runs();
        let wire = Arc::new(Wire(sandbox.router()));
        for flag in board.flags {
            add_flag(&sandbox, &wire, flag).await;
        }
        let folder = quick_folder();
        let handle = Engine::start(Options {
            folder: folder.path().to_owned(),
            keychain: Wish::Memory,
            http: Http::new(wire, Arc::clone(&clock)),
            clock,
            desk: Arc::new(NoDesk),
            poll: polls,
        })
        .await
        .unwrap();
        let mut connections = sandbox.connections();
        let services = connections.as_object_mut().unwrap();
        services.retain(|name, _| !board.without.contains(&name.as_str()));
        handle.begin_on_sandbox(&connections, "Mira").await.unwrap();
        let _: Done = handle.do_it(Act::Refresh(Nothing {})).await.unwrap();
        Stage {
            sandbox,
            handle,
            folder,
            laptop,
        }
    }

    pub async fn press_stop(&self) -> Pressed {
        self.handle
            .do_it(Act::Stop(StopArgs {
                app: None,
                version: None,
                targets: None,
                reason: "Crash on opening Transfer".to_owned(),
            }))
            .await
            .unwrap()
    }

    pub fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self
            .sandbox
            .control(method, &format!("/_sandbox/{path}"), body);
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        answer
    }
}

/// Lets sandbox time pass; the runtime jumps over what nobody uses.
pub async fn pass_ms(ms: u64) {
    let never = std::future::pending::<()>();
    let _ = tokio::time::timeout(Duration::from_millis(ms), never).await;
}

/// In memory where the system offers it: durability is judged by other tests.
fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = tempfile::tempdir_in(memory)
    {
        return folder;
    }
    tempfile::tempdir().unwrap()
}

/// Makes a further flag that is tied to the release, as a person would by the admin API.
async fn add_flag(sandbox: &Sandbox, wire: &Wire, flag: &str) {
    let connections = sandbox.connections();
    let token = connections["unleash"]["admin_token"].as_str().unwrap();
    let features = "/api/admin/projects/default/features";
    let about = json!({
        "name": flag,
        "type": "kill-switch",
        "description": "Ask others for money. New in 8.4.0.",
    });
    let on = format!("{features}/{flag}/environments/production/on");
    for (path, body) in [(features, about.to_string()), (&*on, String::new())] {
        let request = axum::http::Request::post(path)
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(Bytes::from(body))
            .unwrap();
        let answer = wire.send(request).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }
}

/// The sandbox's router in place of a network.
struct Wire(axum::Router);

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        let broken = TransportError::Interrupted { sent: true };
        let answer = self
            .0
            .clone()
            .oneshot(request.map(Body::from))
            .await
            .map_err(|_| broken)?;
        let (head, body) = answer.into_parts();
        // A closed connection is a body whose first read fails.
        let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| broken)?;
        Ok(axum::http::Response::from_parts(head, body))
    }
}
