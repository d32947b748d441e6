//! Health rules and standing orders as a person meets them: set, tried out, signed, followed,
//! ended. Must not know how a rule is judged.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, EndOrderArgs, EndRuleArgs, EntryArgs, Nothing, Problem,
    Proposed, Query, RuleTestArgs, SetRuleArgs, SignOrderArgs,
};
use cockpit_engine::domain::rule::{Comparison, HealthRule, RuleOutcome};
use cockpit_engine::domain::views::{
    ChangeSheetView, EntryView, HealthView, RuleTestsView, StopSheetView,
};
use cockpit_engine::keychain::Wish;

use crate::stage::{PASSPHRASE, World, cockpit, file_wish, log, pass_ms, refresh};

const HOUR_MS: u64 = 3_600_000;

fn worse(name: &str, outcome: RuleOutcome) -> HealthRule {
    HealthRule {
        name: name.to_owned(),
        previous: Some(Comparison::standard()),
        // Over a whole day, two bad hours are a small difference yet.
        window_ms: Some(2 * HOUR_MS),
        outcome,
        ..HealthRule::standard()
    }
}

async fn health(handle: &Handle) -> HealthView {
    handle.ask(Query::Health(Nothing {})).await.unwrap()
}

async fn tested(handle: &Handle, rule: HealthRule) -> RuleTestsView {
    let asked = Query::RuleTest(RuleTestArgs { rule });
    handle.ask(asked).await.unwrap()
}

async fn set(handle: &Handle, rule: HealthRule) -> Result<Done, Problem> {
    let reason = "the old one cried wolf".to_owned();
    handle
        .do_it(Act::SetRule(SetRuleArgs { rule, reason }))
        .await
}

async fn sign(handle: &Handle, fires_max: u32) -> Result<String, Problem> {
    let proposed: Proposed = handle
        .do_it(Act::SignOrder(SignOrderArgs {
            rule: worse("half a point worse", RuleOutcome::Stop),
            platform: Some("Android".to_owned()),
            hours: 24,
            fires_max,
            reason: "nobody watches tonight".to_owned(),
        }))
        .await?;
    let change = proposed.change;
    let asked = ChangeArg {
        change: change.clone(),
    };
    let sheet: ChangeSheetView = handle.ask(Query::ChangeSheet(asked)).await?;
    assert_eq!(
        sheet.title,
        "Sign a standing order on “half a point worse”?"
    );
    assert_eq!(sheet.why_not, None);
    assert!(
        health(handle).await.orders.is_empty(),
        "nothing is signed yet"
    );
    handle
        .approve(Approval::SignChange(ChangeArg { change }))
        .await?;
    Ok(health(handle).await.orders[0].order.clone())
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_set_judged_and_ended() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    let before = health(&handle).await;
    assert_eq!(before.rules.len(), 1);
    assert!(
        before.rules[0]
            .states
            .iter()
            .any(|it| it.badge.words == "Breached"),
        "{before:#?}"
    );
    assert_eq!(before.signals.len(), 8, "{before:#?}");
    assert!(before.signals.iter().all(|it| it.source == "Sentry"));
    // Looser words: what stood under the old ones stands no more, and nothing is breached.
    let loose = HealthRule {
        floor_bps: 9_000,
        ..HealthRule::standard()
    };
    set(&handle, loose.clone()).await.unwrap();
    refresh(&handle).await;
    let view = health(&handle).await;
    assert!(
        view.rules[0]
            .states
            .iter()
            .all(|it| it.badge.words == "Armed"),
        "{view:#?}"
    );
    assert_eq!(cockpit(&handle).await.breaches.len(), 0);
    let again = set(&handle, loose).await.unwrap_err();
    assert!(again.sentence.contains("word for word"), "{again:?}");
    let end = Act::EndRule(EndRuleArgs {
        rule: "crash floor".to_owned(),
        reason: "we compare".to_owned(),
    });
    let _: Done = handle.do_it(end).await.unwrap();
    assert_eq!(health(&handle).await.rules.len(), 0);
    let decisions: Vec<String> = log(&handle)
        .await
        .into_iter()
        .map(|it| it.decision)
        .collect();
    assert_eq!(
        decisions[..2],
        ["Ended a health rule", "Set a health rule"],
        "{decisions:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_tried_out_before_it_is_armed_and_says_when_there_is_nothing() {
    let world = World::new("crash-spike");
    let handle = world.engine(Wish::Memory, false).await.unwrap();
    crate::stage::create(&handle).await;
    let nothing = tested(&handle, HealthRule::standard()).await;
    assert!(
        nothing.summary.starts_with("No past figures"),
        "{nothing:?}"
    );
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    pass_ms(2 * HOUR_MS).await;
    refresh(&handle).await;
    let floor = tested(&handle, HealthRule::standard()).await;
    assert_eq!(
        floor.summary,
        "It would have fired on 2 of the 4 releases whose figures are known."
    );
    let compared = tested(&handle, worse("a", RuleOutcome::Alarm)).await;
    let fired = compared.tests.iter().find(|it| it.fired_at.is_some());
    let fired = fired.expect("the spike is in whole hours");
    assert!(
        fired.sentence.starts_with("Would have fired at"),
        "{fired:?}"
    );
    assert_eq!(fired.beside, "Compared with 8.3.2 in the same hours.");
    // Trying out sets nothing.
    assert_eq!(health(&handle).await.rules.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_proposes_fills_the_stop_sheet_in_and_does_not_stop() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    let proposes = HealthRule {
        outcome: RuleOutcome::Proposal,
        ..HealthRule::standard()
    };
    set(&handle, proposes).await.unwrap();
    refresh(&handle).await;
    assert!(
        world
            .desk
            .titles()
            .contains(&"A stop is proposed".to_owned()),
        "{:?}",
        world.desk.titles()
    );
    assert!(
        cockpit(&handle)
            .await
            .breaches
            .iter()
            .all(|it| it.proposes_stop)
    );
    let sheet: StopSheetView = handle
        .ask(Query::StopSheet(Default::default()))
        .await
        .unwrap();
    let reason = sheet.proposed_reason.expect("it proposes one");
    assert!(
        reason.starts_with("Health rule “crash floor”: "),
        "{reason}"
    );
    assert_eq!(world.changes().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_order_is_signed_followed_with_its_evidence_sealed_and_ended() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    let order = sign(&handle, 2).await.unwrap();
    let view = health(&handle).await;
    assert_eq!(view.orders[0].left, "24 h and 2 of 2 breaches left");
    assert_eq!(view.rules.len(), 2);
    assert_eq!(world.changes().len(), 0);
    pass_ms(2 * HOUR_MS).await;
    refresh(&handle).await;
    handle.idle(10_000).await;
    // It stopped the breached version on its platform, and nothing else.
    assert_eq!(world.changes().len(), 1, "{:#?}", world.changes());
    let view = health(&handle).await;
    let left = &view.orders[0].left;
    assert!(left.ends_with("and 1 of 2 breaches left"), "{left}");
    let fired = view.orders[0].fired[0];
    let entry: EntryView = handle
        .ask(Query::Entry(EntryArgs { position: fired }))
        .await
        .unwrap();
    assert_eq!(entry.kind, "breach.seen");
    let body = entry.raw.lines().nth(1).unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["rule"], "half a point worse");
    assert_eq!(body["evidence"]["pairing"], "same_hours");
    assert!(body["evidence"]["times_likelier"].as_u64().unwrap() >= 100);
    let told: Vec<&str> = entry.facts.iter().map(|it| it.name.as_str()).collect();
    assert!(
        told.contains(&"Compared") && told.contains(&"Evidence"),
        "{told:?}"
    );
    let asked = log(&handle)
        .await
        .into_iter()
        .find(|it| it.decision == "Asked: stop a rollout")
        .expect("the stop stands in the log");
    assert_eq!(asked.reason, "Standing order: nobody watches tonight");
    // The same breach is followed once.
    refresh(&handle).await;
    handle.idle(10_000).await;
    assert_eq!(world.changes().len(), 1);
    let end = Act::EndOrder(EndOrderArgs {
        order,
        reason: "we are back".to_owned(),
    });
    let _: Done = handle.do_it(end).await.unwrap();
    let view = health(&handle).await;
    assert_eq!(
        view.orders[0].left,
        "It holds no more: it was ended: we are back."
    );
    assert_eq!(view.rules.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_counted_of_a_release_is_still_known_after_a_restart() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    let before = tested(&handle, HealthRule::standard()).await;
    assert_eq!(before.tests.len(), 4, "{before:?}");
    handle.close().await.unwrap();
    drop(handle);
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    assert_eq!(tested(&handle, HealthRule::standard()).await, before);
}
