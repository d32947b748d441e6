//! `cockpit notice`: a draft, what the linter finds, what is asked for, and what each channel
//! answered. Must not decide anything.

use std::io::Read as _;
use std::path::Path;

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, DraftNoticeArgs, Drafted, IntentArgs, Nothing, NoticeDraftArgs, Pressed, Problem, Query,
    RequestNoticeArgs, SubmitNoticeArgs, WriteNoticeArgs,
};
use cockpit_engine::domain::target::Phase;
use cockpit_engine::domain::views::{
    DraftView, NoticeText, NoticeView, NoticesView, OutcomeWord, Slot,
};
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands::{self, IDLE_MS, SETTLE_MS, refresh, workspace};
use crate::incident;
use crate::output::{self, Exit};
use crate::wording;

/// Runs a notice command.
pub async fn run(command: args::Notice) -> Result<Exit, Problem> {
    match command {
        args::Notice::Draft(args) => draft(args).await,
        args::Notice::Lint(args) => lint(args).await,
        args::Notice::Submit(args) => submit(args).await,
        args::Notice::Approve(args) => commands::approve(args).await,
        args::Notice::Publish(args) => publish(args).await,
        args::Notice::Status(args) => status(args).await,
        args::Notice::Template(command) => wording::templates(command).await,
        args::Notice::Envelope(command) => wording::envelopes(command).await,
    }
}

async fn draft(args: args::Draft) -> Result<Exit, Problem> {
    let handle = workspace(&args.which.at.workspace).await?;
    refresh(&handle).await?;
    let incident = incident::named(&handle, args.which.incident.as_deref()).await?;
    let drafted: Drafted = handle
        .do_it(Act::DraftNotice(DraftNoticeArgs {
            incident,
            severity: args.severity.map(Into::into),
            phase: args.phase.map(Into::into),
            audience: Some(args.which.audience.into()),
            locales: args.locales.iter().map(|it| (*it).into()).collect(),
            reason: String::new(),
        }))
        .await?;
    let mut view = view_of(&handle, &drafted).await?;
    if !args.set.is_empty() || args.next_update.is_some() {
        let mut texts: std::collections::BTreeMap<_, _> = view
            .languages
            .iter()
            .map(|it| (it.locale, it.slots.clone()))
            .collect();
        for pair in &args.set {
            let (slot, words) = slot_of(pair)?;
            if let Some(first) = texts.values_mut().next() {
                first.set(slot, words.to_owned());
            }
        }
        for slots in texts.values_mut() {
            slots.next_update_at = args.next_update.or(slots.next_update_at);
        }
        let write = Act::WriteNotice(WriteNoticeArgs {
            incident: drafted.incident.clone(),
            audience: drafted.audience,
            texts,
        });
        let _: Drafted = handle.do_it(write).await?;
        view = view_of(&handle, &drafted).await?;
    }
    show(&view, args.which.at.json);
    Ok(Exit::AsAsked)
}

async fn lint(args: args::Which) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    let incident = the_incident(&handle, args.incident.as_deref()).await?;
    let view: DraftView = handle
        .ask(Query::NoticeDraft(NoticeDraftArgs {
            incident,
            audience: args.audience.into(),
            texts: None,
        }))
        .await?;
    if args.at.json {
        output::document(&json!({ "findings": view.findings, "why_not": view.why_not }));
    } else {
        findings(&view);
        if view.findings.is_empty() {
            output::line(say!("The linter finds nothing."));
        }
    }
    let held = view.findings.iter().any(|it| it.blocking);
    Ok(if held {
        Exit::NotAsAsked
    } else {
        Exit::AsAsked
    })
}

async fn submit(args: args::Submit) -> Result<Exit, Problem> {
    let body = args.body_file.as_deref().map(body).transpose()?;
    let handle = workspace(&args.which.at.workspace).await?;
    refresh(&handle).await?;
    let act = match (args.again, args.title, body) {
        (Some(digits), _, _) => Act::AskAgain(IntentArgs {
            intent: receipt(&handle, &digits).await?,
        }),
        (None, Some(title), Some(body)) => Act::RequestNotice(RequestNoticeArgs {
            text: NoticeText {
                title,
                body,
                phase: args.phase.map_or(Phase::Investigating, Into::into),
                notify_subscribers: !args.quiet
                    && args.severity.is_some_and(|it| {
                        cockpit_engine::domain::views::Severity::from(it).notifies()
                    }),
            },
        }),
        (None, _, _) => {
            let incident = incident::named(&handle, args.which.incident.as_deref()).await?;
            let drafted: Drafted = handle
                .do_it(Act::DraftNotice(DraftNoticeArgs {
                    incident,
                    severity: args.severity.map(Into::into),
                    phase: args.phase.map(Into::into),
                    audience: Some(args.which.audience.into()),
                    ..DraftNoticeArgs::default()
                }))
                .await?;
            Act::SubmitNotice(SubmitNoticeArgs {
                incident: drafted.incident,
                audience: drafted.audience,
                quiet: args.quiet,
            })
        }
    };
    let pressed: Pressed = handle.do_it(act).await?;
    eprintln!("{}", pressed.sentence);
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    let exit = output::press(&view, args.which.at.json);
    if !args.which.at.json && exit == Exit::NotInEffect {
        output::line(&say!(
            "All of them: cockpit notice approve --press {}",
            pressed.press
        ));
    }
    Ok(exit)
}

/// The intent of a receipt that begins so.
async fn receipt(handle: &Handle, digits: &str) -> Result<String, Problem> {
    let receipts = notices(handle).await?.notices;
    let mut found = receipts.into_iter().flat_map(|it| it.receipts);
    let found = found.find(|it| it.intent.starts_with(digits));
    found.map(|it| it.intent).ok_or_else(|| {
        Problem::new(
            "not_found",
            say!("No notice has an intent that begins with '{digits}'. Nothing was asked for."),
        )
        .hint(say!("See `cockpit notice status --json` for all of them."))
    })
}

async fn publish(args: args::NoticeStatus) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    handle.idle(SETTLE_MS).await;
    tell(&handle, &args).await
}

async fn status(args: args::NoticeStatus) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    handle.idle(IDLE_MS).await;
    tell(&handle, &args).await
}

async fn tell(handle: &Handle, args: &args::NoticeStatus) -> Result<Exit, Problem> {
    let mut found = notices(handle).await?.notices;
    if let Some(press) = &args.press {
        found.retain(|notice| notice.press.starts_with(press.as_str()));
        if found.is_empty() {
            return Err(Problem::new(
                "not_found",
                say!("No notice has a press that begins with '{press}'."),
            )
            .hint(say!("See `cockpit notice status` for all of them.")));
        }
    }
    if args.at.json {
        let notices: Vec<_> = found.iter().map(document).collect();
        output::document(&json!({ "notices": notices }));
    } else {
        found.iter().for_each(lines);
        if found.is_empty() {
            output::line(say!("No notice was asked for."));
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

/// A draft as it will look, channel by channel.
fn show(view: &DraftView, json: bool) {
    if json {
        let first = view.previews.first();
        output::document(&json!({
            "incident": view.incident,
            "severity": view.severity,
            "phase": view.phase,
            "update": view.update,
            "audience": view.audience,
            "title": first.map(|it| &it.text.title),
            "body": first.map(|it| &it.text.body),
            "notify_subscribers": first.is_some_and(|it| it.text.notify_subscribers),
            "channels": view.previews,
            "languages": view.languages,
            "findings": view.findings,
            "agreed": view.agreed,
            "changes": view.changes,
            "why_not": view.why_not,
        }));
        return;
    }
    for preview in &view.previews {
        let left_out = preview
            .left_out
            .as_ref()
            .map(|why| say!(" (left out: {why})"));
        output::line(&format!(
            "── {} · {}{}",
            preview.channel,
            preview.counter,
            left_out.unwrap_or_default()
        ));
        output::line(&preview.text.title);
        output::line("");
        output::line(&preview.text.body);
        output::line("");
    }
    findings(view);
    for change in &view.changes {
        output::line(&say!("Changed: {}", change.name));
        output::line(&format!("  - {}", change.before));
        output::line(&format!("  + {}", change.after));
    }
    output::line(&view.agreed.sentence);
    if let Some(why) = &view.why_not {
        output::line(why);
    }
}

fn findings(view: &DraftView) {
    for it in &view.findings {
        let weight = match (it.blocking, &it.legal) {
            (true, _) => say!("Held back"),
            (false, Some(_)) => "Legal",
            (false, None) => "Advice",
        };
        let slot = it.slot.map_or("", Slot::name);
        let words = it.words.as_ref().map(|words| format!(" “{words}”"));
        output::line(&format!(
            "{weight}: {slot}{}: {} {} {}",
            words.unwrap_or_default(),
            it.reason,
            it.legal.as_deref().unwrap_or_default(),
            it.fix
        ));
    }
}

fn document(notice: &NoticeView) -> serde_json::Value {
    json!({
        "press": notice.press,
        "title": notice.text.title,
        "phase": notice.text.phase,
        "asked_by": notice.asked_by,
        "asked_at": notice.asked_at,
        "approvals": notice.approvals,
        "missing": notice.missing,
        "channels": notice.receipts.iter().map(|it| json!({
            "channel": it.channel,
            "intent": it.intent,
            "outcome": output::word(it.outcome.outcome),
            "ms": it.outcome.ms,
            "sentence": it.outcome.sentence,
            "tries": it.tries,
            "again": it.again,
            "at": it.at,
        })).collect::<Vec<_>>(),
    })
}

fn lines(notice: &NoticeView) {
    output::line(&say!(
        "{}  asked by {} at {}",
        notice.text.title,
        notice.asked_by,
        notice.asked_at
    ));
    for it in &notice.approvals {
        output::line(&say!(
            "  approved by {} as {} at {}",
            it.who,
            it.roles,
            it.at
        ));
    }
    for it in &notice.receipts {
        output::line(&format!(
            "  {:<10} {}  {}  {}",
            output::word(it.outcome.outcome),
            it.channel,
            it.at.as_deref().unwrap_or_default(),
            it.tries
        ));
        output::line(&format!("             {}", it.outcome.sentence));
        if it.again {
            let digits = it.intent.get(..12).unwrap_or(&it.intent);
            output::line(&say!(
                "             once more here: cockpit notice submit --again {digits}"
            ));
        }
    }
    if let Some(missing) = &notice.missing {
        output::line(&format!("             {missing}"));
    }
    if notice.waits {
        output::line(&format!(
            "             cockpit notice approve --press {}",
            notice.press
        ));
    }
}

pub(crate) async fn notices(handle: &Handle) -> Result<NoticesView, Problem> {
    handle.ask(Query::Notices(Nothing {})).await
}

async fn view_of(handle: &Handle, drafted: &Drafted) -> Result<DraftView, Problem> {
    handle
        .ask(Query::NoticeDraft(NoticeDraftArgs {
            incident: drafted.incident.clone(),
            audience: drafted.audience,
            texts: None,
        }))
        .await
}

async fn the_incident(handle: &Handle, digits: Option<&str>) -> Result<String, Problem> {
    incident::named_or_open(handle, digits).await
}

fn slot_of(pair: &str) -> Result<(Slot, &str), Problem> {
    let found = pair.split_once('=').and_then(|(key, words)| {
        let slot = Slot::ALL.into_iter().find(|slot| slot.key() == key)?;
        Some((slot, words))
    });
    found.ok_or_else(|| {
        let keys: Vec<&str> = Slot::ALL.iter().map(|slot| slot.key()).collect();
        Problem::new(
            "bad_input",
            say!("'{pair}' is not SLOT=WORDS. Nothing was changed."),
        )
        .hint(say!("Slots are {}.", keys.join(", ")))
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
            say!(
                "The text in {} cannot be read: {error}. Nothing was asked for.",
                file.display()
            ),
        )
    })
}
