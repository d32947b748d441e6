//! The promise of the next notice through the whole engine, over a day in which the laptop sleeps
//! and its clock is moved. Must not know how the cadence is reckoned.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ApproveArgs, ChangeIncidentArgs, Done, DraftNoticeArgs, Drafted, IncidentChange,
    Nothing, Pressed, Problem, Query, ServiceArgs, SubmitNoticeArgs,
};
use cockpit_engine::clock::{self, Clock};
use cockpit_engine::domain::Time;
use cockpit_engine::domain::notice::{Audience, Severity};
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views::{IncidentView, Lane, NoticesView, OwedView};
use cockpit_engine::keychain::Wish;

use crate::stage::{EPOCH_MS, World, cockpit, pass_ms, refresh, stopped, words};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;
/// Awake the engine looks at the clock at least so often.
const LOOKS: u64 = 31 * SECOND;

/// A laptop's clock that somebody moves, and that goes on while the laptop sleeps.
struct Moved {
    by_ms: Arc<AtomicI64>,
    clock: Clock,
}

impl Moved {
    fn new() -> Self {
        let by_ms = Arc::new(AtomicI64::new(0));
        let (by, runs) = (Arc::clone(&by_ms), clock::runtime(Time::from_ms(EPOCH_MS)));
        let shows = move || Time::from_ms(runs().as_ms() + by.load(Ordering::SeqCst));
        Self {
            by_ms,
            clock: clock::steady(shows),
        }
    }

    fn by_minutes(&self, minutes: i64) {
        self.by_ms.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    fn now(&self) -> Time {
        (self.clock)()
    }
}

async fn notices(handle: &Handle) -> NoticesView {
    handle.ask(Query::Notices(Nothing {})).await.unwrap()
}

async fn incident(handle: &Handle) -> IncidentView {
    notices(handle).await.incidents.remove(0)
}

async fn owed(handle: &Handle) -> OwedView {
    let mut owed = incident(handle).await.owed;
    assert_eq!(owed.len(), 1, "one audience was told: {owed:?}");
    owed.remove(0)
}

/// Cards by the cockpit itself.
async fn own_drafts(handle: &Handle) -> usize {
    let lanes = notices(handle).await.lanes;
    let cards = lanes.into_iter().filter(|it| it.lane == Lane::Draft);
    cards
        .flat_map(|it| it.cards)
        .filter(|it| it.detail.contains("drafted by the cockpit"))
        .count()
}

async fn noted(handle: &Handle, what: &str) -> usize {
    let timeline = incident(handle).await.timeline;
    timeline
        .iter()
        .filter(|it| it.what.words.contains(what))
        .count()
}

/// Sends what is drafted, as one person who may do everything.
async fn publishes(handle: &Handle) {
    let id = incident(handle).await.incident;
    let submit = SubmitNoticeArgs {
        incident: id,
        audience: Audience::Customers,
        quiet: false,
    };
    let asked: Pressed = handle.do_it(Act::SubmitNotice(submit)).await.unwrap();
    let (intent, also) = asked.intents.split_first().unwrap();
    let approval = ApproveArgs {
        intent: intent.clone(),
        also: also.to_vec(),
    };
    handle.approve(Approval::Approve(approval)).await.unwrap();
    let view = handle.settled(&asked, 20 * SECOND).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
}

async fn changes(handle: &Handle, change: IncidentChange) -> Result<Done, Problem> {
    let args = ChangeIncidentArgs {
        incident: incident(handle).await.incident,
        change,
        reason: "as it was seen".to_owned(),
    };
    handle.do_it(Act::ChangeIncident(args)).await
}

/// An incident of which customers were told for the first time.
async fn told(world: &World) -> Handle {
    let handle = world.engine(Wish::Memory, true).await.unwrap();
    handle
        .begin_on_sandbox(&world.sandbox.connections(), "Mira")
        .await
        .unwrap();
    refresh(&handle).await;
    stopped(&handle).await;
    let begin = DraftNoticeArgs {
        severity: Some(Severity::Critical),
        ..DraftNoticeArgs::default()
    };
    let _: Drafted = handle.do_it(Act::DraftNotice(begin)).await.unwrap();
    // Nothing but the status page is read on from here: a day of reading takes its time.
    for service in ["google_play", "app_store", "unleash", "sentry"] {
        let service = service.to_owned();
        let _: Done = handle
            .do_it(Act::Disconnect(ServiceArgs { service }))
            .await
            .unwrap();
    }
    publishes(&handle).await;
    handle
}

/// What happens between a promise and its time.
#[derive(Clone, Copy, Debug)]
enum Between {
    /// It is sent once the cockpit has drafted it.
    SentInTime,
    /// The laptop sleeps until long after.
    SleptOver,
    /// Others are called, and then it is sent.
    SentWhenCalled,
    SetBack,
    SetForward,
    /// Nobody does anything.
    Forgotten,
}

#[tokio::test(start_paused = true)]
async fn a_day_of_sleep_and_moved_clocks_has_no_silent_breach() {
    use Between::*;
    let clock = Moved::new();
    let world = World::with_clock("crash-spike", Arc::clone(&clock.clock));
    let handle = told(&world).await;
    let began = clock.now();
    let mut missed = 0;
    let what = [
        SentInTime,
        SleptOver,
        SentWhenCalled,
        SetBack,
        SetForward,
        Forgotten,
    ];
    for between in what.into_iter().cycle() {
        if clock.now().ms_since(began) > DAY {
            break;
        }
        let promise = owed(&handle).await;
        let due: Time = promise.due.parse().unwrap();
        let left = || due.ms_since(clock.now());
        assert!(left() > 6 * MINUTE, "{between:?}: {promise:?}");
        // The cockpit room counts down to the same time.
        assert_eq!(cockpit(&handle).await.owed[0].due, promise.due);
        assert_eq!(own_drafts(&handle).await, 0, "{between:?}");
        match between {
            SleptOver => clock.by_minutes(75),
            SetBack => clock.by_minutes(-20),
            SetForward => clock.by_minutes(12),
            SentInTime | SentWhenCalled | Forgotten => {}
        }
        // Until shortly before the draft is due, nothing is done.
        if left() > 7 * MINUTE {
            pass_ms(left() - 7 * MINUTE).await;
            assert_eq!(own_drafts(&handle).await, 0, "{between:?}");
        }
        while left() > 5 * MINUTE {
            pass_ms(30 * SECOND).await;
        }
        pass_ms(LOOKS).await;
        assert_eq!(own_drafts(&handle).await, 1, "{between:?}: a draft");
        match between {
            SentInTime | SetBack => {}
            SentWhenCalled | SetForward => {
                let called = world.desk.titles().len();
                while left() > 2 * MINUTE {
                    pass_ms(30 * SECOND).await;
                }
                pass_ms(LOOKS).await;
                assert_eq!(world.desk.titles().len(), called + 1, "{between:?}");
                let detail = owed(&handle).await.detail;
                assert!(detail.contains("called: Mira"), "{between:?}: {detail}");
                assert!(left() > 0, "before it is missed");
            }
            SleptOver | Forgotten => {
                while left() > 0 {
                    pass_ms(30 * SECOND).await;
                }
                pass_ms(LOOKS).await;
                missed += 1;
                assert_eq!(owed(&handle).await.badge.words, "overdue");
                let overdue = notices(&handle).await.lanes;
                let lane = overdue.into_iter().find(|it| it.lane == Lane::Overdue);
                assert_eq!(lane.unwrap().cards.len(), 1, "{between:?}");
            }
        }
        assert_eq!(noted(&handle, "was not sent in time").await, missed);
        publishes(&handle).await;
    }
    assert!(missed > 4, "both ways of missing it came up");

    // Nobody who was told is left without the end.
    let resolved = IncidentChange::Phase {
        phase: Phase::Resolved,
    };
    changes(&handle, resolved).await.unwrap();
    pass_ms(LOOKS).await;
    assert_eq!(own_drafts(&handle).await, 1, "the end is drafted");
    let early = changes(&handle, IncidentChange::Close).await.unwrap_err();
    assert!(
        early.sentence.contains("was not told of its end"),
        "{early:?}"
    );
    publishes(&handle).await;
    changes(&handle, IncidentChange::Close).await.unwrap();
    assert!(incident(&handle).await.owed.is_empty());
    handle.close().await.unwrap();
}

/// An end that is expected at another time is told: a draft says so by itself.
#[tokio::test(start_paused = true)]
async fn an_expected_end_that_moves_is_drafted_at_once() {
    let clock = Moved::new();
    let world = World::with_clock("crash-spike", Arc::clone(&clock.clock));
    let handle = told(&world).await;
    for hours in [2, 3] {
        assert_eq!(own_drafts(&handle).await, 0);
        let by = Some(clock.now() + hours * 60 * MINUTE);
        changes(&handle, IncidentChange::Expect { by })
            .await
            .unwrap();
        pass_ms(LOOKS).await;
        assert_eq!(own_drafts(&handle).await, 1, "a draft of the moved end");
        publishes(&handle).await;
    }
}
