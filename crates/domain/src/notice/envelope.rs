//! Envelopes: wording that legal and brand agree to beforehand, until it expires. Inside one, one
//! signature of customer success sends a notice. Must not know who holds a role.

use std::collections::{BTreeMap, BTreeSet};

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use super::texts::{Done, texts};
use super::{Audience, Severity, Slot, Slots, locale};
use crate::lint::{ChannelKind, Locale};
use crate::policy::Role;
use crate::store::Store;
use crate::target::Phase;
use crate::time::Time;

/// The longest time that an envelope may stand, in milliseconds.
pub const ENVELOPE_EXPIRES_MS_MAX: u64 = 184 * 24 * 60 * 60 * 1_000;

/// Wording that was agreed beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// What people call it.
    pub title: String,
    /// For incidents of these severities.
    pub severities: BTreeSet<Severity>,
    /// In these phases.
    pub phases: BTreeSet<Phase>,
    /// For these audiences.
    pub audiences: BTreeSet<Audience>,
    /// On these kinds of channels.
    pub channels: BTreeSet<ChannelKind>,
    /// In these languages.
    pub locales: BTreeSet<Locale>,
    /// With these versions of templates.
    pub templates: BTreeSet<String>,
    /// Sentences that each slot may hold, by language. A hole in braces stands for a fact.
    pub allowed: BTreeMap<Locale, BTreeMap<Slot, Vec<String>>>,
    /// It is agreed to until then.
    pub expires_at: Time,
}

/// An envelope of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopeRecord {
    /// Position of its entry.
    pub position: u64,
    /// The time of its entry.
    pub at: Time,
    /// Who proposed it.
    pub by: String,
    /// The envelope.
    pub envelope: Envelope,
    /// Who agreed: person, device, position of the entry, its time, and the roles they agreed as.
    pub signed: Vec<Signature>,
    /// Why it is no longer agreed to.
    pub ended: Option<String>,
}

/// Somebody's word for an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The person.
    pub person: String,
    /// The device that signed.
    pub device: String,
    /// Position of the entry.
    pub position: u64,
    /// The time of the entry.
    pub at: Time,
    /// Those of their roles that an envelope needs.
    pub roles: Vec<Role>,
}

/// The roles that agree to wording.
pub(crate) const SIGNERS: [Role; 2] = [Role::Legal, Role::Brand];

impl EnvelopeRecord {
    /// Roles that have not agreed, as far as `counts` believes a signature.
    pub(crate) fn missing(&self, counts: impl Fn(&Signature) -> bool) -> Vec<Role> {
        SIGNERS
            .into_iter()
            .filter(|role| {
                let agreed = |it: &Signature| counts(it) && it.roles.contains(role);
                !self.signed.iter().any(agreed)
            })
            .collect()
    }
}

impl Envelope {
    /// What is wrong with it; `None` when it can be proposed at `now`.
    pub fn problem(&self, now: Time) -> Option<String> {
        if self.title.trim().is_empty() || self.title.chars().count() > 120 {
            return Some(say!("an envelope has a title of at most 120 characters").to_owned());
        }
        if self.expires_at <= now || self.expires_at > now + ENVELOPE_EXPIRES_MS_MAX {
            return Some(say!("an envelope stands for half a year at most").to_owned());
        }
        let covers = !self.severities.is_empty()
            && !self.phases.is_empty()
            && !self.audiences.is_empty()
            && !self.channels.is_empty()
            && !self.locales.is_empty()
            && !self.templates.is_empty();
        (!covers).then(|| {
            say!(
                "an envelope names severities, phases, audiences, channels, languages and templates"
            )
            .to_owned()
        })
    }

    /// The first sentence that was not agreed to: its slot, and the sentence itself.
    pub fn outside(&self, of: Locale, slots: &Slots) -> Option<(Slot, String)> {
        let none = BTreeMap::new();
        let allowed = self.allowed.get(&of).unwrap_or(&none);
        Slot::ALL.into_iter().find_map(|slot| {
            let patterns = allowed.get(&slot).map_or(&[][..], Vec::as_slice);
            slots
                .lines(slot)
                .find(|line| !patterns.iter().any(|pattern| fits(pattern, line)))
                .map(|line| (slot, line.to_owned()))
        })
    }
}

/// Every sentence of the catalogue, by slot: what an envelope usually allows.
pub fn agreed_phrases(of: Locale) -> BTreeMap<Slot, Vec<String>> {
    let it = texts(of);
    let owned = |list: Vec<&str>| {
        let mut list: Vec<String> = list.into_iter().map(ToOwned::to_owned).collect();
        list.sort();
        list.dedup();
        list
    };
    let each = |done: &Done| {
        [
            done.google_play,
            done.app_store,
            done.store,
            done.air,
            done.flag,
        ]
    };
    let mut happened: Vec<&str> = it
        .happened
        .iter()
        .flatten()
        .copied()
        .flatten()
        .copied()
        .collect();
    happened.extend([it.no_news, it.figure]);
    let mut doing: Vec<&str> = it.doing.to_vec();
    doing.extend(each(&it.done));
    doing.extend(each(&it.asked));
    let mut expect: Vec<&str> = it.expect.iter().flatten().copied().collect();
    expect.push(it.expected);
    BTreeMap::from([
        (
            Slot::Headline,
            owned(it.headline.iter().flatten().copied().collect()),
        ),
        (Slot::Happened, owned(happened)),
        (Slot::Doing, owned(doing)),
        (Slot::Expect, owned(expect)),
        (Slot::Unknown, owned(it.unknown.to_vec())),
        (Slot::Decision, owned(vec![it.stopped, it.opened])),
        (Slot::Rationale, owned(vec![it.below, it.unsure])),
        (Slot::Safeguards, owned(vec![it.safeguard])),
        (Slot::Feedback, owned(vec![it.feedback])),
    ])
}

/// Whether a sentence is a pattern with facts in its holes.
pub(crate) fn fits(pattern: &str, line: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('{') else {
        return pattern == line;
    };
    let Some((hole, after)) = rest.split_once('}') else {
        return pattern == line;
    };
    let Some(line) = line.strip_prefix(before) else {
        return false;
    };
    // A fact ends where the words after it begin; each such place is tried.
    let next = after.split('{').next().unwrap_or_default();
    let ends: Vec<usize> = match next.is_empty() {
        true => vec![line.len()],
        false => line.match_indices(next).map(|(at, _)| at).collect(),
    };
    ends.into_iter().any(|end| {
        let (fact, tail) = line.split_at(end);
        is_fact(hole, fact) && fits(after, tail)
    })
}

fn is_fact(hole: &str, text: &str) -> bool {
    let of = |max: usize, fits: &dyn Fn(char) -> bool| {
        (1..=max).contains(&text.len()) && text.chars().all(fits)
    };
    match hole {
        "version" => is_version(text),
        "time" => locale::is_moment(text),
        "percent" => text.strip_suffix(" %").is_some_and(|it| {
            (4..=6).contains(&it.len())
                && it
                    .chars()
                    .all(|it| it.is_ascii_digit() || ".,".contains(it))
        }),
        "platform" => ["Android", "iOS"].contains(&text),
        "store" => Store::ALL.into_iter().any(|store| store.name() == text),
        "measure" => locale::ALL
            .into_iter()
            .any(|of| texts(of).measure.contains(&text)),
        "entry" => of(12, &|it| it.is_ascii_digit()),
        _ => false,
    }
}

/// "8.4.0", "v2", "8.4.0-rc.1": figures, and at most one of the words that versions have. Other words
/// are said, not measured, and somebody agrees to them.
fn is_version(text: &str) -> bool {
    const WORDS: [&str; 10] = [
        "alpha", "beta", "rc", "pre", "dev", "build", "hotfix", "patch", "a", "b",
    ];
    let figures = |text: &str, most: usize| {
        text.len() <= most
            && text
                .chars()
                .all(|it| it.is_ascii_digit() || ".+_-".contains(it))
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    if !text.starts_with(|it: char| it.is_ascii_digit()) {
        return false;
    }
    let (front, rest) = match text.find(|it: char| it.is_ascii_alphabetic()) {
        None => return figures(text, 16),
        Some(at) => text.split_at(at),
    };
    let end = rest.find(|it: char| !it.is_ascii_alphabetic());
    let (word, back) = rest.split_at(end.unwrap_or(rest.len()));
    figures(front, 16) && WORDS.contains(&word) && figures(back, 8)
}

#[cfg(test)]
mod tests {
    use super::{fits, is_version};

    #[test]
    fn a_version_says_nothing_but_which_it_is() {
        for version in ["8.4.0", "v2", "8.4.0-rc.1", "2026.11.3+17", "8.4.0b3"] {
            assert!(is_version(version), "{version}");
        }
        for words in [
            "",
            "v",
            "vendor",
            "8.4.0-leak",
            "8.4.0-stolen-passwords",
            "8 4",
            "8.4.0-rc-leak",
        ] {
            assert!(!is_version(words), "{words}");
        }
    }

    #[test]
    fn a_hole_takes_a_fact_and_nothing_else() {
        let pattern = "At {time} we decided to stop version {version} (entry {entry} of our log).";
        let line = "At 18:30 UTC on 24 November 2026 we decided to stop version 8.4.0 (entry 12 \
                    of our log).";
        assert!(fits(pattern, line));
        for other in [
            line.replace("8.4.0", "8.4.0 which is perfectly safe"),
            line.replace("12", "twelve"),
            line.replace("18:30", "soon"),
            format!("{line} "),
            line.replace("decided", "Decided"),
        ] {
            assert!(!fits(pattern, &other), "{other}");
        }
        assert!(fits("No hole.", "No hole."));
        assert!(!fits("No hole.", "No hole"));
        assert!(fits(
            "{platform}: {measure} {percent}.",
            "iOS: crash-free sessions 98.21 %."
        ));
    }
}
