//! The people and policy room, and a change before it is signed, in words. Must not know how a
//! change is sealed.

use cockpit_say::say;

use super::{
    ChangeDraft, ChangeSheetView, DeviceView, Fact, HistoryView, InviteView, Live, MandatePreview,
    MandateView, MemberView, PeopleView, PresenceView, ProposalView, RequestView, ReviewView,
    RoleView, ThresholdView, asker, log_line, short,
};
use crate::authority::{AuthorityEvent, Device, Mandate, Proposal, comparison_text, six_words};
use crate::decide::unfulfilled;
use crate::event::{Event, Verdict};
use crate::policy::{ActKind, Person, Role};
use crate::state::{State, holds};
use crate::time::Time;
use crate::words::{self, capital};

/// Changes that are shown; the log has them all.
const HISTORY_SHOWN: usize = 50;

/// SHA-256 of a text.
pub type Sha256<'a> = &'a dyn Fn(&str) -> [u8; 32];

/// The people and policy room, for the device and person at this laptop.
pub fn people_room(
    state: &State,
    live: &Live,
    device: &str,
    now: Time,
    sha256: Sha256<'_>,
) -> PeopleView {
    let mut people: Vec<MemberView> = state
        .people
        .values()
        .map(|person| member(state, live, person, device, now))
        .collect();
    people.sort_by_key(|it| !it.you);
    let said = |event: &AuthorityEvent| why_not(state, device, now, event);
    let authority = &state.authority;
    let mut history: Vec<HistoryView> = Vec::new();
    for enacted in authority.history.iter().rev().take(HISTORY_SHOWN) {
        let names: Vec<String> = enacted
            .agreed
            .iter()
            .map(|it| match it.person.is_empty() {
                true => say!("the recovery key").to_owned(),
                false => asker(state, live, &it.person),
            })
            .collect();
        let (title, detail) = change_words(state, &enacted.change);
        history.push(HistoryView {
            position: enacted.position,
            at: enacted.at.to_string(),
            title,
            detail,
            by: say!("agreed by {}", names.join(say!(" and "))),
        });
    }
    let mut reviews: Vec<ReviewView> = authority
        .reviews
        .iter()
        .filter(|(_, review)| review.closed.is_none())
        .map(|(id, review)| ReviewView {
            review: id.clone(),
            title: review.kind.title().to_owned(),
            sentence: review.sentence.clone(),
            at: review.at.to_string(),
            position: review.position,
            why_not: said(&AuthorityEvent::ReviewClosed {
                review: id.clone(),
                reason: say!("looked at").to_owned(),
            }),
        })
        .collect();
    reviews.sort_by_key(|it| std::cmp::Reverse(it.position));
    PeopleView {
        people,
        former: authority
            .former
            .values()
            .map(|it| it.name.clone())
            .collect(),
        roles: Role::ALL.into_iter().map(role).collect(),
        requests: requests(state, sha256),
        invites: authority
            .invites
            .iter()
            .filter(|(_, it)| !it.used && !it.withdrawn && now <= it.expires_at)
            .map(|(id, it)| InviteView {
                invite: id.clone(),
                words: say!(
                    "by {}, for {}",
                    asker(state, live, &it.by),
                    named(&it.roles).to_lowercase()
                ),
                expires_at: it.expires_at.to_string(),
            })
            .collect(),
        proposals: authority
            .proposals
            .iter()
            .filter(|(_, it)| now <= it.expires_at)
            .map(|(id, it)| proposal(state, live, id, it, said(&agrees(id))))
            .collect(),
        threshold: threshold(state, live),
        presence: PresenceView {
            required: authority.presence_required,
            sentence: match authority.presence_required {
                true => {
                    say!(
                        "An approval counts only where the system's own prompt was answered \
                          before it."
                    )
                }
                false => {
                    say!(
                        "Where the system has a prompt of its own, it is asked for before each \
                     approval; where it has none, an approval counts all the same."
                    )
                }
            }
            .to_owned(),
        },
        policy: ActKind::ALL
            .into_iter()
            .map(|act| MandateView {
                act,
                title: act.title().to_owned(),
                sentence: mandate_sentence(state, live, act, &state.mandate(act)),
                mandate: (*state.mandate(act)).clone(),
                safe: act.is_safe_direction(),
                problem: unfulfilled(state, act),
            })
            .collect(),
        history,
        reviews,
        why_not: match state.actor(device) {
            Ok(person) if holds(person, &[Role::Administrator]) => None,
            Ok(_) => Some(say!("Only an administrator changes people and policy.").to_owned()),
            Err(why) => Some(format!("{}.", capital(&why))),
        },
    }
}

/// What a policy would mean.
pub fn mandate_preview(
    state: &State,
    live: &Live,
    device: &str,
    now: Time,
    act: ActKind,
    mandate: &Mandate,
) -> MandatePreview {
    let event = AuthorityEvent::MandateSet {
        act,
        mandate: Box::new(mandate.clone()),
    };
    MandatePreview {
        sentence: mandate_sentence(state, live, act, mandate),
        why_not: why_not(state, device, now, &event),
    }
}

/// The event that a page asks for. `person` names somebody new.
pub fn change_event(state: &State, draft: ChangeDraft, person: String) -> AuthorityEvent {
    match draft {
        ChangeDraft::Mandate { act, mandate } => AuthorityEvent::MandateSet {
            act,
            mandate: Box::new(mandate),
        },
        ChangeDraft::Threshold { administrators } => {
            AuthorityEvent::ThresholdSet { administrators }
        }
        ChangeDraft::Presence { required } => AuthorityEvent::PresenceSet { required },
        ChangeDraft::Uninvite { invite } => AuthorityEvent::InviteWithdrawn { invite },
        ChangeDraft::Roles { person, roles } => AuthorityEvent::RolesSet { person, roles },
        ChangeDraft::Remove { person, reason } => AuthorityEvent::PersonRevoked { person, reason },
        ChangeDraft::Revoke { device, reason } => AuthorityEvent::DeviceRevoked { device, reason },
        ChangeDraft::Compromised {
            device,
            from,
            reason,
        } => AuthorityEvent::DeviceCompromised {
            device,
            from,
            reason,
        },
        ChangeDraft::Agree { proposal } => agrees(&proposal),
        ChangeDraft::TurnDown { proposal, reason } => AuthorityEvent::ProposalJudged {
            proposal,
            verdict: Verdict::Reject,
            reason,
        },
        ChangeDraft::Admit {
            request,
            person: Some(person),
            ..
        } => {
            let known = state.authority.requests.get(&request);
            AuthorityEvent::DeviceAdded {
                key: known.map(|it| it.key.clone()).unwrap_or_default(),
                request,
                person,
            }
        }
        ChangeDraft::Admit {
            request,
            person: None,
            roles,
        } => AuthorityEvent::PersonAdmitted {
            request,
            person,
            roles,
        },
        ChangeDraft::Refuse { request, reason } => {
            AuthorityEvent::RequestRefused { request, reason }
        }
        ChangeDraft::BreakGlass { intent, reason } => {
            AuthorityEvent::GlassBroken { intent, reason }
        }
        ChangeDraft::CloseReview { review, reason } => {
            AuthorityEvent::ReviewClosed { review, reason }
        }
    }
}

/// A change before it is signed.
pub fn change_sheet(
    state: &State,
    live: &Live,
    device: &str,
    now: Time,
    event: &AuthorityEvent,
    sha256: Sha256<'_>,
) -> ChangeSheetView {
    let (title, detail) = change_words(state, &Event::Authority(event.clone()));
    let fact = |name: &str, value: String| Fact {
        name: name.to_owned(),
        value,
    };
    let mut facts = Vec::new();
    match event {
        AuthorityEvent::MandateSet { act, mandate } => {
            let before = mandate_sentence(state, live, *act, &state.mandate(*act));
            facts.push(fact(say!("Until now"), before));
            facts.push(fact(
                say!("From here on"),
                mandate_sentence(state, live, *act, mandate),
            ));
        }
        AuthorityEvent::RolesSet { person, roles } => {
            let before = state
                .people
                .get(person)
                .map_or(say!("nobody"), |it| &it.name);
            facts.push(fact(say!("Person"), before.to_owned()));
            let before = state.people.get(person).map(|it| named(&it.roles));
            facts.push(fact(say!("Until now"), before.unwrap_or_default()));
            facts.push(fact(say!("From here on"), named(roles)));
        }
        AuthorityEvent::ProposalJudged { proposal, .. } => {
            if let Some(it) = state.authority.proposals.get(proposal) {
                let (title, detail) = change_words(state, &it.change);
                facts.push(fact(say!("Change"), title));
                facts.push(fact(say!("Says"), detail));
                facts.push(fact(say!("Agreed so far"), agreed_words(state, live, it)));
            }
        }
        AuthorityEvent::PersonAdmitted { request, .. }
        | AuthorityEvent::DeviceAdded { request, .. } => {
            facts.push(fact(say!("Says"), detail));
            let shown = requests(state, sha256);
            for it in shown.into_iter().filter(|it| it.request == *request) {
                facts.push(fact(say!("Name"), it.name));
                facts.push(fact(say!("Device"), it.device_name));
                facts.push(fact(say!("Six words"), it.words.join(" ")));
                facts.extend(it.warning.map(|words| fact(say!("Careful"), words)));
            }
        }
        _ => facts.push(fact(say!("Says"), detail)),
    }
    facts.retain(|it| !it.value.is_empty());
    ChangeSheetView {
        title,
        facts,
        needs: needs_words(state, device, event),
        proof: say!(
            "signs with this laptop's key · ledger head {}",
            short(&live.ledger.head)
        ),
        why_not: why_not(state, device, now, event),
    }
}

fn member(state: &State, live: &Live, person: &Person, here: &str, now: Time) -> MemberView {
    let known = state.authority.devices.iter();
    let mut devices: Vec<DeviceView> = known
        .filter(|(_, device)| device.person == person.id)
        .map(|(id, it)| device(state, id, it, here, now))
        .collect();
    devices.sort_by_key(|it| (!it.signs, !it.here));
    MemberView {
        id: person.id.clone(),
        name: person.name.clone(),
        you: person.id == live.actor,
        roles: person.roles.clone(),
        roles_words: named(&person.roles),
        devices,
        remove_why_not: why_not(
            state,
            here,
            now,
            &AuthorityEvent::PersonRevoked {
                person: person.id.clone(),
                reason: "left".to_owned(),
            },
        ),
    }
}

fn device(state: &State, id: &str, it: &Device, here: &str, now: Time) -> DeviceView {
    let signs = state.devices.contains_key(id);
    let detail = match &it.revoked {
        Some(revoked) if revoked.forked => {
            say!("frozen at {}: {}", words::clock(revoked.at), revoked.reason)
        }
        Some(revoked) => say!(
            "revoked at {}: {}",
            words::clock(revoked.at),
            revoked.reason
        ),
        None => say!("since entry {}", it.added),
    };
    let name = match (it.name.is_empty(), id == here) {
        (true, true) => say!("This laptop").to_owned(),
        (true, false) => say!("Device").to_owned(),
        (false, _) => it.name.clone(),
    };
    DeviceView {
        id: id.to_owned(),
        title: format!("{name} · {}", short(id)),
        detail,
        here: id == here,
        signs,
        revoke_why_not: why_not(
            state,
            here,
            now,
            &AuthorityEvent::DeviceRevoked {
                device: id.to_owned(),
                reason: "lost".to_owned(),
            },
        ),
    }
}

fn role(role: Role) -> RoleView {
    RoleView {
        role,
        name: capital(role.name()),
        sentence: match role {
            Role::Administrator => say!("Changes people, policy and connections."),
            Role::ProductLead => say!("Stops, resumes and changes rollouts and flags."),
            Role::CustomerSuccess => say!("Asks for notices and approves them."),
            Role::Auditor => say!("Sees everything, exports it, and does nothing else."),
            Role::Responder => say!("On call: stops rollouts and turns flags off."),
            Role::Legal => say!("Agrees to the wording of notices, for the law."),
            Role::Brand => say!("Agrees to the wording of notices, for the house."),
        }
        .to_owned(),
    }
}

fn requests(state: &State, sha256: Sha256<'_>) -> Vec<RequestView> {
    let authority = &state.authority;
    authority
        .open_requests()
        .map(|(id, it)| {
            let invite = authority.invites.get(&it.invite);
            let inviter = invite.and_then(|invite| authority.devices.get(&invite.device));
            let text = comparison_text(inviter.map_or("", |it| &it.key), &it.key, &it.code);
            let code = sha256(&it.code).map(|byte| format!("{byte:02x}")).concat();
            let right = invite.is_some_and(|invite| invite.code_hash == code);
            RequestView {
                request: id.clone(),
                name: it.name.clone(),
                device_name: it.device_name.clone(),
                asked_at: it.at.to_string(),
                words: six_words(&sha256(&text)).map(ToOwned::to_owned).to_vec(),
                warning: (!right).then(|| {
                    say!("The code is not the one of the invitation: this may be somebody else.")
                        .to_owned()
                }),
                roles: invite.map(|it| it.roles.clone()).unwrap_or_default(),
            }
        })
        .collect()
}

fn proposal(
    state: &State,
    live: &Live,
    id: &str,
    it: &Proposal,
    why_not: Option<String>,
) -> ProposalView {
    let (title, detail) = change_words(state, &it.change);
    ProposalView {
        proposal: id.to_owned(),
        title,
        detail,
        agreed: agreed_words(state, live, it),
        expires_at: it.expires_at.to_string(),
        why_not,
    }
}

fn agreed_words(state: &State, live: &Live, it: &Proposal) -> String {
    let agreed: Vec<String> = it
        .agreed
        .iter()
        .map(|by| asker(state, live, &by.person))
        .collect();
    let missing = state
        .administrators_needed()
        .saturating_sub(state.agreed_now(&it.agreed));
    let others: Vec<String> = state
        .administrators()
        .iter()
        .filter(|person| !it.agreed.iter().any(|by| by.person == person.id))
        .map(|person| asker(state, live, &person.id))
        .collect();
    say!(
        "Agreed by {}; {missing} more of {} must agree",
        agreed.join(say!(" and ")),
        others.join(say!(" or "))
    )
}

fn threshold(state: &State, live: &Live) -> ThresholdView {
    let there = state.administrators();
    let needed = state.administrators_needed();
    let sentence = match there.as_slice() {
        [one] if one.id == live.actor => {
            say!("You are the only administrator and decide about people and policy alone.")
                .to_owned()
        }
        [one] => say!("{} alone decides about people and policy.", one.name),
        more => say!(
            "{needed} of {} administrators must agree on people and policy.",
            more.len()
        ),
    };
    let count = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    ThresholdView {
        sentence,
        administrators: count(needed),
        min: if there.len() >= 3 { 2 } else { 1 },
        max: count(there.len()),
    }
}

/// "Needs you, and one more: Ben (product lead). …".
fn mandate_sentence(state: &State, live: &Live, act: ActKind, it: &Mandate) -> String {
    let you = state.people.get(&live.actor);
    let names = |roles: &[Role], without: Option<&str>| {
        let mut names: Vec<String> = Vec::new();
        for person in state.people_with(roles) {
            if Some(person.id.as_str()) != without {
                names.push(person.name.clone());
            }
        }
        match names.is_empty() {
            true => say!("nobody yet ({})", or(roles)),
            false => names.join(say!(" or ")),
        }
    };
    let asks = you.is_some_and(|person| holds(person, &it.ask));
    let mut said = match asks {
        true => say!("Needs you").to_owned(),
        false => say!("Needs {}", names(&it.ask, None)),
    };
    let asker = asks.then_some(live.actor.as_str());
    match (it.approve.is_empty(), act.is_explicit()) {
        (true, false) => {}
        (true, true) => {
            let approves = you.is_some_and(|person| holds(person, act.may_approve()));
            said.push_str(&match asks && approves {
                true => say!(", and then your approval in the approval window").to_owned(),
                false => say!(", and the approval of {}", names(act.may_approve(), None)),
            });
        }
        (false, _) => {
            for quorum in &it.approve {
                said.push_str(&say!(
                    ", and {} of {}: {}",
                    quorum.persons,
                    or(&quorum.roles),
                    names(&quorum.roles, asker)
                ));
            }
        }
    }
    said.push_str(&say!(
        ". It expires {} after it was asked for.",
        words::span(it.expires_ms)
    ));
    for fallback in &it.fallback {
        said.push_str(&say!(
            " After {} {} may agree instead.",
            words::span(fallback.after_ms),
            names(&fallback.roles, asker)
        ));
    }
    if let Some(after_ms) = it.default_after_ms {
        said.push_str(&say!(
            " When nobody has judged it after {}, the stop goes on.",
            words::span(after_ms)
        ));
    }
    if !it.break_glass.is_empty() && !it.approve.is_empty() {
        said.push_str(&say!(
            " {} may go past the approvals with a reason, which is looked at afterwards.",
            names(&it.break_glass, None)
        ));
    }
    said
}

fn needs_words(state: &State, device: &str, event: &AuthorityEvent) -> String {
    let needed = state.administrators_needed();
    let own = state
        .actor(device)
        .is_ok_and(|person| state.is_own(person, event));
    if own || needed <= 1 || !crate::authority::Authority::is_governed(event) {
        return say!("It takes force at once.").to_owned();
    }
    say!("It waits until {needed} administrators agree; you are the first.")
}

/// Title and detail of a change, with the names of people.
fn change_words(state: &State, change: &Event) -> (String, String) {
    let line = log_line(change);
    let target = state.name_of(&line.target).to_owned();
    let title = match target.is_empty() {
        true => line.decision,
        false => format!("{} · {target}", line.decision),
    };
    (title, line.reason)
}

fn why_not(state: &State, device: &str, now: Time, event: &AuthorityEvent) -> Option<String> {
    state
        .objection(device, now, event)
        .map(|why| format!("{}.", capital(&why)))
}

fn agrees(proposal: &str) -> AuthorityEvent {
    AuthorityEvent::ProposalJudged {
        proposal: proposal.to_owned(),
        verdict: Verdict::Approve,
        reason: String::new(),
    }
}

fn named(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    capital(&names.join(", "))
}

fn or(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    names.join(say!(" or "))
}
