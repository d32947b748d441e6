//! The traps of Mastodon and Bluesky. Must not know an adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Desired, Service};
use serde_json::json;

use crate::cases::notice;
use crate::chats::posts;
use crate::stage::{Stage, act, effect, read};

const FEDERATED: &str = "mastodon:127.0.0.1";
const BLUESKY: &str = "bluesky:status.northwind.example";

fn saying(key: &str, text: &str) -> Desired {
    let mut notice = notice(key);
    notice.title = String::new();
    notice.body = text.to_owned();
    Desired::Published { notice }
}

#[tokio::test(start_paused = true)]
async fn a_key_holds_for_an_hour_and_the_look_for_longer() {
    let stage = Stage::new();
    let wanted = saying(
        "n-1",
        "Transfers are paused & safe.\n\nMore: https://status.example/a?b=1",
    );
    let first = stage.connect(Service::Mastodon);
    let before = read(&*first, FEDERATED, Reading::Fresh).await;
    stage.fault("POST /api/v1/statuses", "lost_reply:close", 1);
    let press = effect(&before, &wanted);
    assert_eq!(
        first.apply(&press).await.unwrap_err().applied,
        Applied::Unknown
    );
    // Two hours later, by a process that knows nothing of the first.
    stage.pass_ms(2 * 60 * 60 * 1_000).await;
    let later = stage.connect(Service::Mastodon);
    let receipt = later.apply(&press).await.unwrap();
    assert_eq!(receipt.notes.len(), 1, "it was found by its words");
    assert_eq!(posts(&stage, Service::Mastodon).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_notices_that_say_the_same_are_two_posts() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Mastodon);
    let (one, other) = (
        saying("n-1", "Still working on it."),
        saying("n-2", "Still working on it."),
    );
    act(&*adapter, FEDERATED, &one).await.unwrap();
    let seen = read(&*adapter, FEDERATED, Reading::Serving).await;
    assert!(one.is_met_by(&seen.state) && !other.is_met_by(&seen.state));
    stage.pass_ms(60_000).await;
    act(&*adapter, FEDERATED, &other).await.unwrap();
    let seen = read(&*adapter, FEDERATED, Reading::Serving).await;
    assert!(one.is_met_by(&seen.state) && other.is_met_by(&seen.state));
    assert_eq!(posts(&stage, Service::Mastodon).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_older_post_that_says_the_same_is_not_taken_for_the_notice() {
    let stage = Stage::new();
    act(
        &*stage.connect(Service::Mastodon),
        FEDERATED,
        &saying("old", "We are on it."),
    )
    .await
    .unwrap();
    stage.pass_ms(24 * 60 * 60 * 1_000).await;
    let adapter = stage.connect(Service::Mastodon);
    act(&*adapter, FEDERATED, &saying("new", "We are on it."))
        .await
        .unwrap();
    assert_eq!(posts(&stage, Service::Mastodon).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn graphemes_are_counted_and_not_bytes() {
    let stage = Stage::new();
    // Each is one character to a reader, and 25 bytes.
    let family = "👨‍👩‍👧‍👦";
    for (service, target, most) in [
        (Service::Bluesky, BLUESKY, 300),
        (Service::Mastodon, FEDERATED, 500),
    ] {
        let adapter = stage.connect(service);
        let long = saying("long", &"x".repeat(most + 1));
        let error = act(&*adapter, target, &long).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Rejected, Applied::No)
        );
        assert!(error.sentence.contains(&format!("{}", most + 1)), "{error}");
        let fits = saying(
            "fits",
            &format!("{}{}", family.repeat(100), "x".repeat(most - 100)),
        );
        act(&*adapter, target, &fits).await.unwrap();
        assert_eq!(posts(&stage, service).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_record_key_is_the_same_post() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "bluesky", "latency_ms": 50}));
    let (one, other) = (
        stage.connect(Service::Bluesky),
        stage.connect(Service::Bluesky),
    );
    let before = read(&*one, BLUESKY, Reading::Fresh).await;
    let press = effect(&before, &saying("n-1", "Transfers are paused."));
    let (one, other) = futures_util::future::join(one.apply(&press), other.apply(&press)).await;
    assert_eq!(
        one.unwrap().provider_request_id,
        other.unwrap().provider_request_id
    );
    assert_eq!(posts(&stage, Service::Bluesky).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ended_is_made_anew_without_a_person() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Bluesky);
    let before = read(&*adapter, BLUESKY, Reading::Fresh).await;
    stage.knobs(json!({"service": "bluesky", "end_sessions": true}));
    let press = effect(&before, &saying("n-1", "Transfers are paused."));
    adapter.apply(&press).await.unwrap();
    assert_eq!(stage.count("createSession"), 2);
    // Readings make no session of their own: sign-ins are few.
    for _ in 0..20 {
        stage.pass_ms(10_000).await;
        read(&*adapter, BLUESKY, Reading::Poll).await;
    }
    assert_eq!(stage.count("createSession"), 2);
}
