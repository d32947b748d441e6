//! Where the files of the repository are. Knows no single file.

use std::env;
use std::path::PathBuf;

/// The top of the repository.
///
/// # Panics
/// When Cargo did not start this program.
pub fn top() -> PathBuf {
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let mut top = PathBuf::from(here);
    assert!(top.pop(), "the tests lie one folder below the top");
    top
}

/// A file or folder of the repository, by its path from the top.
///
/// # Panics
/// As [`top`].
pub fn file(path: &str) -> PathBuf {
    top().join(path)
}
