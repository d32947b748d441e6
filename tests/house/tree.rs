//! The files of the repository, as git tracks them. Knows no rule about them.

use std::{fs, path::Path, process::Command};

use cockpit_tests::repository::top;

/// One text file.
pub struct File {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl File {
    /// Whether its name ends with one of these.
    pub fn is(&self, extensions: &[&str]) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// Every text file of the repository.
///
/// # Panics
/// When there is none, so that no rule ever passes over nothing.
pub fn files() -> Vec<File> {
    let files: Vec<_> = paths()
        .into_iter()
        // What is deleted but still tracked, and what is not text, has no lines to judge.
        .filter_map(|path| {
            fs::read_to_string(top().join(&path))
                .ok()
                .map(|text| File { path, text })
        })
        .collect();
    assert!(
        files.len() > 20,
        "the repository's files were not found under {:?}",
        top()
    );
    files
}

/// The paths of all files, from the top, with `/`.
pub fn paths() -> Vec<String> {
    tracked().unwrap_or_else(|| {
        let mut found = Vec::new();
        walk(&top(), &mut found);
        found
    })
}

fn tracked() -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(top())
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<_> = names.split_terminator('\0').map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

/// For a source archive without git.
fn walk(folder: &Path, found: &mut Vec<String>) {
    const MADE: &[&str] = &[".git", "target", "node_modules", "dist", "gen"];
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !MADE.contains(&&*name) {
            walk(&path, found);
        } else if path.is_file() {
            let below = path.strip_prefix(top()).expect("we walk below the top");
            found.push(below.to_string_lossy().replace('\\', "/"));
        }
    }
}
