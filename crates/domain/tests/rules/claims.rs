//! Who carries an effect out when several devices would. Knows no log of slots.

use cockpit_domain::Desired;
use cockpit_domain::event::Event;
use cockpit_domain::target::StagedStatus;

use crate::cases::{LEAD, NOON, OTHER_LEAD, staged, workspace};

#[test]
fn the_first_claim_that_is_admitted_has_the_effect_until_its_lease_is_over() {
    let mut world = workspace(&[LEAD, OTHER_LEAD]);
    let stop = world.asks(
        LEAD,
        staged(StagedStatus::InProgress, Some(2_000)),
        Desired::Stopped,
    );
    let claims = |attempt| Event::EffectClaimed {
        intent: stop.clone(),
        attempt,
        lease_until: NOON + 120_000,
    };
    let holder = |world: &crate::cases::Workspace| {
        let claim = world.state.intents[&stop].claim.clone();
        claim.map(|(device, _)| device)
    };
    world.force(LEAD, NOON, claims(1));
    world.force(OTHER_LEAD, NOON + 119_999, claims(1));
    assert_eq!(holder(&world).as_deref(), Some(LEAD));
    assert_eq!(world.state.rejected.len(), 1);
    assert!(world.state.rejected[0].1.contains("another device"));
    // The same device goes on with another attempt, and after the lease another one may.
    world.force(LEAD, NOON + 60_000, claims(2));
    world.force(OTHER_LEAD, NOON + 120_000, claims(3));
    assert_eq!(holder(&world).as_deref(), Some(OTHER_LEAD));
    assert_eq!(world.state.rejected.len(), 1);
}
