//! Measures what speed is promised for, always beside a peer in the same run, as ratios.
//! Knows no pass and no fail: a clock judges no test.

mod append;
mod bare;
mod fan_out;
mod ingest;
mod many;
mod pack;
mod sample;
mod table;
#[cfg(target_os = "linux")]
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be measured by itself, in the order of a whole run.
const PARTS: [&str; 6] = ["append", "ingest", "pack", "many", "stop", "window"];

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(strange) = asked.iter().find(|it| !PARTS.contains(&it.as_str())) {
        eprintln!(
            "There is nothing called {strange} to measure. There is: {}.",
            PARTS.join(", ")
        );
        return ExitCode::from(2);
    }
    // The disk that matters is the one that the work lies on; a folder for temporary files
    // may be in memory.
    let folder =
        std::env::var_os("COCKPIT_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
    let folder = folder.path();
    let mut rows = Vec::new();
    for part in PARTS {
        if !asked.is_empty() && !asked.iter().any(|it| it == part) {
            continue;
        }
        rows.extend(match part {
            "append" => append::measure(folder),
            "ingest" => ingest::measure(),
            "pack" => pack::measure(folder),
            "many" => on_a_runtime(many::measure(folder)),
            "stop" => on_a_runtime(fan_out::measure(folder)),
            _ => windows(folder),
        });
    }
    table::print(&rows);
    ExitCode::SUCCESS
}

/// Both programs are named by whoever built them; without them the window is left out.
#[cfg(target_os = "linux")]
fn windows(folder: &Path) -> Vec<table::Row> {
    let program = |name: &str| std::env::var_os(name).map(PathBuf::from);
    match (program("COCKPIT_APP"), program("COCKPIT_BARE_WINDOW")) {
        (Some(app), Some(bare)) => on_a_runtime(window::measure(folder, &app, &bare)),
        _ => {
            println!("\nThe window is left out; `cargo xtask bench --window` measures it too.");
            Vec::new()
        }
    }
}

/// There is no driver for the window of this system.
#[cfg(not(target_os = "linux"))]
fn windows(_: &Path) -> Vec<table::Row> {
    println!("\nThe window is left out: it is measured on Linux only.");
    Vec::new()
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
        .block_on(work)
}
