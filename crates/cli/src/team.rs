//! The team folder and joining: each a few calls of the engine. Must not decide anything.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Done, InviteArgs, Invited, JoinArgs, Nothing, Problem, Query, TeamView,
};
use cockpit_engine::domain::views::PeopleView;
use cockpit_say::say;
use serde_json::json;

use crate::args::{self, Workspace};
use crate::commands::{self, SETTLE_MS};
use crate::output::{self, Exit};

/// How often somebody who waits to be admitted looks.
const LOOK: Duration = Duration::from_secs(1);

pub async fn share(args: args::Share) -> Result<Exit, Problem> {
    let handle = commands::workspace(&args.at.workspace).await?;
    let done = handle.share(whole(&args.folder)?).await?;
    commands::say(args.at.json, &done.sentence);
    Ok(Exit::AsAsked)
}

pub async fn invite(args: args::Invite) -> Result<Exit, Problem> {
    let handle = commands::workspace(&args.at.workspace).await?;
    let act = Act::Invite(InviteArgs {
        roles: args.roles,
        name: args.name,
        hours: args.hours,
    });
    let invited: Invited = handle.do_it(act).await?;
    if args.at.json {
        output::document(&json!({
            "invitation": invited.text,
            "invite": invited.invite,
            "expires_at": invited.expires_at,
            "sentence": invited.sentence,
        }));
    } else {
        output::line(&invited.text);
        eprintln!("{}", invited.sentence);
    }
    Ok(Exit::AsAsked)
}

pub async fn join(args: args::Join) -> Result<Exit, Problem> {
    let invitation = match args.invitation.as_str() {
        "-" => from_standard_input()?,
        given => given.to_owned(),
    };
    let folder = match &args.folder {
        Some(folder) => Some(whole(folder)?.display().to_string()),
        None => None,
    };
    let handle = commands::open(&args.at.workspace, false).await?;
    let act = Act::Join(JoinArgs {
        invitation,
        person: args.person,
        device: args.device,
        folder,
    });
    let done: Done = handle.do_it(act).await?;
    let waiting = async {
        loop {
            tokio::time::sleep(LOOK).await;
            handle.sync().await?;
            if team(&handle).await?.joining.is_none_or(|it| it.again) {
                return Ok::<_, Problem>(());
            }
        }
    };
    if args.wait > 0 {
        let view = team(&handle).await?;
        if let (false, Some(joining)) = (args.at.json, view.joining) {
            output::line(&joining.words.join(" "));
        }
        let limit = Duration::from_secs(args.wait);
        if let Ok(looked) = tokio::time::timeout(limit, waiting).await {
            looked?;
        }
    }
    stands(&handle, &args.at, &done.sentence).await
}

pub async fn sync(at: Workspace) -> Result<Exit, Problem> {
    let handle = commands::workspace(&at.workspace).await?;
    let done: Done = handle.do_it(Act::Sync(Nothing {})).await?;
    // What others have made possible is carried out by the laptop that asked.
    handle.idle(SETTLE_MS).await;
    stands(&handle, &at, &done.sentence).await
}

/// Says where this laptop stands. Whoever waits is not in the workspace yet.
async fn stands(handle: &Handle, at: &Workspace, sentence: &str) -> Result<Exit, Problem> {
    let team = team(handle).await?;
    let Some(joining) = &team.joining else {
        let room: PeopleView = handle.ask(Query::People(Nothing {})).await?;
        let you = room.people.iter().find(|it| it.you);
        if at.json {
            output::document(&json!({
                "folder": team.folder,
                "looked_at": team.looked_at,
                "unpublished": team.unpublished,
                "joining": null,
                "you": you.map(|it| json!({ "name": it.name, "roles": it.roles })),
                "sentence": sentence,
            }));
        } else {
            output::line(sentence);
            if let Some(you) = you {
                output::line(&say!("You are {} ({}).", you.name, you.roles_words));
            }
        }
        return Ok(Exit::AsAsked);
    };
    if at.json {
        output::document(&json!({
            "folder": team.folder,
            "looked_at": team.looked_at,
            "unpublished": team.unpublished,
            "joining": joining,
            "sentence": joining.sentence,
        }));
    } else {
        output::line(&format!("{}: {}", joining.workspace, joining.sentence));
        if !joining.words.is_empty() {
            output::line(&format!("  {}", joining.words.join(" ")));
            output::line(say!(
                "Afterwards `cockpit sync` says whether you were admitted."
            ));
        }
    }
    Ok(match joining.again {
        true => Exit::NotAsAsked,
        false => Exit::NotInEffect,
    })
}

async fn team(handle: &Handle) -> Result<TeamView, Problem> {
    handle.ask(Query::Team(Nothing {})).await
}

fn from_standard_input() -> Result<String, Problem> {
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Problem::new(
            "bad_input",
            say!("Standard input could not be read as text. Nothing was made."),
        )),
    }
}

fn whole(folder: &Path) -> Result<std::path::PathBuf, Problem> {
    std::path::absolute(folder).map_err(|error| {
        Problem::new(
            "bad_input",
            say!(
                "{} is no folder: {error}. Nothing was made.",
                folder.display()
            ),
        )
    })
}
