//! What each target offers in each state, as one table. Knows nobody who asks.

use cockpit_domain::decide::{act_kind, not_offered};
use cockpit_domain::target::{PhasedRelease, PhasedStatus, StagedRollout, StagedStatus};
use cockpit_domain::{Desired, TargetState, words};

use crate::cases::{all_pairs, phased, rolling, staged, table};

#[test]
fn every_state_says_what_it_offers_and_why_not() {
    let lines = all_pairs().filter_map(|(state, desired)| {
        let why_not = not_offered(&desired, &state);
        (why_not.as_deref() != Some("this target does not offer that change")).then(|| {
            format!(
                "{:?} ({}) → {}: {}",
                act_kind(&desired, &state),
                words::state(&state),
                words::desired(&desired, &state),
                why_not.as_deref().unwrap_or("offered")
            )
        })
    });
    insta::assert_snapshot!(table(lines));
}

#[test]
fn what_is_so_already_is_never_offered() {
    for (state, desired) in all_pairs() {
        if desired.is_met_by(&state) {
            assert!(
                not_offered(&desired, &state).is_some(),
                "{desired:?} on {state:?}"
            );
        }
    }
}

#[test]
fn a_fraction_only_grows_while_it_rolls_out_and_is_free_once_halted() {
    let from = |status, asked| not_offered(&rolling(Some(asked)), &staged(status, Some(2_000)));
    assert_eq!(
        from(StagedStatus::InProgress, 1_999).as_deref(),
        Some("Google Play cannot lower a fraction (20 % is out); it can only be halted")
    );
    assert_eq!(
        from(StagedStatus::InProgress, 2_000).as_deref(),
        Some("20 % is out already")
    );
    assert_eq!(from(StagedStatus::InProgress, 2_001), None);
    assert_eq!(from(StagedStatus::Halted, 1), None);
    for asked in [0, 10_000, u32::MAX] {
        assert!(from(StagedStatus::Halted, asked).is_some(), "{asked}");
    }
}

#[test]
fn a_full_release_is_halted_only_when_there_is_an_earlier_one() {
    let full = |fallback: Option<&str>| {
        TargetState::StagedRollout(StagedRollout {
            version: "8.4.0".to_owned(),
            builds: vec!["1203".to_owned()],
            status: StagedStatus::Completed,
            fraction_bps: None,
            fallback: fallback.map(ToOwned::to_owned),
        })
    };
    assert_eq!(not_offered(&Desired::Stopped, &full(Some("8.3.2"))), None);
    assert_eq!(
        not_offered(&Desired::Stopped, &full(None)).as_deref(),
        Some(
            "8.4.0 reaches everybody and is the only version on the track, so Google Play cannot \
             halt it"
        )
    );
}

#[test]
fn the_last_day_of_pause_is_offered_and_none_after_it() {
    let active = |pause_days_used| {
        let TargetState::PhasedRelease(it) = phased(PhasedStatus::Active, Some(3)) else {
            unreachable!("it is a phased release");
        };
        TargetState::PhasedRelease(PhasedRelease {
            pause_days_used,
            ..it
        })
    };
    assert_eq!(not_offered(&Desired::Stopped, &active(29)), None);
    assert_eq!(
        not_offered(&Desired::Stopped, &active(30)).as_deref(),
        Some("all 30 days of pause that Apple allows are used")
    );
}
