//! Measures what speed is promised for, always beside a peer in the same run, as ratios.
//! Knows no pass and no fail: a clock judges no test.

mod append;
mod sample;

use std::path::PathBuf;

fn main() {
    // The disk that matters is the one that the work lies on; a folder for temporary files
    // may be in memory.
    let folder =
        std::env::var_os("COCKPIT_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    append::measure(&folder);
}
