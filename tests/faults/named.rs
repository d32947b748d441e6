//! Single courses of events that a simulation once found, each told by its name. Must not know
//! how an effect is carried out.

use cockpit_engine::domain::views::PressTargetView;
use serde_json::json;

use crate::eight::BOARD;
use crate::stage::{Board, FOUR, Stage, pass_ms};

const FLAG: &str = "unleash:default/production/wallet.instant_transfer";
/// Both flags of the release go off in one request.
const OFF: &str = "environments/production/off";

/// A stop whose first write arrives, but answers long after everybody has given up; what comes
/// next goes wrong in another way. Gives the flag after ten seconds and after a minute.
async fn after_a_late_write(next: serde_json::Value) -> (PressTargetView, PressTargetView) {
    let stage = Stage::new(1, 20, false, &FOUR).await;
    let late = json!({"service": "unleash", "match": OFF, "fault": "slow:24000"});
    stage.control("POST", "fault", &late);
    stage.control("POST", "fault", &next);
    let pressed = stage.press_stop().await;
    let view = async || {
        let view = stage.handle.settled(&pressed, 0).await.unwrap();
        view.targets
            .into_iter()
            .find(|it| it.target == FLAG)
            .unwrap()
    };
    pass_ms(10_500).await;
    let early = view().await;
    pass_ms(60_000).await;
    (early, view().await)
}

fn word(view: &PressTargetView) -> serde_json::Value {
    json!(view.outcome.outcome)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_reply_says_nothing_of_what_is_in_effect() {
    let refused = json!({"service": "unleash", "match": OFF, "fault": "status:403"});
    let (early, late) = after_a_late_write(refused).await;
    assert_eq!(word(&early), "unknown", "{}", early.outcome.sentence);
    assert_eq!(word(&late), "confirmed", "{}", late.outcome.sentence);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_after_a_lost_reply_leaves_nothing_queued() {
    let failing = json!({
        "service": "unleash", "match": "wallet.instant_transfer", "fault": "status:503",
        "after": 5, "times": 40,
    });
    let (early, late) = after_a_late_write(failing).await;
    assert_eq!(word(&early), "unknown", "{}", early.outcome.sentence);
    assert_eq!(word(&late), "confirmed", "{}", late.outcome.sentence);
}

#[tokio::test(start_paused = true)]
async fn a_paused_channel_is_confirmed_though_another_update_was_published_meanwhile() {
    let board = Board {
        without: &["microsoft_store"],
        ..BOARD
    };
    let stage = Stage::new(1, 20, false, &board).await;
    let service = "eas_update";
    let lost = json!({"service": service, "match": "CockpitPause", "fault": "lost_reply"});
    stage.control("POST", "fault", &lost);
    let published = json!({"service": service, "action": "publish", "in_ms": 1_500});
    stage.control("POST", "console", &published);
    let pressed = stage.press_stop().await;
    let view = stage.handle.settled(&pressed, 10_500).await.unwrap();
    let channel = view
        .targets
        .iter()
        .find(|it| it.target.starts_with(service));
    let channel = channel.unwrap();
    let said = &channel.outcome.sentence;
    assert_eq!(word(channel), "confirmed", "{said}");
    assert!(
        said.ends_with("Another release stands there by now and is stopped with it."),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_whose_every_answer_is_lost_ends_and_can_be_asked_for_again() {
    let stage = Stage::new(1, 20, false, &FOUR).await;
    let failing = json!({"service": "unleash", "match": OFF, "fault": "status:500", "times": 5});
    stage.control("POST", "fault", &failing);
    let pressed = stage.press_stop().await;
    let flag = async |pressed, wait_ms| {
        let view = stage.handle.settled(pressed, wait_ms).await.unwrap();
        let mut targets = view.targets.into_iter();
        targets.find(|it| it.target == FLAG).unwrap()
    };
    let early = flag(&pressed, 10_500).await;
    assert_eq!(word(&early), "unknown", "{}", early.outcome.sentence);
    pass_ms(180_000).await;
    let late = flag(&pressed, 0).await;
    assert_eq!(word(&late), "failed", "{}", late.outcome.sentence);

    let pressed = stage.press_stop().await;
    let again = flag(&pressed, 10_500).await;
    assert_eq!(word(&again), "confirmed", "{}", again.outcome.sentence);
}
