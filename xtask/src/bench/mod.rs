//! `cargo xtask bench`: builds the measuring program optimised and starts it.
//! Knows nothing of what is measured.

use crate::{failure::Failure, paths::Paths, process};

/// Measures on the disk that the target folder lies on.
pub fn bench(paths: &Paths, arguments: &[String]) -> Result<(), Failure> {
    println!("building with full optimisation; the first time takes some minutes");
    process::stream(
        paths
            .cargo()
            .args([
                "run",
                "--release",
                "--package",
                "cockpit-tests",
                "--bin",
                "cockpit-bench",
                "--",
            ])
            .args(arguments)
            .env("COCKPIT_BENCH_DIR", &paths.target),
    )
}
