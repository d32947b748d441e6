//! The labelled set: notices as they stand in the files, and the half each belongs to. Must not
//! know a rule.

use std::collections::BTreeSet;

use cockpit_domain::Time;
use cockpit_domain::lint::{ChannelKind, Draft, Links, Locale, Rule};
use cockpit_domain::notice::Severity;
use cockpit_domain::target::Phase;
use serde_json::Value;

/// The moment that every notice is written at.
const NOW: &str = "2026-11-24T14:00:00Z";

/// A labelled notice.
pub struct Case {
    pub id: String,
    pub half: Half,
    pub draft: Draft,
    /// The blocking rules that it breaks.
    pub breaks: BTreeSet<Rule>,
}

/// What a notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// Lists are made better by looking at it.
    Tuning,
    /// Nobody looks at it.
    HeldOut,
}

impl Half {
    pub const ALL: [Self; 2] = [Self::Tuning, Self::HeldOut];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::HeldOut => "held out",
        }
    }

    /// By the id alone: 32-bit FNV-1a, stirred once more, because ids differ in their last letters
    /// only and those hardly reach its upper bits.
    fn of(id: &str) -> Self {
        let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let stirred = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
        match stirred >> 31 {
            0 => Self::Tuning,
            _ => Self::HeldOut,
        }
    }
}

/// Every notice of the set.
pub fn cases() -> Vec<Case> {
    let files = [
        (Locale::En, include_str!("set/en.jsonl")),
        (Locale::De, include_str!("set/de.jsonl")),
    ];
    let lines = files
        .into_iter()
        .flat_map(|(locale, file)| file.lines().map(move |line| (locale, line)));
    lines.map(|(locale, line)| case(locale, line)).collect()
}

fn case(locale: Locale, line: &str) -> Case {
    let row: Value = serde_json::from_str(line).expect("a line is one JSON object");
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let id = text("id");
    let links = row["links"].as_str().unwrap_or("drs");
    let link = |letter: char| links.contains(letter).then(|| format!("entry {letter}"));
    let now: Time = NOW.parse().expect("a time");
    let next = row["next"].as_i64();
    let breaks = row["breaks"].as_array().expect("each line is labelled");
    Case {
        half: Half::of(&id),
        draft: Draft {
            title: padded(locale, text("title"), row["pad_title"].as_u64()),
            body: padded(locale, text("body"), row["pad_body"].as_u64()),
            severity: read::<Severity>(&row["severity"], &id),
            phase: read::<Phase>(&row["phase"], &id),
            channel: read::<ChannelKind>(&row["channel"], &id),
            locale,
            next_update_at: next.map(|minutes| Time::from_ms(now.as_ms() + minutes * 60_000)),
            now,
            links: Links {
                decision: link('d'),
                rationale: link('r'),
                safeguards: link('s'),
            },
            people: Vec::new(),
        },
        breaks: breaks.iter().map(|it| read::<Rule>(it, &id)).collect(),
        id,
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value, id: &str) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// The text, followed by a sentence that breaks nothing until it has that many characters.
fn padded(locale: Locale, mut text: String, characters: Option<u64>) -> String {
    let more = match locale {
        Locale::En => " We wrote down how each of the figures moved.",
        Locale::De => " Wir haben aufgeschrieben, wie sich die Werte bewegten.",
    };
    let most = usize::try_from(characters.unwrap_or(0)).expect("a length");
    while text.chars().count() < most {
        text.push_str(more);
    }
    text
}
