//! A sandbox in process with adapters connected to it. Must not know what is tested.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cockpit_domain::provider::{Effect, ProviderError, Reading, Receipt};
use cockpit_domain::{Desired, Observation, Service, TargetId, Time};
use cockpit_providers::http::ANSWER_BYTES_MAX;
use cockpit_providers::{
    Adapter, Field, Http, SecretString, Transport, TransportError, connect, form,
};
use cockpit_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tower::ServiceExt;

/// 2026-11-23T18:30:00Z.
pub const EPOCH_MS: i64 = 1_795_458_600_000;

pub type Plain = BTreeMap<String, String>;
pub type Secret = BTreeMap<String, SecretString>;
type Pairs = Vec<(&'static str, String)>;

pub struct Stage {
    pub sandbox: Sandbox,
    pub wire: Arc<Wire>,
    pub http: Http,
    added_ms: Arc<AtomicI64>,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::scenario("calm")
    }

    pub fn scenario(name: &str) -> Stage {
        let sandbox = Sandbox::new(Options {
            scenario: name.to_owned(),
            seed: 7,
            epoch_ms: Some(EPOCH_MS),
            ..Options::default()
        })
        .unwrap();
        let wire = Arc::new(Wire {
            router: sandbox.router(),
            requests: AtomicU64::new(0),
            refuses: AtomicBool::new(false),
            newest_body: Mutex::default(),
        });
        let added_ms = Arc::new(AtomicI64::new(0));
        let http = Http::new(wire.clone(), clock(added_ms.clone()));
        Stage {
            sandbox,
            wire,
            http,
            added_ms,
        }
    }

    /// A connection to a service, as made anew by a process that begins.
    pub fn connect(&self, service: Service) -> Box<dyn Adapter> {
        let (plain, secret) = settings(&self.sandbox.connections(), service);
        connect(service, &plain, &secret, &self.http).unwrap()
    }

    pub fn control(&self, path: &str, body: Value) {
        let (status, answer) = self.sandbox.control("POST", path, &body);
        assert_eq!(status, 200, "{path} {body}: {answer}");
    }

    /// A service that answers by path alone.
    pub fn answering(&self, by_path: impl Fn(&str) -> Value + Send + Sync + 'static) -> Http {
        Http::new(
            Arc::new(Answering(Box::new(by_path))),
            clock(self.added_ms.clone()),
        )
    }

    /// One fault for the next request whose "METHOD path?query" contains `part`.
    pub fn fault(&self, part: &str, fault: &str, times: u64) {
        self.control(
            "/_sandbox/fault",
            json!({"match": part, "fault": fault, "times": times}),
        );
    }

    pub fn clear_faults(&self) {
        self.sandbox
            .control("DELETE", "/_sandbox/fault", &json!({}));
    }

    pub fn console(&self, body: Value) {
        self.control("/_sandbox/console", body);
    }

    pub fn knobs(&self, body: Value) {
        self.control("/_sandbox/knobs", body);
    }

    /// Lets time pass on both sides.
    pub async fn pass_ms(&self, ms: u64) {
        tokio::time::advance(std::time::Duration::from_millis(ms)).await;
    }

    /// Sets the computer's clock wrong; the services' clocks stay right.
    pub fn move_our_clock_ms(&self, ms: i64) {
        self.added_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn truth(&self) -> Value {
        self.sandbox.truth()
    }

    /// How often a service was really changed through its API.
    pub fn changes(&self, service: Service) -> usize {
        let truth = self.truth();
        let history = truth["history"].as_array().unwrap();
        history
            .iter()
            .filter(|change| change["service"] == service.key() && change["who"] == "api")
            .filter(|change| change["before"] != change["after"])
            .count()
    }

    /// "METHOD path?query" of each request so far.
    pub fn requests(&self) -> Vec<String> {
        let (_, log) = self.sandbox.control("GET", "/_sandbox/log", &json!({}));
        let lines = log["requests"].as_array().unwrap();
        lines
            .iter()
            .map(|line| {
                let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
                format!("{} {}?{}", text("method"), text("path"), text("query"))
            })
            .collect()
    }

    pub fn count(&self, part: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.contains(part))
            .count()
    }
}

fn clock(added_ms: Arc<AtomicI64>) -> cockpit_providers::Clock {
    let start = tokio::time::Instant::now();
    Arc::new(move || {
        let since_ms = i64::try_from(start.elapsed().as_millis()).unwrap();
        Time::from_ms(EPOCH_MS + since_ms + added_ms.load(Ordering::SeqCst))
    })
}

/// A form's values out of the sandbox's list of connections.
pub fn settings(connections: &Value, service: Service) -> (Plain, Secret) {
    let of = match &connections[service.key()] {
        Value::Null => &connections["channels"][service.key()],
        there => there,
    };
    let text = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let (plain, secret): (Pairs, Pairs) = match service {
        Service::GooglePlay => (
            vec![("package", text("package"))],
            vec![("service_account", of["service_account"].to_string())],
        ),
        Service::AppStore => (
            vec![
                ("bundle_id", text("bundle_id")),
                ("issuer_id", text("issuer_id")),
                ("key_id", text("key_id")),
            ],
            vec![("private_key", text("private_key_p8"))],
        ),
        Service::Unleash => (
            vec![
                ("project", text("project")),
                ("environment", text("environment")),
            ],
            vec![
                ("admin_token", text("admin_token")),
                ("client_token", text("client_token")),
            ],
        ),
        Service::Sentry => (
            vec![
                ("organization", text("organization")),
                (
                    "android_project",
                    of["projects"]["android"].as_str().unwrap().to_owned(),
                ),
                (
                    "ios_project",
                    of["projects"]["ios"].as_str().unwrap().to_owned(),
                ),
                ("package", "com.northwind.wallet".to_owned()),
            ],
            vec![("token", text("token"))],
        ),
        Service::Statuspage => (
            vec![("page_id", text("page_id"))],
            vec![("api_key", text("api_key"))],
        ),
        // In process there is no port, so nothing of it is there either.
        Service::Smtp if of.is_null() => (
            vec![
                ("host", "127.0.0.1".to_owned()),
                ("port", "9".to_owned()),
                ("user", "somebody".to_owned()),
                ("from", "status@example.com".to_owned()),
                ("recipients", "anna@example.com".to_owned()),
            ],
            vec![("password", "not-a-real-password-0123".to_owned())],
        ),
        Service::Smtp => (
            vec![
                ("host", text("host")),
                ("port", of["port"].to_string()),
                ("security", text("security")),
                ("user", text("user")),
                ("from", text("from")),
                ("recipients", text("recipients")),
                ("unsubscribe", text("unsubscribe")),
                ("ca", text("ca")),
            ],
            vec![("password", text("password"))],
        ),
        // The sandbox names these by the form's own fields.
        Service::HuaweiAppGallery
        | Service::SamsungGalaxyStore
        | Service::MicrosoftStore
        | Service::EasUpdate
        | Service::LaunchDarkly
        | Service::Flagsmith
        | Service::Prometheus
        | Service::PlayReporting
        | Service::Crashlytics
        | Service::Fcm
        | Service::RemoteConfig
        | Service::Slack
        | Service::Teams
        | Service::Matrix
        | Service::Mastodon
        | Service::Bluesky => {
            let value = |key: &str| match &of[key] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let fields = form(service).fields.iter();
            let (secret, plain): (Vec<_>, Vec<_>) = fields
                .filter(|field| field.key != "base_url" && !of[field.key].is_null())
                .partition(|field| field.secret);
            let pairs = |fields: Vec<&Field>| -> Pairs {
                let pairs = fields
                    .into_iter()
                    .map(|field| (field.key, value(field.key)));
                pairs.collect()
            };
            (pairs(plain), pairs(secret))
        }
    };
    let base_url = [("base_url", text("base_url"))];
    (
        plain
            .into_iter()
            .chain(base_url.into_iter().filter(|(_, url)| !url.is_empty()))
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        secret
            .into_iter()
            .map(|(key, value)| (key.to_owned(), SecretString::from(value)))
            .collect(),
    )
}

/// The sandbox's router as a transport: no sockets, so that paused time works.
pub struct Wire {
    router: axum::Router,
    requests: AtomicU64,
    refuses: AtomicBool,
    newest_body: Mutex<Bytes>,
}

impl Wire {
    /// The JSON of the newest request that had any.
    pub fn newest_body(&self) -> Value {
        serde_json::from_slice(&self.newest_body.lock().unwrap()).unwrap()
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// No connection can be made from here on.
    pub fn refuse(&self, on: bool) {
        self.refuses.store(on, Ordering::SeqCst);
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        if !request.body().is_empty() {
            *self.newest_body.lock().unwrap() = request.body().clone();
        }
        if self.refuses.load(Ordering::SeqCst) {
            return Err(TransportError::Connect);
        }
        let broken = TransportError::Interrupted { sent: true };
        let answer = self
            .router
            .clone()
            .oneshot(request.map(Body::from))
            .await
            .map_err(|_| broken)?;
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|_| broken)?;
        Ok(axum::http::Response::from_parts(head, body))
    }
}

pub async fn read(adapter: &dyn Adapter, target: &str, reading: Reading) -> Observation {
    adapter
        .observe(&TargetId(target.to_owned()), reading)
        .await
        .unwrap()
}

pub fn effect(before: &Observation, desired: &Desired) -> Effect {
    Effect {
        key: "00ff".to_owned(),
        target: before.target.clone(),
        desired: desired.clone(),
        before: before.clone(),
        head: "abcdef".repeat(8),
    }
}

/// Reads as right before a write, then writes.
pub async fn act(
    adapter: &dyn Adapter,
    target: &str,
    desired: &Desired,
) -> Result<Receipt, ProviderError> {
    let before = adapter
        .observe(&TargetId(target.to_owned()), Reading::Fresh)
        .await?;
    adapter.apply(&effect(&before, desired)).await
}

struct Answering(Box<dyn Fn(&str) -> Value + Send + Sync>);

#[async_trait]
impl Transport for Answering {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        let answer = (self.0)(request.uri().path()).to_string();
        Ok(axum::http::Response::new(Bytes::from(answer)))
    }
}
