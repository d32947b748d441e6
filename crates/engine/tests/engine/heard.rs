//! What people answered to a notice, and one channel that failed asked for once more, through the
//! whole engine. Must not know how a service counts.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ApproveArgs, DraftNoticeArgs, Drafted, IntentArgs, Nothing, Pressed, Query,
    SubmitNoticeArgs,
};
use cockpit_engine::domain::notice::{Audience, Severity};
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views::{NoticesView, ReceiptView};
use serde_json::json;

use crate::stage::{World, pass_ms, refresh, stopped};

async fn notices(handle: &Handle) -> NoticesView {
    handle.ask(Query::Notices(Nothing {})).await.unwrap()
}

async fn receipts(handle: &Handle) -> Vec<ReceiptView> {
    let notices = notices(handle).await.notices;
    notices.into_iter().flat_map(|it| it.receipts).collect()
}

async fn receipt(handle: &Handle, channel: &str) -> ReceiptView {
    let mut found = receipts(handle).await.into_iter();
    found.find(|it| it.channel.starts_with(channel)).unwrap()
}

async fn approves(handle: &Handle, asked: &Pressed) {
    let (intent, also) = asked.intents.split_first().unwrap();
    let approval = ApproveArgs {
        intent: intent.clone(),
        also: also.to_vec(),
    };
    handle.approve(Approval::Approve(approval)).await.unwrap();
    handle.settled(asked, 20_000).await.unwrap();
}

async fn drafted(handle: &Handle) -> Pressed {
    stopped(handle).await;
    let begin = DraftNoticeArgs {
        severity: Some(Severity::Critical),
        ..DraftNoticeArgs::default()
    };
    let drafted: Drafted = handle.do_it(Act::DraftNotice(begin)).await.unwrap();
    let submit = SubmitNoticeArgs {
        incident: drafted.incident,
        audience: Audience::Customers,
        quiet: false,
    };
    handle.do_it(Act::SubmitNotice(submit)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_people_answer_stands_beside_the_receipt_with_its_age() {
    let world = World::new("all-channels");
    let handle = world.drill().await;
    let asked = drafted(&handle).await;
    approves(&handle, &asked).await;
    refresh(&handle).await;
    let silent = receipt(&handle, "Mastodon").await;
    assert_eq!(
        silent.engagement.as_deref(),
        Some("0 favourites · 0 boosts · 0 replies")
    );
    let page = receipt(&handle, "Statuspage").await;
    assert_eq!(
        page.engagement.as_deref(),
        Some("What people do with it is not counted by this service.")
    );
    let channels = notices(&handle).await.channels;
    let mastodon = channels.iter().find(|it| it.service == "mastodon").unwrap();
    let used = mastodon.budget.as_deref().unwrap();
    assert!(
        used.contains(" of 300 requests in the last 5 min"),
        "{used}"
    );
    for (service, replies) in [("mastodon", 4), ("bluesky", 3)] {
        world.console(&json!({"service": service, "likes": 9, "replies": replies}));
    }
    pass_ms(40_000).await;
    refresh(&handle).await;
    let heard = receipt(&handle, "Mastodon").await;
    assert_eq!(
        heard.engagement.as_deref(),
        Some("9 favourites · 0 boosts · 4 replies")
    );
    assert!(heard.engagement_at > silent.engagement_at);
    let incident = notices(&handle).await.incidents.remove(0);
    assert_eq!(
        incident.feedback.as_deref(),
        Some("7 replies to what people were told")
    );
    // While nobody can be asked, the old figure stays, with its age.
    world.offline(true);
    pass_ms(60_000).await;
    refresh(&handle).await;
    let kept = receipt(&handle, "Mastodon").await;
    assert_eq!(
        (kept.engagement, kept.engagement_at),
        (heard.engagement, heard.engagement_at)
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_channel_that_failed_is_asked_for_alone() {
    let world = World::new("all-channels");
    let handle = world.drill().await;
    let asked = drafted(&handle).await;
    let refused = json!({
        "service": "mastodon", "match": "POST /api/v1/statuses", "fault": "status:403", "times": 1,
    });
    world.control("POST", "fault", &refused);
    approves(&handle, &asked).await;
    let offered: Vec<ReceiptView> = receipts(&handle)
        .await
        .into_iter()
        .filter(|it| it.again)
        .collect();
    assert_eq!(offered.len(), 1, "{offered:#?}");
    assert!(offered[0].channel.starts_with("Mastodon"));
    let standing = world.changes().len();
    let again = Act::AskAgain(IntentArgs {
        intent: offered[0].intent.clone(),
    });
    let pressed: Pressed = handle.do_it(again).await.unwrap();
    assert_eq!(pressed.intents.len(), 1);
    approves(&handle, &pressed).await;
    assert_eq!(
        world.changes().len(),
        standing + 1,
        "one post, nowhere else"
    );
    assert_eq!(
        world.sandbox.truth()["mastodon"]["posts"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(receipts(&handle).await.iter().all(|it| !it.again));
    let newest = receipt(&handle, "Mastodon").await;
    assert_eq!(newest.tries, "asked for a 2nd time");
}

/// The second notice of an incident answers the first one, wherever people can see that.
#[tokio::test(start_paused = true)]
async fn an_incident_is_one_story_at_each_channel() {
    let world = World::new("all-channels");
    let handle = world.drill().await;
    let asked = drafted(&handle).await;
    approves(&handle, &asked).await;
    let begin = DraftNoticeArgs {
        phase: Some(Phase::Identified),
        ..DraftNoticeArgs::default()
    };
    let next: Drafted = handle.do_it(Act::DraftNotice(begin)).await.unwrap();
    let submit = SubmitNoticeArgs {
        incident: next.incident,
        audience: Audience::Customers,
        quiet: false,
    };
    let asked: Pressed = handle.do_it(Act::SubmitNotice(submit)).await.unwrap();
    approves(&handle, &asked).await;
    let truth = world.sandbox.truth();
    for service in ["mastodon", "bluesky"] {
        let posts = &truth[service]["posts"];
        assert_eq!(posts[1]["answers"], posts[0]["id"], "{service}: {posts}");
        assert!(posts[0]["answers"].is_null(), "{service}");
    }
}
