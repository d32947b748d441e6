//! States of targets as a made-up ledger sees them. Must not know what is asked of a target.

use cockpit_domain::Time;
use cockpit_domain::store::{
    CountryShare, Earlier, OverTheAir, Store, StoreRollout, StoreStatus, Submitted,
};
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::target::{
    Devices, Newer, Recovery, RecoveryStatus, Review, Scope, TargetState,
};

/// A flag, a recovery, or a release in a further store, with all or none of what may be left out.
pub(super) fn seen(at_ms: i64) -> TargetState {
    let (stores, whole) = (Store::ALL, at_ms % 2 == 0);
    if at_ms % 7 == 0 {
        return recovery(whole);
    }
    let Some(store) = usize::try_from(at_ms % 5)
        .ok()
        .and_then(|place| stores.get(place).copied())
    else {
        return flag(true);
    };
    TargetState::StoreRollout(StoreRollout {
        store,
        version: "8.4.0".to_owned(),
        builds: vec!["840".to_owned()],
        status: StoreStatus::InProgress,
        fraction_bps: whole.then_some(2_000),
        countries: match whole {
            true => vec![CountryShare {
                country: "KOR".to_owned(),
                fraction_bps: 4_000,
            }],
            false => Vec::new(),
        },
        fallback: whole.then(|| "8.3.2".to_owned()),
        ends_at: whole.then(|| Time::from_ms(at_ms)),
        submitted: whole.then(|| Submitted {
            version: "8.5.0".to_owned(),
            review: Review::InReview,
        }),
        air: (store == Store::ExpoEasUpdate).then(|| OverTheAir {
            title: "b".to_owned(),
            embedded: !whole,
            same_as: match whole {
                true => vec!["c".to_owned()],
                false => Vec::new(),
            },
            earlier: whole.then(|| Earlier {
                update: "d".to_owned(),
                title: "e".to_owned(),
            }),
            spread: whole,
            signed: whole,
        }),
    })
}

fn recovery(whole: bool) -> TargetState {
    TargetState::Recovery(Recovery {
        version: "8.4.0".to_owned(),
        builds: vec!["840".to_owned()],
        status: match whole {
            true => RecoveryStatus::Active,
            false => RecoveryStatus::Absent,
        },
        action: whole.then(|| "7".to_owned()),
        scope: match whole {
            true => Scope::Wider,
            false => Scope::Whole,
        },
        devices: whole.then_some(Devices {
            all: 40_000,
            recovered: 1_200,
        }),
        newer: whole.then(|| Newer {
            version: "8.4.1".to_owned(),
            fraction_bps: Some(2_000),
        }),
    })
}

pub(super) fn flag(enabled: bool) -> TargetState {
    TargetState::Flag(Flag {
        name: "a".to_owned(),
        environment: "production".to_owned(),
        enabled,
        serving: None,
        fraction_bps: None,
        description: String::new(),
        caveats: if enabled { every_caveat() } else { Vec::new() },
        reach: enabled.then_some(Reach {
            by: By::Fetch,
            within_s: 43_200,
        }),
    })
}

fn every_caveat() -> Vec<Caveat> {
    vec![
        Caveat::Archived,
        Caveat::NotForApps,
        Caveat::NotAskedFor { days: 30 },
        Caveat::NoStrategy,
        Caveat::ServedWhenOff {
            value: "true".to_owned(),
        },
        Caveat::DefaultInCode { value: None },
        Caveat::DefaultInCode {
            value: Some("true".to_owned()),
        },
        Caveat::IdentityOverrides { many: None },
        Caveat::SegmentOverrides { many: 2 },
    ]
}
