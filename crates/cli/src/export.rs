//! `cockpit export` and the lists of `cockpit log`: the log as an evidence pack or as one file.
//! Must not know what is in them.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use cockpit_engine::api::{Act, ExportArgs, ExportProgress, Nothing, Problem, Query};
use cockpit_engine::{Handle, ListForm};
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands;
use crate::output::{self, Exit};

/// Exports and says what was checked. A log that does not hold is exported too, and is no success.
pub async fn run(args: args::Export) -> Result<Exit, Problem> {
    let handle = commands::workspace(&args.at.workspace).await?;
    let asked = ExportArgs {
        through: args.through,
        from: args.from,
        until: args.until,
        apps: args.apps,
        kinds: args.kinds,
        persons: args.persons,
        redact_kinds: args.redact_kinds,
        redact_persons: args.redact_persons,
        redact_entries: args.redact_entries,
    };
    let made = watched(&handle, handle.export(asked, args.out)).await?;
    if args.at.json {
        output::document(&json!({
            "pack": made.folder,
            "entries": made.entries,
            "told": made.told,
            "redacted": made.redacted,
            "holds": made.holds,
            "verified": made.verified,
            "in_log": made.in_log,
            "sums": made.sums,
            "allowed_signer": made.allowed_signer,
            "sentence": made.sentence,
        }));
    } else {
        output::line(&made.sentence);
        output::line(&say!("It lies in {}.", made.folder));
        match &made.allowed_signer {
            Some(line) => {
                output::line(say!(
                    "Give the auditor this line for allowed_signers, not inside the pack:"
                ));
                output::line(&format!("  {line}"));
            }
            None => output::line(say!(
                "Nobody signed it, because the device's key is locked."
            )),
        }
    }
    Ok(if made.holds {
        Exit::AsAsked
    } else {
        Exit::NotAsAsked
    })
}

/// Lists the log in a file.
pub async fn list(args: args::Log, form: ListForm, place: PathBuf) -> Result<Exit, Problem> {
    if args.search.is_some() || args.outcome.is_some() {
        let what =
            say!("A list is narrowed by kind, person, app and period alone. Nothing was made.");
        return Err(Problem::new("bad_input", what));
    }
    let handle = commands::workspace(&args.at.workspace).await?;
    let asked = ExportArgs {
        from: args.from.map(|at| at.to_string()),
        until: args.until.map(|at| at.to_string()),
        apps: args.app.into_iter().collect(),
        kinds: args.kinds,
        persons: args.person.into_iter().collect(),
        ..ExportArgs::default()
    };
    let made = watched(&handle, handle.list(asked, form, place)).await?;
    if args.at.json {
        output::document(&json!({
            "file": made.file,
            "lines": made.lines,
            "sha256": made.sha256,
            "in_log": made.in_log,
            "sentence": made.sentence,
        }));
    } else {
        output::line(&made.sentence);
        output::line(&say!("It lies in {}.", made.file.display()));
    }
    Ok(Exit::AsAsked)
}

/// Waits for an export: says on a terminal how far it is, and calls it off on Ctrl-C.
async fn watched<T>(
    handle: &Handle,
    export: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::pin!(export);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            made = &mut export => return made,
            _ = tokio::signal::ctrl_c() => {
                // Where it is too late, the export stands and says so.
                let _ = handle.act(Act::CancelExport(Nothing {})).await;
                return export.await;
            }
            _ = tick.tick() => {
                let asked = handle.ask(Query::ExportProgress(Nothing {})).await;
                if let Ok(ExportProgress { running: true, done, total }) = asked
                    && std::io::stderr().is_terminal()
                {
                    eprint!("\r{done} of {total} steps");
                }
            }
        }
    }
}
