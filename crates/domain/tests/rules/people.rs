//! What the people and policy room shows, and a change before it is signed. Knows no rule.

use cockpit_domain::authority::{AuthorityEvent, Mandate};
use cockpit_domain::decide::Command;
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::views::{
    ChangeDraft, PeopleView, change_event, change_sheet, mandate_preview, people_room,
};

use crate::authority::{adds_device, does, joins, mandate, roles_of, sets};
use crate::cases::{AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, live, workspace};

/// Stands in for a hash: tells texts apart by their length.
fn sum(text: &str) -> [u8; 32] {
    [u8::try_from(text.len() % 256).expect("a byte"); 32]
}

fn room(all: &Workspace, who: &str) -> PeopleView {
    people_room(&all.state, &live(who, &[]), who, NOON, &sum)
}

fn policy(room: &PeopleView, act: ActKind) -> String {
    let found = room.policy.iter().find(|it| it.act == act);
    found.expect("every act is there").sentence.clone()
}

#[test]
fn one_founder_reads_what_is_true_of_them_alone() {
    let all = workspace(&[LEAD]);
    let room = room(&all, LEAD);
    assert_eq!(
        room.threshold.sentence,
        "You are the only administrator and decide about people and policy alone."
    );
    let you = &room.people[0];
    assert!(you.you && you.roles_words == "Administrator, product lead");
    assert_eq!(
        you.remove_why_not.as_deref(),
        Some("No administrator would be left who can sign.")
    );
    assert_eq!(you.devices.len(), 1);
    assert_eq!(you.devices[0].title, "This laptop · ada");
    assert_eq!(
        policy(&room, ActKind::Stop),
        "Needs you. It expires 15 min after it was asked for."
    );
    assert_eq!(
        policy(&room, ActKind::Resume),
        "Needs you, and then your approval in the approval window. It expires 30 min after it was \
         asked for."
    );
    assert_eq!(
        policy(&room, ActKind::Publish),
        "Needs you, and the approval of nobody yet (customer success). It expires 10 min after it \
         was asked for."
    );
    assert_eq!(room.why_not, None);
}

#[test]
fn a_policy_is_read_with_names_before_it_is_set() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    joins(&mut all, "eve", "eve", vec![Role::Responder]);
    let preview = |act, mandate: &Mandate| {
        mandate_preview(&all.state, &live(LEAD, &[]), LEAD, NOON, act, mandate)
    };
    let stop = preview(ActKind::Stop, &mandate());
    assert_eq!(
        stop.sentence,
        "Needs you, and 1 of customer success: Cleo. It expires 30 min after it was asked for. \
         After 10 min eve may agree instead. When nobody has judged it after 20 min, the stop \
         goes on. Ada or Ben may go past the approvals with a reason, which is looked at \
         afterwards."
    );
    assert_eq!(stop.why_not, None);
    let resume = preview(ActKind::Resume, &mandate());
    assert_eq!(
        resume.why_not.as_deref(),
        Some("Only a stop may go on by itself; what exposes people waits for a person.")
    );
}

#[test]
fn changes_are_history_and_what_waits_says_who_is_missing() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    does(
        &mut all,
        LEAD,
        roles_of(OTHER_LEAD, vec![Role::Administrator, Role::ProductLead]),
    );
    does(
        &mut all,
        LEAD,
        roles_of(CARE, vec![Role::Administrator, Role::CustomerSuccess]),
    );
    does(&mut all, LEAD, sets(ActKind::Stop, narrow()));
    let room = room(&all, OTHER_LEAD);
    assert_eq!(room.history.len(), 2);
    assert_eq!(room.history[0].title, "Change of roles · Cleo");
    assert_eq!(room.history[0].by, "agreed by Ada");
    let waits = &room.proposals[0];
    assert_eq!(waits.title, "Change of the policy · Stop a rollout");
    assert_eq!(
        waits.agreed,
        "Agreed by Ada; 1 more of you or Cleo must agree"
    );
    assert_eq!(waits.why_not, None);
    assert_eq!(
        room.threshold.sentence,
        "2 of 3 administrators must agree on people and policy."
    );
    let agree = ChangeDraft::Agree {
        proposal: waits.proposal.clone(),
    };
    let event = change_event(&all.state, agree, String::new());
    let sheet = change_sheet(
        &all.state,
        &live(OTHER_LEAD, &[]),
        OTHER_LEAD,
        NOON,
        &event,
        &sum,
    );
    assert_eq!(
        sheet.facts[0].value,
        "Change of the policy · Stop a rollout"
    );
    assert_eq!(sheet.why_not, None);
}

fn narrow() -> Mandate {
    Mandate {
        fallback: Vec::new(),
        default_after_ms: None,
        break_glass: Vec::new(),
        ..mandate()
    }
}

#[test]
fn a_request_shows_six_words_and_warns_of_a_wrong_code() {
    let mut all = workspace(&[LEAD]);
    let invite = AuthorityEvent::Invited {
        code_hash: "00".repeat(32),
        expires_at: NOON + 1,
        roles: vec![Role::CustomerSuccess],
    };
    let invite = does(&mut all, LEAD, invite);
    let request = AuthorityEvent::JoinRequested {
        invite,
        code: "plum".to_owned(),
        name: "Mina".to_owned(),
        device_name: "laptop".to_owned(),
        key: "key".to_owned(),
    };
    let request = does(&mut all, "new", request);
    let shown = room(&all, LEAD);
    assert_eq!(shown.requests[0].words.len(), 6);
    assert!(shown.requests[0].warning.is_some());
    assert_eq!(shown.requests[0].roles, [Role::CustomerSuccess]);
    assert_eq!(shown.invites[0].words, "by you, for customer success");
    let admit = ChangeDraft::Admit {
        request,
        person: None,
        roles: vec![Role::CustomerSuccess],
    };
    let event = change_event(&all.state, admit, "mina".to_owned());
    let sheet = change_sheet(&all.state, &live(LEAD, &[]), LEAD, NOON, &event, &sum);
    let names: Vec<&str> = sheet.facts.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Says", "Name", "Device", "Six words", "Careful"]);
    assert_eq!(sheet.needs, "It takes force at once.");
    all.does(LEAD, NOON, Command::Authority(event))
        .expect("she administers");
    assert!(room(&all, LEAD).requests.is_empty());
}

#[test]
fn whoever_may_change_nothing_reads_why() {
    let mut all = workspace(&[LEAD, CARE, AUDITOR]);
    adds_device(&mut all, CARE, "tablet");
    assert_eq!(
        room(&all, CARE).why_not.as_deref(),
        Some("Only an administrator changes people and policy.")
    );
    assert_eq!(
        room(&all, AUDITOR).why_not.as_deref(),
        Some("Dan is an auditor, who sees everything, may export it and does nothing else.")
    );
    let shown = room(&all, CARE);
    let tablet = &shown.people[0].devices[0];
    assert!(tablet.signs && tablet.revoke_why_not.is_none(), "her own");
    let review = &shown.reviews[0];
    assert_eq!(review.title, "A new device");
    assert!(review.why_not.is_some());
}
