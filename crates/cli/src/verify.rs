//! `cockpit verify`: a workspace or an evidence pack. Must not know how either is checked.

use std::path::{Path, PathBuf};

use cockpit_engine::api::{Act, AppArgs, Done, Nothing, Problem, Query};
use cockpit_engine::domain::views::{CockpitView, Tone};
use cockpit_engine::{Engine, clock, verify_pack};
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands;
use crate::output::{self, Exit};

/// Checks what was named.
pub async fn run(args: args::Verify) -> Result<Exit, Problem> {
    match (args.pack, args.workspace) {
        (Some(folder), _) => pack(folder, args.allowed_signers, args.json).await,
        (None, Some(folder)) => workspace(&folder, args.json, None).await,
        (None, None) => Ok(Exit::Usage),
    }
}

/// Makes a damaged database good again, and checks what came of it.
pub async fn mend(args: args::Workspace) -> Result<Exit, Problem> {
    let mended = Engine::mend(args.workspace.clone(), &clock::system()).await?;
    if !args.json {
        output::line(&mended);
    }
    workspace(&args.workspace, args.json, Some(mended)).await
}

async fn workspace(folder: &Path, as_json: bool, mended: Option<String>) -> Result<Exit, Problem> {
    let handle = commands::workspace(folder).await?;
    let done: Done = handle.do_it(Act::VerifyLog(Nothing {})).await?;
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    let intact = view.ledger.badge.tone == Tone::Good;
    if as_json {
        output::document(&json!({
            "intact": intact,
            "entries": view.ledger.entries,
            "sentence": done.sentence,
            "head": view.ledger.head,
            "mended": mended,
        }));
    } else {
        output::line(&done.sentence);
    }
    Ok(exit(intact))
}

async fn pack(folder: PathBuf, allowed: Option<PathBuf>, as_json: bool) -> Result<Exit, Problem> {
    let progress = |entries: u64| {
        if entries.is_multiple_of(10_000) {
            eprintln!("{}", say!("{entries} entries checked"));
        }
    };
    let check = verify_pack(folder, allowed, progress).await?;
    let found = &check.found;
    if as_json {
        let faults: Vec<_> = found
            .faults
            .iter()
            .map(|it| json!({ "file": it.file, "line": it.line, "what": it.what }))
            .collect();
        output::document(&json!({
            "holds": check.holds(),
            "ledger": found.ledger.map(|it| it.to_string()),
            "head": found.head,
            "entries": found.entries,
            "told": found.told,
            "withheld": found.withheld,
            "signed_by": found.signer.map(|it| it.device_id().to_string()),
            "faults": faults,
            "sentence": check.sentence,
        }));
    } else {
        output::line(&check.sentence);
        for fault in found.faults.iter().skip(1) {
            output::line(&format!("  {fault}"));
        }
    }
    Ok(exit(check.holds()))
}

fn exit(holds: bool) -> Exit {
    if holds {
        Exit::AsAsked
    } else {
        Exit::NotAsAsked
    }
}
