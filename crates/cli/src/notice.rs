//! `cockpit notice`: a draft, what is asked for, and what each channel answered. Must not decide
//! anything.

use std::io::Read as _;
use std::path::Path;

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Nothing, Pressed, Problem, Query, RequestNoticeArgs};
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views::{
    NoticeDraftView, NoticeText, NoticeView, NoticesView, OutcomeWord,
};
use serde_json::json;

use crate::args;
use crate::commands::{IDLE_MS, SETTLE_MS, refresh, workspace};
use crate::output::{self, Exit};

/// Runs a notice command.
pub async fn run(command: args::Notice) -> Result<Exit, Problem> {
    match command {
        args::Notice::Draft(args) => draft(args).await,
        args::Notice::Submit(args) => submit(args).await,
        args::Notice::Status(args) => status(args).await,
    }
}

async fn draft(args: args::Draft) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let view = notices(&handle).await?;
    let draft = of_severity(&view, args.severity)?;
    if args.at.json {
        output::document(&json!({
            "severity": draft.severity,
            "title": draft.text.title,
            "body": draft.text.body,
            "phase": draft.text.phase,
            "notify_subscribers": draft.text.notify_subscribers,
            "channels": view.channels,
            "why_not": view.why_not,
        }));
    } else {
        output::line(&draft.text.title);
        output::line("");
        output::line(&draft.text.body);
        output::line("");
        for channel in &view.channels {
            let left_out = channel
                .why_not
                .as_ref()
                .map(|why| format!(" (left out: {why})"));
            output::line(&format!(
                "Goes to {}{}",
                channel.title,
                left_out.unwrap_or_default()
            ));
        }
        if let Some(why) = &view.why_not {
            output::line(why);
        }
    }
    Ok(Exit::AsAsked)
}

async fn submit(args: args::Submit) -> Result<Exit, Problem> {
    let body = args.body_file.as_deref().map(body).transpose()?;
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let view = notices(&handle).await?;
    let mut text = match of_severity(&view, args.severity) {
        Ok(draft) => draft.text.clone(),
        // Without a stop there is no draft, and a whole text of one's own needs none.
        Err(_) if args.title.is_some() && body.is_some() => NoticeText {
            title: String::new(),
            body: String::new(),
            phase: Phase::Investigating,
            notify_subscribers: false,
        },
        Err(problem) => return Err(problem),
    };
    if let Some(title) = args.title {
        text.title = title;
    }
    if let Some(body) = body {
        text.body = body;
    }
    if let Some(phase) = args.phase {
        text.phase = phase.into();
    }
    if args.quiet {
        text.notify_subscribers = false;
    }
    let act = Act::RequestNotice(RequestNoticeArgs { text });
    let pressed: Pressed = handle.do_it(act).await?;
    eprintln!("{}", pressed.sentence);
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    let exit = output::press(&view, args.at.json);
    if !args.at.json && exit == Exit::NotInEffect {
        output::line(&format!(
            "All of them: cockpit approve --press {}",
            pressed.press
        ));
    }
    Ok(exit)
}

async fn status(args: args::NoticeStatus) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    handle.idle(IDLE_MS).await;
    let mut found = notices(&handle).await?.notices;
    if let Some(press) = &args.press {
        found.retain(|notice| notice.press.starts_with(press.as_str()));
        if found.is_empty() {
            return Err(Problem::new(
                "not_found",
                format!("No notice has a press that begins with '{press}'."),
            )
            .hint("See `cockpit notice status` for all of them."));
        }
    }
    if args.at.json {
        let notices: Vec<_> = found.iter().map(document).collect();
        output::document(&json!({ "notices": notices }));
    } else {
        found.iter().for_each(lines);
        if found.is_empty() {
            output::line("No notice was asked for.");
        }
    }
    // The newest one decides, as the others were answered before.
    let words: Vec<OutcomeWord> = found
        .first()
        .map(|notice| {
            notice
                .receipts
                .iter()
                .map(|it| it.outcome.outcome)
                .collect()
        })
        .unwrap_or_default();
    Ok(output::exit_of(&words))
}

fn document(notice: &NoticeView) -> serde_json::Value {
    json!({
        "press": notice.press,
        "title": notice.text.title,
        "phase": notice.text.phase,
        "asked_by": notice.asked_by,
        "asked_at": notice.asked_at,
        "channels": notice.receipts.iter().map(|it| json!({
            "channel": it.channel,
            "intent": it.intent,
            "outcome": output::word(it.outcome.outcome),
            "ms": it.outcome.ms,
            "sentence": it.outcome.sentence,
            "at": it.at,
        })).collect::<Vec<_>>(),
    })
}

fn lines(notice: &NoticeView) {
    output::line(&format!(
        "{}  asked by {} at {}",
        notice.text.title, notice.asked_by, notice.asked_at
    ));
    for it in &notice.receipts {
        output::line(&format!(
            "  {:<10} {}  {}",
            output::word(it.outcome.outcome),
            it.channel,
            it.at.as_deref().unwrap_or_default()
        ));
        output::line(&format!("             {}", it.outcome.sentence));
    }
    if notice.waits {
        output::line(&format!(
            "             cockpit approve --press {}",
            notice.press
        ));
    }
}

async fn notices(handle: &Handle) -> Result<NoticesView, Problem> {
    handle.ask(Query::Notices(Nothing {})).await
}

fn of_severity(view: &NoticesView, severity: args::Severity) -> Result<&NoticeDraftView, Problem> {
    let severity = severity.into();
    view.drafts
        .iter()
        .find(|draft| draft.severity == severity)
        .ok_or_else(|| {
            Problem::new(
                "not_found",
                "Nothing was stopped, so there is nothing to draft a notice from.",
            )
            .hint("Stop a release first, or submit a notice with --title and --body-file.")
        })
}

/// The text of a file, or of standard input for "-".
fn body(file: &Path) -> Result<String, Problem> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| {
        Problem::new(
            "bad_input",
            format!(
                "The text in {} cannot be read: {error}. Nothing was asked for.",
                file.display()
            ),
        )
    })
}
