//! The catalogue of what notices say: one file for each language, with the same places in each.
//! Words in braces are holes for facts: `{version}`, `{time}`, `{percent}`, `{platform}`,
//! `{measure}`, `{entry}`. Must not know an incident.

mod de;
mod en;

use super::locale;
use super::{Audience, Severity};
use crate::lint::{ChannelKind, Locale};
use crate::signal::Measure;
use crate::target::Phase;
use crate::time::Time;

/// What one language says. Arrays are by severity, the worst first, and then by phase in the
/// order in which they come.
pub(super) struct Texts {
    /// What the language is called, in itself.
    pub name: &'static str,
    /// Headlines.
    pub headline: [[&'static str; 4]; 4],
    /// What happened, sentence by sentence.
    pub happened: [[&'static [&'static str]; 4]; 4],
    /// The first sentence of a notice that has nothing else to say.
    pub no_news: &'static str,
    /// A figure.
    pub figure: &'static str,
    /// What was done and seen to be in effect.
    pub done: Done,
    /// What was asked for and not seen to be in effect.
    pub asked: Done,
    /// What is being done, by phase.
    pub doing: [&'static str; 4],
    /// What people can expect, by severity and phase.
    pub expect: [[&'static str; 4]; 4],
    /// When it is expected to be over.
    pub expected: &'static str,
    /// What is not known yet, by phase.
    pub unknown: [&'static str; 4],
    /// What was decided, when something was stopped.
    pub stopped: &'static str,
    /// What was decided, when nothing was stopped.
    pub opened: &'static str,
    /// Why, when a figure was too low.
    pub below: &'static str,
    /// Why, when no figure says so.
    pub unsure: &'static str,
    /// What keeps it from happening again.
    pub safeguard: &'static str,
    /// Where people answer.
    pub feedback: &'static str,
    /// The promise of the next notice.
    pub promise: &'static str,
    /// What is measured.
    pub measure: [&'static str; 4],
    /// Layout of a page or a mail for customers.
    pub long: &'static str,
    /// Layout of a page or a mail once it is over: the summary for customers.
    pub summary: &'static str,
    /// Layout of a push or a post.
    pub short: &'static str,
    /// Layout of a banner.
    pub banner: &'static str,
    /// Layout for the people who work on the app.
    pub team: &'static str,
}

/// What a stop means to people, by the kind of its target.
pub(super) struct Done {
    pub google_play: &'static str,
    pub app_store: &'static str,
    pub store: &'static str,
    pub air: &'static str,
    pub flag: &'static str,
}

/// The texts of a language.
pub(super) fn texts(of: Locale) -> &'static Texts {
    match of {
        Locale::En => &en::TEXTS,
        Locale::De => &de::TEXTS,
    }
}

/// Place of a phase in the arrays.
pub(super) fn place(phase: Phase) -> usize {
    match phase {
        Phase::Investigating => 0,
        Phase::Identified => 1,
        Phase::Monitoring => 2,
        Phase::Resolved => 3,
    }
}

/// Place of a severity in the arrays.
pub(super) fn rank(severity: Severity) -> usize {
    match severity {
        Severity::Critical => 0,
        Severity::Major => 1,
        Severity::Minor => 2,
        Severity::Low => 3,
    }
}

/// What a measure is called.
pub(super) fn measure(of: Locale, measure: Measure) -> &'static str {
    let [sessions, people, unfrozen, named] = texts(of).measure;
    match measure {
        Measure::CrashFreeSessions => sessions,
        Measure::CrashFreeUsers => people,
        Measure::FreezeFreeUsers => unfrozen,
        Measure::NamedShare => named,
    }
}

/// The layout of a kind of channel.
pub(super) fn layout(
    of: Locale,
    phase: Phase,
    audience: Audience,
    kind: ChannelKind,
) -> &'static str {
    let texts = texts(of);
    match (audience, kind) {
        (Audience::Team, _) => texts.team,
        (Audience::Customers, ChannelKind::StatusPage | ChannelKind::Email) => match phase {
            Phase::Resolved => texts.summary,
            Phase::Investigating | Phase::Identified | Phase::Monitoring => texts.long,
        },
        (Audience::Customers, ChannelKind::Banner) => texts.banner,
        (
            Audience::Customers,
            ChannelKind::Push
            | ChannelKind::Slack
            | ChannelKind::Teams
            | ChannelKind::Matrix
            | ChannelKind::Mastodon
            | ChannelKind::Bluesky,
        ) => texts.short,
    }
}

/// "We will write again by 18:30 UTC on 24 November 2026."
pub fn promise(of: Locale, at: Time) -> String {
    texts(of).promise.replace("{time}", &locale::moment(of, at))
}

/// What a language is called, in itself.
pub fn locale_name(of: Locale) -> &'static str {
    texts(of).name
}
