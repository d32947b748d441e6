//! From a breach to a confirmed stop, a notice and a resume. Must not know what goes wrong.

use cockpit_engine::api::{Act, Pressed, Query, RequestNoticeArgs};
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::notice::NoticeText;
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views::StopSheetView;

use crate::stage::{
    FLAG, PLAY, World, approve, change, cockpit, log, press, refresh, stop, stopped, words,
};

#[tokio::test(start_paused = true)]
async fn a_breach_is_recorded_once_and_its_figures_go_into_the_stop() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    let breaches = |rows: &[cockpit_engine::domain::views::LogRow]| {
        let it = rows.iter().filter(|row| row.decision.contains("reach"));
        it.count()
    };
    let first = breaches(&log(&handle).await);
    assert!(first > 0, "{:#?}", log(&handle).await);
    refresh(&handle).await;
    refresh(&handle).await;
    assert_eq!(breaches(&log(&handle).await), first);
    assert_eq!(world.desk.titles(), vec!["Breach"; first]);
    let view = cockpit(&handle).await;
    assert_eq!(view.breaches.len(), first);
    assert_eq!(view.breaches[0].version, "8.4.0");
    let sheet: StopSheetView = handle
        .ask(Query::StopSheet(Default::default()))
        .await
        .unwrap();
    assert_eq!(sheet.targets.len(), 3, "{sheet:#?}");
    assert!(sheet.evidence[0].contains("below the floor"), "{sheet:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_confirmed_on_each_target_shown_so_and_in_the_log() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    let before = log(&handle).await.len();
    let view = stopped(&handle).await;
    assert_eq!(view.summary, "3 of 3 confirmed");
    let shown = cockpit(&handle).await;
    assert!(
        shown
            .releases
            .iter()
            .filter(|it| it.version == "8.4.0")
            .all(|it| it.rollout.held)
    );
    assert!(shown.flags.iter().any(|it| it.target == FLAG && !it.on));
    assert_eq!(shown.online.outbox, "Outbox empty");
    assert!(shown.stop.why_not.is_some());
    // Each target is asked for, claimed and reported: three entries, and no more commits for them
    // but the durable start.
    assert_eq!(log(&handle).await.len() - before, 9);
    assert_eq!(world.changes().len(), 3, "{:#?}", world.changes());
}

#[tokio::test(start_paused = true)]
async fn a_notice_waits_for_approval_and_is_published_once() {
    let world = World::new("crash-spike");
    let handle = world.drill().await;
    stopped(&handle).await;
    let text = NoticeText {
        title: "Problems in version 8.4.0".to_owned(),
        body: "We are looking for the cause.".to_owned(),
        phase: Phase::Investigating,
        notify_subscribers: false,
    };
    let asked: Pressed = handle
        .do_it(Act::RequestNotice(RequestNoticeArgs { text }))
        .await
        .unwrap();
    assert_eq!(words(&press(&handle, &asked).await), ["waiting"]);
    let posts = || world.requests(|service, method, _| service == "statuspage" && method == "POST");
    assert_eq!(posts(), 0);
    approve(&handle, &asked.intents[0]).await.unwrap();
    let view = handle.settled(&asked, 10_000).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert_eq!(posts(), 1);
    let again = approve(&handle, &asked.intents[0]).await.unwrap_err();
    assert_eq!(again.kind, "refused", "{again:?}");
    assert_eq!(posts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resume_and_a_flag_turned_on_wait_for_approval() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let so_far = world.changes().len();
    for (target, desired) in [
        (PLAY, Desired::RollingOut { fraction_bps: None }),
        (FLAG, Desired::On),
    ] {
        let asked = change(&handle, target, desired).await.unwrap();
        assert_eq!(words(&press(&handle, &asked).await), ["waiting"]);
        assert_eq!(cockpit(&handle).await.waiting.len(), 1);
        approve(&handle, &asked.intents[0]).await.unwrap();
        let view = handle.settled(&asked, 10_000).await.unwrap();
        assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    }
    assert_eq!(world.changes().len(), so_far + 2);
}

#[tokio::test(start_paused = true)]
async fn two_presses_at_the_same_time_stop_once() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let one = stop(&handle).await;
    let other: Result<Pressed, _> = handle.do_it(Act::Stop(crate::stage::stop_args())).await;
    assert_eq!(other.unwrap_err().kind, "refused");
    handle.settled(&one, 10_000).await.unwrap();
    assert_eq!(world.changes().len(), 3);
}
