//! Names the rules that a state was folded by: a state that other rules have folded is of no use.
//! Must not know what the rules say.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let rules = Path::new("../domain/src");
    println!("cargo::rerun-if-changed={}", rules.display());
    let mut files = Vec::new();
    collect(rules, &mut files);
    files.sort();
    // FNV-1a, 64 bits: told apart, not protected.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let bytes = fs::read(&file).expect("a source file can be read");
        for byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=COCKPIT_FOLD={hash:016x}");
}

/// The files that say what an entry is and what follows from it; not those that show it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder of the rules is there") {
        let path = entry.expect("a folder can be listed").path();
        if path.file_name().is_some_and(|name| name == "views") {
            continue;
        }
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
