//! `cargo xtask`: everything a person or a CI machine does with this repository, by name.
//! Hides which tools do it. Knows nothing of what the product decides.

mod bench;
mod display;
mod failure;
mod paths;
mod process;
mod progress;
mod run;
mod setup;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{failure::Failure, paths::Paths};

/// Set up, run and test Release Cockpit.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing on this machine, build the app and open it on its own sandbox
    Run,
    /// Install what is missing and run every check, or only the named ones
    Test(test::Options),
    /// Only install what is missing: system packages, the page's packages
    Setup {
        /// Also what only the tests need (a virtual display, PostgreSQL, Python's venv)
        #[arg(long)]
        tests: bool,
    },
    /// Measure what speed is promised for, as ratios to a peer of the same run
    Bench(bench::Options),
    /// Write the page's TypeScript types again from the engine's table of calls
    Bindings,
    /// Write the list of texts that can be translated again from what the code says
    Catalogue,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(arguments.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<(), Failure> {
    let paths = Paths::find()?;
    match task {
        Task::Run => run::run(&paths),
        Task::Test(options) => test::test(&paths, &options),
        Task::Setup { tests: false } => setup::setup(&paths, setup::Scope::Run),
        Task::Setup { tests: true } => setup::setup(&paths, setup::Scope::Test),
        Task::Bench(options) => bench::bench(&paths, &options),
        Task::Bindings => write(
            &paths,
            "cockpit-engine",
            "bindings",
            "COCKPIT_WRITE_BINDINGS",
        ),
        Task::Catalogue => write(
            &paths,
            "cockpit-say",
            "catalogue",
            "COCKPIT_WRITE_CATALOGUE",
        ),
    }
}

/// The test that finds a file stale writes it.
fn write(paths: &Paths, package: &str, test: &str, variable: &str) -> Result<(), Failure> {
    let mut cargo = paths.cargo();
    cargo
        .args(["test", "--package", package, "--test", test])
        .env(variable, "1");
    process::stream(&mut cargo)
}
