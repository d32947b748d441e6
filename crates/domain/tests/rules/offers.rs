//! What each target offers in each state, as one table. Knows nobody who asks.

use cockpit_domain::authority::Mandate;
use cockpit_domain::decide::{act_kind, not_offered};
use cockpit_domain::policy::ActKind;
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
fn a_full_release_is_halted_unless_it_is_on_the_internal_track() {
    let full = |fallback: Option<&str>, internal| {
        TargetState::StagedRollout(StagedRollout {
            version: "8.4.0".to_owned(),
            builds: vec!["1203".to_owned()],
            status: StagedStatus::Completed,
            fraction_bps: None,
            fallback: fallback.map(ToOwned::to_owned),
            internal,
            review: None,
        })
    };
    let says = |state: &TargetState| words::consequence(&Desired::Stopped, state);
    let known = full(Some("8.3.2"), false);
    assert_eq!(not_offered(&Desired::Stopped, &known), None);
    assert!(says(&known).starts_with("New people stop getting 8.4.0 and get 8.3.2."));
    let unknown = full(None, false);
    assert_eq!(not_offered(&Desired::Stopped, &unknown), None);
    assert!(says(&unknown).contains("does not show beforehand which one that is"));
    assert_eq!(
        not_offered(&Desired::Stopped, &full(Some("8.3.2"), true)).as_deref(),
        Some(
            "8.4.0 reaches everybody on the internal testing track, where Google Play halts no \
             full release"
        )
    );
}

#[test]
fn a_halted_full_release_goes_on_with_a_chosen_fraction_or_is_completed() {
    let halted = staged(StagedStatus::Halted, None);
    let why = not_offered(&rolling(None), &halted);
    assert!(why.is_some_and(|it| it.contains("choose a fraction, or complete it")));
    assert_eq!(not_offered(&rolling(Some(1_000)), &halted), None);
    assert_eq!(not_offered(&Desired::Complete, &halted), None);
}

#[test]
fn taking_the_app_off_sale_is_another_act_than_a_pause_and_needs_two() {
    let active = phased(PhasedStatus::Active, Some(3));
    assert_eq!(
        act_kind(&Desired::RemovedFromSale, &active),
        ActKind::RemoveFromSale
    );
    let says = |desired: &Desired| words::consequence(desired, &active);
    assert!(says(&Desired::RemovedFromSale).contains("every country"));
    assert!(says(&Desired::RemovedFromSale).contains("ends for good"));
    assert!(says(&Desired::RemovedFromSale).contains("This is not a pause"));
    assert!(says(&Desired::Stopped).contains("26 of 30 days of pause are left"));
    assert!(!Desired::RemovedFromSale.is_safe_direction() && !Desired::RemovedFromSale.may_wait());
    for persons in [0, 1, 2] {
        let mandate = Mandate::standard(ActKind::RemoveFromSale, persons);
        assert_eq!(mandate.persons(), 2, "{persons}");
    }
    let mut alone = (*Mandate::standard(ActKind::RemoveFromSale, 2)).clone();
    alone.approve.clear();
    assert!(alone.problem(ActKind::RemoveFromSale).is_some());
}

#[test]
fn what_is_off_sale_is_neither_paused_nor_completed_nor_taken_off_again() {
    let TargetState::PhasedRelease(it) = phased(PhasedStatus::Complete, None) else {
        unreachable!("it is a phased release");
    };
    let off = TargetState::PhasedRelease(PhasedRelease {
        removed: true,
        ..it
    });
    for desired in [
        Desired::Stopped,
        rolling(None),
        Desired::Complete,
        Desired::RemovedFromSale,
    ] {
        assert!(not_offered(&desired, &off).is_some(), "{desired:?}");
    }
    assert_eq!(words::exposure(&off), 0);
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
