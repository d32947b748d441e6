//! The properties that every adapter that writes must hold. Each test goes over all of them.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{TargetId, recovery};
use serde_json::json;

use crate::cases::cases;
use crate::stage::{Stage, act, effect, read};

#[tokio::test(start_paused = true)]
async fn a_connection_is_checked_and_finds_its_target() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let check = adapter.check().await.unwrap();
        assert!(check.items.iter().all(|item| item.ok), "{check:?}");
        let targets = adapter.targets().await.unwrap();
        // Which versions people were left behind with is known from the ledger, not from Google.
        let is_listed = recovery::named(&TargetId(case.target.to_owned())).is_none();
        assert_eq!(
            targets.iter().any(|target| target.id.0 == case.target),
            is_listed,
            "{targets:?}"
        );
        assert_eq!(stage.changes(case.service), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_applied_is_observed() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        act(&*adapter, case.target, &case.desired).await.unwrap();
        assert!((case.in_effect)(&stage.truth()), "{}", case.target);
        for reading in [Reading::Serving, Reading::Poll, Reading::Fresh] {
            let seen = read(&*adapter, case.target, reading).await;
            assert!(case.desired.is_met_by(&seen.state), "{reading:?} {seen:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn applied_twice_is_applied_once() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        let effect = effect(&before, &case.desired);
        adapter.apply(&effect).await.unwrap();
        adapter.apply(&effect).await.unwrap();
        // Another process, which knows nothing of the first.
        stage.connect(case.service).apply(&effect).await.unwrap();
        assert_eq!(stage.changes(case.service), 1, "{}", case.target);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_write_is_refused_and_changes_nothing() {
    for case in cases() {
        let Some(console) = &case.console else {
            continue;
        };
        for who in ["the same", "one that has looked since", "another process"] {
            let stage = Stage::new();
            let mut adapter = stage.connect(case.service);
            let before = read(&*adapter, case.target, Reading::Fresh).await;
            stage.console(console.clone());
            match who {
                "the same" => {}
                "another process" => adapter = stage.connect(case.service),
                _ => drop(read(&*adapter, case.target, Reading::Poll).await),
            }
            let error = adapter
                .apply(&effect(&before, &case.desired))
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind, error.applied),
                (ErrorKind::Moved, Applied::No),
                "{who}: {error:?}"
            );
            assert!(error.hint.is_some());
            assert_eq!(stage.changes(case.service), 0);
            let seen = read(&*adapter, case.target, Reading::Fresh).await;
            assert_ne!(seen.state, before.state);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_unknown_until_it_is_observed() {
    for case in cases() {
        for (fault, takes_effect) in [
            ("lost_reply", true),
            ("lost_reply:close", true),
            ("hang", false),
            ("close", false),
        ] {
            let stage = Stage::new();
            let adapter = stage.connect(case.service);
            let before = read(&*adapter, case.target, Reading::Fresh).await;
            stage.fault(case.commit, fault, 1);
            let started = tokio::time::Instant::now();
            let error = adapter
                .apply(&effect(&before, &case.desired))
                .await
                .unwrap_err();
            assert!(
                started.elapsed().as_millis() <= 5_000,
                "{fault} at {}",
                case.target
            );
            assert_eq!(
                error.applied,
                Applied::Unknown,
                "{fault} at {}: {error:?}",
                case.target
            );
            assert_eq!(stage.count(case.commit), 1, "a write is never sent again");
            let seen = read(&*adapter, case.target, Reading::Serving).await;
            assert_eq!(
                case.desired.is_met_by(&seen.state),
                takes_effect,
                "{fault} {seen:?}"
            );
            assert_eq!((case.in_effect)(&stage.truth()), takes_effect);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_service_is_unknown_for_a_write_and_typed_for_a_read() {
    for case in cases() {
        for status in [500, 502, 503] {
            let stage = Stage::new();
            let adapter = stage.connect(case.service);
            let before = read(&*adapter, case.target, Reading::Fresh).await;
            stage.fault(case.commit, &format!("status:{status}"), 1);
            let error = adapter
                .apply(&effect(&before, &case.desired))
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind, error.applied),
                (ErrorKind::Server, Applied::Unknown)
            );
            assert!(error.retry_after_ms.is_some());
            stage.fault(case.read, &format!("status:{status}"), 20);
            let target = TargetId(case.target.to_owned());
            let error = adapter
                .observe(&target, Reading::Serving)
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind, error.applied),
                (ErrorKind::Server, Applied::No)
            );
            assert!(error.retry_after_ms.is_some());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_survives_one_bad_moment() {
    for case in cases() {
        for fault in ["status:503", "close", "status:429"] {
            let stage = Stage::new();
            let adapter = stage.connect(case.service);
            let rule = json!({"match": case.read, "fault": fault, "times": 1, "retry_after_s": 1});
            stage.control("/_sandbox/fault", rule);
            read(&*adapter, case.target, Reading::Fresh).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn told_to_come_back_later_says_when() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        let rule =
            json!({"match": case.commit, "fault": "status:429", "times": 1, "retry_after_s": 7});
        stage.control("/_sandbox/fault", rule);
        let error = adapter
            .apply(&effect(&before, &case.desired))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::RateLimited, Applied::No)
        );
        assert_eq!(error.retry_after_ms, Some(7_000));
        // Looking waits that long without asking; a stop may try.
        let asked = stage.wire.requests();
        let target = TargetId(case.target.to_owned());
        let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
        assert_eq!(
            (error.kind, stage.wire.requests()),
            (ErrorKind::RateLimited, asked)
        );
        assert!(error.retry_after_ms.is_some_and(|ms| ms <= 7_000));
        act(&*adapter, case.target, &case.desired).await.unwrap();
        assert!((case.in_effect)(&stage.truth()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_not_accepted_carries_a_hint() {
    for case in cases() {
        for (status, kind) in [(401, ErrorKind::Unauthorized), (403, ErrorKind::Forbidden)] {
            let stage = Stage::new();
            let adapter = stage.connect(case.service);
            let before = read(&*adapter, case.target, Reading::Fresh).await;
            stage.fault("", &format!("status:{status}"), 20);
            let target = TargetId(case.target.to_owned());
            for error in [
                adapter.observe(&target, Reading::Fresh).await.unwrap_err(),
                adapter
                    .apply(&effect(&before, &case.desired))
                    .await
                    .unwrap_err(),
            ] {
                assert_eq!(
                    (error.kind, error.applied),
                    (kind, Applied::No),
                    "{error:?}"
                );
                assert!(error.hint.is_some(), "{error:?}");
            }
            let check = stage.connect(case.service).check().await.unwrap();
            assert!(check.items.iter().any(|item| !item.ok), "{check:?}");
            stage.clear_faults();
            assert_eq!(stage.changes(case.service), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_somebody_else_is_no_answer() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        stage.fault(case.commit, "garbage", 1);
        let error = adapter
            .apply(&effect(&before, &case.desired))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Protocol, Applied::Unknown)
        );
        stage.fault(case.read, "garbage", 1);
        let target = TargetId(case.target.to_owned());
        let error = adapter
            .observe(&target, Reading::Serving)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_network_nothing_was_changed_and_nothing_is_tried_twice() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        stage.wire.refuse(true);
        let asked = stage.wire.requests();
        let error = adapter
            .apply(&effect(&before, &case.desired))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Unreachable, Applied::No)
        );
        assert!(error.hint.is_some());
        assert!(stage.wire.requests() <= asked + 2, "{}", case.target);
        stage.wire.refuse(false);
        act(&*adapter, case.target, &case.desired).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_offline_service_is_unreachable_and_back_when_it_is_back() {
    for case in cases() {
        let stage = Stage::scenario("offline");
        let adapter = stage.connect(case.service);
        let target = TargetId(case.target.to_owned());
        for reading in [Reading::Poll, Reading::Fresh, Reading::Serving] {
            let error = adapter.observe(&target, reading).await.unwrap_err();
            assert_eq!(
                (error.kind, error.applied),
                (ErrorKind::Unreachable, Applied::No)
            );
        }
        assert_eq!(
            adapter.check().await.unwrap_err().kind,
            ErrorKind::Unreachable
        );
        stage.control(
            "/_sandbox/offline",
            json!({"on": false, "services": [case.service.key()]}),
        );
        act(&*adapter, case.target, &case.desired).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_declared_is_refused_without_a_request() {
    for case in cases() {
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let before = read(&*adapter, case.target, Reading::Fresh).await;
        let asked = stage.wire.requests();
        let error = adapter
            .apply(&effect(&before, &case.undeclared))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        for other in cases().iter().filter(|other| other.service != case.service) {
            let target = TargetId(other.target.to_owned());
            let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unsupported);
        }
        assert_eq!(stage.wire.requests(), asked);
    }
}

/// The write's future is dropped after one poll, then, on another stage, after two, and so on
/// until it ends by itself. Whatever was reached, the adapter then tells the truth, and the write
/// can be made.
#[tokio::test(start_paused = true)]
async fn a_write_that_is_given_up_leaves_no_half_state() {
    for case in cases() {
        let mut ended = false;
        for polls in 1..200 {
            let stage = Stage::new();
            stage.knobs(json!({"service": case.service.key(), "latency_ms": 20}));
            let adapter = stage.connect(case.service);
            let before = read(&*adapter, case.target, Reading::Fresh).await;
            let wanted = effect(&before, &case.desired);
            ended = polled(polls, adapter.apply(&wanted)).await.is_some();
            // What was on its way arrives.
            stage.pass_ms(100).await;
            for reading in [Reading::Poll, Reading::Serving, Reading::Fresh] {
                let seen = read(&*adapter, case.target, reading).await;
                let truth = (case.in_effect)(&stage.truth());
                assert_eq!(
                    case.desired.is_met_by(&seen.state),
                    truth,
                    "{polls} {reading:?} {seen:?}"
                );
            }
            // Where a second request would be a second notice, a lost one is first let land.
            stage.pass_ms(2 * 60 * 1_000).await;
            act(&*adapter, case.target, &case.desired).await.unwrap();
            assert!((case.in_effect)(&stage.truth()));
            assert_eq!(stage.changes(case.service), 1, "{polls}");
            if ended {
                break;
            }
        }
        assert!(ended, "{}", case.target);
    }
}

/// Runs a future for this many polls.
async fn polled<F: Future>(polls: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => {
            left -= 1;
            if left == 0 {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        }
    })
    .await
}
