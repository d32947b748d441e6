//! `cockpit`: the same engine without a window, for terminals, CI and auditors.
//! Must not decide anything.

mod args;
mod change;
mod commands;
mod export;
mod health;
mod incident;
mod notice;
mod output;
mod people;
mod sandbox;
mod team;
mod verify;
mod watch;
mod wording;

use std::process::ExitCode;

use clap::Parser;
use cockpit_say::say;

use crate::args::{Cli, Command};
use crate::output::Exit;

fn main() -> ExitCode {
    let spoken = cockpit_say::speak_as_here();
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("COCKPIT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error")),
        )
        .init();
    if let Err(error) = spoken {
        tracing::error!(%error, "the system's language is not spoken");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{}", say!("The command could not start: {error}."));
            return Exit::NotAsAsked.into();
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Sandbox(sandbox) => sandbox::run(sandbox).await,
            command => commands::run(command).await,
        }
    });
    // What is still being probed goes on at the next start; it is in the outbox.
    runtime.shutdown_background();
    match done {
        Ok(exit) => exit.into(),
        Err(problem) => output::problem(&problem).into(),
    }
}
