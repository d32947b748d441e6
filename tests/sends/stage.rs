//! A sandbox and the adapters of a process in one program, on one clock that the runtime pauses. Must
//! not know what goes wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use cockpit_domain::{Service, Time};
use cockpit_providers::{Adapter, Http, SecretString, Transport, TransportError, connect, form};
use cockpit_sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::io::DuplexStream;
use tower::ServiceExt as _;

/// 2026-11-23T18:30:00Z.
pub const EPOCH_MS: i64 = 1_795_458_600_000;
const ANSWER_BYTES_MAX: usize = 8 << 20;

pub struct Stage {
    pub sandbox: Sandbox,
    start: tokio::time::Instant,
    connections: Value,
}

impl Stage {
    pub fn new(seed: u64, latency_ms: u64) -> Stage {
        let sandbox = Sandbox::new(Options {
            scenario: "all-channels".to_owned(),
            seed,
            latency_ms,
            epoch_ms: Some(EPOCH_MS),
            ..Options::default()
        })
        .unwrap();
        sandbox.answer_mail().unwrap();
        Stage {
            connections: sandbox.connections(),
            start: tokio::time::Instant::now(),
            sandbox,
        }
    }

    pub fn now(&self) -> Time {
        now(self.start)
    }

    pub fn control(&self, path: &str, body: &Value) {
        let (status, answer) = self
            .sandbox
            .control("POST", &format!("/_sandbox/{path}"), body);
        assert_eq!(status, 200, "{path} {body}: {answer}");
    }
}

fn now(start: tokio::time::Instant) -> Time {
    let since_ms = i64::try_from(start.elapsed().as_millis()).unwrap();
    Time::from_ms(EPOCH_MS + since_ms)
}

/// A process that sends to one channel: what it knows in memory goes with it.
pub struct Process {
    pub adapter: Box<dyn Adapter>,
    pub wire: Arc<Wire>,
}

impl Process {
    pub fn new(stage: &Stage, service: Service) -> Process {
        let wire = Arc::new(Wire::new(&stage.sandbox));
        let start = stage.start;
        let http = Http::new(wire.clone(), Arc::new(move || now(start)));
        let of = &stage.connections[service.key()];
        let (mut plain, mut secret) = (BTreeMap::new(), BTreeMap::new());
        for field in form(service).fields {
            let value = match &of[field.key] {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if field.secret {
                secret.insert(field.key.to_owned(), SecretString::from(value));
            } else {
                plain.insert(field.key.to_owned(), value);
            }
        }
        let adapter = connect(service, &plain, &secret, &http).unwrap();
        Process { adapter, wire }
    }
}

/// The sandbox's router in place of a network.
pub struct Wire {
    router: axum::Router,
    sandbox: Sandbox,
    repeats: AtomicBool,
    requests: AtomicU64,
}

impl Wire {
    pub fn new(sandbox: &Sandbox) -> Wire {
        Wire {
            router: sandbox.router(),
            sandbox: sandbox.clone(),
            repeats: AtomicBool::new(false),
            requests: AtomicU64::new(0),
        }
    }

    /// Every write is delivered twice from here on; the first answer comes back.
    pub fn repeat(&self, on: bool) {
        self.repeats.store(on, Ordering::SeqCst);
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    async fn once(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let broken = TransportError::Interrupted { sent: true };
        let answer = self
            .router
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

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        let again = (self.repeats.load(Ordering::SeqCst) && request.method() != "GET")
            .then(|| request.clone());
        let answer = self.once(request).await;
        // Nothing on the way repeats what was refused: the refusal is an answer.
        let refused = answer
            .as_ref()
            .is_ok_and(|answer| answer.status().as_u16() >= 400);
        if let Some(again) = again.filter(|_| !refused) {
            let _ = self.once(again).await;
        }
        answer
    }
    fn mail_line(&self, _host: &str, _port: u16) -> Option<DuplexStream> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.sandbox.mail_line()
    }
}
