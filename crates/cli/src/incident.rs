//! `cockpit incident`: how incidents stand, what is owed, and their end. Must not decide anything.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, ChangeIncidentArgs, Done, IncidentChange, Problem};
use cockpit_engine::domain::views::IncidentView;
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands::{say, workspace};
use crate::notice::notices;
use crate::output::{self, Exit};

/// Runs an incident command.
pub async fn run(command: args::Incident) -> Result<Exit, Problem> {
    match command {
        args::Incident::Status(args) => status(args).await,
        args::Incident::Severity(args) => {
            let severity = args.severity.into();
            change(args.change, IncidentChange::Severity { severity }).await
        }
        args::Incident::Phase(args) => {
            let phase = args.phase.into();
            change(args.change, IncidentChange::Phase { phase }).await
        }
        args::Incident::Expect(args) => {
            change(args.change, IncidentChange::Expect { by: args.by }).await
        }
        args::Incident::Close(args) => change(args.change, IncidentChange::Close).await,
    }
}

async fn status(args: args::Workspace) -> Result<Exit, Problem> {
    let handle = workspace(&args.workspace).await?;
    let view = notices(&handle).await?;
    if args.json {
        output::document(&json!({ "incidents": view.incidents }));
        return Ok(Exit::AsAsked);
    }
    view.incidents.iter().for_each(lines);
    if view.incidents.is_empty() {
        output::line(say!("No incident was opened."));
    }
    Ok(Exit::AsAsked)
}

fn lines(it: &IncidentView) {
    output::line(&format!(
        "{}  {} · {} · {}",
        it.incident.get(..8).unwrap_or(&it.incident),
        it.title,
        it.severity_name,
        it.badge.words
    ));
    output::line(&format!("          {}", it.detail));
    for owed in &it.owed {
        output::line(&say!(
            "          {} by {} ({})",
            owed.title,
            owed.due,
            owed.badge.words
        ));
    }
    for row in &it.timeline {
        output::line(&format!(
            "          {}  {}  {}",
            row.at, row.what.words, row.who
        ));
    }
}

async fn change(args: args::Change, change: IncidentChange) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    let incident = named_or_open(&handle, args.incident.as_deref()).await?;
    let act = Act::ChangeIncident(ChangeIncidentArgs {
        incident,
        change,
        reason: args.reason,
    });
    let done: Done = handle.do_it(act).await?;
    say(args.at.json, &done.sentence);
    Ok(Exit::AsAsked)
}

/// The incident whose name begins so; none when none was named.
pub(crate) async fn named(
    handle: &Handle,
    digits: Option<&str>,
) -> Result<Option<String>, Problem> {
    match digits {
        None => Ok(None),
        Some(digits) => find(handle, digits).await.map(Some),
    }
}

/// As [`named`]; the newest that is open when none was named.
pub(crate) async fn named_or_open(
    handle: &Handle,
    digits: Option<&str>,
) -> Result<String, Problem> {
    if let Some(digits) = digits {
        return find(handle, digits).await;
    }
    let view = notices(handle).await?;
    let open = view.incidents.into_iter().find(|it| it.open);
    open.map(|it| it.incident).ok_or_else(|| {
        Problem::new("not_found", say!("No incident is open.")).hint(say!(
            "Draft a notice after a stop or a breach; that opens one."
        ))
    })
}

async fn find(handle: &Handle, digits: &str) -> Result<String, Problem> {
    let view = notices(handle).await?;
    let mut found = view
        .incidents
        .into_iter()
        .filter(|it| it.incident.starts_with(digits));
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(it.incident),
        (Some(_) | None, _) => Err(Problem::new(
            "not_found",
            say!("No incident begins with '{digits}', or more than one does."),
        )
        .hint(say!("See `cockpit incident status`."))),
    }
}
