//! The flag adapter against the real server. Knows no ledger and no engine.

use std::{collections::BTreeMap, time::Duration};

use cockpit_domain::{
    Desired, Observation, Service, TargetId, TargetState,
    provider::{Effect, ErrorKind, Reading},
    target::Flag,
};
use cockpit_engine::clock;
use cockpit_providers::{Adapter, Http, SecretString, connect, reqwest_transport};
use cockpit_tests::wait::wait_until;

use crate::{admin, unleash_server::RealUnleash};

#[tokio::test]
async fn switched_twice_is_once_and_is_read_back_from_where_apps_read() {
    let unleash = RealUnleash::shared().await;
    admin::make_on(&unleash, "adapter-switches").await;
    let adapter = adapter(&unleash, &unleash.admin_token, "adapter-switches");
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    let targets = adapter.targets().await.unwrap();
    let [target] = &targets[..] else {
        panic!("{targets:?}")
    };
    for desired in [Desired::Off, Desired::Off, Desired::On] {
        let before = adapter.observe(&target.id, Reading::Fresh).await.unwrap();
        adapter
            .apply(&effect(&target.id, &desired, before))
            .await
            .unwrap();
        let read_back = wait_until(
            "the flag to be served as switched",
            Duration::from_secs(30),
            async || {
                let seen = adapter.observe(&target.id, Reading::Serving).await.unwrap();
                desired.is_met_by(&seen.state).then_some(seen)
            },
        )
        .await;
        let on = desired == Desired::On;
        let flag = flag(&read_back);
        assert_eq!((flag.enabled, flag.serving), (on, Some(on)));
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_by_its_kind() {
    let unleash = RealUnleash::shared().await;
    let wrong = adapter(&unleash, "*:*.somebody-elses", "any");
    let error = wrong.targets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.hint.is_some());
    let swapped = adapter(&unleash, &unleash.client_token, "any");
    let error = swapped.targets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden, "{error}");
    assert!(error.hint.unwrap().contains("swapped"));
    let ours = adapter(&unleash, &unleash.admin_token, "never-made");
    let target = TargetId::new(Service::Unleash, "default/development/never-made");
    for reading in [Reading::Poll, Reading::Fresh] {
        let error = ours.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    }
}

fn adapter(unleash: &RealUnleash, admin_token: &str, flags: &str) -> Box<dyn Adapter> {
    let plain = fields([
        ("base_url", &*unleash.url),
        ("project", "default"),
        ("environment", "development"),
        ("flags", flags),
    ]);
    let secrets = fields([
        ("admin_token", admin_token),
        ("client_token", &unleash.client_token),
    ]);
    let secrets = secrets
        .into_iter()
        .map(|(key, value)| (key, SecretString::from(value)))
        .collect();
    let http = Http::new(reqwest_transport().unwrap(), clock::system());
    connect(Service::Unleash, &plain, &secrets, &http).unwrap()
}

fn fields<const N: usize>(fields: [(&str, &str); N]) -> BTreeMap<String, String> {
    fields
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn effect(target: &TargetId, desired: &Desired, before: Observation) -> Effect {
    Effect {
        key: "0".repeat(64),
        target: target.clone(),
        desired: desired.clone(),
        before,
        head: String::new(),
    }
}

fn flag(seen: &Observation) -> &Flag {
    match &seen.state {
        TargetState::Flag(flag) => flag,
        other => panic!("{other:?}"),
    }
}
