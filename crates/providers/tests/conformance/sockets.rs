//! The same adapters over real sockets and real time, once. Must not be where a rule is tested.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use std::time::{SystemTime, UNIX_EPOCH};

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Service, TargetId, Time};
use cockpit_providers::{Adapter, Http, connect, reqwest_transport};
use cockpit_sandbox::{Options, Running, Sandbox};

use crate::cases::cases;
use crate::stage::{act, effect, read, settings};

pub fn over_sockets(served: &Running, service: Service) -> Box<dyn Adapter> {
    let clock = Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Time::from_ms(i64::try_from(since.as_millis()).unwrap())
    });
    let http = Http::new(reqwest_transport().unwrap(), clock);
    let (plain, secret) = settings(&served.sandbox().connections(), service);
    connect(service, &plain, &secret, &http).unwrap()
}

#[tokio::test]
async fn every_adapter_works_over_real_sockets() {
    let served = Sandbox::serve(Options::default(), 0).await.unwrap();
    for case in cases() {
        let adapter = over_sockets(&served, case.service);
        assert!(
            adapter
                .check()
                .await
                .unwrap()
                .items
                .iter()
                .all(|item| item.ok)
        );
        act(&*adapter, case.target, &case.desired).await.unwrap();
        let seen = read(&*adapter, case.target, Reading::Serving).await;
        assert!(case.desired.is_met_by(&seen.state), "{seen:?}");
        assert!((case.in_effect)(&served.sandbox().truth()));
    }
    assert!(
        !over_sockets(&served, Service::Sentry)
            .signals()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_cut_connection_is_unknown_and_a_closed_port_is_unreachable() {
    for case in cases() {
        let served = Sandbox::serve(Options::default(), 0).await.unwrap();
        let adapter = over_sockets(&served, case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        let rule = serde_json::json!({"match": case.commit, "fault": "lost_reply:close"});
        served.sandbox().control("POST", "/_sandbox/fault", &rule);
        let error = adapter
            .apply(&effect(&before, &case.desired))
            .await
            .unwrap_err();
        assert_eq!(error.applied, Applied::Unknown, "{error:?}");
        let seen = read(&*adapter, case.target, Reading::Serving).await;
        assert!(case.desired.is_met_by(&seen.state));
        served.stop().await;
        let target = TargetId(case.target.to_owned());
        let error = adapter
            .observe(&target, Reading::Serving)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Unreachable, Applied::No)
        );
    }
}

/// Google answers a POST without a length with 411, and several of its calls have no body.
#[tokio::test]
async fn an_empty_post_states_its_length_and_a_redirect_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(line.read_u8().await.unwrap());
        }
        let answer =
            "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
        line.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    let request = axum::http::Request::post(format!("http://{address}/x:commit?a=b"))
        .body(Bytes::new())
        .unwrap();
    let answer = reqwest_transport().unwrap().send(request).await.unwrap();
    assert_eq!(answer.status(), 307);
    let head = served.await.unwrap().to_ascii_lowercase();
    assert!(
        head.starts_with("post /x:commit?a=b ") && head.contains("content-length: 0"),
        "{head}"
    );
}
