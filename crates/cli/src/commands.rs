//! The commands on a workspace: each a few calls of the engine. Must not decide anything.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use cockpit_engine::api::{
    Act, AppArgs, Approval, ApproveArgs, ConnectArgs, Done, LogArgs, Nothing, Pressed, Problem,
    Query, RecoverArgs, RehearseArgs, RejectArgs, StopArgs, TeamView, UnlockArgs,
};
use cockpit_engine::desk::NoDesk;
use cockpit_engine::domain::provider::CredentialCheck;
use cockpit_engine::domain::views::{BootView, CockpitView, LogPage, LogRow, StopSheetView};
use cockpit_engine::domain::{Desired, TargetId};
use cockpit_engine::keychain::Wish;
use cockpit_engine::{
    Engine, Handle, Http, ListForm, Options, SecretString, clock, reqwest_transport,
};
use cockpit_say::say;
use serde_json::json;

use crate::args::{self, Command, OnOff};
use crate::change;
use crate::health;
use crate::incident;
use crate::notice;
use crate::output::{self, Exit};
use crate::{export, people, team, verify, watch};

/// A verdict is owed after 10 s; this leaves room to write it down.
pub(crate) const SETTLE_MS: u64 = 15_000;
/// A look at the status waits this long for what an earlier command left under way.
pub(crate) const IDLE_MS: u64 = 5_000;

/// The workspace that the command opened.
static OPENED: OnceLock<Handle> = OnceLock::new();

/// Runs a command on a workspace, then closes it.
pub async fn run(command: Command) -> Result<Exit, Problem> {
    let done = one(command).await;
    if let Some(handle) = OPENED.get()
        && let Err(problem) = handle.close().await
    {
        tracing::warn!(kind = %problem.kind, "high-water mark not kept");
    }
    done
}

async fn one(command: Command) -> Result<Exit, Problem> {
    match command {
        Command::Sandbox(_) => Ok(Exit::Usage),
        Command::Init(args) => init(args).await,
        Command::Connect(args) => connect(args).await,
        Command::Status(args) => status(args).await,
        Command::Stop(args) => stop(args).await,
        Command::Resume(args) => resume(args).await,
        Command::Recover(args) => recover(args).await,
        Command::Flag(args) => flag(args).await,
        Command::Change(args) => change::run(args).await,
        Command::Notice(command) => notice::run(command).await,
        Command::Incident(command) => incident::run(command).await,
        Command::Rule(command) => health::rules(command).await,
        Command::Order(command) => health::orders(command).await,
        Command::Approve(args) => approve(args).await,
        Command::Log(args) => log(args).await,
        Command::Verify(args) => verify::run(args).await,
        Command::Mend(args) => verify::mend(args).await,
        Command::Export(args) => export::run(args).await,
        Command::Share(args) => team::share(args).await,
        Command::Invite(args) => team::invite(args).await,
        Command::Join(args) => team::join(args).await,
        Command::People(args) => people::run(args).await,
        Command::Sync(args) => team::sync(args).await,
        Command::Watch(args) => watch::run(args).await,
        Command::Rebuild(args) => {
            let handle = workspace(&args.workspace).await?;
            let entries = handle.rebuild().await?;
            say(
                args.json,
                &say!("The lists were made again from {entries} entries."),
            );
            Ok(Exit::AsAsked)
        }
    }
}

async fn init(args: args::Init) -> Result<Exit, Problem> {
    let handle = open(&args.at.workspace, false).await?;
    match &args.sandbox {
        Some(url) => {
            let document = Handle::sandbox_connections(&http()?, url).await?;
            handle.begin_on_sandbox(&document, &args.person).await?;
        }
        None => {
            let _: Done = handle
                .do_it(Act::CreateWorkspace(
                    cockpit_engine::api::CreateWorkspaceArgs {
                        name: args.name,
                        person: args.person.clone(),
                    },
                ))
                .await?;
        }
    }
    let boot: BootView = handle.ask(Query::Boot(Nothing {})).await?;
    let cockpit: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    if args.at.json {
        output::document(&json!({
            "workspace": cockpit.workspace,
            "app": cockpit.app,
            "drill": boot.drill,
            "keys_kept_in": boot.keys_kept_in,
            "head": cockpit.ledger.head,
        }));
    } else {
        output::line(&say!(
            "Made the workspace {} for {}. Its key is in {}.",
            cockpit.workspace,
            args.person,
            boot.keys_kept_in
        ));
    }
    Ok(Exit::AsAsked)
}

async fn connect(args: args::Connect) -> Result<Exit, Problem> {
    let mut fields = BTreeMap::new();
    for pair in &args.fields {
        let (key, value) = pair_of(pair)?;
        fields.insert(key.to_owned(), value.to_owned());
    }
    for pair in &args.secret_env {
        let (key, variable) = pair_of(pair)?;
        let value = std::env::var(variable).map_err(|_| {
            Problem::new(
                "bad_input",
                say!("The variable {variable} is not set. Nothing was changed."),
            )
        })?;
        fields.insert(key.to_owned(), value);
    }
    if let Some(key) = &args.secret_stdin {
        let mut value = String::new();
        std::io::stdin().read_to_string(&mut value).map_err(|_| {
            Problem::new(
                "bad_input",
                say!("Standard input could not be read as text. Nothing was changed."),
            )
        })?;
        fields.insert(key.clone(), value.trim().to_owned());
    }
    let handle = workspace(&args.at.workspace).await?;
    let form = ConnectArgs {
        service: args.service,
        fields,
    };
    if args.check {
        let check: CredentialCheck = handle.do_it(Act::CheckConnection(form)).await?;
        if args.at.json {
            output::document(&json!({ "items": check.items }));
        } else {
            for item in &check.items {
                let mark = if item.ok { "there  " } else { "missing" };
                output::line(&format!("{mark}  {}  {}", item.permission, item.sentence));
            }
        }
        let all = check.items.iter().all(|item| item.ok);
        return Ok(if all { Exit::AsAsked } else { Exit::NotAsAsked });
    }
    let done: Done = handle.do_it(Act::Connect(form)).await?;
    say(args.at.json, &done.sentence);
    Ok(Exit::AsAsked)
}

async fn status(args: args::Status) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    if !args.offline {
        refresh(&handle).await?;
        // What an earlier command left under way is finished where its service answers.
        handle.idle(IDLE_MS).await;
    }
    if args.rehearse {
        let done: Done = handle.do_it(Act::Rehearse(RehearseArgs::default())).await?;
        // The document that follows is the answer; this goes beside it.
        eprintln!("{}", done.sentence);
    }
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    if args.at.json {
        output::document(&output::status_document(&view));
    } else {
        output::status_lines(&view);
    }
    Ok(Exit::AsAsked)
}

async fn stop(args: args::Stop) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let targets = (!args.targets.is_empty())
        .then(|| args.targets.into_iter().map(TargetId).collect::<Vec<_>>());
    // Asked before the press: what is stopped already is not offered afterwards either.
    let app = args.app.clone();
    let sheet: StopSheetView = handle.ask(Query::StopSheet(AppArgs { app })).await?;
    let mut not_covered = sheet.not_covered;
    if let Some(chosen) = &targets {
        let left_out = sheet.targets.into_iter();
        let left_out = left_out.filter(|it| chosen.iter().all(|id| id.0 != it.target));
        not_covered.extend(left_out.map(|it| say!("{}: left out by --target.", it.title)));
    }
    let act = Act::Stop(StopArgs {
        app: args.app,
        version: args.version,
        targets,
        reason: args.reason,
    });
    let pressed: Pressed = handle.do_it(act).await?;
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    Ok(output::stop(&view, &not_covered, args.at.json))
}

async fn resume(args: args::Resume) -> Result<Exit, Problem> {
    let fraction_bps = args.fraction.map(change::basis_points).transpose()?;
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let desired = Desired::RollingOut { fraction_bps };
    let target = TargetId(args.target);
    change::ask(&handle, target, desired, args.reason, args.at.json).await
}

async fn recover(args: args::Recover) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let act = Act::Recover(RecoverArgs {
        app: args.app,
        version: args.version,
        cancel: args.cancel,
        reason: args.reason,
    });
    let pressed: Pressed = handle.do_it(act).await?;
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    Ok(output::press(&view, args.at.json))
}

async fn flag(args: args::Flag) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    let target = view
        .flags
        .iter()
        .find(|it| it.name == args.flag || it.target == args.flag)
        .map_or(TargetId(args.flag), |it| TargetId(it.target.clone()));
    let desired = match args.to {
        OnOff::On => Desired::On,
        OnOff::Off => Desired::Off,
    };
    change::ask(&handle, target, desired, args.reason, args.at.json).await
}

pub(crate) async fn approve(args: args::Approve) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    let intents = match (&args.press, &args.intent) {
        (Some(press), _) => waiting_of_press(&handle, &view, press).await?,
        (None, intent) => vec![the_one_waiting(
            &view,
            intent.as_deref().unwrap_or_default(),
        )?],
    };
    let (intent, also) = match intents.split_first() {
        Some((first, others)) => (first.clone(), others.to_vec()),
        None => return Err(nothing_waits()),
    };
    let approval = match args.reject {
        Some(reason) => Approval::Reject(RejectArgs {
            intent: intent.clone(),
            also,
            reason,
        }),
        None => Approval::Approve(ApproveArgs {
            intent: intent.clone(),
            also,
        }),
    };
    let rejects = matches!(approval, Approval::Reject(_));
    handle.approve(approval).await?;
    if rejects {
        say(args.at.json, say!("Rejected. Nothing is in effect."));
        return Ok(Exit::AsAsked);
    }
    let ours = handle.is_asked_here(&intent);
    let press = handle.press_of(&intent)?;
    let pressed = Pressed {
        press,
        intents: vec![intent],
        sentence: String::new(),
    };
    if !ours {
        handle.sync().await?;
        let sentence = say!(
            "Signed. The laptop that asked carries it out when it reads the team folder; nothing is \
             in effect by it until then."
        );
        eprintln!("{sentence}");
    }
    let ms_max = if ours { SETTLE_MS } else { 0 };
    let view = handle.settled(&pressed, ms_max).await?;
    Ok(output::press(&view, args.at.json))
}

pub(crate) fn the_one_waiting(view: &CockpitView, digits: &str) -> Result<String, Problem> {
    let mut found = view
        .waiting
        .iter()
        .filter(|it| it.intent.starts_with(digits));
    match (found.next(), found.next()) {
        (Some(waiting), None) => Ok(waiting.intent.clone()),
        (Some(_) | None, _) => Err(Problem::new(
            "not_found",
            say!("Nothing that waits begins with '{digits}', or more than one does."),
        )
        .hint(say!("See `cockpit status` for what waits."))),
    }
}

/// What waits of the one press whose name begins so, in the order in which it was asked for.
async fn waiting_of_press(
    handle: &Handle,
    view: &CockpitView,
    digits: &str,
) -> Result<Vec<String>, Problem> {
    let mut found: Vec<(String, String)> = Vec::new();
    for waiting in view.waiting.iter().rev() {
        let press = handle.press_of(&waiting.intent)?;
        if press.starts_with(digits) {
            found.push((press, waiting.intent.clone()));
        }
    }
    if found.iter().any(|(press, _)| *press != found[0].0) {
        return Err(nothing_waits());
    }
    Ok(found.into_iter().map(|(_, intent)| intent).collect())
}

fn nothing_waits() -> Problem {
    Problem::new(
        "not_found",
        say!("Nothing that waits is of this press, or of more than one."),
    )
    .hint(say!("See `cockpit notice status` for each press."))
}

async fn log(mut args: args::Log) -> Result<Exit, Problem> {
    let lists = [
        (args.csv.take(), ListForm::Csv),
        (args.jsonl.take(), ListForm::Jsonl),
    ];
    for (place, form) in lists {
        if let Some(place) = place {
            return export::list(args, form, place).await;
        }
    }
    let handle = workspace(&args.at.workspace).await?;
    let mut rows: Vec<LogRow> = Vec::new();
    let mut before = None;
    while rows.len() < usize::try_from(args.limit).unwrap_or(usize::MAX) {
        let page: LogPage = handle
            .ask(Query::Log(LogArgs {
                before,
                search: args.search.clone(),
                limit: Some(args.limit.min(200)),
                decisions_only: false,
                kinds: args.kinds.clone(),
                person: args.person.clone(),
                app: args.app.clone(),
                outcome: args.outcome.clone(),
                from: args.from,
                until: args.until,
            }))
            .await?;
        rows.extend(page.rows);
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    rows.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
    if args.at.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                json!({
                    "position": row.position,
                    "id": row.id,
                    "at": row.at,
                    "who": row.who,
                    "decision": row.decision,
                    "target": row.target,
                    "reason": row.reason,
                    "outcome": row.outcome.as_ref().map(|it| it.words.clone()),
                })
            })
            .collect();
        output::document(&json!({ "entries": rows }));
    } else {
        for row in &rows {
            let outcome = row.outcome.as_ref().map_or("", |it| it.words.as_str());
            output::line(&format!(
                "#{} {}  {}  {}  {}  {}  {outcome}",
                row.position, row.at, row.who, row.decision, row.target, row.reason
            ));
        }
    }
    Ok(Exit::AsAsked)
}

/// Opens a workspace that must be there.
pub(crate) async fn workspace(folder: &Path) -> Result<Handle, Problem> {
    existing(folder, false).await
}

/// As [`workspace`], and reads every service by itself, like a window.
pub(crate) async fn workspace_that_reads(folder: &Path) -> Result<Handle, Problem> {
    existing(folder, true).await
}

async fn existing(folder: &Path, poll: bool) -> Result<Handle, Problem> {
    if !folder.join("ledger.db").exists() {
        return Err(Problem::new(
            "bad_input",
            say!("There is no workspace in {}.", folder.display()),
        )
        .hint(say!(
            "Make one with `cockpit init --workspace DIR --sandbox URL`."
        )));
    }
    let handle = open(folder, poll).await?;
    let team: TeamView = handle.ask(Query::Team(Nothing {})).await?;
    if team.folder.is_some()
        && let Err(problem) = handle.sync().await
    {
        let sentence = problem.sentence;
        let sentence = say!("{sentence} What others decided since then is not known here.");
        eprintln!("{sentence}");
    }
    Ok(handle)
}

pub(crate) async fn open(folder: &Path, poll: bool) -> Result<Handle, Problem> {
    let passphrase = std::env::var("COCKPIT_PASSPHRASE")
        .ok()
        .map(SecretString::from);
    let handle = Engine::start(Options {
        folder: folder.to_owned(),
        keychain: Wish::Auto { passphrase },
        http: http()?,
        clock: clock::system(),
        desk: Arc::new(NoDesk),
        poll,
    })
    .await?;
    let boot: BootView = handle.ask(Query::Boot(Nothing {})).await?;
    if let Some(locked) = boot.locked {
        unlock(&handle, &locked, boot.new_passphrase).await?;
    }
    Ok(OPENED.get_or_init(|| handle).clone())
}

/// Asks for the passphrase at a terminal; elsewhere says how to give it.
async fn unlock(handle: &Handle, why: &str, new: bool) -> Result<(), Problem> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::new("locked", why).hint(say!(
            "Set COCKPIT_PASSPHRASE, or run it at a terminal to be asked."
        )));
    }
    eprintln!("{why}");
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map_err(|_| {
            Problem::new(
                "locked",
                say!("No passphrase was read. Nothing was changed."),
            )
        })
    };
    let passphrase = ask(say!("Passphrase: "))?;
    if new && ask(say!("Again: "))? != passphrase {
        return Err(Problem::new(
            "bad_input",
            say!("The two differ. Nothing was made."),
        ));
    }
    let _: Done = handle.do_it(Act::Unlock(UnlockArgs { passphrase })).await?;
    Ok(())
}

pub(crate) async fn refresh(handle: &Handle) -> Result<(), Problem> {
    let _: Done = handle.do_it(Act::Refresh(Nothing {})).await?;
    Ok(())
}

fn http() -> Result<Http, Problem> {
    let transport = reqwest_transport().map_err(|why| Problem::new("storage", why))?;
    Ok(Http::new(transport, clock::system()))
}

fn pair_of(pair: &str) -> Result<(&str, &str), Problem> {
    pair.split_once('=').ok_or_else(|| {
        // The text may hold a secret that was meant for another option, so it is not repeated.
        Problem::new(
            "bad_input",
            say!("A field is given as key=value. Nothing was changed."),
        )
    })
}

pub(crate) fn say(as_json: bool, sentence: &str) {
    if as_json {
        output::document(&json!({ "sentence": sentence }));
    } else {
        output::line(sentence);
    }
}
