//! `cockpit export`: the log as an evidence pack. Must not know what is in it.

use cockpit_engine::api::{Act, ExportArgs, Nothing, Problem};
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
    let export = handle.export(asked, args.out);
    tokio::pin!(export);
    let made = tokio::select! {
        made = &mut export => made?,
        _ = tokio::signal::ctrl_c() => {
            // Where it is too late, the export stands and says so.
            let _ = handle.act(Act::CancelExport(Nothing {})).await;
            export.await?
        }
    };
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
        output::line(&format!("It lies in {}.", made.folder));
        match &made.allowed_signer {
            Some(line) => {
                output::line(
                    "Give the auditor this line for allowed_signers, not inside the pack:",
                );
                output::line(&format!("  {line}"));
            }
            None => output::line("Nobody signed it, because the device's key is locked."),
        }
    }
    Ok(if made.holds {
        Exit::AsAsked
    } else {
        Exit::NotAsAsked
    })
}
