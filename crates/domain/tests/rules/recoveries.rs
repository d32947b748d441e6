//! Asking people to update: who may, on what, what it does not do, and for which versions it stands
//! beside the releases. Knows no interface.

use cockpit_domain::decide::{act_kind, not_offered};
use cockpit_domain::event::{Event, Outcome};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::Standing;
use cockpit_domain::target::{Devices, Newer, Recovery, RecoveryStatus, Scope, StagedStatus};
use cockpit_domain::views::{cockpit, left_behind, recovery_of, stop_sheet, stoppable};
use cockpit_domain::words::{self, Moved};
use cockpit_domain::{Desired, Service, TargetId, TargetState, recovery as rules};

use crate::cases::{
    LEAD, NOON, OTHER_LEAD, asks, live, play_id, reports, seen, staged, staged_of, workspace,
};

pub fn recovery_id() -> TargetId {
    TargetId::new(
        Service::GooglePlay,
        "com.northwind.wallet/recovery/840/8.4.0",
    )
}

pub fn recovery(status: RecoveryStatus) -> Recovery {
    let counted = match status {
        RecoveryStatus::Active | RecoveryStatus::Canceled => Some(Devices {
            all: 40_000,
            recovered: 1_200,
        }),
        RecoveryStatus::Absent
        | RecoveryStatus::Draft
        | RecoveryStatus::Generating
        | RecoveryStatus::Failed => None,
    };
    Recovery {
        version: "8.4.0".to_owned(),
        builds: vec!["840".to_owned()],
        status,
        action: (status != RecoveryStatus::Absent).then(|| "4611686018427000001".to_owned()),
        scope: Scope::Whole,
        devices: counted,
        newer: Some(Newer {
            version: "8.4.1".to_owned(),
            fraction_bps: None,
        }),
    }
}

pub const RECOVERY_STATUSES: [RecoveryStatus; 6] = [
    RecoveryStatus::Absent,
    RecoveryStatus::Draft,
    RecoveryStatus::Generating,
    RecoveryStatus::Active,
    RecoveryStatus::Canceled,
    RecoveryStatus::Failed,
];

/// Every state of one that can be told apart by a rule.
pub fn all_states() -> Vec<TargetState> {
    let mut all = Vec::new();
    for status in RECOVERY_STATUSES {
        all.push(TargetState::Recovery(recovery(status)));
    }
    all.push(TargetState::Recovery(Recovery {
        newer: None,
        ..recovery(RecoveryStatus::Absent)
    }));
    for scope in [Scope::Narrower, Scope::Wider] {
        all.push(TargetState::Recovery(Recovery {
            scope,
            ..recovery(RecoveryStatus::Active)
        }));
    }
    all
}

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn state(it: Recovery) -> TargetState {
    TargetState::Recovery(it)
}

#[test]
fn asking_is_an_act_of_its_own_that_is_approved_and_never_done_again_by_itself() {
    for desired in [Desired::AskedToUpdate, Desired::NotAsked] {
        let act = act_kind(&desired, &state(recovery(RecoveryStatus::Absent)));
        assert_eq!(act, ActKind::Recover);
        assert!(!desired.is_safe_direction() && !desired.may_wait());
        assert!(!desired.brings_another_release());
    }
    assert!(ActKind::Recover.is_explicit() && !ActKind::Recover.is_safe_direction());
    assert_eq!(ActKind::Recover.may_ask(), [Role::ProductLead]);
    assert_eq!(ActKind::Recover.may_approve(), [Role::ProductLead]);

    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let there = seen(recovery_id(), state(recovery(RecoveryStatus::Absent)));
    let intent = all
        .does(LEAD, NOON, asks(there, Desired::AskedToUpdate))
        .expect("a lead may ask");
    assert_eq!(all.state.intents[&intent].standing(), Standing::Waiting);
}

#[test]
fn nobody_is_asked_where_nothing_newer_is_handed_out() {
    let alone = state(Recovery {
        newer: None,
        ..recovery(RecoveryStatus::Absent)
    });
    let why = not_offered(&Desired::AskedToUpdate, &alone).expect("not offered");
    assert!(why.contains("Release a better one first"), "{why}");
    // What people are asked for already can be ended, whatever is handed out.
    let active = state(Recovery {
        newer: None,
        ..recovery(RecoveryStatus::Active)
    });
    assert_eq!(not_offered(&Desired::NotAsked, &active), None);
}

#[test]
fn it_says_that_it_only_asks_and_that_nothing_goes_back() {
    let mut it = recovery(RecoveryStatus::Absent);
    let says = words::consequence(&Desired::AskedToUpdate, &state(it.clone()));
    for part in [
        "it only asks",
        "do not go back",
        "8.4.1",
        "app bundles",
        "only production was looked at",
    ] {
        assert!(says.contains(part), "{part}: {says}");
    }
    it.newer = Some(Newer {
        version: "8.4.1".to_owned(),
        fraction_bps: Some(1_000),
    });
    let says = words::consequence(&Desired::AskedToUpdate, &state(it));
    assert!(
        says.contains("handed out to 10 %: who cannot get it has nothing to update to"),
        "{says}"
    );
    let active = recovery(RecoveryStatus::Active);
    let read = words::read_back(&Desired::AskedToUpdate, &state(active));
    assert_eq!(
        read,
        "Read back: asked to update, 1 200 of 40 000 devices have. Whether people saw it was not observed."
    );
}

#[test]
fn only_what_was_agreed_to_counts_as_moved() {
    let seen = recovery(RecoveryStatus::Absent);
    let moved = |now: Recovery| words::moved(&state(seen.clone()), &state(now));
    for status in RECOVERY_STATUSES {
        let asks = status == RecoveryStatus::Active;
        assert_eq!(moved(recovery(status)) != Moved::No, asks, "{status:?}");
    }
    let mut other = seen.clone();
    other.newer = Some(Newer {
        version: "8.4.2".to_owned(),
        fraction_bps: None,
    });
    assert!(
        matches!(moved(other), Moved::Otherwise(what) if what.contains("8.4.1") && what.contains("8.4.2"))
    );
    let mut gone = seen.clone();
    gone.newer = None;
    assert!(matches!(moved(gone), Moved::Otherwise(what) if what.contains("nothing newer")));
    // Counts rise by themselves, and what comes after is no matter to who is asked already.
    let active = recovery(RecoveryStatus::Active);
    let mut later = active.clone();
    (later.newer, later.devices) = (None, None);
    assert_eq!(
        words::moved(&state(active.clone()), &state(later)),
        Moved::No
    );
    let narrower = Recovery {
        scope: Scope::Narrower,
        ..active.clone()
    };
    assert_ne!(words::moved(&state(active), &state(narrower)), Moved::No);
}

#[test]
fn a_stop_never_takes_it_in() {
    let board = live(
        LEAD,
        &[
            (play_id(), staged(StagedStatus::InProgress, Some(2_000))),
            (recovery_id(), state(recovery(RecoveryStatus::Active))),
        ],
    );
    let aims = stoppable(&board, "8.4.0");
    assert_eq!(aims.len(), 1);
    assert_eq!(aims[0].0.target, play_id());
    let all = workspace(&[LEAD]);
    let sheet = stop_sheet(&all.state, &board, NOON);
    assert!(sheet.targets.iter().all(|it| it.target != recovery_id().0));
}

fn ids(found: Vec<cockpit_domain::Target>) -> Vec<TargetId> {
    found.into_iter().map(|it| it.id).collect()
}

#[test]
fn a_version_stands_beside_its_release_from_the_stop_on_and_for_two_weeks() {
    // The build of the cases' 8.4.0 is 5, that of 8.10.0 is 6.
    let of_840 = TargetId("google_play:com.northwind.wallet/recovery/5/8.4.0".to_owned());
    let mut all = workspace(&[LEAD]);
    let rolling = live(
        LEAD,
        &[(play_id(), staged(StagedStatus::InProgress, Some(2_000)))],
    );
    assert_eq!(ids(left_behind(&all.state, &rolling, NOON)), []);
    // Halted by anybody.
    let halted = live(
        LEAD,
        &[(play_id(), staged(StagedStatus::Halted, Some(2_000)))],
    );
    assert_eq!(
        ids(left_behind(&all.state, &halted, NOON)),
        std::slice::from_ref(&of_840)
    );
    // Stopped from here, and another release took its place since.
    let stop = all.asks(
        LEAD,
        staged(StagedStatus::InProgress, Some(2_000)),
        Desired::Stopped,
    );
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("reported");
    let replaced = live(
        LEAD,
        &[(
            play_id(),
            staged_of("8.10.0", StagedStatus::InProgress, Some(1_000)),
        )],
    );
    assert_eq!(
        ids(left_behind(&all.state, &replaced, NOON)),
        std::slice::from_ref(&of_840)
    );
    assert_eq!(
        ids(left_behind(&all.state, &rolling, NOON)),
        [],
        "it was resumed"
    );
    let later = NOON + 15 * DAY_MS;
    assert_eq!(ids(left_behind(&all.state, &replaced, later)), []);
    // By name it is found for as long as the ledger knows it.
    for name in ["8.4.0", "5"] {
        let found = recovery_of(&all.state, &replaced, name, later).expect("known");
        assert_eq!(found.id, of_840, "{name}");
        assert_eq!(
            rules::named(&found.id).expect("a recovery").version,
            "8.4.0"
        );
    }
    assert_eq!(recovery_of(&all.state, &replaced, "1.0.0", later), None);
}

#[test]
fn what_people_are_asked_stays_on_the_screen() {
    let all = workspace(&[LEAD]);
    let board = |status: RecoveryStatus| {
        live(
            LEAD,
            &[
                (
                    play_id(),
                    staged_of("8.10.0", StagedStatus::Completed, None),
                ),
                (recovery_id(), state(recovery(status))),
            ],
        )
    };
    let rows = |status: RecoveryStatus| {
        let shown = cockpit(&all.state, &board(status), NOON).releases;
        shown
            .into_iter()
            .filter(|it| it.target == recovery_id().0)
            .collect::<Vec<_>>()
    };
    assert!(rows(RecoveryStatus::Canceled).is_empty());
    let shown = rows(RecoveryStatus::Active);
    assert_eq!(
        (shown[0].store.as_str(), shown[0].badge.words.as_str()),
        ("Google Play · update prompt", "Asked to update")
    );
    assert_eq!(shown[0].rollout.words, "1 200 of 40 000");
    assert!(shown[0].light.is_none());
    let labels: Vec<&str> = shown[0].acts.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["Stop asking"]);
}

#[test]
fn a_stop_stays_watched_while_people_are_asked() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let stop = all.asks(
        LEAD,
        staged(StagedStatus::InProgress, Some(2_000)),
        Desired::Stopped,
    );
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("reported");
    let there = seen(recovery_id(), state(recovery(RecoveryStatus::Absent)));
    all.does(LEAD, NOON, asks(there, Desired::AskedToUpdate))
        .expect("asked");
    let (newest, _) = all.state.newest_intent(&play_id()).expect("the stop");
    assert_eq!(*newest, stop);
    assert!(
        all.entries
            .iter()
            .any(|it| matches!(it.event, Event::IntentRequested(_)))
    );
}
