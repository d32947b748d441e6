//! People and policy: who they are, who asks to join, and each change as it is asked for and
//! signed. Must not decide anything.

use std::io::{BufRead as _, IsTerminal as _};

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, AppArgs, Approval, ChangeArg, Done, Nothing, Pressed, Problem, ProposeArgs, Proposed,
    Query, TeamView,
};
use cockpit_engine::domain::authority::Mandate;
use cockpit_engine::domain::views::{
    ChangeDraft, ChangeSheetView, CockpitView, DeviceView, MemberView, PeopleView, RequestView,
};
use cockpit_say::say;
use serde_json::json;

use crate::args::{self, PeopleCommand, Workspace};
use crate::commands::{self, SETTLE_MS, workspace};
use crate::output::{self, Exit};

/// Fewer digits of a device could be somebody's name.
const DIGITS_MIN: usize = 4;

pub async fn run(args: args::People) -> Result<Exit, Problem> {
    let command = match (args.command, args.at) {
        (Some(command), _) => command,
        (None, Some(at)) => PeopleCommand::List(at),
        (None, None) => {
            return Err(
                Problem::new("bad_input", say!("Which workspace?")).hint(say!(
                    "Say --workspace DIR, and see `cockpit people --help`."
                )),
            );
        }
    };
    match command {
        PeopleCommand::List(at) => list(at).await,
        PeopleCommand::Admit(args) => admit(args).await,
        PeopleCommand::Refuse(args) => {
            let (handle, room) = opened(&args.at).await?;
            let request = one_of(&room.requests, &args.who, |it| (&it.name, &it.request))?;
            let draft = ChangeDraft::Refuse {
                request: request.request.clone(),
                reason: args.reason,
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Revoke(args) => {
            let (handle, room) = opened(&args.at).await?;
            let reason = args.reason;
            let draft = match person(&room, &args.who) {
                Ok(member) => ChangeDraft::Remove {
                    person: member.id.clone(),
                    reason,
                },
                Err(nobody) => ChangeDraft::Revoke {
                    device: device(&room, &args.who).ok_or(nobody)?.id.clone(),
                    reason,
                },
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Role(args) => {
            let (handle, room) = opened(&args.at).await?;
            let draft = ChangeDraft::Roles {
                person: person(&room, &args.who)?.id.clone(),
                roles: args.roles,
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Policy(args) => {
            let (handle, _) = opened(&args.at).await?;
            let draft = ChangeDraft::Mandate {
                act: args.act,
                mandate: (*Mandate::standard(args.act, args.persons)).clone(),
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Threshold(args) => {
            let (handle, _) = opened(&args.at).await?;
            let administrators = args.administrators;
            let draft = ChangeDraft::Threshold { administrators };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Presence(args) => {
            let (handle, _) = opened(&args.at).await?;
            let required = args.presence == "required";
            sign(&handle, ChangeDraft::Presence { required }, args.at.json).await
        }
        PeopleCommand::Uninvite(args) => {
            let (handle, room) = opened(&args.at).await?;
            let found = one_of(&room.invites, &args.invite, |it| (&it.invite, &it.invite))?;
            let invite = found.invite.clone();
            sign(&handle, ChangeDraft::Uninvite { invite }, args.at.json).await
        }
        PeopleCommand::Agree(args) => {
            let (handle, room) = opened(&args.at).await?;
            let found = one_of(&room.proposals, &args.change, |it| {
                (&it.title, &it.proposal)
            })?;
            let proposal = found.proposal.clone();
            let draft = match args.reject {
                Some(reason) => ChangeDraft::TurnDown { proposal, reason },
                None => ChangeDraft::Agree { proposal },
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::Compromised(args) => {
            let (handle, room) = opened(&args.at).await?;
            let known = device(&room, &args.device).ok_or_else(|| nobody(&args.device))?;
            let draft = ChangeDraft::Compromised {
                device: known.id.clone(),
                from: args.from,
                reason: args.reason,
            };
            sign(&handle, draft, args.at.json).await
        }
        PeopleCommand::BreakGlass(args) => break_glass(args).await,
    }
}

async fn list(at: Workspace) -> Result<Exit, Problem> {
    let (handle, room) = opened(&at).await?;
    let team: TeamView = handle.ask(Query::Team(Nothing {})).await?;
    if at.json {
        output::document(&json!({
            "people": room.people,
            "former": room.former,
            "requests": room.requests,
            "invites": room.invites,
            "proposals": room.proposals,
            "threshold": room.threshold,
            "presence": room.presence,
            "policy": room.policy.iter().map(|it| json!({
                "act": it.act, "title": it.title, "sentence": it.sentence,
            })).collect::<Vec<_>>(),
            "reviews": room.reviews,
            "why_not": room.why_not,
            "team": team,
        }));
        return Ok(Exit::AsAsked);
    }
    for member in &room.people {
        let you = if member.you { " (you)" } else { "" };
        output::line(&format!("{}{you}  {}", member.name, member.roles_words));
        for device in &member.devices {
            let here = if device.here {
                say!(", this laptop")
            } else {
                ""
            };
            output::line(&format!(
                "  {}  {}  {}{here}",
                output::short(&device.id),
                device.title,
                device.detail
            ));
        }
    }
    for it in &room.requests {
        output::line(&say!(
            "Asks to join: {} on {}, since {}",
            it.name,
            it.device_name,
            it.asked_at
        ));
        output::line(&say!("  six words: {}", it.words.join(" ")));
        match &it.warning {
            Some(warning) => output::line(&format!("  {warning}")),
            None => output::line(say!(
                "  Let them read you theirs: cockpit people admit --words \"…\" admits them."
            )),
        }
    }
    for it in &room.invites {
        output::line(&say!(
            "Invitation not used yet {}: {}, good until {}",
            output::short(&it.invite),
            it.words,
            it.expires_at
        ));
    }
    for it in &room.proposals {
        output::line(&say!(
            "Waits {}: {}. {} {}",
            output::short(&it.proposal),
            it.title,
            it.detail,
            it.agreed
        ));
    }
    for it in &room.policy {
        output::line(&format!("{}: {}", it.title, it.sentence));
    }
    output::line(&room.threshold.sentence);
    output::line(&room.presence.sentence);
    match &team.folder {
        Some(folder) => output::line(&say!("The log lies in {folder}.")),
        None => output::line(say!("The log lies on this laptop alone.")),
    }
    Ok(Exit::AsAsked)
}

async fn admit(args: args::Admit) -> Result<Exit, Problem> {
    let (handle, room) = opened(&args.at).await?;
    if room.requests.is_empty() {
        return Err(Problem::new(
            "not_found",
            say!("Nobody asks to join. Nobody was admitted."),
        )
        .hint(say!(
            "Invite somebody with `cockpit invite`; `cockpit sync` looks again."
        )));
    }
    let request = match &args.words {
        Some(words) => of_words(&room.requests, words)?,
        None => compared(&room.requests)?,
    };
    let draft = ChangeDraft::Admit {
        request: request.request.clone(),
        roles: match args.roles.is_empty() {
            true => request.roles.clone(),
            false => args.roles,
        },
        person: match &args.person {
            Some(name) => Some(person(&room, name)?.id.clone()),
            None => None,
        },
    };
    sign(&handle, draft, args.at.json).await
}

/// Whoever reads these words. Another order or another word is somebody else.
fn of_words<'a>(requests: &'a [RequestView], words: &str) -> Result<&'a RequestView, Problem> {
    let read: Vec<String> = words
        .split(|it: char| !it.is_alphabetic())
        .filter(|it| !it.is_empty())
        .map(str::to_lowercase)
        .collect();
    requests.iter().find(|it| it.words == read).ok_or_else(|| {
        Problem::new(
            "refused",
            say!("Nobody who asks to join has these six words. Nobody was admitted."),
        )
        .hint(say!(
            "Let them be read once more. If they differ again, it is somebody else: turn the \
             request down with `cockpit people refuse`."
        ))
    })
}

/// Asks at a terminal; elsewhere the words must be given.
fn compared(requests: &[RequestView]) -> Result<&RequestView, Problem> {
    let missing = || {
        Problem::new(
            "bad_input",
            say!("The six words are needed. Nobody was admitted."),
        )
        .hint(say!(
            "Let them be read to you, then say --words \"one two three four five six\"."
        ))
    };
    let ([request], true) = (requests, std::io::stdin().is_terminal()) else {
        return Err(missing());
    };
    let words = request.words.join(" ");
    eprintln!(
        "{}",
        say!("{} on {}: {words}", request.name, request.device_name)
    );
    eprint!(
        "{}",
        say!("Do they read you the same six words? Type yes: ")
    );
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match read.is_ok() && answer.trim().eq_ignore_ascii_case("yes") {
        true => Ok(request),
        false => Err(Problem::new(
            "refused",
            say!("The words were not compared. Nobody was admitted."),
        )),
    }
}

async fn break_glass(args: args::BreakGlass) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    commands::refresh(&handle).await?;
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    let intent = commands::the_one_waiting(&view, &args.intent)?;
    let draft = ChangeDraft::BreakGlass {
        intent: intent.clone(),
        reason: args.reason,
    };
    signed(&handle, draft).await?;
    let pressed = Pressed {
        press: handle.press_of(&intent)?,
        intents: vec![intent],
        sentence: String::new(),
    };
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    Ok(output::press(&view, args.at.json))
}

async fn opened(at: &Workspace) -> Result<(Handle, PeopleView), Problem> {
    let handle = workspace(&at.workspace).await?;
    let room = handle.ask(Query::People(Nothing {})).await?;
    Ok((handle, room))
}

/// Asks for a change, signs it and says what is true then.
async fn sign(handle: &Handle, draft: ChangeDraft, as_json: bool) -> Result<Exit, Problem> {
    let before: PeopleView = handle.ask(Query::People(Nothing {})).await?;
    let judged = match &draft {
        ChangeDraft::Agree { proposal } => Some(proposal.clone()),
        _ => None,
    };
    let (sheet, done) = signed(handle, draft).await?;
    let after: PeopleView = handle.ask(Query::People(Nothing {})).await?;
    let known = |id: &String| before.proposals.iter().any(|it| it.proposal == *id);
    let waits = after
        .proposals
        .iter()
        .any(|it| !known(&it.proposal) || judged.as_ref() == Some(&it.proposal));
    if as_json {
        output::document(&json!({
            "title": sheet.title,
            "facts": sheet.facts,
            "in_force": !waits,
            "sentence": done.sentence,
        }));
    } else {
        output::line(&sheet.title);
        for fact in &sheet.facts {
            output::line(&format!("  {}: {}", fact.name, fact.value));
        }
        output::line(&done.sentence);
    }
    Ok(match waits {
        true => Exit::NotInEffect,
        false => Exit::AsAsked,
    })
}

async fn signed(handle: &Handle, change: ChangeDraft) -> Result<(ChangeSheetView, Done), Problem> {
    let proposed: Proposed = handle.do_it(Act::Propose(ProposeArgs { change })).await?;
    let change = ChangeArg {
        change: proposed.change,
    };
    let sheet = handle.ask(Query::ChangeSheet(change.clone())).await?;
    let answer = handle.approve(Approval::SignChange(change)).await?;
    let done = serde_json::from_value(answer)
        .map_err(|_| Problem::new("storage", say!("The answer could not be read.")))?;
    Ok((sheet, done))
}

fn person<'a>(room: &'a PeopleView, who: &str) -> Result<&'a MemberView, Problem> {
    one_of(&room.people, who, |it| (&it.name, &it.id))
}

fn device<'a>(room: &'a PeopleView, digits: &str) -> Option<&'a DeviceView> {
    let mut all = room.people.iter().flat_map(|it| &it.devices);
    let mut found = all.by_ref().filter(|it| it.id.starts_with(digits));
    match (digits.len() >= DIGITS_MIN, found.next(), found.next()) {
        (true, Some(device), None) => Some(device),
        (_, _, _) => None,
    }
}

/// The one with this name, or whose identifier begins so.
fn one_of<'a, T>(
    all: &'a [T],
    who: &str,
    known_as: impl Fn(&T) -> (&String, &String),
) -> Result<&'a T, Problem> {
    let fits = |it: &&T| {
        let (name, id) = known_as(it);
        name.eq_ignore_ascii_case(who) || (who.len() >= DIGITS_MIN && id.starts_with(who))
    };
    let mut found = all.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(it),
        (Some(_) | None, _) => Err(nobody(who)),
    }
}

fn nobody(who: &str) -> Problem {
    Problem::new(
        "not_found",
        say!("Nothing here is '{who}', or more than one is. Nothing was changed."),
    )
    .hint(say!("See `cockpit people` for names and digits."))
}
