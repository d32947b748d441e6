//! People who have a stopped version are asked to update: from the stop that does not reach them to
//! what was read back. Must not know how Google is asked.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Pressed, Problem, Query, RecoverArgs};
use cockpit_engine::domain::views::{ActView, ReleaseView, StopSheetView};
use serde_json::{Value, json};

use crate::stage::{World, approve, cockpit, pass_ms, press, refresh, stopped, words};

const RECOVERY: &str = "google_play:com.northwind.wallet/recovery/84012/8.4.0";

fn args(version: &str, cancel: bool) -> RecoverArgs {
    RecoverArgs {
        app: None,
        version: version.to_owned(),
        cancel,
        reason: "8.4.0 crashes on opening Transfer".to_owned(),
    }
}

async fn recover(handle: &Handle, args: RecoverArgs) -> Result<Pressed, Problem> {
    handle.do_it(Act::Recover(args)).await
}

async fn row(handle: &Handle) -> Option<ReleaseView> {
    let shown = cockpit(handle).await;
    shown.releases.into_iter().find(|it| it.target == RECOVERY)
}

fn act<'a>(row: &'a ReleaseView, label: &str) -> &'a ActView {
    row.acts.iter().find(|it| it.label == label).unwrap()
}

fn recoveries(world: &World) -> Vec<Value> {
    let truth = world.sandbox.truth();
    truth["google_play"]["recoveries"]
        .as_array()
        .unwrap()
        .clone()
}

fn release_fixed(world: &World) {
    world.console(&json!({"service": "google_play", "action": "release"}));
}

#[tokio::test(start_paused = true)]
async fn a_stop_says_whom_it_does_not_reach_and_sends_nothing_to_them() {
    let world = World::new("calm");
    let handle = world.drill().await;
    assert_eq!(row(&handle).await, None, "nobody was left behind yet");
    let sheet: StopSheetView = handle
        .ask(Query::StopSheet(Default::default()))
        .await
        .unwrap();
    let said = sheet.not_covered.join("\n");
    assert!(
        said.contains("does not reach people who have 8.4.0 already"),
        "{said}"
    );
    assert!(sheet.targets.iter().all(|it| it.target != RECOVERY));
    let view = stopped(&handle).await;
    assert!(
        view.targets.iter().all(|it| it.target != RECOVERY),
        "{view:#?}"
    );
    refresh(&handle).await;
    assert_eq!(recoveries(&world), Vec::<Value>::new());
    let row = row(&handle).await.expect("it stands beside the release");
    let ask = act(&row, "Ask to update");
    let why = ask.why_not.as_deref().unwrap();
    assert!(why.contains("nothing to update to"), "{why}");
    assert!(row.light.is_none() && row.badge.words == "Nobody asked");
}

#[tokio::test(start_paused = true)]
async fn people_are_asked_after_an_approval_and_it_is_read_back() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let refused = recover(&handle, args("8.4.0", false)).await.unwrap_err();
    assert!(
        refused.sentence.contains("nothing to update to"),
        "{refused:?}"
    );
    release_fixed(&world);
    refresh(&handle).await;
    let shown = row(&handle).await.unwrap();
    let ask = act(&shown, "Ask to update");
    assert_eq!(ask.why_not, None);
    assert!(
        ask.sentence.contains("it only asks") && ask.sentence.contains("8.4.1"),
        "{}",
        ask.sentence
    );
    assert!(ask.sentence.contains("do not go back"), "{}", ask.sentence);
    let pressed = recover(&handle, args("8.4.0", false)).await.unwrap();
    pass_ms(2_000).await;
    assert_eq!(
        recoveries(&world),
        Vec::<Value>::new(),
        "nothing is made before the approval"
    );
    approve(&handle, &pressed.intents[0]).await.unwrap();
    pass_ms(10_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    let said = &view.targets[0].outcome.sentence;
    assert!(
        said.contains("Whether people saw it was not observed"),
        "{said}"
    );
    assert_eq!(recoveries(&world)[0]["status"], "RECOVERY_STATUS_ACTIVE");

    pass_ms(1_800_000).await;
    refresh(&handle).await;
    let shown = row(&handle).await.unwrap();
    assert_eq!(shown.badge.words, "Asked to update");
    assert!(
        shown
            .rollout
            .fraction
            .is_some_and(|it| it > 0.0 && it < 1.0)
    );

    // And no longer, by an act of its own.
    let pressed = recover(&handle, args("84012", true)).await.unwrap();
    approve(&handle, &pressed.intents[0]).await.unwrap();
    pass_ms(10_000).await;
    assert_eq!(words(&press(&handle, &pressed).await), ["confirmed"]);
    assert_eq!(recoveries(&world)[0]["status"], "RECOVERY_STATUS_CANCELED");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_makes_no_second_one_and_is_read_back() {
    let make = "POST /androidpublisher/v3/applications/com.northwind.wallet/appRecoveries";
    for part in [make, ":deploy"] {
        let world = World::new("calm");
        let handle = world.drill().await;
        stopped(&handle).await;
        release_fixed(&world);
        let pressed = recover(&handle, args("8.4.0", false)).await.unwrap();
        let fault =
            json!({"service": "google_play", "match": part, "fault": "lost_reply", "times": 1});
        world.control("POST", "fault", &fault);
        approve(&handle, &pressed.intents[0]).await.unwrap();
        pass_ms(60_000).await;
        let view = press(&handle, &pressed).await;
        assert_eq!(words(&view), ["confirmed"], "{part}: {view:#?}");
        let made = recoveries(&world);
        assert_eq!(
            (made.len(), &made[0]["status"]),
            (1, &json!("RECOVERY_STATUS_ACTIVE")),
            "{part}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_google_still_makes_is_unknown_and_confirmed_by_itself_later() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    release_fixed(&world);
    let making = json!({"service": "google_play", "recovery_making_ms": 40_000});
    world.control("POST", "knobs", &making);
    let pressed = recover(&handle, args("8.4.0", false)).await.unwrap();
    approve(&handle, &pressed.intents[0]).await.unwrap();
    pass_ms(12_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["unknown"], "{view:#?}");
    let said = &view.targets[0].outcome.sentence;
    assert!(said.contains("nobody is asked to update yet"), "{said}");
    pass_ms(120_000).await;
    assert_eq!(words(&press(&handle, &pressed).await), ["confirmed"]);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_left_the_track_is_found_in_the_log_after_a_restart() {
    let world = World::new("calm");
    let wish = || crate::stage::file_wish(crate::stage::PASSPHRASE);
    let handle = world.drill_with(wish()).await;
    stopped(&handle).await;
    handle.close().await.unwrap();
    drop(handle);
    release_fixed(&world);
    let handle = world.engine(wish(), false).await.unwrap();
    refresh(&handle).await;
    let shown = row(&handle).await.expect("it was stopped from here");
    assert_eq!(act(&shown, "Ask to update").why_not, None);
    let unknown = recover(&handle, args("7.0.0", false)).await.unwrap_err();
    assert_eq!(unknown.kind, "not_found");
    assert!(unknown.hint.unwrap().contains("8.4.0"));
}
