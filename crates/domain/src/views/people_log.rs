//! Entries about people, devices and policy as rows and facts. Must not know what followed.

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
        AuthorityEvent::Invited { roles, .. } => line("Invitation", named(roles), ""),
        AuthorityEvent::JoinRequested {
            name, device_name, ..
        } => line("Asked to join", name.clone(), device_name),
        AuthorityEvent::InviteWithdrawn { invite } => line(
            "Withdrawal of an invitation",
            format!("invitation {}", short(invite)),
            "",
        ),
        AuthorityEvent::PersonAdmitted { request, roles, .. } => line(
            "Admission of a person",
            format!("request {}", short(request)),
            &named(roles),
        ),
        AuthorityEvent::RequestRefused { request, reason } => line(
            "Refusal of a request",
            format!("request {}", short(request)),
            reason,
        ),
        AuthorityEvent::RolesSet { person, roles } => {
            line("Change of roles", person.clone(), &named(roles))
        }
        AuthorityEvent::PersonRevoked { person, reason } => {
            line("Removal of a person", person.clone(), reason)
        }
        AuthorityEvent::DeviceAdded { person, .. } => line("Another device", person.clone(), ""),
        AuthorityEvent::DeviceRevoked { device, reason } => {
            line("Revocation of a device", device_words(device), reason)
        }
        AuthorityEvent::DeviceCompromised {
            device,
            from,
            reason,
        } => line(
            "Report of a device in other hands",
            device_words(device),
            &format!("after entry {from}: {reason}"),
        ),
        AuthorityEvent::DeviceForked { device, seq, .. } => LogLine {
            by_person: false,
            ..line(
                "Device frozen",
                device_words(device),
                &format!("it signed two entries with number {seq}"),
            )
        },
        AuthorityEvent::MandateSet { act, mandate } => line(
            "Change of the policy",
            act.title().to_owned(),
            &mandate_words(mandate),
        ),
        AuthorityEvent::ThresholdSet { administrators } => line(
            "Change of the policy",
            "People and policy".to_owned(),
            &format!("needs {administrators} administrators"),
        ),
        AuthorityEvent::PresenceSet { required } => line(
            "Change of the policy",
            "Presence".to_owned(),
            match required {
                true => "an approval counts only where the system's own prompt was answered",
                false => "an approval counts also where the system has no prompt",
            },
        ),
        AuthorityEvent::ProposalJudged {
            proposal,
            verdict,
            reason,
        } => line(
            match verdict {
                Verdict::Approve => "Agreement to a change",
                Verdict::Reject => "Refusal of a change",
            },
            format!("entry {}", short(proposal)),
            reason,
        ),
        AuthorityEvent::GlassBroken { intent, reason } => line(
            "Went past the approvals",
            format!("intent {}", short(intent)),
            reason,
        ),
        AuthorityEvent::DefaultTaken { intent } => LogLine {
            by_person: false,
            ..line(
                "Went on by itself",
                format!("intent {}", short(intent)),
                "nobody judged it in time",
            )
        },
        AuthorityEvent::ReviewClosed { review, reason } => {
            line("End of a review", format!("review {review}"), reason)
        }
    }
}

pub(super) fn facts(event: &AuthorityEvent) -> Vec<Fact> {
    let it = line(event);
    let mut facts = vec![("About", it.target), ("Says", it.reason)];
    match event {
        AuthorityEvent::JoinRequested { key, .. } | AuthorityEvent::DeviceAdded { key, .. } => {
            facts.push(("Key", key.clone()));
        }
        AuthorityEvent::Invited { expires_at, .. } => {
            facts.push(("Expires", expires_at.to_string()));
        }
        AuthorityEvent::DeviceForked { first, second, .. } => {
            facts.push(("One", first.0.clone()));
            facts.push(("Other", second.0.clone()));
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
        names.join(" or ")
    };
    let mut parts = vec![format!("{} asks", or(&mandate.ask))];
    for quorum in &mandate.approve {
        parts.push(format!("{} {} agrees", quorum.persons, or(&quorum.roles)));
    }
    for fallback in &mandate.fallback {
        parts.push(format!(
            "after {} {} instead",
            words::span(fallback.after_ms),
            or(&fallback.roles)
        ));
    }
    if let Some(after_ms) = mandate.default_after_ms {
        parts.push(format!(
            "after {} it goes on by itself",
            words::span(after_ms)
        ));
    }
    if !mandate.break_glass.is_empty() {
        parts.push(format!("break-glass by {}", or(&mandate.break_glass)));
    }
    parts.push(format!("expires after {}", words::span(mandate.expires_ms)));
    parts.join("; ")
}

/// "Product lead, customer success".
fn named(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    capital(&names.join(", "))
}

fn device_words(device: &str) -> String {
    format!("device {}", short(device))
}
