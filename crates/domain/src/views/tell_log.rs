//! Entries about incidents, drafts, templates and envelopes as rows and facts. Must not know a
//! rule.

use cockpit_say::say;

use super::{Fact, LogLine};
use crate::notice::{Audience, Draft, Envelope, Slot, TellEvent, Template, locale_name, phase_key};
use crate::words;

/// Puts an event into a line.
pub(super) fn line(event: &TellEvent) -> LogLine {
    let line = |decision: &str, target: String, reason: String| LogLine {
        app: String::new(),
        target,
        decision: decision.to_owned(),
        reason,
        outcome: String::new(),
        by_person: event.is_by_hand(),
    };
    let incident = |id: &str| say!("incident {}", super::short(id));
    match event {
        TellEvent::Opened {
            title, severity, ..
        } => line(
            say!("Opened an incident"),
            title.clone(),
            severity.name().to_owned(),
        ),
        TellEvent::SeveritySet {
            incident: id,
            severity,
            reason,
        } => line(
            &say!("Set the severity: {}", severity.name().to_lowercase()),
            incident(id),
            reason.clone(),
        ),
        TellEvent::PhaseSet {
            incident: id,
            phase,
            reason,
        } => line(
            &say!("Set the phase: {}", phase_key(*phase)),
            incident(id),
            reason.clone(),
        ),
        TellEvent::ExpectedSet {
            incident: id,
            by,
            reason,
        } => line(
            say!("Set the expected end"),
            incident(id),
            match by {
                Some(by) => format!("{by}: {reason}"),
                None => say!("nobody can say: {reason}"),
            },
        ),
        TellEvent::Resolved {
            incident: id,
            reason,
        } => line(say!("Closed an incident"), incident(id), reason.clone()),
        TellEvent::Drafted(draft) => line(
            say!("Drafted a notice"),
            incident(&draft.incident),
            headline(draft),
        ),
        TellEvent::Escalated {
            incident: id,
            audience,
            due,
        } => line(
            say!("An update is nearly due: others were called"),
            incident(id),
            say!("for {}, due {}", whom(*audience), words::clock(*due)),
        ),
        TellEvent::Missed {
            incident: id,
            audience,
            due,
        } => LogLine {
            outcome: "failed".to_owned(),
            ..line(
                say!("An update was not sent in time"),
                incident(id),
                say!("for {}, due {}", whom(*audience), words::clock(*due)),
            )
        },
        TellEvent::TemplateSet(template) => line(
            say!("Changed a template"),
            key(template),
            template.title.clone(),
        ),
        TellEvent::EnvelopeProposed(envelope) => line(
            say!("Proposed an envelope"),
            envelope.title.clone(),
            say!("until {}", words::moment(envelope.expires_at)),
        ),
        TellEvent::EnvelopeSigned { envelope } => line(
            say!("Signed an envelope"),
            say!("envelope {}", super::short(envelope)),
            String::new(),
        ),
        TellEvent::EnvelopeEnded { envelope, reason } => line(
            say!("Ended an envelope"),
            say!("envelope {}", super::short(envelope)),
            reason.clone(),
        ),
    }
}

/// Facts of an entry, name by name.
pub(super) fn facts(event: &TellEvent) -> Vec<Fact> {
    match event {
        TellEvent::Drafted(draft) => draft_facts(draft),
        TellEvent::EnvelopeProposed(envelope) => envelope_facts(envelope),
        TellEvent::TemplateSet(template) => vec![
            fact(say!("Where"), key(template)),
            fact(say!("Title"), template.title.clone()),
            fact(say!("Text"), template.body.clone()),
        ],
        TellEvent::Opened { .. }
        | TellEvent::SeveritySet { .. }
        | TellEvent::PhaseSet { .. }
        | TellEvent::ExpectedSet { .. }
        | TellEvent::Resolved { .. }
        | TellEvent::Escalated { .. }
        | TellEvent::Missed { .. }
        | TellEvent::EnvelopeSigned { .. }
        | TellEvent::EnvelopeEnded { .. } => {
            let line = line(event);
            [(say!("About"), line.target), (say!("Says"), line.reason)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| fact(name, value))
                .collect()
        }
    }
}

fn draft_facts(draft: &Draft) -> Vec<Fact> {
    let mut facts = vec![
        fact(say!("Phase"), phase_key(draft.phase).to_owned()),
        fact(say!("For"), whom(draft.audience).to_owned()),
    ];
    for (locale, slots) in &draft.texts {
        let said = slots.words.iter().map(|(slot, words)| {
            fact(
                &format!("{} · {}", locale_name(*locale), slot.name()),
                words.clone(),
            )
        });
        facts.extend(said);
    }
    facts
}

/// What an envelope allows, for whoever is asked to sign it.
pub(super) fn envelope_facts(it: &Envelope) -> Vec<Fact> {
    let list = |names: Vec<&str>| names.join(", ");
    let mut facts = vec![
        fact(say!("Envelope"), it.title.clone()),
        fact(say!("Agreed until"), words::moment(it.expires_at)),
        fact(
            say!("Severities"),
            list(it.severities.iter().map(|it| it.name()).collect()),
        ),
        fact(
            say!("Phases"),
            list(it.phases.iter().map(|it| phase_key(*it)).collect()),
        ),
        fact(
            say!("For"),
            list(it.audiences.iter().map(|it| whom(*it)).collect()),
        ),
        fact(
            say!("Templates"),
            it.templates
                .iter()
                .map(|version| super::short(version))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    for (locale, slots) in &it.allowed {
        for (slot, sentences) in slots {
            let name = format!("{} · {}", locale_name(*locale), slot.name());
            facts.push(fact(&name, sentences.join("\n")));
        }
    }
    facts
}

fn fact(name: &str, value: String) -> Fact {
    Fact {
        name: name.to_owned(),
        value,
    }
}

fn headline(draft: &Draft) -> String {
    let first = draft.texts.values().next();
    first.map_or(String::new(), |it| it.get(Slot::Headline).to_owned())
}

fn whom(audience: Audience) -> &'static str {
    match audience {
        Audience::Customers => say!("customers"),
        Audience::Team => say!("the team"),
    }
}

fn key(it: &Template) -> String {
    it.key.name().replace('-', " · ")
}
