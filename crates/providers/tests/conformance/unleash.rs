//! Unleash's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, Effect, ErrorKind, Reading};
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, words};
use cockpit_providers::{Adapter, connect};
use futures_util::future::join_all;
use serde_json::json;

use crate::stage::{Stage, act, effect, read, settings};

const FLAG: &str = "unleash:default/production/wallet.instant_transfer";

fn flag(seen: &Observation) -> &Flag {
    match &seen.state {
        TargetState::Flag(flag) => flag,
        other => panic!("{other:?}"),
    }
}

/// Two flags that are on, each to be turned off.
async fn two_off(adapter: &dyn Adapter) -> [Effect; 2] {
    let off = async |flag| effect(&read(adapter, flag, Reading::Fresh).await, &Desired::Off);
    [off(FLAG).await, off(OTHERS[0]).await]
}

#[tokio::test(start_paused = true)]
async fn off_at_the_admin_side_is_not_off_for_apps() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "unleash", "propagation_ms": 2_000}));
    let adapter = stage.connect(Service::Unleash);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert_eq!(
        (flag(&seen).enabled, flag(&seen).serving),
        (false, Some(true))
    );
    assert!(!Desired::Off.is_met_by(&seen.state));
    stage.pass_ms(2_000).await;
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn looking_asks_what_apps_evaluate_once_for_all_flags() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    assert_eq!(
        (flag(&seen).enabled, flag(&seen).serving),
        (true, Some(true))
    );
    assert!(flag(&seen).description.contains("Instant transfers"));
    let half = "unleash:default/production/home.feed_v3";
    let seen = read(&*adapter, half, Reading::Poll).await;
    assert_eq!(flag(&seen).fraction_bps, Some(5_000));
    assert_eq!(stage.count("/api/client"), 1);
}

#[tokio::test(start_paused = true)]
async fn looking_goes_on_without_the_client_side() {
    let stage = Stage::new();
    stage.fault("/api/client", "status:503", 9);
    let adapter = stage.connect(Service::Unleash);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    assert_eq!((flag(&seen).enabled, flag(&seen).serving), (true, None));
}

#[tokio::test(start_paused = true)]
async fn change_requests_wait_for_a_person() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "unleash", "change_requests": true}));
    let adapter = stage.connect(Service::Unleash);
    let error = act(&*adapter, FLAG, &Desired::Off).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NeedsPerson, Applied::No)
    );
    assert!(error.sentence.starts_with("Not in effect yet") && error.hint.is_some());
}

#[tokio::test(start_paused = true)]
async fn wrong_and_swapped_tokens_are_told_apart() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    let mut wrong = secret.clone();
    wrong.insert(
        "admin_token".to_owned(),
        "user:0123456789abcdef".to_owned().into(),
    );
    let mut swapped = secret.clone();
    swapped.insert("admin_token".to_owned(), secret["client_token"].clone());
    swapped.insert("client_token".to_owned(), secret["admin_token"].clone());
    for (secret, kind, word) in [
        (wrong, ErrorKind::Unauthorized, "deleted"),
        (swapped, ErrorKind::Forbidden, "swapped"),
    ] {
        let adapter = connect(Service::Unleash, &plain, &secret, &stage.http).unwrap();
        let error = adapter.targets().await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.hint.is_some_and(|hint| hint.contains(word)));
        let check = adapter.check().await.unwrap();
        assert!(
            check
                .items
                .iter()
                .any(|item| !item.ok && item.sentence.contains(word))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_flag_is_not_found_and_nothing_is_switched() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let known = read(&*adapter, FLAG, Reading::Fresh).await;
    let unknown = TargetId("unleash:default/production/wallet.nothing".to_owned());
    let error = adapter.observe(&unknown, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let mut wanted = effect(&known, &Desired::Off);
    wanted.target = unknown;
    let error = adapter.apply(&wanted).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NotFound, Applied::No)
    );
    let elsewhere = TargetId("unleash:default/development/wallet.instant_transfer".to_owned());
    let error = adapter
        .observe(&elsewhere, Reading::Poll)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn only_the_named_flags_are_targets() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    plain.insert(
        "flags".to_owned(),
        "auth.passkeys , wallet.instant_transfer".to_owned(),
    );
    let adapter = connect(Service::Unleash, &plain, &secret, &stage.http).unwrap();
    let titles: Vec<_> = adapter
        .targets()
        .await
        .unwrap()
        .into_iter()
        .map(|target| target.title)
        .collect();
    assert_eq!(titles, ["auth.passkeys", "wallet.instant_transfer"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_token_of_another_environment_is_named() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    plain.insert("environment".to_owned(), "development".to_owned());
    let adapter = connect(Service::Unleash, &plain, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| !item.ok && item.sentence.contains("production"))
    );
    let target = TargetId("unleash:default/development/wallet.instant_transfer".to_owned());
    let error = adapter
        .observe(&target, Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
}

/// As server 6.10 answers an admin token at the client endpoint: everything off, no environment.
#[tokio::test(start_paused = true)]
async fn an_answer_without_an_environment_proves_nothing() {
    let stage = Stage::new();
    let (plain, mut secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    secret.insert(
        "client_token".to_owned(),
        "*:*.0123456789abcdef".to_owned().into(),
    );
    let flag = json!({"name": "wallet.instant_transfer", "enabled": false});
    let admin = json!({"name": "wallet.instant_transfer",
        "environments": [{"name": "production", "enabled": false}]});
    let answers = move |path: &str| match path {
        "/api/client/features" => json!({"version": 2, "features": [flag], "query": {}}),
        _ => admin.clone(),
    };
    let adapter = connect(Service::Unleash, &plain, &secret, &stage.answering(answers)).unwrap();
    let target = TargetId(FLAG.to_owned());
    for reading in [Reading::Fresh, Reading::Serving] {
        let error = adapter.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden);
        assert!(error.hint.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_client_token_does_not_keep_a_flag_on_and_proves_nothing() {
    let stage = Stage::new();
    let (plain, mut secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    secret.insert(
        "client_token".to_owned(),
        "default:production.gone".to_owned().into(),
    );
    let adapter = connect(Service::Unleash, &plain, &secret, &stage.http).unwrap();
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let target = TargetId(FLAG.to_owned());
    for reading in [Reading::Serving, Reading::Fresh] {
        let error = adapter.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized);
    }
}

const OTHERS: [&str; 2] = [
    "unleash:default/production/home.feed_v3",
    "unleash:default/production/auth.passkeys",
];

#[tokio::test(start_paused = true)]
async fn several_flags_go_off_in_one_request_and_each_has_its_own_outcome() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let mut wanted = Vec::new();
    for at in [FLAG, OTHERS[0], OTHERS[1]] {
        let before = read(&*adapter, at, Reading::Fresh).await;
        wanted.push(effect(&before, &Desired::Off));
    }
    let done = join_all(wanted.iter().map(|it| adapter.apply(it))).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!((stage.count("bulk_features"), stage.count("/off?")), (1, 1));
    for at in [FLAG, OTHERS[0], OTHERS[1]] {
        let seen = read(&*adapter, at, Reading::Serving).await;
        assert!(Desired::Off.is_met_by(&seen.state));
    }
    assert_eq!(stage.changes(Service::Unleash), 3);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_for_several_is_unknown_for_each_and_never_sent_again() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let [one, other] = two_off(&*adapter).await;
    stage.fault("bulk_features", "lost_reply:close", 1);
    let done = tokio::join!(adapter.apply(&one), adapter.apply(&other));
    for error in [done.0.unwrap_err(), done.1.unwrap_err()] {
        assert_eq!(error.applied, Applied::Unknown);
    }
    assert_eq!(stage.count("/off?"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_flag_that_is_gone_does_not_keep_the_others_on() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let one = effect(&read(&*adapter, FLAG, Reading::Fresh).await, &Desired::Off);
    let mut gone = one.clone();
    gone.target = TargetId("unleash:default/production/wallet.nothing".to_owned());
    let done = tokio::join!(adapter.apply(&one), adapter.apply(&gone));
    done.0.unwrap();
    let error = done.1.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NotFound, Applied::No)
    );
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn what_went_off_since_is_not_asked_for_alone() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let [one, other] = two_off(&*adapter).await;
    stage.fault("bulk_features", "status:404", 1);
    // A person is there while both are still gathered.
    stage.console(json!({"service": "unleash", "flag": "home.feed_v3", "on": false, "in_ms": 10}));
    let done = tokio::join!(adapter.apply(&one), adapter.apply(&other));
    assert_eq!(done.0.unwrap().notes, [""; 0]);
    let notes = done.1.unwrap().notes;
    assert_eq!(
        notes,
        ["It was off already: nothing was sent for it alone."]
    );
    let off = |flag: &str| format!("/features/{flag}/environments/production/off");
    assert_eq!(stage.count(&off("wallet.instant_transfer")), 1);
    assert_eq!(stage.count(&off("home.feed_v3")), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_keeps_none_of_the_others_waiting() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let first = effect(
        &read(&*adapter, OTHERS[0], Reading::Fresh).await,
        &Desired::Off,
    );
    let second = effect(&read(&*adapter, FLAG, Reading::Fresh).await, &Desired::Off);
    let mut given_up = Box::pin(adapter.apply(&first));
    assert!(futures_util::poll!(&mut given_up).is_pending());
    let mut other = Box::pin(adapter.apply(&second));
    assert!(futures_util::poll!(&mut other).is_pending());
    drop(given_up);
    other.await.unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_flag_by_itself_goes_off_by_its_own_path() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    assert_eq!((stage.count("bulk_features"), stage.count("/off?")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn apps_that_are_given_nothing_while_it_is_off_and_dead_switches_are_named() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    assert_eq!(flag(&seen).caveats, [Caveat::DefaultInCode { value: None }]);
    let reach = Reach {
        by: By::Poll,
        within_s: 15,
    };
    assert_eq!(flag(&seen).reach, Some(reach));
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(
        sentence.contains("where that is on, it stays on"),
        "{sentence}"
    );
    stage.console(
        json!({"service": "unleash", "flag": "wallet.instant_transfer", "unused_days": 30}),
    );
    let seen = read(&*adapter, FLAG, Reading::Fresh).await;
    assert!(
        flag(&seen)
            .caveats
            .contains(&Caveat::NotAskedFor { days: 30 })
    );
}

#[tokio::test(start_paused = true)]
async fn archived_flags_and_flags_without_a_strategy_are_named() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Unleash);
    let answers = |path: &str| match path {
        "/api/client/features" => {
            json!({"features": [{"name": "wallet.instant_transfer", "enabled": false}],
            "query": {"environment": "production"}})
        }
        _ => json!({"name": "wallet.instant_transfer", "archived": true, "environments": [
            {"name": "production", "enabled": true, "lastSeenAt": null,
             "strategies": [{"name": "flexibleRollout", "disabled": true}]}]}),
    };
    let adapter = connect(Service::Unleash, &plain, &secret, &stage.answering(answers)).unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    let caveats = &flag(&seen).caveats;
    for caveat in [
        Caveat::Archived,
        Caveat::NoStrategy,
        Caveat::NotAskedFor { days: 30 },
    ] {
        assert!(caveats.contains(&caveat), "{caveats:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_is_set_and_counts_once_apps_have_it() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "unleash", "propagation_ms": 2_000}));
    let adapter = stage.connect(Service::Unleash);
    let to = |share| Desired::RollingOut {
        fraction_bps: Some(share),
    };
    act(&*adapter, OTHERS[0], &to(1_000)).await.unwrap();
    let seen = read(&*adapter, OTHERS[0], Reading::Serving).await;
    assert_eq!(flag(&seen).fraction_bps, Some(5_000));
    assert!(!to(1_000).is_met_by(&seen.state));
    stage.pass_ms(2_000).await;
    let seen = read(&*adapter, OTHERS[0], Reading::Serving).await;
    assert!(to(1_000).is_met_by(&seen.state), "{seen:?}");
    assert_eq!(stage.wire.newest_body()[0]["value"], "10");
}

#[tokio::test(start_paused = true)]
async fn unleash_takes_any_number_for_a_share_so_what_is_none_is_not_sent() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let before = read(&*adapter, OTHERS[0], Reading::Fresh).await;
    for share in [0, 50, 2_550, 10_100, 50_000, u32::MAX] {
        let wanted = Desired::RollingOut {
            fraction_bps: Some(share),
        };
        let error = adapter.apply(&effect(&before, &wanted)).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Rejected, Applied::No)
        );
        assert!(error.sentence.contains("whole number from 1 to 100 %"));
    }
    assert_eq!(
        (stage.count("PATCH"), stage.changes(Service::Unleash)),
        (0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn unleash_guards_no_write_so_the_last_one_wins_and_only_reading_back_counts() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Unleash);
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    let theirs =
        |on: bool| json!({"service": "unleash", "flag": "wallet.instant_transfer", "on": on});
    stage.console(theirs(false));
    stage.console(theirs(true));
    // Nothing tells that somebody changed it in between.
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    stage.console(theirs(true));
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(!Desired::Off.is_met_by(&seen.state));
}
