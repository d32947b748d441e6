//! What a notice is drafted from: a severity and the facts of a stop. One template for each
//! severity. Promises nothing that was not observed; must not know a channel.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::Phase;
use crate::time::Time;

/// How bad it is for the people who use the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Many people cannot use the app, or are harmed by it.
    Critical,
    /// Some people meet problems.
    Major,
    /// A few people meet something small.
    Minor,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Severity; 3] = [Self::Critical, Self::Major, Self::Minor];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::Major => "Major",
            Self::Minor => "Minor",
        }
    }

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }

    /// The severity with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    /// People are told again after this long, in milliseconds.
    pub fn cadence_ms(self) -> u64 {
        const MINUTE: u64 = 60 * 1_000;
        match self {
            Self::Critical => 30 * MINUTE,
            Self::Major => 60 * MINUTE,
            Self::Minor => 4 * 60 * MINUTE,
        }
    }
}

/// The text of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeText {
    /// Headline; a mail's subject.
    pub title: String,
    /// Text.
    pub body: String,
    /// Phase.
    pub phase: Phase,
    /// Whether the status page's subscribers get a mail from it.
    pub notify_subscribers: bool,
}

/// What is known of a stop when people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// "8.4.0".
    pub version: String,
    /// When it was decided.
    pub decided_at: Time,
    /// What was observed to be stopped: "nobody new gets it from Google Play".
    pub done: Vec<String>,
    /// What was asked for and not observed yet, in the same words.
    pub asked: Vec<String>,
    /// Figures as they were seen: "Android: crash-free sessions 98.21 %".
    pub signals: Vec<String>,
}

/// The draft for a severity at `now`.
pub fn draft(severity: Severity, facts: &Facts, now: Time) -> NoticeText {
    let version = &facts.version;
    let (title, happened) = match severity {
        Severity::Critical => (
            format!("Please do not update to version {version}"),
            format!(
                "Version {version} of our app fails for many people. Please do not update to it. \
                 If you have it, please do not rely on it until we write again."
            ),
        ),
        Severity::Major => (
            format!("Problems in version {version}"),
            format!(
                "Some people see problems in version {version} of our app. If you have not \
                 updated yet, please wait."
            ),
        ),
        Severity::Minor => (
            format!("A small problem in version {version}"),
            format!(
                "A few people may see a small problem in version {version} of our app. You can go \
                 on using it."
            ),
        ),
    };
    let mut parts = vec![happened];
    if !facts.signals.is_empty() {
        parts.push(format!("What we measure: {}.", facts.signals.join("; ")));
    }
    if !facts.done.is_empty() {
        parts.push(format!("What we have done: {}.", listed(&facts.done)));
    }
    if !facts.asked.is_empty() {
        parts.push(format!(
            "What we are doing, not yet seen to be in effect: {}.",
            listed(&facts.asked)
        ));
    }
    parts.push("What we do not know yet: the cause, and how many people are affected.".to_owned());
    parts.push(format!(
        "We will write again by {}.",
        next_update(severity, facts.decided_at, now)
    ));
    NoticeText {
        title,
        body: parts.join("\n\n"),
        phase: Phase::Investigating,
        notify_subscribers: severity != Severity::Minor,
    }
}

/// "18:30 UTC" of the next full five minutes that lie a cadence after the decision, or after as
/// many cadences as have passed. It moves seldom, so that a draft that is open stays as it is.
fn next_update(severity: Severity, decided_at: Time, now: Time) -> String {
    const STEP_MS: i64 = 5 * 60 * 1_000;
    let cadence_ms = severity.cadence_ms();
    let passed = now.ms_since(decided_at) / cadence_ms;
    let due = decided_at + (passed + 1) * cadence_ms;
    let due = Time::from_ms(due.as_ms().div_euclid(STEP_MS) * STEP_MS + STEP_MS);
    let text = due.to_string();
    let (day, clock) = (text.get(..10), text.get(11..16));
    match (day, clock) {
        (Some(day), Some(clock)) if now.to_string().get(..10) == Some(day) => {
            format!("{clock} UTC")
        }
        (Some(day), Some(clock)) => format!("{clock} UTC on {day}"),
        (_, _) => text,
    }
}

fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}
