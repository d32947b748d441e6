//! Incidents, drafts, envelopes and the promise of the next notice, as the ledger decides them.
//! Knows no channel's wire.

use std::collections::{BTreeMap, BTreeSet};

use cockpit_domain::decide::Command;
use cockpit_domain::event::{Connection, Event, Outcome, Verdict};
use cockpit_domain::lint::ChannelKind;
use cockpit_domain::notice::{
    Audience, Because, Draft, Envelope, LIBRARY, Locale, PHASES, Severity, Slot, TellEvent,
    Template, TemplateKey, Why, agreed_phrases, filled, kind_of, owed, reaches, render, steps,
};
use cockpit_domain::policy::{Person, Role};
use cockpit_domain::state::Standing;
use cockpit_domain::target::{Notice, Phase};
use cockpit_domain::views::{self, Live};
use cockpit_domain::{Desired, Service, Time};

use crate::cases::{
    CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, live, mailing, page, result, seen, target_of,
    workspace,
};

const MINUTE: u64 = 60_000;
pub const LAW: &str = "law";
pub const HOUSE: &str = "house";

/// Customer success without legal and brand, who are two others.
pub(crate) fn house() -> Workspace {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    let role = |all: &mut Workspace, id: &str, role: Role| {
        let person = Person {
            id: id.to_owned(),
            name: id.to_owned(),
            roles: vec![role],
        };
        all.state.people.insert(id.to_owned(), person);
        all.state.devices.insert(id.to_owned(), id.to_owned());
    };
    for service in [Service::Statuspage, Service::Smtp] {
        let connection = Connection {
            service,
            app: None,
            config: BTreeMap::new(),
        };
        all.state.connections.insert(service, connection);
    }
    role(&mut all, CARE, Role::CustomerSuccess);
    role(&mut all, LAW, Role::Legal);
    role(&mut all, HOUSE, Role::Brand);
    all
}

pub(crate) fn tells(
    all: &mut Workspace,
    who: &str,
    at: Time,
    event: TellEvent,
) -> Result<String, String> {
    all.does(who, at, Command::Tell(event))
        .map_err(|refusal| refusal.sentence)
}

pub(crate) fn opens(all: &mut Workspace, at: Time) -> String {
    let opened = TellEvent::Opened {
        title: "Problems in version 8.4.0".to_owned(),
        severity: Severity::Major,
        version: "8.4.0".to_owned(),
        because: Because::Said,
        figures: Vec::new(),
    };
    tells(all, LEAD, at, opened).expect("an incident may be opened")
}

pub(crate) fn draft(all: &Workspace, incident: &str, at: Time) -> Draft {
    let of = &[Locale::En];
    filled(
        &all.state,
        incident,
        Audience::Customers,
        Why::Asked,
        of,
        at,
    )
    .expect("an incident")
}

pub(crate) fn drafts(all: &mut Workspace, incident: &str, at: Time) -> String {
    let draft = draft(all, incident, at);
    tells(all, CARE, at, TellEvent::Drafted(Box::new(draft))).expect("it may be drafted")
}

pub(crate) fn phase(all: &mut Workspace, incident: &str, phase: Phase, at: Time) {
    let set = TellEvent::PhaseSet {
        incident: incident.to_owned(),
        phase,
        reason: "we found it".to_owned(),
    };
    tells(all, LEAD, at, set).expect("the phase may be set");
}

pub(crate) fn envelope(at: Time) -> Envelope {
    Envelope {
        title: "Outage, customers".to_owned(),
        severities: Severity::ALL.into_iter().collect(),
        phases: PHASES.into_iter().collect(),
        audiences: Audience::ALL.into_iter().collect(),
        channels: ChannelKind::ALL.into_iter().collect(),
        locales: [Locale::En, Locale::De].into(),
        templates: BTreeSet::from([LIBRARY.to_owned()]),
        allowed: [Locale::En, Locale::De]
            .into_iter()
            .map(|of| (of, agreed_phrases(of)))
            .collect(),
        expires_at: at + 90 * 24 * 60 * MINUTE,
    }
}

pub(crate) fn agrees(all: &mut Workspace, at: Time) -> String {
    let propose = TellEvent::EnvelopeProposed(Box::new(envelope(at)));
    let id = tells(all, CARE, at, propose).expect("it may be proposed");
    for who in [LAW, HOUSE] {
        let sign = TellEvent::EnvelopeSigned {
            envelope: id.clone(),
        };
        tells(all, who, at, sign).expect("it may be signed");
    }
    id
}

/// A window of customer success with a status page and a mailing.
pub(crate) fn desk() -> Live {
    let states = [page(&[]), mailing(&[])].map(|state| (target_of(&state), state));
    let mut live = live(CARE, &states);
    live.device = CARE.to_owned();
    live
}

/// What would be asked for of each channel.
pub(crate) fn aims(
    all: &Workspace,
    incident: &str,
    at: Time,
) -> Vec<(cockpit_domain::Observation, Desired)> {
    let channels = [page(&[]), mailing(&[])];
    let it = &all.state.tell.incidents[incident];
    let places: Vec<_> = it.drafts.iter().collect();
    let ((phase, update, audience), record) = places.last().expect("a draft");
    let mut aims = Vec::new();
    for state in channels {
        let target = target_of(&state);
        let kind = kind_of(target.service().unwrap()).unwrap();
        for (locale, slots) in &record.texts {
            let key = TemplateKey {
                severity: it.severity,
                phase: *phase,
                audience: *audience,
                channel: kind,
                locale: *locale,
            };
            let (version, template) = all.state.tell.template(key);
            let (title, body) = render(&template, slots).unwrap();
            let in_force = all.state.tell.envelopes.iter().find(|(id, _)| {
                all.state
                    .fits_envelope(id, key, &version, slots, at)
                    .is_ok()
            });
            let about = cockpit_domain::notice::About {
                incident: incident.to_owned(),
                update: *update,
                audience: *audience,
                locale: *locale,
                draft: record.id.clone(),
                template: version.clone(),
                envelope: in_force.map(|(id, _)| id.clone()),
                next_update_at: slots.next_update_at,
            };
            let notice = Notice {
                key: about.key(*phase),
                title,
                body,
                phase: *phase,
                notify_subscribers: false,
                about: Some(about),
            };
            aims.push((
                seen(target.clone(), state.clone()),
                Desired::Published { notice },
            ));
        }
    }
    aims
}

pub(crate) fn submits(
    all: &mut Workspace,
    incident: &str,
    at: Time,
) -> Result<Vec<String>, String> {
    let aims = aims(all, incident, at);
    let Command::Press(mut press) = asks(aims[0].0.clone(), aims[0].1.clone()) else {
        unreachable!("a press")
    };
    press.aims = aims;
    let from = all.entries.len();
    all.does(CARE, at, Command::Press(press))
        .map_err(|refusal| refusal.sentence)?;
    Ok(all.entries[from..].iter().map(|it| it.id.clone()).collect())
}

pub(crate) fn judges(
    all: &mut Workspace,
    who: &str,
    at: Time,
    intent: &str,
) -> Result<String, String> {
    let judge = Command::Judge {
        intent: intent.to_owned(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: Some(true),
        presence: None,
    };
    all.does(who, at, judge).map_err(|refusal| refusal.sentence)
}

pub(crate) fn comes(all: &mut Workspace, at: Time, intent: &str, outcome: Outcome) {
    all.force(
        CARE,
        at,
        Event::EffectClaimed {
            intent: intent.to_owned(),
            attempt: 1,
            lease_until: at + MINUTE,
        },
    );
    all.force(CARE, at, Event::EffectResult(result(intent, outcome)));
}

pub(crate) fn standing(all: &Workspace, intent: &str) -> Standing {
    all.state.intents[intent].standing()
}

/// Drafted, asked for, approved inside an envelope, and seen on every channel.
pub(crate) fn publishes(all: &mut Workspace, incident: &str, at: Time) {
    let it = &all.state.tell.incidents[incident];
    let update = it.next_update(it.phase, Audience::Customers);
    if !it
        .drafts
        .contains_key(&(it.phase, update, Audience::Customers))
    {
        drafts(all, incident, at);
    }
    for intent in submits(all, incident, at).expect("it may be asked for") {
        judges(all, CARE, at, &intent).expect("customer success may approve");
        assert_eq!(standing(all, &intent), Standing::Ready);
        comes(all, at, &intent, Outcome::Confirmed);
    }
}

#[test]
fn inside_an_envelope_one_signature_of_customer_success_is_enough() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intents = submits(&mut all, &incident, NOON).unwrap();
    assert_eq!(intents.len(), 2);
    for intent in &intents {
        assert_eq!(standing(&all, intent), Standing::Waiting);
        judges(&mut all, CARE, NOON, intent).unwrap();
        assert_eq!(standing(&all, intent), Standing::Ready);
    }
}

#[test]
fn outside_an_envelope_it_takes_legal_and_brand_and_their_names_are_said() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intents = submits(&mut all, &incident, NOON).unwrap();
    let intent = &intents[0];
    judges(&mut all, CARE, NOON, intent).unwrap();
    assert_eq!(standing(&all, intent), Standing::Waiting);
    let again = judges(&mut all, CARE, NOON, intent).unwrap_err();
    assert!(again.contains("has approved already"), "{again}");
    let lead = judges(&mut all, OTHER_LEAD, NOON, intent).unwrap_err();
    assert!(lead.contains("may not approve"), "{lead}");
    let view = views::notices(&all.state, &desk(), NOON);
    let missing = view.notices[0].missing.clone().unwrap();
    assert_eq!(missing, "Missing: legal (law) and brand (house)");
    judges(&mut all, LAW, NOON, intent).unwrap();
    assert_eq!(standing(&all, intent), Standing::Waiting);
    judges(&mut all, HOUSE, NOON, intent).unwrap();
    assert_eq!(standing(&all, intent), Standing::Ready);
    let view = views::notices(&all.state, &desk(), NOON);
    assert_eq!(view.notices[0].approvals.len(), 3);
}

#[test]
fn a_sentence_that_nobody_agreed_to_lies_outside() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    let mut draft = draft(&all, &incident, NOON);
    let slots = draft.texts.get_mut(&Locale::En).unwrap();
    slots.set(Slot::Expect, "Your money is safe.".to_owned());
    tells(&mut all, CARE, NOON, TellEvent::Drafted(Box::new(draft))).unwrap();
    let view = views::notice_draft(
        &all.state,
        &desk(),
        &incident,
        Audience::Customers,
        None,
        NOON,
    );
    let agreed = view.unwrap().agreed;
    assert!(!agreed.inside);
    assert!(
        agreed.sentence.contains("“Your money is safe.”"),
        "{}",
        agreed.sentence
    );
    assert!(
        agreed.sentence.contains("legal (law)"),
        "{}",
        agreed.sentence
    );
    let intents = submits(&mut all, &incident, NOON).unwrap();
    judges(&mut all, CARE, NOON, &intents[0]).unwrap();
    assert_eq!(standing(&all, &intents[0]), Standing::Waiting);
}

#[test]
fn an_envelope_ends_with_its_time_its_template_and_its_signers() {
    let at = |all: &Workspace, when: Time, id: &str| {
        let key = TemplateKey {
            severity: Severity::Major,
            phase: Phase::Investigating,
            audience: Audience::Customers,
            channel: ChannelKind::Email,
            locale: Locale::En,
        };
        let incident = all.state.tell.incidents.keys().next().unwrap();
        let slots = draft(all, incident, NOON).texts[&Locale::En].clone();
        let version = all.state.tell.template(key).0;
        all.state.fits_envelope(id, key, &version, &slots, when)
    };
    let mut all = house();
    opens(&mut all, NOON);
    let id = agrees(&mut all, NOON);
    assert_eq!(at(&all, NOON, &id), Ok(()));
    let late = NOON + 91 * 24 * 60 * MINUTE;
    assert!(at(&all, late, &id).unwrap_err().contains("expired"));

    let mut own = Template::of_the_library(TemplateKey {
        severity: Severity::Major,
        phase: Phase::Investigating,
        audience: Audience::Customers,
        channel: ChannelKind::Email,
        locale: Locale::En,
    });
    own.body.push_str("\n\nYours, the team");
    tells(&mut all, CARE, NOON, TellEvent::TemplateSet(Box::new(own))).unwrap();
    assert!(
        at(&all, NOON, &id)
            .unwrap_err()
            .contains("template has changed")
    );

    let mut all = house();
    opens(&mut all, NOON);
    let id = agrees(&mut all, NOON);
    all.state.people.remove(LAW);
    assert!(at(&all, NOON, &id).unwrap_err().contains("waits for legal"));
}

#[test]
fn only_legal_and_brand_sign_an_envelope() {
    let mut all = house();
    let id = tells(
        &mut all,
        CARE,
        NOON,
        TellEvent::EnvelopeProposed(Box::new(envelope(NOON))),
    )
    .unwrap();
    let sign = TellEvent::EnvelopeSigned { envelope: id };
    for who in [LEAD, CARE] {
        let why = tells(&mut all, who, NOON, sign.clone()).unwrap_err();
        assert!(why.contains("neither legal nor brand"), "{why}");
    }
    tells(&mut all, LAW, NOON, sign.clone()).unwrap();
    let why = tells(&mut all, LAW, NOON, sign).unwrap_err();
    assert!(why.contains("signed as legal already"), "{why}");
}

#[test]
fn whoever_left_approved_nothing() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intents = submits(&mut all, &incident, NOON).unwrap();
    judges(&mut all, LAW, NOON, &intents[0]).unwrap();
    let leaves = cockpit_domain::authority::AuthorityEvent::PersonRevoked {
        person: LAW.to_owned(),
        reason: "left the house".to_owned(),
    };
    all.does(LEAD, NOON, Command::Authority(leaves)).unwrap();
    judges(&mut all, HOUSE, NOON, &intents[0]).unwrap();
    judges(&mut all, CARE, NOON, &intents[0]).unwrap();
    assert_eq!(standing(&all, &intents[0]), Standing::Waiting);
}

#[test]
fn an_edit_takes_the_approval_and_is_shown() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intents = submits(&mut all, &incident, NOON).unwrap();
    judges(&mut all, CARE, NOON, &intents[0]).unwrap();
    let mut edited = draft(&all, &incident, NOON);
    edited.why = Why::Edited;
    let slots = edited.texts.get_mut(&Locale::En).unwrap();
    slots.set(
        Slot::Unknown,
        "We do not know yet how many people are affected.".to_owned(),
    );
    tells(&mut all, CARE, NOON, TellEvent::Drafted(Box::new(edited))).unwrap();
    for intent in &intents {
        assert_eq!(standing(&all, intent), Standing::Rejected);
    }
    let view = views::notice_draft(
        &all.state,
        &desk(),
        &incident,
        Audience::Customers,
        None,
        NOON,
    );
    let changes = view.unwrap().changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].name, "What we do not know yet");
    // The words as they are now can be asked for again.
    assert_eq!(submits(&mut all, &incident, NOON).unwrap().len(), 2);
}

#[test]
fn a_notice_is_asked_for_and_sent_once() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let intents = submits(&mut all, &incident, NOON).unwrap();
    let why = submits(&mut all, &incident, NOON).unwrap_err();
    assert!(why.contains("asked for there already"), "{why}");
    for (intent, outcome) in intents.iter().zip([Outcome::Confirmed, Outcome::Unknown]) {
        judges(&mut all, CARE, NOON, intent).unwrap();
        comes(&mut all, NOON, intent, outcome);
    }
    let aims = aims(&all, &incident, NOON);
    for ((seen, desired), word) in aims.into_iter().zip(["was published", "may have been"]) {
        // What is unknown holds up the mailing until it expires.
        let later = NOON + 11 * MINUTE;
        let why = all.does(CARE, later, asks(seen, desired)).unwrap_err();
        assert!(why.sentence.contains(word), "{}", why.sentence);
    }
    // Another laptop that asked meanwhile has no force.
    let rejected = all.state.rejected.len();
    let twin = all
        .entries
        .iter()
        .find(|entry| matches!(entry.event, Event::IntentRequested(_)))
        .map(|entry| entry.event.clone());
    all.force(CARE, NOON, twin.unwrap());
    assert_eq!(all.state.rejected.len(), rejected + 1);
}

#[test]
fn an_incident_is_not_closed_before_everybody_was_told_of_its_end() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    publishes(&mut all, &incident, NOON);
    let close = TellEvent::Resolved {
        incident: incident.clone(),
        reason: "8.4.1 is out".to_owned(),
    };
    let why = tells(&mut all, LEAD, NOON, close.clone()).unwrap_err();
    assert!(why.contains("not resolved"), "{why}");
    phase(&mut all, &incident, Phase::Resolved, NOON);
    let why = tells(&mut all, LEAD, NOON, close.clone()).unwrap_err();
    assert!(
        why.contains("Statuspage and E-mail") || why.contains("was not told of its end"),
        "{why}"
    );
    // The cockpit drafts the end by itself.
    let raised = steps(&all.state, NOON);
    let [TellEvent::Drafted(end)] = raised.as_slice() else {
        panic!("{raised:?}")
    };
    assert_eq!((end.phase, end.why), (Phase::Resolved, Why::Phase));
    publishes(&mut all, &incident, NOON + MINUTE);
    tells(&mut all, LEAD, NOON + 2 * MINUTE, close).unwrap();
    assert!(owed(&all.state, NOON + 3 * MINUTE).is_empty());
}

#[test]
fn an_expected_end_that_moves_raises_a_draft() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    publishes(&mut all, &incident, NOON);
    assert!(steps(&all.state, NOON + MINUTE).is_empty());
    let expect = TellEvent::ExpectedSet {
        incident: incident.clone(),
        by: Some(NOON + 60 * MINUTE),
        reason: "the review takes an hour".to_owned(),
    };
    tells(&mut all, LEAD, NOON + MINUTE, expect).unwrap();
    let raised = steps(&all.state, NOON + MINUTE);
    let [TellEvent::Drafted(it)] = raised.as_slice() else {
        panic!("{raised:?}")
    };
    assert_eq!((it.why, it.update), (Why::Expected, 1));
    assert!(
        it.texts[&Locale::En]
            .get(Slot::Expect)
            .contains("15:00 UTC")
    );
    let event = raised[0].clone();
    tells(&mut all, LEAD, NOON + MINUTE, event.clone()).unwrap();
    assert!(steps(&all.state, NOON + MINUTE).is_empty());
    assert!(tells(&mut all, OTHER_LEAD, NOON + MINUTE, event).is_err());
}

#[test]
fn every_text_of_the_library_is_whole_and_fits_the_envelope() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    let id = agrees(&mut all, NOON);
    let mut it = all.state.tell.incidents[&incident].clone();
    it.expected = Some((Some(NOON + 45 * MINUTE), 1));
    let mut seen_texts = BTreeMap::new();
    for severity in Severity::ALL {
        for phase in PHASES {
            for locale in [Locale::En, Locale::De] {
                (it.severity, it.phase) = (severity, phase);
                for why in [Why::Asked, Why::NoNews] {
                    let slots = cockpit_domain::notice::fill(&all.state, &it, why, locale, NOON);
                    for channel in ChannelKind::ALL {
                        let key = TemplateKey {
                            severity,
                            phase,
                            audience: reaches(channel),
                            channel,
                            locale,
                        };
                        let fits = all.state.fits_envelope(&id, key, LIBRARY, &slots, NOON);
                        assert_eq!(fits, Ok(()), "{}", key.name());
                        let template = Template::of_the_library(key);
                        let (title, body) = render(&template, &slots).unwrap();
                        assert!(!title.is_empty() && !body.is_empty());
                        for text in [&title, &body] {
                            assert!(!text.contains(['{', '}']), "{text}");
                        }
                        assert!(!body.contains("\n\n\n") && !body.contains("  "), "{body}");
                        let promised = phase != Phase::Resolved;
                        assert_eq!(body.contains("UTC"), promised || body.contains("UTC"));
                        seen_texts.insert((key.name(), why == Why::NoNews), body);
                    }
                }
            }
        }
    }
    assert_eq!(seen_texts.len(), 4 * 4 * 2 * 9 * 2);
}
