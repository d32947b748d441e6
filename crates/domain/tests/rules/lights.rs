//! "Can I stop right now?": what dry runs prove, and when they prove nothing. Knows no service.

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::{PROOF_MS, Readiness, Rehearsal, Rehearsed};
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::views::{Live, StopLightView, Tone, cockpit, service_light, stop_sheet};
use cockpit_domain::{Service, TargetId, TargetState};

use crate::cases::{
    LEAD, NOON, apple_id, flag, flag_id, live, page, page_id, phased, play_id, staged,
};
use crate::rooms::connected;

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn everything() -> Live {
    live(
        LEAD,
        &[
            (play_id(), rolls()),
            (apple_id(), phased(PhasedStatus::Active, Some(3))),
            (flag_id(), flag(true, Some(true))),
            (page_id(), page(&[])),
        ],
    )
}

fn tried(live: &mut Live, id: TargetId, rehearsal: Rehearsal, age_ms: u64) {
    let of = live.targets[&id]
        .observation
        .clone()
        .expect("it was read")
        .state;
    let at = NOON - age_ms;
    live.rehearsals.insert(id, Rehearsed { rehearsal, at, of });
}

fn all_tried(age_ms: u64) -> Live {
    let mut live = everything();
    for id in [play_id(), apple_id(), flag_id()] {
        tried(&mut live, id, Rehearsal::can_stop("It was taken."), age_ms);
    }
    live
}

fn light(live: &Live) -> StopLightView {
    cockpit(&connected().state, live, NOON).light
}

fn of(light: &StopLightView, id: &TargetId) -> (Readiness, String) {
    let found = light.targets.iter().find(|it| it.target == id.0);
    let found = &found.expect("it is there").light;
    (found.readiness, found.sentence.clone())
}

#[test]
fn nothing_is_proven_before_a_dry_run() {
    let light = light(&everything());
    assert_eq!(light.readiness, Some(Readiness::NotProven));
    assert_eq!(light.badge.words, "Not proven for 3 of 3");
    assert!(light.targets.iter().all(|it| it.light.age.at.is_none()));
}

#[test]
fn every_target_of_a_stop_must_be_proven() {
    let mut live = all_tried(720_000);
    let proven = light(&live);
    assert_eq!(proven.badge.words, "Can stop now");
    assert_eq!(
        proven.sentence,
        "A dry run of the stop was taken on each of 3 targets, the oldest 12 min ago. Nothing was changed."
    );
    live.rehearsals.remove(&apple_id());
    assert_eq!(light(&live).badge.words, "Not proven for 1 of 3");
    let missing = Rehearsal::cannot("It lacks a permission.").missing("updateOn");
    tried(&mut live, flag_id(), missing, 0);
    let refused = light(&live);
    assert_eq!(refused.readiness, Some(Readiness::Cannot));
    assert_eq!(refused.badge.words, "Cannot stop 1 of 3");
    assert_eq!(refused.badge.tone, Tone::Bad);
    let flag = refused.targets.iter().find(|it| it.target == flag_id().0);
    assert_eq!(flag.unwrap().light.missing.as_deref(), Some("updateOn"));
}

#[test]
fn an_old_dry_run_proves_nothing() {
    assert_eq!(
        light(&all_tried(PROOF_MS)).readiness,
        Some(Readiness::CanStop)
    );
    let old = light(&all_tried(PROOF_MS + 1));
    assert_eq!(old.readiness, Some(Readiness::NotProven));
    let (_, sentence) = of(&old, &play_id());
    assert!(
        sentence.starts_with("The last dry run is 12 h old"),
        "{sentence}"
    );
}

#[test]
fn a_dry_run_of_another_release_or_kind_of_stop_proves_nothing() {
    let of_other_state = |was: TargetState| {
        let mut live = all_tried(0);
        live.rehearsals.get_mut(&play_id()).unwrap().of = was;
        of(&light(&live), &play_id()).0
    };
    let TargetState::StagedRollout(now) = rolls() else {
        unreachable!()
    };
    let mut older = now.clone();
    older.version = "8.3.2".to_owned();
    assert_eq!(
        of_other_state(TargetState::StagedRollout(older)),
        Readiness::NotProven
    );
    let mut full = now.clone();
    (full.status, full.fraction_bps) = (StagedStatus::Completed, None);
    assert_eq!(
        of_other_state(TargetState::StagedRollout(full)),
        Readiness::NotProven
    );
    // A share that was raised is halted by the same rules.
    let mut smaller = now;
    smaller.fraction_bps = Some(1_000);
    assert_eq!(
        of_other_state(TargetState::StagedRollout(smaller)),
        Readiness::CanStop
    );
}

#[test]
fn what_cannot_be_reached_is_not_proven_whatever_was_tried() {
    let mut live = all_tried(0);
    live.services.get_mut(&Service::GooglePlay).unwrap().offline = true;
    let (readiness, sentence) = of(&light(&live), &play_id());
    assert_eq!(readiness, Readiness::NotProven);
    assert!(
        sentence.contains("queued, and not be in effect"),
        "{sentence}"
    );
    let mut live = all_tried(0);
    live.services.get_mut(&Service::Unleash).unwrap().elsewhere = true;
    assert_eq!(of(&light(&live), &flag_id()).0, Readiness::NotProven);
    let mut live = all_tried(0);
    live.targets.get_mut(&play_id()).unwrap().problem = Some("It answers badly.".to_owned());
    let (readiness, sentence) = of(&light(&live), &play_id());
    assert_eq!(readiness, Readiness::NotProven);
    assert!(sentence.ends_with("It answers badly."), "{sentence}");
}

#[test]
fn what_is_stopped_already_has_no_light() {
    let mut live = live(
        LEAD,
        &[(play_id(), staged(StagedStatus::Halted, Some(2_000)))],
    );
    tried(
        &mut live,
        play_id(),
        Rehearsal::can_stop("It was taken."),
        0,
    );
    let screen = cockpit(&connected().state, &live, NOON);
    assert_eq!(screen.light.readiness, None);
    assert_eq!(screen.light.badge.words, "Nothing to stop");
    assert_eq!(screen.releases[0].light, None);
}

#[test]
fn a_service_that_stops_nothing_has_no_light() {
    let live = all_tried(0);
    assert_eq!(service_light(&live, Service::Statuspage, NOON), None);
    let play = service_light(&live, Service::GooglePlay, NOON).unwrap();
    assert_eq!(play.readiness, Some(Readiness::CanStop));
    assert_eq!(play.targets.len(), 1);
}

#[test]
fn targets_that_cover_the_same_stand_together_stores_first() {
    let sheet = stop_sheet(&connected().state, &all_tried(0), NOON);
    let covers: Vec<&str> = sheet.targets.iter().map(|it| it.cover.as_str()).collect();
    assert_eq!(covers.len(), 3);
    assert!(covers[0].starts_with("Stores · ") && covers[1].starts_with("Stores · "));
    assert!(covers[2].starts_with("Switches"), "{covers:?}");
    assert!(sheet.targets.iter().all(|it| it.light.is_some()));
}

#[test]
fn a_failed_dry_run_tells_a_refusal_from_no_answer() {
    for (kind, readiness, names_it) in [
        (ErrorKind::Unauthorized, Readiness::Cannot, true),
        (ErrorKind::Forbidden, Readiness::Cannot, true),
        (ErrorKind::NotFound, Readiness::Cannot, false),
        (ErrorKind::Rejected, Readiness::Cannot, false),
        (ErrorKind::NeedsPerson, Readiness::Cannot, false),
        (ErrorKind::RateLimited, Readiness::Cannot, false),
        (ErrorKind::Unsupported, Readiness::Cannot, false),
        (ErrorKind::Moved, Readiness::NotProven, false),
        (ErrorKind::Unreachable, Readiness::NotProven, false),
        (ErrorKind::Timeout, Readiness::NotProven, false),
        (ErrorKind::Server, Readiness::NotProven, false),
        (ErrorKind::Protocol, Readiness::NotProven, false),
    ] {
        let error = ProviderError::new(kind, "It said no.").hint("Do this.");
        let made = Rehearsal::failed(error, "Release to production");
        assert_eq!(made.readiness, readiness, "{kind:?}");
        assert_eq!(made.missing.is_some(), names_it, "{kind:?}");
        assert_eq!(made.hint.as_deref(), Some("Do this."));
        assert!(made.sentence.ends_with("It said no."));
    }
}
