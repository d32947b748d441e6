//! Entries of the ledger as rows and facts for people.

use cockpit_say::{count, say};

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
    let words = match kind {
        "ledger.genesis" => say!("Ledger begun"),
        "connection.add" => say!("Service connected"),
        "connection.remove" => say!("Service disconnected"),
        "policy.set" => say!("Policy changed"),
        "intent.request" => say!("Asked for"),
        "intent.approve" => say!("Approved or rejected"),
        "intent.withdraw" => say!("Taken back"),
        "effect.claim" => say!("Effect taken up"),
        "breach.seen" => say!("Breach seen"),
        "breach.cleared" => say!("Breach cleared"),
        "effect.result" => say!("Effect result"),
        "drift.seen" => say!("Drift seen"),
        "export.made" => say!("Export made"),
        "member.invite" => say!("Member invite"),
        "member.request" => say!("Member request"),
        "member.uninvite" => say!("Member uninvite"),
        "member.admit" => say!("Member admit"),
        "member.refuse" => say!("Member refuse"),
        "member.roles" => say!("Member roles"),
        "person.revoke" => say!("Person revoke"),
        "device.add" => say!("Device add"),
        "device.revoke" => say!("Device revoke"),
        "device.compromised" => say!("Device compromised"),
        "device.fork" => say!("Device fork"),
        "policy.mandate" => say!("Policy mandate"),
        "policy.threshold" => say!("Policy threshold"),
        "policy.presence" => say!("Policy presence"),
        "proposal.judge" => say!("Proposal judge"),
        "intent.break_glass" => say!("Intent break glass"),
        "intent.default" => say!("Intent default"),
        "review.close" => say!("Review close"),
        "incident.open" => say!("Incident open"),
        "incident.severity" => say!("Incident severity"),
        "incident.phase" => say!("Incident phase"),
        "incident.expect" => say!("Incident expect"),
        "incident.resolve" => say!("Incident resolve"),
        "notice.draft" => say!("Notice draft"),
        "cadence.escalate" => say!("Cadence escalate"),
        "cadence.miss" => say!("Cadence miss"),
        "template.set" => say!("Template set"),
        "envelope.propose" => say!("Envelope propose"),
        "envelope.sign" => say!("Envelope sign"),
        "envelope.end" => say!("Envelope end"),
        "order.sign" => say!("Order sign"),
        "order.end" => say!("Order end"),
        "rule.set" => say!("Rule set"),
        "rule.end" => say!("Rule end"),
        other => return super::capital(&other.replace(['.', '_'], " ")),
    };
    words.to_owned()
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
        Event::Genesis(it) => line(
            say!("Began the ledger"),
            it.workspace.clone(),
            String::new(),
        ),
        Event::ConnectionAdded(it) => line(
            say!("Connected a service"),
            it.service.name().to_owned(),
            String::new(),
        ),
        Event::ConnectionRemoved { service } => line(
            say!("Disconnected a service"),
            service.name().to_owned(),
            String::new(),
        ),
        Event::PolicySet { act, persons } => line(
            say!("Change of the policy"),
            act.title().to_owned(),
            say!("needs {}", count!(*persons, "person", "persons")),
        ),
        Event::BreachSeen(it) => LogLine {
            outcome: "breach".to_owned(),
            by_person: false,
            ..line(
                say!("Breach seen"),
                format!("{} {}", it.platform, it.version),
                breach_words(it),
            )
        },
        Event::BreachCleared(it) => LogLine {
            by_person: false,
            ..line(
                say!("Breach over"),
                format!("{} {}", it.platform, it.version),
                format!("{} {}", it.name(), words::percent_2(it.value_bps)),
            )
        },
        Event::IntentRequested(it) => LogLine {
            app: it.app.clone(),
            ..line(
                &say!("Asked: {}", it.act.title().to_lowercase()),
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
            Verdict::Approve => line(say!("Approved"), intent_words(intent), reason.clone()),
            Verdict::Reject => LogLine {
                outcome: "refused".to_owned(),
                ..line(say!("Rejected"), intent_words(intent), reason.clone())
            },
        },
        Event::IntentWithdrawn { intent } => {
            line(say!("Took back"), intent_words(intent), String::new())
        }
        Event::EffectClaimed {
            intent, attempt, ..
        } => LogLine {
            by_person: false,
            ..line(
                say!("Took up"),
                intent_words(intent),
                say!("attempt {attempt}"),
            )
        },
        Event::EffectResult(it) => LogLine {
            outcome: it.outcome.word().to_owned(),
            by_person: false,
            ..line(
                &say!("Effect {}", it.outcome.word()),
                intent_words(&it.intent),
                it.sentence.clone(),
            )
        },
        Event::DriftSeen(it) => LogLine {
            outcome: "drift".to_owned(),
            by_person: false,
            ..line(
                say!("Drift seen"),
                words::target(&it.target, &it.after),
                format!("{} → {}", words::state(&it.before), words::state(&it.after)),
            )
        },
        Event::Authority(it) => people_log::line(it),
        Event::Tell(it) => tell_log::line(it),
        Event::Order(it) => order_log::line(it),
        Event::Rule(it) => order_log::rule_line(it),
        Event::ExportMade(it) => line(
            say!("Exported the log"),
            export::in_words(&it.selection),
            say!("SHA256SUMS {}", super::short(&it.sums)),
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
                say!("Cockpit on this laptop").to_owned()
            } else {
                say!("Cockpit of {who}")
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
                fact(say!("Target"), it.title.clone()),
                fact(
                    say!("As the asker saw it"),
                    say!(
                        "{}, read at {}",
                        words::state(&it.pre.state),
                        words::moment(it.pre.at)
                    ),
                ),
                fact(
                    say!("Should become"),
                    words::desired(&it.desired, &it.pre.state),
                ),
                fact(
                    say!("Does and does not"),
                    words::consequence(&it.desired, &it.pre.state),
                ),
                fact(say!("Reason"), it.reason.clone()),
                fact(say!("Expires"), words::moment(it.expires_at)),
                fact(
                    say!("Needs"),
                    if it.persons > 1 {
                        say!("two persons").to_owned()
                    } else {
                        say!("one person").to_owned()
                    },
                ),
            ];
            facts.extend(
                it.evidence
                    .iter()
                    .map(|line| fact(say!("Evidence"), line.clone())),
            );
            if let crate::target::Desired::Published { notice } = &it.desired {
                facts.push(fact(
                    say!("Notice"),
                    format!("{}: {}", notice.title, notice.body),
                ));
            }
            facts
        }
        Event::EffectResult(it) => {
            let mut facts = vec![
                fact(say!("Outcome"), it.outcome.word().to_owned()),
                fact(say!("What happened"), it.sentence.clone()),
                fact(say!("Took"), words::span(it.ms)),
                fact(say!("Attempt"), it.attempt.to_string()),
            ];
            facts.extend(
                it.before
                    .iter()
                    .map(|state| fact(say!("Before"), words::state(state))),
            );
            facts.extend(
                it.after
                    .iter()
                    .map(|state| fact(say!("Read back"), words::state(state))),
            );
            facts.extend(
                it.provider_request_id
                    .iter()
                    .map(|id| fact(say!("Request at the service"), id.clone())),
            );
            facts
        }
        Event::Authority(it) => people_log::facts(it),
        Event::Tell(it) => tell_log::facts(it),
        Event::Order(it) => order_log::facts(it),
        Event::Rule(it) => order_log::rule_facts(it),
        Event::BreachSeen(it) => order_log::breach_facts(it),
        Event::ExportMade(it) => vec![
            fact(say!("Selection"), export::in_words(&it.selection)),
            fact(say!("Entries told"), it.told.to_string()),
            fact(say!("Redacted"), it.redacted.to_string()),
            fact(say!("SHA-256 of SHA256SUMS"), it.sums.clone()),
        ],
        Event::IntentJudged { presence, .. } => {
            let line = log_line(event);
            let seen = presence.map_or("", |it| match it {
                Presence::Answered => {
                    say!("the system's own prompt was answered, as this laptop says")
                }
                Presence::NotOffered => say!("the system had no prompt to show"),
            });
            [
                (say!("About"), line.target),
                (say!("Says"), line.reason),
                (say!("Presence"), seen.to_owned()),
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
            [(say!("About"), line.target), (say!("Says"), line.reason)]
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
        Some(Outcome::Confirmed) => badge(Tone::Good, Icon::Done, say!("Confirmed")),
        Some(Outcome::Refused) => badge(Tone::Bad, Icon::Alert, say!("Refused")),
        Some(Outcome::Stale) => badge(Tone::Wait, Icon::Alert, say!("Stale")),
        Some(Outcome::Unknown) => badge(Tone::Wait, Icon::Unknown, say!("Unknown")),
        Some(Outcome::Failed) => badge(Tone::Bad, Icon::Alert, say!("Failed")),
        Some(Outcome::Queued) => badge(Tone::Wait, Icon::Waiting, say!("Queued")),
        None if outcome == "breach" => badge(Tone::Bad, Icon::Alert, say!("Breach")),
        None if outcome == WITHOUT_FORCE => badge(Tone::Bad, Icon::Alert, say!("Without force")),
        None if outcome == "drift" => badge(Tone::Bad, Icon::Alert, say!("Drift")),
        None => return None,
    })
}

fn intent_words(intent: &str) -> String {
    say!("intent {}", super::short(intent))
}
