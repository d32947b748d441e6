//! `cargo xtask bench`: builds the measuring program optimised and starts it.
//! Knows nothing of what is measured.

use std::{env, fs, num::NonZero, path::PathBuf, process::Command, thread};

use clap::Args;

use crate::{
    display, failure::Failure, paths::Paths, process, run, run::FEATURES, setup, setup::Scope,
};

/// What to measure beside append and stop.
#[derive(Args)]
pub struct Options {
    /// Also the window's start and memory, against a bare Tauri window (Linux)
    #[arg(long)]
    window: bool,
    /// Build both windows optimised; the first time takes some ten minutes
    #[arg(long, requires = "window")]
    release: bool,
    /// Measure only this part, such as `append`; can be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
}

/// Measures on the disk that the target folder lies on.
pub fn bench(paths: &Paths, options: &Options) -> Result<(), Failure> {
    println!("building with full optimisation; the first time takes some minutes");
    process::stream(paths.cargo().args([
        "build",
        "--release",
        "--package",
        "cockpit-tests",
        "--bin",
        "cockpit-bench",
    ]))?;
    let program = built(paths, "release", "cockpit-bench");
    let mut bench = if options.window {
        with_windows(paths, options, program)?
    } else {
        Command::new(program)
    };
    println!("{}", machine());
    process::stream(
        bench
            .args(&options.only)
            .current_dir(&paths.root)
            .env("COCKPIT_BENCH_DIR", &paths.target),
    )
}

/// The measuring program on a virtual desktop, with the two windows that it compares.
fn with_windows(paths: &Paths, options: &Options, program: PathBuf) -> Result<Command, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(
            Failure::new("the window is measured on Linux only; nothing was measured")
                .hint("Leave out --window."),
        );
    }
    setup::setup(paths, Scope::Test)?;
    run::build_page(paths)?;
    let profile = if options.release { "release" } else { "debug" };
    println!("building both windows, profile {profile}");
    let mut build = paths.cargo();
    build.args(["build", "--workspace"]).args(FEATURES).args([
        "--bin",
        "release-cockpit",
        "--example",
        "bare-window",
    ]);
    if options.release {
        build.arg("--release");
    }
    process::stream(&mut build)?;
    let scratch = paths.cache.join("window-bench");
    fs::create_dir_all(&scratch)
        .map_err(|error| Failure::new(format!("{} cannot be made: {error}", scratch.display())))?;
    let mut desktop = display::virtual_desktop(program, &scratch);
    desktop
        .env("COCKPIT_APP", built(paths, profile, "release-cockpit"))
        .env(
            "COCKPIT_BARE_WINDOW",
            built(paths, profile, "examples/bare-window"),
        );
    Ok(desktop)
}

/// What the numbers hold for. Others at work on the machine make them worse.
fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    match load.split_whitespace().next() {
        Some(load) => format!("machine: {cores} cores, load {load} before the start"),
        None => format!("machine: {cores} cores"),
    }
}

fn built(paths: &Paths, profile: &str, name: &str) -> PathBuf {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    paths.target.join(profile).join(file)
}
