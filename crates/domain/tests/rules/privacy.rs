//! Words that touch on privacy: legal agrees to exactly these, or nothing is sent. And a notice that
//! came to nothing on one channel, asked for once more there alone. Knows no channel's wire.

use cockpit_domain::decide::Command;
use cockpit_domain::event::Outcome;
use cockpit_domain::notice::{Audience, Locale, Slot, TellEvent};
use cockpit_domain::state::Standing;
use cockpit_domain::views::{self, DraftView, ReceiptView};
use cockpit_domain::{Desired, Service};

use crate::cases::{CARE, LEAD, NOON, Workspace, asks};
use crate::telling::{
    HOUSE, LAW, agrees, aims, comes, desk, draft, drafts, envelope, house, judges, opens, standing,
    submits, tells,
};

const LEAK: &str = "Some customer data was visible to other customers.";

/// A draft in which one slot says something else.
fn says(all: &mut Workspace, incident: &str, slot: Slot, words: &str) {
    let mut draft = draft(all, incident, NOON);
    let slots = draft.texts.get_mut(&Locale::En).unwrap();
    slots.set(slot, words.to_owned());
    tells(all, CARE, NOON, TellEvent::Drafted(Box::new(draft))).unwrap();
}

fn view(all: &Workspace, incident: &str) -> DraftView {
    let customers = Audience::Customers;
    views::notice_draft(&all.state, &desk(), incident, customers, None, NOON).unwrap()
}

/// What is said of legal beside the words themselves.
fn legal(all: &Workspace, incident: &str) -> Option<String> {
    let findings = view(all, incident).findings;
    findings
        .into_iter()
        .find(|it| it.rule == "privacy")
        .map(|it| it.legal.expect("a word for legal"))
}

#[test]
fn words_on_privacy_wait_for_legal_by_name() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    says(&mut all, &incident, Slot::Happened, LEAK);
    assert_eq!(
        legal(&all, &incident).unwrap(),
        "Nothing is sent before legal (law) agrees to these words."
    );
    // The envelope in force speaks of other words, and naming it makes no difference.
    let other = all.state.tell.envelopes.keys().next().unwrap().clone();
    let (there, mut desired) = aims(&all, &incident, NOON).remove(0);
    let Desired::Published { notice } = &mut desired else {
        unreachable!("a notice")
    };
    let about = notice.about.as_mut().unwrap();
    assert_eq!(about.envelope, None);
    about.envelope = Some(other);
    let id = all.does(CARE, NOON, asks(there, desired)).unwrap();
    judges(&mut all, CARE, NOON, &id).unwrap();
    judges(&mut all, HOUSE, NOON, &id).unwrap();
    assert_eq!(standing(&all, &id), Standing::Waiting);
    let shown = views::notices(&all.state, &desk(), NOON);
    assert_eq!(
        shown.notices[0].missing.as_deref(),
        Some("Missing: legal (law)")
    );
    judges(&mut all, LAW, NOON, &id).unwrap();
    assert_eq!(standing(&all, &id), Standing::Ready);
}

#[test]
fn legal_agrees_beforehand_to_these_words_and_no_others() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    let mut agreed = envelope(NOON);
    let english = agreed.allowed.get_mut(&Locale::En).unwrap();
    english
        .get_mut(&Slot::Happened)
        .unwrap()
        .push(LEAK.to_owned());
    let propose = TellEvent::EnvelopeProposed(Box::new(agreed));
    let id = tells(&mut all, CARE, NOON, propose).unwrap();
    says(&mut all, &incident, Slot::Happened, LEAK);
    for (who, inside) in [(HOUSE, false), (LAW, true)] {
        let sign = TellEvent::EnvelopeSigned {
            envelope: id.clone(),
        };
        tells(&mut all, who, NOON, sign).unwrap();
        assert_eq!(view(&all, &incident).agreed.inside, inside, "{who}");
    }
    assert_eq!(
        legal(&all, &incident).unwrap(),
        "Legal agreed to these words in the envelope “Outage, customers”."
    );
    let more = LEAK.replace("Some", "All");
    says(&mut all, &incident, Slot::Happened, &more);
    assert!(legal(&all, &incident).unwrap().contains("legal (law)"));
}

/// A hole of an agreed sentence takes a fact, and a version is no place for a message.
#[test]
fn no_words_pass_through_a_hole() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    let as_it_is = draft(&all, &incident, NOON);
    let headline = as_it_is.texts[&Locale::En].get(Slot::Headline).to_owned();
    assert!(headline.contains("8.4.0"), "{headline}");
    let sneaked = headline.replace("8.4.0", "8.4.0-passwords-leaked");
    says(&mut all, &incident, Slot::Headline, &sneaked);
    assert!(!view(&all, &incident).agreed.inside);
    says(&mut all, &incident, Slot::Headline, &headline);
    assert!(view(&all, &incident).agreed.inside);
}

fn receipts(all: &Workspace) -> Vec<ReceiptView> {
    let notices = views::notices(&all.state, &desk(), NOON).notices;
    notices.into_iter().flat_map(|it| it.receipts).collect()
}

#[test]
fn what_failed_on_one_channel_is_asked_for_there_alone() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let asked = submits(&mut all, &incident, NOON).unwrap();
    for intent in &asked {
        judges(&mut all, CARE, NOON, intent).unwrap();
    }
    comes(&mut all, NOON, &asked[0], Outcome::Confirmed);
    comes(&mut all, NOON, &asked[1], Outcome::Failed);
    let offered: Vec<bool> = receipts(&all).iter().map(|it| it.again).collect();
    assert_eq!(offered, [false, true]);
    let again =
        |all: &Workspace, intent: &str| views::ready_again(&all.state, &desk(), intent, NOON);
    let stands = again(&all, &asked[0]).unwrap_err();
    assert_eq!(stands, "This notice was published there already.");

    let (_, seen, desired) = again(&all, &asked[1]).unwrap();
    assert_eq!(seen.target.service(), Some(Service::Smtp));
    let Desired::Published { notice } = &desired else {
        unreachable!("a notice")
    };
    assert_eq!(notice.about.as_ref().unwrap().update, 0, "the same notice");
    let id = all.does(CARE, NOON, asks(seen, desired)).unwrap();
    // Once it is asked for, and once it stands there, it cannot be asked for a third time.
    assert!(again(&all, &asked[1]).is_err());
    judges(&mut all, CARE, NOON, &id).unwrap();
    comes(&mut all, NOON, &id, Outcome::Confirmed);
    assert!(again(&all, &asked[1]).is_err());
    let newest = receipts(&all).into_iter().find(|it| it.intent == id);
    assert_eq!(newest.unwrap().tries, "asked for a 2nd time");
    // And whoever asks for the whole draft again asks for nothing.
    let customers = Audience::Customers;
    let whole = views::ready_to_ask(&all.state, &desk(), &incident, customers, false, NOON);
    assert!(whole.unwrap_err().contains("every channel already"));
}

#[test]
fn other_words_are_not_asked_for_again() {
    let mut all = house();
    let incident = opens(&mut all, NOON);
    agrees(&mut all, NOON);
    drafts(&mut all, &incident, NOON);
    let asked = submits(&mut all, &incident, NOON).unwrap();
    for intent in &asked {
        judges(&mut all, CARE, NOON, intent).unwrap();
        comes(&mut all, NOON, intent, Outcome::Failed);
    }
    says(
        &mut all,
        &incident,
        Slot::Unknown,
        "We do not know the cause yet.",
    );
    assert!(receipts(&all).iter().all(|it| !it.again));
    let refused = views::ready_again(&all.state, &desk(), &asked[0], NOON).unwrap_err();
    assert!(refused.contains("the newest draft"), "{refused}");
    let nobody = Command::Tell(TellEvent::Resolved {
        incident,
        reason: "over".to_owned(),
    });
    assert!(all.does(LEAD, NOON, nobody).is_err());
}
