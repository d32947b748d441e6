//! The state stays small however long the ledger is, and comes back from its own bytes. Knows no
//! ledger.

use cockpit_domain::Desired;
use cockpit_domain::event::Outcome;
use cockpit_domain::state::{ENDED_KEPT, State};
use cockpit_domain::target::StagedStatus;

use crate::cases::{CARE, LEAD, NOON, breach, flag, flag_id, play_id, reports, staged, workspace};
use cockpit_domain::decide::Command;

#[test]
fn what_ended_long_ago_stands_in_the_ledger_alone() {
    let mut world = workspace(&[LEAD, CARE]);
    let oldest = world.asks(LEAD, flag(true, None), Desired::Off);
    world
        .does(LEAD, NOON, reports(&oldest, Outcome::Confirmed))
        .unwrap();
    let mut stops = Vec::new();
    for _ in 0..ENDED_KEPT + 20 {
        let stop = world.asks(
            LEAD,
            staged(StagedStatus::InProgress, Some(2_000)),
            Desired::Stopped,
        );
        world
            .does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
            .unwrap();
        stops.push(stop);
    }
    let state = &world.state;
    assert_eq!(state.rejected, []);
    // The newest of each target stays, whatever its age.
    assert_eq!(state.newest_intent(&flag_id()).unwrap().0, &oldest);
    assert_eq!(
        state.newest_intent(&play_id()).unwrap().0,
        stops.last().unwrap()
    );
    assert_eq!(state.intents.len(), ENDED_KEPT + 1);
    assert_eq!(state.presses.len(), ENDED_KEPT + 1);
    assert!(!state.intents.contains_key(&stops[0]));
    // Once its target is asked about again, it goes too.
    let newer = world.asks(LEAD, flag(false, None), Desired::On);
    assert!(!world.state.intents.contains_key(&oldest));
    assert_eq!(world.state.newest_intent(&flag_id()).unwrap().0, &newer);
}

#[test]
fn what_is_open_stays() {
    let mut world = workspace(&[LEAD, CARE]);
    let waiting = world.asks(LEAD, flag(false, None), Desired::On);
    for _ in 0..ENDED_KEPT + 20 {
        let stop = world.asks(LEAD, flag(true, None), Desired::Off);
        world
            .does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
            .unwrap();
    }
    assert!(world.state.intents.contains_key(&waiting));
}

#[test]
fn a_state_comes_back_from_its_own_bytes() {
    let mut world = workspace(&[LEAD, CARE]);
    world
        .does(LEAD, NOON, Command::SeeBreach(breach("8.4.0")))
        .unwrap();
    let stop = world.asks(
        LEAD,
        staged(StagedStatus::InProgress, Some(2_000)),
        Desired::Stopped,
    );
    world
        .does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .unwrap();
    world.asks(LEAD, flag(false, None), Desired::On);
    world.state.rejected.push((7, "a reason".to_owned()));
    let bytes = serde_json::to_vec(&world.state).unwrap();
    let back: State = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(back, world.state);
}
