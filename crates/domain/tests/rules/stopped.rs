//! What a breach says once its release was stopped. Knows no service.

use cockpit_domain::decide::Command;
use cockpit_domain::event::Outcome;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState};

use crate::cases::{LEAD, NOON, Workspace, breach, live, play_id, reports, staged};
use crate::rooms::{connected, main_screen};

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

#[test]
fn a_breach_says_what_was_done_once_nothing_is_left_to_stop() {
    let mut all = connected();
    all.does(LEAD, NOON, Command::SeeBreach(breach("8.4.0")))
        .expect("it is news");
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let done = |all: &Workspace, state: TargetState| {
        let screen = main_screen(all, &live(LEAD, &[(play_id(), state)]));
        screen.breaches[0].done.clone()
    };
    assert_eq!(done(&all, rolls()), None);
    assert_eq!(done(&all, halted()), None, "somebody else halted it");
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("it is ready");
    assert_eq!(
        done(&all, halted()).as_deref(),
        Some(
            "1 target is stopped and read back, the last at 14:00:00Z. Who has 8.4.0 keeps it, so \
             the figures may stay low for a while; what a stop leaves open stands at each release."
        )
    );
    assert_eq!(done(&all, rolls()), None, "something undid it");
}
