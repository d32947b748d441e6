//! Entries of the ledger as rows and facts for people.

use super::{Badge, Fact, Icon, LogRow, Tone, badge, order_log, people_log, tell_log};
use crate::event::{Event, Outcome, Presence, Verdict};
use crate::export;
use crate::rule::{Breach, Comparator};
use crate::state::Admitted;
use crate::words;

/// What a row of the log says, before it is put into words for a window: also what is indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// App identifier, when the entry has one.
    pub app: String,
    /// Target in words.
    pub target: String,
    /// "Asked to stop".
    pub decision: String,
    /// The reason, or what was read.
    pub reason: String,
    /// The outcome's key, for filters; empty when there is none.
    pub outcome: String,
    /// A person decided it, rather than the cockpit having observed it.
    pub by_person: bool,
}

/// The outcome's key of an entry that was rejected when it was taken in.
pub const WITHOUT_FORCE: &str = "without_force";

/// What a kind of entries is called in filters: "breach.seen" is "Breach seen".
pub fn kind_words(kind: &str) -> String {
    match kind {
        "ledger.genesis" => "Ledger begun".to_owned(),
        "connection.add" => "Service connected".to_owned(),
        "connection.remove" => "Service disconnected".to_owned(),
        "policy.set" => "Policy changed".to_owned(),
        "intent.request" => "Asked for".to_owned(),
        "intent.approve" => "Approved or rejected".to_owned(),
        "intent.withdraw" => "Taken back".to_owned(),
        "effect.claim" => "Effect taken up".to_owned(),
        other => super::capital(&other.replace(['.', '_'], " ")),
    }
}

/// What an outcome is called in filters.
pub fn outcome_words(outcome: &str) -> String {
    outcome_badge(outcome).map_or_else(|| super::capital(outcome), |badge| badge.words)
}

/// Says of a row that its entry is without force, and why.
pub fn without_force(row: LogRow, why: &str) -> LogRow {
    LogRow {
        outcome: outcome_badge(WITHOUT_FORCE),
        reason: format!("{why}. {}", row.reason).trim_end().to_owned(),
        ..row
    }
}

/// Puts an event into a line.
pub fn log_line(event: &Event) -> LogLine {
    let line = |decision: &str, target: String, reason: String| LogLine {
        app: String::new(),
        target,
        decision: decision.to_owned(),
        reason,
        outcome: String::new(),
        by_person: true,
    };
    match event {
        Event::Genesis(it) => line("Began the ledger", it.workspace.clone(), String::new()),
        Event::ConnectionAdded(it) => line(
            "Connected a service",
            it.service.name().to_owned(),
            String::new(),
        ),
        Event::ConnectionRemoved { service } => line(
            "Disconnected a service",
            service.name().to_owned(),
            String::new(),
        ),
        Event::PolicySet { act, persons } => line(
            "Change of the policy",
            act.title().to_owned(),
            format!(
                "needs {persons} {}",
                if *persons == 1 { "person" } else { "persons" }
            ),
        ),
        Event::BreachSeen(it) => LogLine {
            outcome: "breach".to_owned(),
            by_person: false,
            ..line(
                "Breach seen",
                format!("{} {}", it.platform, it.version),
                breach_words(it),
            )
        },
        Event::BreachCleared(it) => LogLine {
            by_person: false,
            ..line(
                "Breach over",
                format!("{} {}", it.platform, it.version),
                format!("{} {}", it.name(), words::percent_2(it.value_bps)),
            )
        },
        Event::IntentRequested(it) => LogLine {
            app: it.app.clone(),
            ..line(
                &format!("Asked: {}", it.act.title().to_lowercase()),
                it.title.clone(),
                it.reason.clone(),
            )
        },
        Event::IntentJudged {
            intent,
            verdict,
            reason,
            ..
        } => match verdict {
            Verdict::Approve => line("Approved", intent_words(intent), reason.clone()),
            Verdict::Reject => LogLine {
                outcome: "refused".to_owned(),
                ..line("Rejected", intent_words(intent), reason.clone())
            },
        },
        Event::IntentWithdrawn { intent } => line("Took back", intent_words(intent), String::new()),
        Event::EffectClaimed {
            intent, attempt, ..
        } => LogLine {
            by_person: false,
            ..line(
                "Took up",
                intent_words(intent),
                format!("attempt {attempt}"),
            )
        },
        Event::EffectResult(it) => LogLine {
            outcome: it.outcome.word().to_owned(),
            by_person: false,
            ..line(
                &format!("Effect {}", it.outcome.word()),
                intent_words(&it.intent),
                it.sentence.clone(),
            )
        },
        Event::DriftSeen(it) => LogLine {
            outcome: "drift".to_owned(),
            by_person: false,
            ..line(
                "Drift seen",
                words::target(&it.target, &it.after),
                format!("{} → {}", words::state(&it.before), words::state(&it.after)),
            )
        },
        Event::Authority(it) => people_log::line(it),
        Event::Tell(it) => tell_log::line(it),
        Event::Order(it) => order_log::line(it),
        Event::Rule(it) => order_log::rule_line(it),
        Event::ExportMade(it) => line(
            "Exported the log",
            export::in_words(&it.selection),
            format!("SHA256SUMS {}", super::short(&it.sums)),
        ),
    }
}

/// Puts an admitted entry into a row. `who` is its person's name; `target` names the target of
/// the intent that the entry speaks of, when the caller knows it.
pub fn log_row(entry: &Admitted, who: &str, target: Option<&str>) -> LogRow {
    let line = log_line(&entry.event);
    LogRow {
        position: entry.position,
        id: entry.id.clone(),
        at: entry.at.to_string(),
        who: if line.by_person {
            who.to_owned()
        } else {
            if who == "you" {
                "Cockpit on this laptop".to_owned()
            } else {
                format!("Cockpit of {who}")
            }
        },
        decision: line.decision,
        target: target.map_or(line.target, ToOwned::to_owned),
        reason: line.reason,
        outcome: outcome_badge(&line.outcome),
    }
}

/// Facts of an entry, name by name.
pub fn entry_facts(event: &Event) -> Vec<Fact> {
    let fact = |name: &str, value: String| Fact {
        name: name.to_owned(),
        value,
    };
    match event {
        Event::IntentRequested(it) => {
            let mut facts = vec![
                fact("Target", it.title.clone()),
                fact(
                    "As the asker saw it",
                    format!("{}, read at {}", words::state(&it.pre.state), it.pre.at),
                ),
                fact("Should become", words::desired(&it.desired, &it.pre.state)),
                fact(
                    "Does and does not",
                    words::consequence(&it.desired, &it.pre.state),
                ),
                fact("Reason", it.reason.clone()),
                fact("Expires", it.expires_at.to_string()),
                fact(
                    "Needs",
                    if it.persons > 1 {
                        "two persons".to_owned()
                    } else {
                        "one person".to_owned()
                    },
                ),
            ];
            facts.extend(
                it.evidence
                    .iter()
                    .map(|line| fact("Evidence", line.clone())),
            );
            if let crate::target::Desired::Published { notice } = &it.desired {
                facts.push(fact("Notice", format!("{}: {}", notice.title, notice.body)));
            }
            facts
        }
        Event::EffectResult(it) => {
            let mut facts = vec![
                fact("Outcome", it.outcome.word().to_owned()),
                fact("What happened", it.sentence.clone()),
                fact("Took", words::span(it.ms)),
                fact("Attempt", it.attempt.to_string()),
            ];
            facts.extend(
                it.before
                    .iter()
                    .map(|state| fact("Before", words::state(state))),
            );
            facts.extend(
                it.after
                    .iter()
                    .map(|state| fact("Read back", words::state(state))),
            );
            facts.extend(
                it.provider_request_id
                    .iter()
                    .map(|id| fact("Request at the service", id.clone())),
            );
            facts
        }
        Event::Authority(it) => people_log::facts(it),
        Event::Tell(it) => tell_log::facts(it),
        Event::Order(it) => order_log::facts(it),
        Event::Rule(it) => order_log::rule_facts(it),
        Event::BreachSeen(it) => order_log::breach_facts(it),
        Event::ExportMade(it) => vec![
            fact("Selection", export::in_words(&it.selection)),
            fact("Entries told", it.told.to_string()),
            fact("Redacted", it.redacted.to_string()),
            fact("SHA-256 of SHA256SUMS", it.sums.clone()),
        ],
        Event::IntentJudged { presence, .. } => {
            let line = log_line(event);
            let seen = presence.map_or("", |it| match it {
                Presence::Answered => "the system's own prompt was answered, as this laptop says",
                Presence::NotOffered => "the system had no prompt to show",
            });
            [
                ("About", line.target),
                ("Says", line.reason),
                ("Presence", seen.to_owned()),
            ]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| fact(name, value))
            .collect()
        }
        Event::Genesis(_)
        | Event::ConnectionAdded(_)
        | Event::ConnectionRemoved { .. }
        | Event::PolicySet { .. }
        | Event::BreachCleared(_)
        | Event::IntentWithdrawn { .. }
        | Event::EffectClaimed { .. }
        | Event::DriftSeen(_) => {
            let line = log_line(event);
            [("About", line.target), ("Says", line.reason)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| fact(name, value))
                .collect()
        }
    }
}

fn breach_words(it: &Breach) -> String {
    let value = format!("{} {}", it.name(), words::percent_2(it.value_bps));
    let limit = words::percent_2(it.floor_bps);
    match (&it.evidence, it.comparator) {
        (Some(evidence), _) => format!("{value}, {}", evidence.in_words()),
        (None, Comparator::Below) => format!("{value} < {limit}"),
        (None, Comparator::Above) => format!("{value} > {limit}"),
    }
}

fn outcome_badge(outcome: &str) -> Option<Badge> {
    let word = [
        Outcome::Confirmed,
        Outcome::Refused,
        Outcome::Stale,
        Outcome::Unknown,
        Outcome::Failed,
        Outcome::Queued,
    ]
    .into_iter()
    .find(|it| it.word() == outcome);
    Some(match word {
        Some(Outcome::Confirmed) => badge(Tone::Good, Icon::Done, "Confirmed"),
        Some(Outcome::Refused) => badge(Tone::Bad, Icon::Alert, "Refused"),
        Some(Outcome::Stale) => badge(Tone::Wait, Icon::Alert, "Stale"),
        Some(Outcome::Unknown) => badge(Tone::Wait, Icon::Unknown, "Unknown"),
        Some(Outcome::Failed) => badge(Tone::Bad, Icon::Alert, "Failed"),
        Some(Outcome::Queued) => badge(Tone::Wait, Icon::Waiting, "Queued"),
        None if outcome == "breach" => badge(Tone::Bad, Icon::Alert, "Breach"),
        None if outcome == WITHOUT_FORCE => badge(Tone::Bad, Icon::Alert, "Without force"),
        None if outcome == "drift" => badge(Tone::Bad, Icon::Alert, "Drift"),
        None => return None,
    })
}

fn intent_words(intent: &str) -> String {
    format!("intent {}", super::short(intent))
}
