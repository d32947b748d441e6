//! A stop that reaches switches at several flag services. Must not know how a service is asked.

use cockpit_engine::domain::Desired;
use cockpit_engine::domain::views::{OutcomeWord, PressView};
use serde_json::json;

use crate::stage::{World, change, cockpit, pass_ms, press, refresh, stop, words};

const AT_LAUNCHDARKLY: &str = "launchdarkly:northwind/production/instant-transfer";
const AT_FIREBASE: &str = "remote_config:northwind-sandbox/instant_transfer";

#[tokio::test(start_paused = true)]
async fn one_stop_turns_off_what_is_tied_to_the_release_everywhere() {
    let world = World::new("all-flags");
    let handle = world.drill().await;
    let shown = cockpit(&handle).await;
    for service in [
        "Firebase Remote Config",
        "LaunchDarkly",
        "Flagsmith",
        "Unleash",
    ] {
        assert!(shown.flags_from.contains(service), "{}", shown.flags_from);
    }
    let pressed = stop(&handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    for target in [AT_LAUNCHDARKLY, AT_FIREBASE] {
        let part = view.targets.iter().find(|it| it.target == target);
        assert!(part.is_some(), "{target}: {view:#?}");
    }
    assert_eq!(words(&view), ["confirmed"; 6], "{view:#?}");
    let truth = world.sandbox.truth();
    assert_eq!(
        truth["launchdarkly"]["flags"]["instant-transfer"]["served"],
        false
    );
    for service in ["remote_config", "flagsmith"] {
        let flag = &truth[service]["flags"]["instant_transfer"];
        assert_eq!(flag["served"], false, "{service}");
    }
    // What stands beside the change leads to the entry, and to how far the ledger was.
    let comment = truth["flagsmith"]["flags"]["instant_transfer"]["comment"].clone();
    let comment = comment.as_str().unwrap();
    let part = |service: &str| {
        view.targets
            .iter()
            .find(|it| it.target.starts_with(service))
    };
    let intent = &part("flagsmith:").unwrap().intent;
    assert!(
        comment.contains(&format!("intent {intent}, ledger head ")),
        "{comment}"
    );
}

#[tokio::test(start_paused = true)]
async fn where_another_approval_is_needed_it_is_not_in_effect_and_says_so() {
    let world = World::new("all-flags");
    let handle = world.drill().await;
    let approvals = json!({"service": "launchdarkly", "approvals": true});
    world.control("POST", "knobs", &approvals);
    let pressed = change(&handle, AT_LAUNCHDARKLY, Desired::Off)
        .await
        .unwrap();
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    let outcome = &view.targets[0].outcome;
    assert!(
        outcome.sentence.contains("their approval is needed"),
        "{outcome:#?}"
    );
    refresh(&handle).await;
    let flags = cockpit(&handle).await.flags;
    assert!(flags.iter().any(|it| it.target == AT_LAUNCHDARKLY && it.on));
}

#[tokio::test(start_paused = true)]
async fn off_in_the_console_is_confirmed_only_once_apps_have_it() {
    let world = World::new("all-flags");
    let handle = world.drill().await;
    for service in ["launchdarkly", "remote_config"] {
        let late = json!({"service": service, "propagation_ms": 20_000});
        world.control("POST", "knobs", &late);
    }
    let pressed = stop(&handle).await;
    pass_ms(10_000).await;
    let view = press(&handle, &pressed).await;
    for target in [AT_LAUNCHDARKLY, AT_FIREBASE] {
        assert_ne!(word(&view, target), OutcomeWord::Confirmed, "{target}");
    }
    pass_ms(60_000).await;
    let view = press(&handle, &pressed).await;
    for target in [AT_LAUNCHDARKLY, AT_FIREBASE] {
        assert_eq!(word(&view, target), OutcomeWord::Confirmed, "{view:#?}");
    }
}

fn word(view: &PressView, target: &str) -> OutcomeWord {
    let part = view.targets.iter().find(|it| it.target == target);
    part.expect("the stop reaches it").outcome.outcome
}
