//! "Can I stop right now?" through the engine: when dry runs are made, that they change nothing, and
//! what is shown of them. Must not know how an adapter makes one.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, AppArgs, Done, Nothing, Query, RehearseArgs};
use cockpit_engine::domain::rehearsal::Readiness;
use cockpit_engine::domain::views::{SettingsView, StopLightView, StopSheetView};
use cockpit_engine::keychain::Wish;
use serde_json::json;

use crate::stage::{FLAG, PASSPHRASE, PLAY, World, cockpit, file_wish, pass_ms, refresh, stopped};

async fn light(handle: &Handle) -> StopLightView {
    cockpit(handle).await.light
}

async fn rehearse(handle: &Handle) -> String {
    let args = RehearseArgs::default();
    let done: Done = handle.do_it(Act::Rehearse(args)).await.unwrap();
    done.sentence
}

fn of(light: &StopLightView, target: &str) -> Readiness {
    let mut targets = light.targets.iter();
    let found = targets.find(|it| it.target == target);
    found.expect("it is there").light.readiness
}

fn dry_runs(world: &World) -> usize {
    world.requests(|_, method, path| method == "POST" && path.ends_with(":validate"))
}

#[tokio::test(start_paused = true)]
async fn a_request_proves_it_and_nothing_is_changed() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    assert_eq!(light(&handle).await.readiness, Some(Readiness::NotProven));
    let before = world.changes();
    assert_eq!(
        rehearse(&handle).await,
        "Dry runs of a stop were made on 5 targets. Nothing was changed."
    );
    let shown = light(&handle).await;
    assert_eq!(of(&shown, PLAY), Readiness::CanStop, "{shown:#?}");
    assert_eq!(of(&shown, FLAG), Readiness::CanStop, "{shown:#?}");
    // Apple takes no dry run, and that is said.
    assert_eq!(shown.badge.words, "Not proven for 1 of 3");
    assert!(shown.sentence.contains("App Store"), "{shown:#?}");
    assert_eq!(world.changes(), before);
    // Within a minute nothing is tried again.
    let made = dry_runs(&world);
    assert!(rehearse(&handle).await.starts_with("No dry run was due"));
    assert_eq!(dry_runs(&world), made);
    let sheet: StopSheetView = handle
        .ask(Query::StopSheet(AppArgs::default()))
        .await
        .unwrap();
    assert!(sheet.targets.iter().all(|it| it.light.is_some()));
}

#[tokio::test(start_paused = true)]
async fn they_are_made_at_the_start_and_rarely_after_that() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    assert_eq!(of(&light(&handle).await, PLAY), Readiness::CanStop);
    let first = dry_runs(&world);
    assert!(first > 0);
    pass_ms(20 * 60_000).await;
    assert_eq!(dry_runs(&world), first);
    assert_eq!(of(&light(&handle).await, PLAY), Readiness::CanStop);
    let quotas = world.control("GET", "quotas", &json!({}));
    for quota in quotas["quotas"].as_array().unwrap() {
        assert!(quota["share"].as_f64().unwrap() <= 0.35, "{quota}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_gone_turns_the_light_and_is_named() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    rehearse(&handle).await;
    let refuses = json!({"service": "unleash", "may_switch": false});
    world.control("POST", "knobs", &refuses);
    pass_ms(61_000).await;
    refresh(&handle).await;
    rehearse(&handle).await;
    let shown = light(&handle).await;
    assert_eq!(shown.readiness, Some(Readiness::Cannot));
    assert_eq!(shown.badge.words, "Cannot stop 1 of 3");
    let flag = shown.targets.iter().find(|it| it.target == FLAG).unwrap();
    assert_eq!(
        flag.light.missing.as_deref(),
        Some("UPDATE_FEATURE_ENVIRONMENT")
    );
    let settings: SettingsView = handle.ask(Query::Settings(Nothing {})).await.unwrap();
    let of_service = |key: &str| {
        let mut all = settings.connections.iter();
        all.find(|it| it.service == key).unwrap().clone()
    };
    let unleash = of_service("unleash");
    assert_eq!(unleash.light.unwrap().readiness, Some(Readiness::Cannot));
    assert!(!unleash.steps.is_empty());
    let play = of_service("google_play");
    assert_eq!(play.light.unwrap().readiness, Some(Readiness::CanStop));
    let words: Vec<&str> = play.quotas.iter().map(|it| it.words.as_str()).collect();
    assert!(
        words[0].contains("of 3 000 requests each minute are left"),
        "{words:?}"
    );
    assert!(
        words[1].contains("of 500 new edits each day are left"),
        "{words:?}"
    );
    assert!(play.quotas[1].left_permille < 1_000, "{words:?}");
    assert_eq!(of_service("statuspage").light, None);
}

#[tokio::test(start_paused = true)]
async fn what_was_shown_stays_with_its_age_over_a_restart_and_not_over_a_new_credential() {
    let world = World::new("calm");
    let handle = world.workspace(file_wish(PASSPHRASE), false).await;
    rehearse(&handle).await;
    let before = light(&handle).await;
    handle.close().await.unwrap();
    drop(handle);
    pass_ms(3_600_000).await;
    let wish = file_wish(PASSPHRASE);
    let handle = world.engine(wish, false).await.unwrap();
    refresh(&handle).await;
    let after = light(&handle).await;
    let proven = |light: &StopLightView| light.targets[0].light.age.at.clone();
    assert_eq!(proven(&after), proven(&before));
    assert_eq!(of(&after, PLAY), Readiness::CanStop);
    let again: Done = handle
        .do_it(Act::Connect(world.form("google_play")))
        .await
        .unwrap();
    assert!(again.sentence.contains("is connected"));
    refresh(&handle).await;
    assert_eq!(of(&light(&handle).await, PLAY), Readiness::NotProven);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_rehearsed_where_nothing_can_be_stopped() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    stopped(&handle).await;
    refresh(&handle).await;
    let made = dry_runs(&world);
    rehearse(&handle).await;
    let shown = light(&handle).await;
    assert_eq!(shown.badge.words, "Nothing to stop", "{shown:#?}");
    assert_eq!(dry_runs(&world), made);
}
