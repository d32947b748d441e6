//! Time-bound authority through the whole engine: who may agree until when, who takes over, and a
//! stop that goes on because nobody judged it. Must not know the rules themselves.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Pressed, Problem, StopArgs};
use cockpit_engine::domain::TargetId;
use cockpit_engine::domain::authority::{Fallback, Mandate, Quorum};
use cockpit_engine::domain::policy::{ActKind, Role};
use cockpit_engine::domain::views::ChangeDraft;

use crate::stage::{
    PASSPHRASE, PLAY, World, app_store, approve, file_wish, log, pass_ms, press, words,
};
use crate::team::{admit, change, invite, join, people, sync, team};

const MINUTE_MS: u64 = 60_000;

/// Mira asks; Ben agrees; after two minutes Cleo may; after four the stop goes on.
fn mandate() -> Mandate {
    Mandate {
        ask: vec![Role::ProductLead],
        approve: vec![Quorum {
            roles: vec![Role::ProductLead],
            persons: 1,
        }],
        expires_ms: 15 * MINUTE_MS,
        fallback: vec![Fallback {
            after_ms: 2 * MINUTE_MS,
            roles: vec![Role::Responder],
        }],
        default_after_ms: Some(4 * MINUTE_MS),
        break_glass: Vec::new(),
    }
}

async fn joined(first: &Handle, world: &World, role: Role) -> Handle {
    let text = invite(first, role).await.unwrap().text;
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    join(&handle, &text).await.unwrap();
    sync(first).await;
    let words = team(&handle).await.joining.unwrap().words;
    admit(first, &words).await.unwrap();
    sync(first).await;
    sync(&handle).await;
    handle
}

async fn stop(handle: &Handle, target: &str) -> Pressed {
    let args = StopArgs {
        app: None,
        version: None,
        targets: Some(vec![TargetId(target.to_owned())]),
        reason: "Crash on opening Transfer".to_owned(),
    };
    handle.do_it(Act::Stop(args)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_next_authority_takes_over_in_time_and_then_the_stop_goes_on_by_itself() {
    let worlds = [World::new("calm"), World::new("calm"), World::new("calm")];
    let folder = tempfile::tempdir().unwrap();
    let mira = worlds[0].workspace(file_wish(PASSPHRASE), true).await;
    mira.share(folder.path().to_owned()).await.unwrap();
    let _ben = joined(&mira, &worlds[1], Role::ProductLead).await;
    let cleo = joined(&mira, &worlds[2], Role::Responder).await;
    let act = ActKind::Stop;
    let mandate = mandate();
    change(&mira, ChangeDraft::Mandate { act, mandate })
        .await
        .unwrap();

    // Nobody agrees before their time, and the next authority at it.
    let pressed = stop(&mira, PLAY).await;
    let intent = pressed.intents[0].clone();
    sync(&mira).await;
    sync(&cleo).await;
    assert_eq!(words(&press(&mira, &pressed).await), ["waiting"]);
    let early = async || -> Problem { approve(&cleo, &intent).await.unwrap_err() };
    let refused = early().await;
    assert!(refused.sentence.contains("Ben"), "{refused:?}");
    pass_ms(2 * MINUTE_MS - 1_000).await;
    assert_eq!(early().await.kind, "refused");
    pass_ms(1_000).await;
    approve(&cleo, &intent).await.unwrap();
    sync(&cleo).await;
    sync(&mira).await;
    let view = mira.settled(&pressed, 20_000).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");

    // Nobody judges the other one.
    let ios = app_store(&mira).await;
    let pressed = stop(&mira, &ios).await;
    pass_ms(4 * MINUTE_MS - 1_000).await;
    assert_eq!(words(&press(&mira, &pressed).await), ["waiting"]);
    assert!(
        people(&mira)
            .await
            .reviews
            .iter()
            .all(|it| !it.title.contains("nobody judged"))
    );
    pass_ms(2_000).await;
    let view = mira.settled(&pressed, 20_000).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    let rows = log(&mira).await;
    let taken = rows.iter().filter(|it| it.decision == "Went on by itself");
    assert_eq!(taken.count(), 1);
    let reviews = people(&mira).await.reviews;
    assert!(
        reviews
            .iter()
            .any(|it| it.title == "A stop that nobody judged in time"),
        "{reviews:#?}"
    );
}
