//! What holds for every request. Must not know a service's meaning.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use axum::http::{Request, Response};
use bytes::Bytes;
use cockpit_domain::provider::{ErrorKind, Reading};
use cockpit_domain::{Service, TargetId, Time};
use cockpit_providers::{Http, Transport, TransportError, connect};

use crate::stage::{EPOCH_MS, Stage, read, settings};

const FLAG: &str = "unleash:default/production/wallet.instant_transfer";

#[tokio::test(start_paused = true)]
async fn three_slow_seconds_are_waited_for_and_five_are_not() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    stage.fault("/api/admin", "slow:3000", 1);
    read(&*adapter, FLAG, Reading::Poll).await;
    stage.fault("/api/admin", "slow:5000", 1);
    let started = tokio::time::Instant::now();
    let target = TargetId(FLAG.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert_eq!(started.elapsed().as_millis() / 100, 40);
}

#[tokio::test(start_paused = true)]
async fn a_failing_read_is_tried_three_times_and_ends_in_time() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    stage.fault("/api/admin", "status:503", 20);
    let started = tokio::time::Instant::now();
    let target = TargetId(FLAG.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    assert_eq!((error.kind, stage.wire.requests()), (ErrorKind::Server, 3));
    assert!(started.elapsed().as_millis() < 4_000);
}

#[tokio::test(start_paused = true)]
async fn looking_too_often_stops_before_the_reserve() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let target = TargetId(FLAG.to_owned());
    let mut refused = None;
    for _ in 0..1_000 {
        if let Err(error) = adapter.observe(&target, Reading::Poll).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.kind, ErrorKind::RateLimited);
    assert!(refused.retry_after_ms.is_some_and(|ms| ms > 0));
    read(&*adapter, FLAG, Reading::Serving).await;
}

/// Answers everything in one way.
struct Always {
    asked: AtomicU64,
    answer: fn() -> Result<Response<Bytes>, TransportError>,
}

#[async_trait]
impl Transport for Always {
    async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        (self.answer)()
    }
}

async fn against(answer: fn() -> Result<Response<Bytes>, TransportError>) -> (ErrorKind, u64) {
    let stage = Stage::new();
    let wire = Arc::new(Always {
        asked: AtomicU64::new(0),
        answer,
    });
    let http = Http::new(wire.clone(), Arc::new(|| Time::from_ms(EPOCH_MS)));
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    let adapter = connect(Service::Unleash, &plain, &secret, &http).unwrap();
    let target = TargetId(FLAG.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    (error.kind, wire.asked.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn a_redirect_a_flood_and_another_shape_are_no_answers() {
    let redirect = || {
        let answer = Response::builder()
            .status(302)
            .header("location", "https://example.com/");
        Ok(answer.body(Bytes::new()).unwrap())
    };
    assert_eq!(against(redirect).await, (ErrorKind::Protocol, 1));
    assert_eq!(
        against(|| Err(TransportError::TooLarge)).await,
        (ErrorKind::Protocol, 1)
    );
    let shape = || Ok(Response::new(Bytes::from_static(b"{\"features\": 7}")));
    assert_eq!(against(shape).await, (ErrorKind::Protocol, 1));
    assert_eq!(
        against(|| Err(TransportError::Connect)).await,
        (ErrorKind::Unreachable, 1)
    );
    assert_eq!(
        against(|| Err(TransportError::Timeout)).await,
        (ErrorKind::Timeout, 1)
    );
}
