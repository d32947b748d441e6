//! What is said of states, changes and figures. Knows no rule that decides.

use cockpit_domain::decide::not_offered;
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::words::{self, Moved};
use cockpit_domain::{Desired, TargetState};

use crate::cases::{
    all_pairs, all_states, flag, flag_for, page, phased, rolling, seen, staged, staged_of, table,
    target_of,
};

#[test]
fn every_state_in_words() {
    let lines = all_states().into_iter().map(|state| {
        format!(
            "{}: {} [{}]",
            words::target(&target_of(&state), &state),
            words::state(&state),
            words::percent(words::exposure(&state))
        )
    });
    insta::assert_snapshot!(table(lines));
}

#[test]
fn what_every_change_does_and_does_not_do() {
    let lines = all_pairs()
        .filter(|(state, desired)| not_offered(desired, state).is_none())
        .map(|(state, desired)| {
            format!(
                "{} → {}: {}",
                words::state(&state),
                words::desired(&desired, &state),
                words::consequence(&desired, &state)
            )
        });
    insta::assert_snapshot!(table(lines));
}

#[test]
fn a_change_that_is_not_offered_says_so() {
    assert_eq!(
        words::consequence(&Desired::On, &page(&[])),
        "This target does not offer that change."
    );
}

#[test]
fn how_a_target_moved() {
    let rolls = |bps| staged(StagedStatus::InProgress, Some(bps));
    let pairs = [
        (rolls(2_000), rolls(2_000)),
        (rolls(2_000), rolls(5_000)),
        (rolls(5_000), rolls(2_000)),
        (rolls(2_000), staged(StagedStatus::Halted, Some(2_000))),
        (staged(StagedStatus::Halted, Some(2_000)), rolls(2_000)),
        (rolls(2_000), staged(StagedStatus::Completed, None)),
        (
            rolls(2_000),
            staged_of("8.10.0", StagedStatus::InProgress, Some(100)),
        ),
        (
            phased(PhasedStatus::Active, Some(3)),
            phased(PhasedStatus::Active, Some(4)),
        ),
        (
            phased(PhasedStatus::Active, Some(3)),
            phased(PhasedStatus::Paused, Some(3)),
        ),
        (
            phased(PhasedStatus::Paused, Some(3)),
            phased(PhasedStatus::Complete, None),
        ),
        (flag(true, Some(true)), flag(true, Some(false))),
        (flag(true, Some(true)), flag(false, Some(false))),
        (flag(false, Some(false)), flag(true, Some(true))),
        (
            flag_for(true, None, Some(2_000), ""),
            flag_for(true, None, Some(5_000), ""),
        ),
        (
            flag_for(true, None, Some(5_000), ""),
            flag_for(true, None, Some(2_000), ""),
        ),
        (page(&[]), page(&["n1"])),
        (rolls(2_000), flag(true, None)),
    ];
    let lines = pairs
        .iter()
        .map(|(before, now)| match words::moved(before, now) {
            Moved::No => format!("no: {}, now {}", words::state(before), words::state(now)),
            Moved::MoreExposed(what) => format!("more exposed: {what}"),
            Moved::Otherwise(what) => format!("otherwise: {what}"),
        });
    insta::assert_snapshot!(table(lines));
}

#[test]
fn another_build_of_the_same_version_is_another_release() {
    let before = phased(PhasedStatus::Active, Some(3));
    let mut now = before.clone();
    if let TargetState::PhasedRelease(it) = &mut now {
        it.build = "841".to_owned();
    }
    assert!(!before.is_same_release(&now));
    assert_eq!(
        words::moved(&before, &now),
        Moved::Otherwise(
            "seen as 8.4.0 (840, active, day 3), now 8.4.0 (841, active, day 3)".to_owned()
        )
    );
}

#[test]
fn an_approver_reads_what_will_happen() {
    let before = seen(
        target_of(&flag(true, None)),
        staged(StagedStatus::InProgress, Some(2_000)),
    );
    let now = seen(
        target_of(&flag(true, None)),
        staged(StagedStatus::InProgress, Some(5_000)),
    );
    let says = |desired| words::moved_for_approval(&desired, &before, &now);
    assert_eq!(
        says(Desired::Stopped),
        "seen as in progress 20 %, now in progress 50 %: more people exposed. A stop may go on."
    );
    assert_eq!(
        says(rolling(Some(7_500))),
        "seen as in progress 20 %, now in progress 50 %. It will be refused as stale; ask again on \
         the new state."
    );
    assert_eq!(
        words::moved_for_approval(&Desired::Stopped, &before, &before),
        ""
    );
}

#[test]
fn what_is_desired_is_met_by_these_states_and_no_others() {
    let lines = all_pairs()
        .filter(|(state, desired)| desired.is_met_by(state))
        .map(|(state, desired)| {
            let wish = words::desired(&desired, &state);
            format!("{wish} is met by {}", words::state(&state))
        });
    insta::assert_snapshot!(table(lines));
}

#[test]
fn figures_read_as_people_write_them() {
    for (bps, text, long) in [
        (0, "0 %", "0.00 %"),
        (1, "0.01 %", "0.01 %"),
        (50, "0.5 %", "0.50 %"),
        (105, "1.05 %", "1.05 %"),
        (2_000, "20 %", "20.00 %"),
        (9_950, "99.5 %", "99.50 %"),
        (10_000, "100 %", "100.00 %"),
    ] {
        assert_eq!(
            (words::percent(bps).as_str(), words::percent_2(bps).as_str()),
            (text, long)
        );
    }
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1 000"),
        (61_204, "61 204"),
        (1_234_567, "1 234 567"),
    ] {
        assert_eq!(words::grouped(number), text);
    }
    for (ms, text) in [
        (0, "0 ms"),
        (999, "999 ms"),
        (1_000, "1.00 s"),
        (1_319, "1.31 s"),
        (9_999, "9.99 s"),
        (10_000, "10 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (3_599_999, "59 min"),
        (3_600_000, "1 h"),
        (172_799_999, "47 h"),
        (172_800_000, "2 days"),
    ] {
        assert_eq!(words::span(ms), text, "{ms}");
    }
    assert_eq!(words::clock(crate::cases::NOON), "14:00:00Z");
}
