//! That an approval is of bytes, and that nobody who was told of a problem is left without word. Knows
//! no text.

use cockpit_domain::decide::Command;
use cockpit_domain::event::{Event, Outcome};
use cockpit_domain::lint::ChannelKind;
use cockpit_domain::notice::{
    Audience, DRAFT_AHEAD_MS, ESCALATE_AHEAD_MS, Locale, Severity, Stage, TellEvent, Template,
    TemplateKey, owed, steps, wake_at,
};
use cockpit_domain::state::{Standing, State};
use cockpit_domain::target::Phase;
use cockpit_domain::{Desired, Time};
use proptest::prelude::*;

use crate::cases::{AUDITOR, CARE, LEAD, NOON, Workspace, asks, result};

const MINUTE: u64 = 60_000;

use crate::telling::{
    HOUSE, LAW, agrees, aims, comes, draft, drafts, house, judges, opens, phase, publishes,
    standing, submits, tells,
};

proptest! {
    /// What was approved are bytes: with any one byte changed there is no approval.
    #[test]
    fn one_byte_less_and_nobody_approved(at in 0usize..4_000, to in 0u8..=255, title in any::<bool>()) {
        let mut all = house();
        let incident = opens(&mut all, NOON);
        agrees(&mut all, NOON);
        drafts(&mut all, &incident, NOON);
        let (there, desired) = aims(&all, &incident, NOON).remove(0);
        let Desired::Published { notice } = &desired else { unreachable!("a notice") };
        let mut changed = notice.clone();
        let text = if title { &mut changed.title } else { &mut changed.body };
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let Ok(other) = String::from_utf8(bytes) else { return Ok(()) };
        *text = other;
        let id = all.does(CARE, NOON, asks(there.clone(), desired.clone())).unwrap();
        judges(&mut all, CARE, NOON, &id).unwrap();
        prop_assert_eq!(standing(&all, &id), Standing::Ready);
        // An entry with other words is another entry: it has no approval, and no force.
        let rejected = all.state.rejected.len();
        let changed = Desired::Published { notice: changed };
        let mut twin = all.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::IntentRequested(intent) => Some((**intent).clone()),
            _ => None,
        }).unwrap();
        twin.desired = changed.clone();
        all.force(CARE, NOON, Event::IntentRequested(Box::new(twin)));
        prop_assert_eq!(all.state.rejected.len(), rejected + 1);
        prop_assert!(all.does(CARE, NOON, asks(there, changed)).is_err());
    }

    /// A day of an incident on a laptop that sleeps and whose clock is moved, with people who are
    /// sometimes late: no promise is broken in silence, and nobody is left without the end.
    #[test]
    fn a_day_without_a_silent_breach(seed in prop::collection::vec((0u8..=11, 1u64..40), 60..200)) {
        let mut all = house();
        let mut now = NOON;
        let incident = opens(&mut all, now);
        agrees(&mut all, now);
        publishes(&mut all, &incident, now);
        let mut newest = now;
        for (what, minutes) in seed {
            if now.ms_since(NOON) > 24 * 60 * MINUTE { break }
            // Awake the cockpit looks at least every half minute; here at every wake it names.
            let until = match what {
                // The clock is moved back or on, or the laptop sleeps: nobody looks meanwhile.
                0 => now - minutes.min(20) * MINUTE,
                1 => now + minutes * 10 * MINUTE,
                _ => now + minutes * MINUTE,
            };
            let asleep = what <= 1;
            if asleep {
                now = until;
            }
            while !asleep && now < until {
                looks(&mut all, now);
                now = wake_at(&all.state, now).filter(|at| *at < until).unwrap_or(until);
            }
            looks(&mut all, now);
            no_silence(&all.state, now)?;
            newest = newest.max(now);
            // Somebody sends what is owed, now and then.
            if (2..=8).contains(&what) && owed(&all.state, now).iter().any(|it| it.stage > Stage::Ahead) {
                // With a clock that was set back nobody can approve: they set it right first.
                now = newest;
                looks(&mut all, now);
                publishes_again(&mut all, &incident, now);
            }
        }
        now = newest;
        phase(&mut all, &incident, Phase::Resolved, now);
        looks(&mut all, now);
        let close = TellEvent::Resolved { incident: incident.clone(), reason: "over".to_owned() };
        prop_assert!(tells(&mut all, LEAD, now, close.clone()).is_err());
        publishes_again(&mut all, &incident, now);
        prop_assert!(tells(&mut all, LEAD, now, close).is_ok());
        prop_assert!(all.state.tell.incidents[&incident].stranded().is_empty());
    }
}

/// What the cockpit does by itself.
fn looks(all: &mut Workspace, now: Time) {
    for step in steps(&all.state, now) {
        tells(all, LEAD, now, step).expect("what it proposes is allowed");
    }
    assert!(steps(&all.state, now).is_empty(), "it says a thing once");
}

/// Sends with words that are as new as the moment.
fn publishes_again(all: &mut Workspace, incident: &str, now: Time) {
    let fresh = draft(all, incident, now);
    let _ = tells(all, CARE, now, TellEvent::Drafted(Box::new(fresh)));
    publishes(all, incident, now);
}

/// Whatever is near or over stands in the ledger, with a draft of what is owed.
fn no_silence(state: &State, now: Time) -> Result<(), TestCaseError> {
    for it in owed(state, now) {
        let incident = &state.tell.incidents[&it.incident];
        let key = (it.audience, it.due);
        if now > it.due {
            prop_assert!(incident.missed.contains(&key), "a silent breach at {now}");
        } else if now + ESCALATE_AHEAD_MS >= it.due {
            prop_assert!(
                incident.escalated.contains(&key),
                "nobody was called at {now}"
            );
        }
        if now + DRAFT_AHEAD_MS >= it.due {
            prop_assert!(it.draft.is_some(), "no draft at {now}");
        }
    }
    Ok(())
}

#[test]
fn a_name_that_is_no_slot_is_refused() {
    let mut all = house();
    let mut own = Template::of_the_library(TemplateKey {
        severity: Severity::Minor,
        phase: Phase::Monitoring,
        audience: Audience::Customers,
        channel: ChannelKind::Push,
        locale: Locale::De,
    });
    for body in [
        "{{ customer }}",
        "{% for a in b %}",
        "",
        "{% include 'x' %}",
        "{{ headline|upper }}",
        "{{- headline }}",
        "{{{ headline }}}",
        "{# aside #}{{ headline }}",
        "{% if headline %}x",
        "{% if headline %}x{% else %}y{% else %}z{% endif %}",
        "{% if not headline %}x{% endif %}",
        "{% endif %}",
        "x\r\ny",
    ] {
        own.body = body.to_owned();
        let set = TellEvent::TemplateSet(Box::new(own.clone()));
        assert!(tells(&mut all, CARE, NOON, set).is_err(), "{body}");
    }
    own.body = "{{ happened }} {%if doing%}{ {{doing}} }{% else %}…{% endif %}{{  next_update }}"
        .to_owned();
    let set = TellEvent::TemplateSet(Box::new(own));
    assert!(tells(&mut all, AUDITOR, NOON, set.clone()).is_err());
    tells(&mut all, CARE, NOON, set).unwrap();
}

#[test]
fn what_waits_for_the_network_is_not_sent_for_whoever_left() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intent = submits(&mut all, &incident, NOON).unwrap().remove(0);
    for who in [CARE, LAW, HOUSE] {
        judges(&mut all, who, NOON, &intent).unwrap();
    }
    comes(&mut all, NOON, &intent, Outcome::Queued);
    assert_eq!(standing(&all, &intent), Standing::Ready);
    let leaves = cockpit_domain::authority::AuthorityEvent::PersonRevoked {
        person: HOUSE.to_owned(),
        reason: "left the house".to_owned(),
    };
    all.does(LEAD, NOON, Command::Authority(leaves)).unwrap();
    assert_eq!(standing(&all, &intent), Standing::Waiting);
    // What comes of it all the same has no force.
    let rejected = all.state.rejected.len();
    let sent = Event::EffectResult(result(&intent, Outcome::Confirmed));
    all.force(CARE, NOON, sent);
    assert_eq!(all.state.rejected.len(), rejected + 1);
}
