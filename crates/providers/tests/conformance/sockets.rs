//! The same adapters over real sockets and real time, once. Must not be where a rule is tested.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Service, TargetId, Time};
use cockpit_providers::{Adapter, Http, connect, reqwest_transport};
use cockpit_sandbox::{Options, Running, Sandbox};

use crate::stage::{act, effect, read, settings};
use crate::suite::cases;

fn over_sockets(served: &Running, service: Service) -> Box<dyn Adapter> {
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
