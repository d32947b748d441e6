//! Entries about people, devices and policy as rows and facts. Must not know what followed.

use cockpit_say::say;

use super::{Fact, LogLine, short};
use crate::authority::{AuthorityEvent, Mandate};
use crate::event::Verdict;
use crate::policy::Role;
use crate::words::{self, capital};

/// Named, not told: the same words stand before the signature, while other administrators must
/// still agree, and in the log.
pub(super) fn line(event: &AuthorityEvent) -> LogLine {
    let line = |decision: &str, target: String, reason: &str| LogLine {
        app: String::new(),
        target,
        decision: decision.to_owned(),
        reason: reason.to_owned(),
        outcome: String::new(),
        by_person: true,
    };
    match event {
        AuthorityEvent::Invited { roles, .. } => line(say!("Invitation"), named(roles), ""),
        AuthorityEvent::JoinRequested {
            name, device_name, ..
        } => line(say!("Asked to join"), name.clone(), device_name),
        AuthorityEvent::InviteWithdrawn { invite } => line(
            say!("Withdrawal of an invitation"),
            say!("invitation {}", short(invite)),
            "",
        ),
        AuthorityEvent::PersonAdmitted { request, roles, .. } => line(
            say!("Admission of a person"),
            say!("request {}", short(request)),
            &named(roles),
        ),
        AuthorityEvent::RequestRefused { request, reason } => line(
            say!("Refusal of a request"),
            say!("request {}", short(request)),
            reason,
        ),
        AuthorityEvent::RolesSet { person, roles } => {
            line(say!("Change of roles"), person.clone(), &named(roles))
        }
        AuthorityEvent::PersonRevoked { person, reason } => {
            line(say!("Removal of a person"), person.clone(), reason)
        }
        AuthorityEvent::DeviceAdded { person, .. } => {
            line(say!("Another device"), person.clone(), "")
        }
        AuthorityEvent::DeviceRevoked { device, reason } => {
            line(say!("Revocation of a device"), device_words(device), reason)
        }
        AuthorityEvent::DeviceCompromised {
            device,
            from,
            reason,
        } => line(
            say!("Report of a device in other hands"),
            device_words(device),
            &say!("after entry {from}: {reason}"),
        ),
        AuthorityEvent::DeviceForked { device, seq, .. } => LogLine {
            by_person: false,
            ..line(
                say!("Device frozen"),
                device_words(device),
                &say!("it signed two entries with number {seq}"),
            )
        },
        AuthorityEvent::MandateSet { act, mandate } => line(
            say!("Change of the policy"),
            act.title().to_owned(),
            &mandate_words(mandate),
        ),
        AuthorityEvent::ThresholdSet { administrators } => line(
            say!("Change of the policy"),
            say!("People and policy").to_owned(),
            &say!("needs {administrators} administrators"),
        ),
        AuthorityEvent::PresenceSet { required } => line(
            say!("Change of the policy"),
            say!("Presence").to_owned(),
            match required {
                true => say!("an approval counts only where the system's own prompt was answered"),
                false => say!("an approval counts also where the system has no prompt"),
            },
        ),
        AuthorityEvent::ProposalJudged {
            proposal,
            verdict,
            reason,
        } => line(
            match verdict {
                Verdict::Approve => say!("Agreement to a change"),
                Verdict::Reject => say!("Refusal of a change"),
            },
            say!("entry {}", short(proposal)),
            reason,
        ),
        AuthorityEvent::GlassBroken { intent, reason } => line(
            say!("Went past the approvals"),
            say!("intent {}", short(intent)),
            reason,
        ),
        AuthorityEvent::DefaultTaken { intent } => LogLine {
            by_person: false,
            ..line(
                say!("Went on by itself"),
                say!("intent {}", short(intent)),
                say!("nobody judged it in time"),
            )
        },
        AuthorityEvent::ReviewClosed { review, reason } => {
            line(say!("End of a review"), say!("review {review}"), reason)
        }
    }
}

pub(super) fn facts(event: &AuthorityEvent) -> Vec<Fact> {
    let it = line(event);
    let mut facts = vec![(say!("About"), it.target), (say!("Says"), it.reason)];
    match event {
        AuthorityEvent::JoinRequested { key, .. } | AuthorityEvent::DeviceAdded { key, .. } => {
            facts.push((say!("Key"), key.clone()));
        }
        AuthorityEvent::Invited { expires_at, .. } => {
            facts.push((say!("Expires"), words::moment(*expires_at)));
        }
        AuthorityEvent::DeviceForked { first, second, .. } => {
            facts.push((say!("One"), first.0.clone()));
            facts.push((say!("Other"), second.0.clone()));
        }
        _ => {}
    }
    facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| Fact {
            name: name.to_owned(),
            value,
        })
        .collect()
}

/// "a product lead asks; then 1 product lead or responder; expires after 15 min".
pub(super) fn mandate_words(mandate: &Mandate) -> String {
    let or = |roles: &[Role]| {
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        names.join(say!(" or "))
    };
    let mut parts = vec![say!("{} asks", or(&mandate.ask))];
    for quorum in &mandate.approve {
        parts.push(say!("{} {} agrees", quorum.persons, or(&quorum.roles)));
    }
    for fallback in &mandate.fallback {
        parts.push(say!(
            "after {} {} instead",
            words::span(fallback.after_ms),
            or(&fallback.roles)
        ));
    }
    if let Some(after_ms) = mandate.default_after_ms {
        parts.push(say!("after {} it goes on by itself", words::span(after_ms)));
    }
    if !mandate.break_glass.is_empty() {
        parts.push(say!("break-glass by {}", or(&mandate.break_glass)));
    }
    parts.push(say!("expires after {}", words::span(mandate.expires_ms)));
    parts.join("; ")
}

/// "Product lead, customer success".
fn named(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    capital(&names.join(", "))
}

fn device_words(device: &str) -> String {
    say!("device {}", short(device))
}
