//! What one kind of act needs: who may ask, how many of which roles agree, until when, who takes
//! over in time, what happens when nobody does. Must not know who holds a role.

use std::sync::{Arc, LazyLock};

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::policy::{ActKind, Role};

/// A stop may wait this long for the network.
pub const STOP_EXPIRES_MS: u64 = 15 * 60 * 1_000;

/// A notice may wait this long.
pub const NOTICE_EXPIRES_MS: u64 = 10 * 60 * 1_000;

/// Everything else must be approved and begun within this time.
pub const CHANGE_EXPIRES_MS: u64 = 30 * 60 * 1_000;

/// The shortest time that a mandate may give, in milliseconds.
pub const EXPIRES_MS_MIN: u64 = 60 * 1_000;

/// The longest time that a mandate may give, in milliseconds.
pub const EXPIRES_MS_MAX: u64 = 24 * 60 * 60 * 1_000;

/// Most persons that one quorum may ask for.
pub const QUORUM_PERSONS_MAX: u8 = 5;

/// Most quorums, and most fallbacks, of a mandate.
pub const PARTS_MAX: usize = 4;

/// What one kind of act needs. Whoever asks is never one of those who agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mandate {
    /// Roles that may ask.
    pub ask: Vec<Role>,
    /// Who must agree beside the asker. Empty: the asker alone, and for an act that needs the
    /// approval window one approval there.
    pub approve: Vec<Quorum>,
    /// From the asking until nothing is sent any more, in milliseconds.
    #[ts(type = "number")]
    pub expires_ms: u64,
    /// Who takes over when time passes, in order.
    #[serde(default)]
    pub fallback: Vec<Fallback>,
    /// A stop goes on by itself this long after the asking when nobody has judged it, in
    /// milliseconds. Never for an act that exposes people.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub default_after_ms: Option<u64>,
    /// Roles that may go past the approvals with a reason, which opens a review. Never for an act
    /// that exposes people.
    #[serde(default)]
    pub break_glass: Vec<Role>,
}

/// So many persons who have one of these roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Quorum {
    /// Any of these roles counts.
    pub roles: Vec<Role>,
    /// Distinct persons.
    pub persons: u8,
}

/// Who may agree from a moment on, instead of those before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fallback {
    /// From the asking on, in milliseconds. At this very moment it is their turn.
    #[ts(type = "number")]
    pub after_ms: u64,
    /// Any of these roles, for any approval that is missing.
    pub roles: Vec<Role>,
}

static USUAL: LazyLock<Vec<[Arc<Mandate>; 2]>> = LazyLock::new(|| {
    ActKind::ALL
        .into_iter()
        .map(|act| [Arc::new(usual(act, 1)), Arc::new(usual(act, 2))])
        .collect()
});

impl Mandate {
    /// The usual roles with so many persons, the asker included.
    pub fn standard(act: ActKind, persons: u8) -> Arc<Self> {
        let place = ActKind::ALL.into_iter().position(|it| it == act);
        match (place.and_then(|place| USUAL.get(place)), persons) {
            (Some([one, _]), 0 | 1) => Arc::clone(one),
            (Some([_, two]), 2) => Arc::clone(two),
            (Some(_) | None, persons) => Arc::new(usual(act, persons)),
        }
    }

    /// Persons who take part at least, the asker included.
    pub fn persons(&self) -> u8 {
        self.approve
            .iter()
            .fold(1_u8, |sum, quorum| sum.saturating_add(quorum.persons))
    }

    /// Whose turn it is to agree so long after the asking: the roles, whether they are a
    /// fallback, and until when after the asking (none: until it expires).
    pub fn turn(&self, act: ActKind, after_ms: u64) -> Turn {
        let next = |after_ms: u64| {
            let later = self.fallback.iter().filter(|it| it.after_ms > after_ms);
            later.map(|it| it.after_ms).min()
        };
        let come = self.fallback.iter().filter(|it| it.after_ms <= after_ms);
        match come.max_by_key(|it| it.after_ms) {
            Some(fallback) => Turn {
                roles: fallback.roles.clone(),
                fallback: true,
                until_ms: next(after_ms),
            },
            None => Turn {
                roles: self.usual_approvers(act),
                fallback: false,
                until_ms: next(after_ms),
            },
        }
    }

    fn usual_approvers(&self, act: ActKind) -> Vec<Role> {
        if self.approve.is_empty() {
            return act.may_approve().to_vec();
        }
        Role::ALL
            .into_iter()
            .filter(|role| self.approve.iter().any(|it| it.roles.contains(role)))
            .collect()
    }

    /// Why this cannot be a mandate for such an act, whoever is there; `None` when it can.
    pub fn problem(&self, act: ActKind) -> Option<String> {
        let roles = [&self.ask, &self.break_glass]
            .into_iter()
            .chain(self.approve.iter().map(|it| &it.roles))
            .chain(self.fallback.iter().map(|it| &it.roles));
        if roles.flatten().any(|role| *role == Role::Auditor) {
            return Some(
                say!("an auditor reads and exports, and takes no part in an act").to_owned(),
            );
        }
        if self.ask.is_empty() {
            return Some(say!("somebody must be able to ask").to_owned());
        }
        if self.approve.len() > PARTS_MAX || self.fallback.len() > PARTS_MAX {
            return Some(say!(
                "a policy has at most {PARTS_MAX} groups that agree and {PARTS_MAX} fallbacks"
            ));
        }
        let empty = |quorum: &Quorum| quorum.roles.is_empty();
        if self.approve.iter().any(empty) || self.fallback.iter().any(|it| it.roles.is_empty()) {
            return Some(say!("each group that agrees needs a role").to_owned());
        }
        if self
            .approve
            .iter()
            .any(|it| !(1..=QUORUM_PERSONS_MAX).contains(&it.persons))
        {
            return Some(say!(
                "each group that agrees has 1 to {QUORUM_PERSONS_MAX} persons"
            ));
        }
        if self.persons() < act.persons_min() {
            return Some(say!("taking the app off sale needs two persons at least").to_owned());
        }
        if !(EXPIRES_MS_MIN..=EXPIRES_MS_MAX).contains(&self.expires_ms) {
            return Some(
                say!("an act expires after 1 minute at the earliest and 24 hours at the latest")
                    .to_owned(),
            );
        }
        let times: Vec<u64> = self
            .fallback
            .iter()
            .map(|it| it.after_ms)
            .chain(self.default_after_ms)
            .collect();
        if times.first() == Some(&0)
            || !times.is_sorted_by(|a, b| a < b)
            || times.last().is_some_and(|last| *last >= self.expires_ms)
        {
            return Some(
                say!("fallbacks come one after the other, and before the act expires").to_owned(),
            );
        }
        if !act.is_safe_direction() && self.default_after_ms.is_some() {
            return Some(
                say!("only a stop may go on by itself; what exposes people waits for a person")
                    .to_owned(),
            );
        }
        if !act.is_safe_direction() && !self.break_glass.is_empty() {
            return Some(say!("break-glass is for stops, not for what exposes people").to_owned());
        }
        None
    }
}

/// A shared mandate on the wire: as if it were not shared.
pub(crate) mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Mandate;

    pub fn serialize<S: Serializer>(it: &Arc<Mandate>, serializer: S) -> Result<S::Ok, S::Error> {
        it.as_ref().serialize(serializer)
    }

    pub fn deserialize<'de, D>(deserializer: D) -> Result<Arc<Mandate>, D::Error>
    where
        D: Deserializer<'de>,
    {
        Mandate::deserialize(deserializer).map(Arc::new)
    }
}

/// Whose turn it is to agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Any of these roles.
    pub roles: Vec<Role>,
    /// They stand in for others, so that each of them fills any approval that is missing.
    pub fallback: bool,
    /// The next ones' turn begins so long after the asking, in milliseconds.
    pub until_ms: Option<u64>,
}

/// An approval as far as counting goes.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// Roles when it was given.
    pub roles: &'a [Role],
    /// Given as a fallback: it fills any place.
    pub fallback: bool,
}

/// How many places of these quorums stay empty when each voice takes at most one. Voices are of
/// distinct persons.
pub fn unfilled(quorums: &[Quorum], voices: &[Voice<'_>]) -> usize {
    let places: Vec<&Quorum> = quorums
        .iter()
        .flat_map(|quorum| (0..quorum.persons).map(move |_| quorum))
        .collect();
    let mut taken: Vec<Option<usize>> = vec![None; places.len()];
    let mut filled = 0;
    for voice in 0..voices.len() {
        let mut seen = vec![false; places.len()];
        if seat(voice, voices, &places, &mut taken, &mut seen) {
            filled += 1;
        }
    }
    places.len() - filled
}

/// Finds a place for a voice, moving others where that helps.
fn seat(
    voice: usize,
    voices: &[Voice<'_>],
    places: &[&Quorum],
    taken: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    let Some(it) = voices.get(voice) else {
        return false;
    };
    for (place, quorum) in places.iter().enumerate() {
        let fits = it.fallback || it.roles.iter().any(|role| quorum.roles.contains(role));
        if !fits || seen[place] {
            continue;
        }
        seen[place] = true;
        let free = match taken[place] {
            None => true,
            Some(other) => seat(other, voices, places, taken, seen),
        };
        if free {
            taken[place] = Some(voice);
            return true;
        }
    }
    false
}

fn usual(act: ActKind, persons: u8) -> Mandate {
    let others = persons.max(act.persons_min()).saturating_sub(1);
    let approve = (others > 0).then(|| Quorum {
        roles: act.may_approve().to_vec(),
        persons: others,
    });
    Mandate {
        ask: act.may_ask().to_vec(),
        approve: approve.into_iter().collect(),
        expires_ms: match act {
            ActKind::Stop | ActKind::TurnOff => STOP_EXPIRES_MS,
            ActKind::Publish => NOTICE_EXPIRES_MS,
            ActKind::Resume
            | ActKind::SetFraction
            | ActKind::Complete
            | ActKind::Release
            | ActKind::RemoveFromSale
            | ActKind::RollBack
            | ActKind::Recover
            | ActKind::TurnOn => CHANGE_EXPIRES_MS,
        },
        fallback: Vec::new(),
        default_after_ms: None,
        break_glass: if act.is_safe_direction() {
            act.may_ask().to_vec()
        } else {
            Vec::new()
        },
    }
}
