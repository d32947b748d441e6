//! A sandbox and engines in one process, on one clock that the runtime pauses. Must not know
//! what is tested.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cockpit_engine::api::{
    Act, AppArgs, Approval, ApproveArgs, ChangeArgs, ConnectArgs, CreateWorkspaceArgs, Done,
    LogArgs, Nothing, PressArgs, Pressed, Problem, Query, StopArgs,
};
use cockpit_engine::clock::{self, Clock};
use cockpit_engine::desk::Desk;
use cockpit_engine::domain::views::{CockpitView, LogRow, PressView};
use cockpit_engine::domain::{Desired, TargetId, Time};
use cockpit_engine::keychain::Wish;
use cockpit_engine::presence::Answer;
use cockpit_engine::{Engine, Handle, Http, Options, Transport};
use cockpit_providers::TransportError;
use cockpit_sandbox::Sandbox;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// 2026-11-23T18:30:00Z.
pub const EPOCH_MS: i64 = 1_795_458_600_000;
pub const PLAY: &str = "google_play:com.northwind.wallet/production";
pub const FLAG: &str = "unleash:default/production/wallet.instant_transfer";
pub const FLAG_NAME: &str = "wallet.instant_transfer";
pub const PASSPHRASE: &str = "correct horse battery";

const ANSWER_BYTES_MAX: usize = 8 << 20;

/// What outlives an engine: the services, the folder, the time, the desktop.
pub struct World {
    pub sandbox: Sandbox,
    pub folder: TempDir,
    pub desk: Arc<Shown>,
    wire: Arc<Wire>,
    clock: Clock,
}

impl World {
    pub fn new(scenario: &str) -> Self {
        // Taken right before the sandbox's: the two clocks show the same.
        Self::with_clock(scenario, clock::runtime(Time::from_ms(EPOCH_MS)))
    }

    /// A laptop whose clock is its own.
    pub fn with_clock(scenario: &str, clock: Clock) -> Self {
        let sandbox = Sandbox::new(cockpit_sandbox::Options {
            scenario: scenario.to_owned(),
            seed: 1,
            latency_ms: 20,
            epoch_ms: Some(EPOCH_MS),
            ..cockpit_sandbox::Options::default()
        })
        .unwrap();
        Self {
            wire: Arc::new(Wire(sandbox.router())),
            sandbox,
            folder: quick_folder(),
            desk: Arc::default(),
            clock,
        }
    }

    /// Another laptop that uses the same services, at the same time.
    pub fn beside(&self) -> Self {
        Self {
            wire: Arc::clone(&self.wire),
            sandbox: self.sandbox.clone(),
            folder: quick_folder(),
            desk: Arc::default(),
            clock: Arc::clone(&self.clock),
        }
    }

    pub async fn engine(&self, keychain: Wish, poll: bool) -> Result<Handle, Problem> {
        Engine::start(Options {
            folder: self.folder.path().to_owned(),
            keychain,
            http: Http::new(
                Arc::clone(&self.wire) as Arc<dyn Transport>,
                Arc::clone(&self.clock),
            ),
            clock: Arc::clone(&self.clock),
            desk: Arc::clone(&self.desk) as Arc<dyn Desk>,
            poll,
        })
        .await
    }

    /// A drill that has read everything once.
    pub async fn drill(&self) -> Handle {
        self.drill_with(Wish::Memory).await
    }

    pub async fn drill_with(&self, keychain: Wish) -> Handle {
        let handle = self.engine(keychain, false).await.unwrap();
        handle
            .begin_on_sandbox(&self.sandbox.connections(), "Mira")
            .await
            .unwrap();
        refresh(&handle).await;
        handle
    }

    /// A workspace like one on real services: no drill, each service connected by its form.
    pub async fn workspace(&self, keychain: Wish, poll: bool) -> Handle {
        let handle = self.engine(keychain, poll).await.unwrap();
        create(&handle).await;
        for service in [
            "google_play",
            "app_store",
            "unleash",
            "sentry",
            "statuspage",
        ] {
            let _: Done = handle
                .do_it(Act::Connect(self.form(service)))
                .await
                .unwrap();
        }
        refresh(&handle).await;
        handle
    }

    /// A service's form, filled in from the sandbox's connections document.
    pub fn form(&self, service: &str) -> ConnectArgs {
        let document = self.sandbox.connections();
        let text = |value: &Value| value.as_str().map_or(value.to_string(), ToOwned::to_owned);
        let mut fields: BTreeMap<String, String> = document[service]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (key.replace("private_key_p8", "private_key"), text(value)))
            .collect();
        if service == "sentry" {
            for platform in ["android", "ios"] {
                let project = text(&document[service]["projects"][platform]);
                fields.insert(format!("{platform}_project"), project);
            }
            fields.insert("package".to_owned(), "com.northwind.wallet".to_owned());
        }
        ConnectArgs {
            service: service.to_owned(),
            fields,
        }
    }

    /// Every secret of the sandbox's services.
    pub fn secrets(&self) -> Vec<String> {
        let document = self.sandbox.connections();
        let text = |path: [&str; 2]| document[path[0]][path[1]].as_str().unwrap().to_owned();
        let account = document["google_play"]["service_account"]["private_key"]
            .as_str()
            .unwrap();
        // A key is told by a line from its middle, however it is wrapped.
        let middle = |pem: &str| pem.lines().nth(2).unwrap_or(pem).to_owned();
        vec![
            middle(account),
            middle(&text(["app_store", "private_key_p8"])),
            text(["unleash", "admin_token"]),
            text(["unleash", "client_token"]),
            text(["sentry", "token"]),
            text(["statuspage", "api_key"]),
        ]
    }

    pub fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self
            .sandbox
            .control(method, &format!("/_sandbox/{path}"), body);
        assert_eq!(status, 200, "{method} {path} {body}: {answer}");
        answer
    }

    pub fn offline(&self, on: bool) {
        let body = json!({"services": "all", "on": on});
        self.control("POST", "offline", &body);
    }

    pub fn console(&self, body: &Value) {
        self.control("POST", "console", body);
    }

    /// Every request that the services got and that fits, from the beginning.
    pub fn requests(&self, fits: impl Fn(&str, &str, &str) -> bool) -> usize {
        let log = self.control("GET", "log", &json!({}));
        let lines = log["requests"].as_array().unwrap();
        lines
            .iter()
            .filter(|it| {
                let text = |name: &str| it[name].as_str().unwrap();
                fits(text("service"), text("method"), text("path"))
            })
            .count()
    }

    /// Changes of the truth that came in through an API.
    pub fn changes(&self) -> Vec<Value> {
        let truth = self.sandbox.truth();
        let history = truth["history"].as_array().unwrap();
        history
            .iter()
            .filter(|it| it["who"] == "api")
            .cloned()
            .collect()
    }
}

pub async fn create(handle: &Handle) {
    let _: Done = handle
        .do_it(Act::CreateWorkspace(CreateWorkspaceArgs {
            name: "Northwind Wallet".to_owned(),
            person: "Mira".to_owned(),
        }))
        .await
        .unwrap();
}

pub async fn refresh(handle: &Handle) {
    let _: Done = handle.do_it(Act::Refresh(Nothing {})).await.unwrap();
}

pub async fn cockpit(handle: &Handle) -> CockpitView {
    handle
        .ask(Query::Cockpit(AppArgs::default()))
        .await
        .unwrap()
}

pub async fn log(handle: &Handle) -> Vec<LogRow> {
    let page: cockpit_engine::domain::views::LogPage =
        handle.ask(Query::Log(LogArgs::default())).await.unwrap();
    page.rows
}

pub async fn press(handle: &Handle, pressed: &Pressed) -> PressView {
    handle
        .ask(Query::Press(PressArgs {
            press: pressed.press.clone(),
        }))
        .await
        .unwrap()
}

pub fn stop_args() -> StopArgs {
    StopArgs {
        app: None,
        version: None,
        targets: None,
        reason: "Crash on opening Transfer".to_owned(),
    }
}

pub async fn stop(handle: &Handle) -> Pressed {
    handle.do_it(Act::Stop(stop_args())).await.unwrap()
}

/// Stops and waits until every target is confirmed.
pub async fn stopped(handle: &Handle) -> PressView {
    let pressed = stop(handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    assert_eq!(words(&view), ["confirmed"; 3], "{view:#?}");
    view
}

pub fn change_args(target: &str, desired: Desired) -> ChangeArgs {
    ChangeArgs {
        target: TargetId(target.to_owned()),
        desired,
        reason: "Because it was tried out".to_owned(),
    }
}

pub async fn change(handle: &Handle, target: &str, desired: Desired) -> Result<Pressed, Problem> {
    handle
        .do_it(Act::Change(change_args(target, desired)))
        .await
}

pub async fn approve(handle: &Handle, intent: &str) -> Result<Value, Problem> {
    let intent = intent.to_owned();
    handle
        .approve(Approval::Approve(ApproveArgs {
            intent,
            also: Vec::new(),
        }))
        .await
}

/// The outcome words of a press, in the order of its targets.
pub fn words(view: &PressView) -> Vec<String> {
    view.targets
        .iter()
        .map(|it| word(&it.outcome.outcome))
        .collect()
}

pub fn word(outcome: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(outcome).unwrap();
    value.as_str().unwrap().to_owned()
}

/// The App Store target, whose name holds an identifier of the store.
pub async fn app_store(handle: &Handle) -> String {
    let view = cockpit(handle).await;
    let mut targets = view.releases.into_iter().map(|it| it.target);
    targets.find(|it| it.starts_with("app_store:")).unwrap()
}

/// Lets sandbox time pass; the runtime jumps over what nobody uses.
pub async fn pass_ms(ms: u64) {
    let never = std::future::pending::<()>();
    let _ = tokio::time::timeout(Duration::from_millis(ms), never).await;
}

pub fn file_wish(passphrase: &str) -> Wish {
    Wish::Auto {
        passphrase: Some(passphrase.to_owned().into()),
    }
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

/// Remembers what a desktop would have shown.
#[derive(Default)]
pub struct Shown {
    notes: Mutex<Vec<(String, String)>>,
    /// What becomes of the system's prompt; without it there is none.
    prompt: Mutex<Option<Answer>>,
}

impl Shown {
    pub fn titles(&self) -> Vec<String> {
        let notes = self.notes.lock().unwrap();
        notes.iter().map(|(title, _)| title.clone()).collect()
    }

    pub fn prompt_is(&self, answer: Answer) {
        *self.prompt.lock().unwrap() = Some(answer);
    }
}

#[async_trait]
impl Desk for Shown {
    fn notify(&self, title: &str, body: &str) {
        let mut notes = self.notes.lock().unwrap();
        notes.push((title.to_owned(), body.to_owned()));
    }

    fn open_approval(&self, _intent: &str) -> bool {
        true
    }

    async fn presence(&self) -> Answer {
        let prompt = self.prompt.lock().unwrap().clone();
        prompt.unwrap_or_else(|| Answer::NotOffered("there is none in this test".to_owned()))
    }

    async fn open_sandbox(&self, _scenario: &str) -> Result<Value, String> {
        Err("There is none in this test.".to_owned())
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
