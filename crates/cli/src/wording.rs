//! `cockpit notice template` and `cockpit notice envelope`: wording that is kept in files and
//! agreed to beforehand. Must not decide anything.

use std::path::Path;

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, EndEnvelopeArgs, EnvelopeArgs, Problem, ProposeEnvelopeArgs,
    Proposed, SetTemplatesArgs,
};
use cockpit_engine::domain::notice::Template;
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands::{say, workspace};
use crate::notice::notices;
use crate::output::{self, Exit};

/// Runs a template command.
pub async fn templates(command: args::Template) -> Result<Exit, Problem> {
    match command {
        args::Template::Export(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let templates = handle.templates();
            std::fs::create_dir_all(&args.folder)
                .map_err(|error| unwritable(&args.folder, &error))?;
            for (name, template) in &templates {
                let file = args.folder.join(format!("{name}.json"));
                let text = serde_json::to_string_pretty(template).unwrap_or_default() + "\n";
                std::fs::write(&file, text).map_err(|error| unwritable(&file, &error))?;
            }
            say(
                args.at.json,
                &say!(
                    "{} templates were written to {}.",
                    templates.len(),
                    args.folder.display()
                ),
            );
            Ok(Exit::AsAsked)
        }
        args::Template::Import(args) => {
            let templates = read_all(&args.folder)?;
            let handle = workspace(&args.at.workspace).await?;
            let act = Act::SetTemplates(SetTemplatesArgs { templates });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
    }
}

/// Runs an envelope command.
pub async fn envelopes(command: args::Envelope) -> Result<Exit, Problem> {
    match command {
        args::Envelope::Propose(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let act = Act::ProposeEnvelope(ProposeEnvelopeArgs {
                title: args.title,
                severities: args.severities.into_iter().map(Into::into).collect(),
                locales: std::collections::BTreeSet::new(),
                sentences: std::collections::BTreeMap::new(),
                days: args.days,
            });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
        args::Envelope::Sign(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let envelope = find(&handle, &args.envelope).await?;
            let act = Act::SignEnvelope(EnvelopeArgs { envelope });
            let proposed: Proposed = handle.do_it(act).await?;
            let change = proposed.change;
            let signed = handle
                .approve(Approval::SignChange(ChangeArg { change }))
                .await?;
            let words = signed["sentence"].as_str().unwrap_or("Signed.").to_owned();
            say(args.at.json, &words);
            Ok(Exit::AsAsked)
        }
        args::Envelope::End(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let envelope = find(&handle, &args.envelope).await?;
            let reason = args.reason;
            let act = Act::EndEnvelope(EndEnvelopeArgs { envelope, reason });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
        args::Envelope::List(args) => {
            let handle = workspace(&args.workspace).await?;
            let envelopes = notices(&handle).await?.envelopes;
            if args.json {
                output::document(&json!({ "envelopes": envelopes }));
                return Ok(Exit::AsAsked);
            }
            for it in &envelopes {
                output::line(&say!(
                    "{}  {} · {} · until {}",
                    it.envelope.get(..8).unwrap_or(&it.envelope),
                    it.title,
                    it.badge.words,
                    it.expires_at
                ));
                output::line(&format!("          {}", it.detail));
            }
            if envelopes.is_empty() {
                output::line(say!("No envelope was proposed."));
            }
            Ok(Exit::AsAsked)
        }
    }
}

async fn find(handle: &Handle, digits: &str) -> Result<String, Problem> {
    let view = notices(handle).await?;
    let mut found = view
        .envelopes
        .into_iter()
        .filter(|it| it.envelope.starts_with(digits));
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(it.envelope),
        (Some(_) | None, _) => Err(Problem::new(
            "not_found",
            say!("No envelope begins with '{digits}', or more than one does."),
        )
        .hint(say!("See `cockpit notice envelope list`."))),
    }
}

fn read_all(folder: &Path) -> Result<Vec<Template>, Problem> {
    let unreadable = |path: &Path, why: String| {
        Problem::new(
            "bad_input",
            say!(
                "{} cannot be read: {why}. No template was changed.",
                path.display()
            ),
        )
    };
    let listed =
        std::fs::read_dir(folder).map_err(|error| unreadable(folder, error.to_string()))?;
    let mut files = Vec::new();
    for entry in listed {
        let path = entry
            .map_err(|error| unreadable(folder, error.to_string()))?
            .path();
        if path.extension().is_some_and(|it| it == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file)
                .map_err(|error| unreadable(file, error.to_string()))?;
            serde_json::from_str(&text).map_err(|error| unreadable(file, error.to_string()))
        })
        .collect()
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "storage",
        say!("{} cannot be written: {error}.", path.display()),
    )
}
