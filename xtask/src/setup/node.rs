//! Node.js and the page's packages. Knows no system package.

use std::{fs, process::Command};

use crate::{failure::Failure, paths, paths::Paths, process};

/// The oldest Node.js that the page's build tool runs on.
const OLDEST: (u32, u32) = (20, 19);

/// Refuses when Node.js or npm is missing or too old.
pub fn require_npm() -> Result<(), Failure> {
    let wanted = format!("Node.js {}.{} or newer", OLDEST.0, OLDEST.1);
    let get_it = format!("Install {wanted} (https://nodejs.org), then run the same command again.");
    let found = process::answer(Command::new("node").arg("--version")).ok_or_else(|| {
        Failure::new(format!(
            "{wanted} is needed, and `node` was not found on PATH"
        ))
        .hint(&get_it)
    })?;
    if version(&found).is_none_or(|found| found < OLDEST) {
        return Err(Failure::new(format!("{wanted} is needed, and this is {found}")).hint(get_it));
    }
    let npm = process::answer(paths::npm().arg("--version")).ok_or_else(|| {
        Failure::new("npm was not found on PATH, although Node.js was")
            .hint("Install npm (it comes with Node.js from nodejs.org; Debian has a package npm).")
    })?;
    println!("Node.js {found}, npm {npm}");
    Ok(())
}

/// Installs the page's packages when they are not those of `ui/package-lock.json`.
pub fn page_packages(paths: &Paths) -> Result<(), Failure> {
    let lock = paths.ui().join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|error| {
        Failure::new(format!("{} cannot be read: {error}", lock.display()))
            .hint("It is part of the repository: is this clone complete?")
    })?;
    // A copy of the lock file that node_modules was made from: says more than a time stamp.
    let stamp = paths.ui().join("node_modules/.installed-from-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("nothing is missing");
        return Ok(());
    }
    process::stream(paths.npm().args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", stamp.display())))
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version("v20.9.1").is_some_and(|found| found < OLDEST));
        assert!(version("v20.19.0").is_some_and(|found| found >= OLDEST));
        assert!(version("v100.0.0").is_some_and(|found| found >= OLDEST));
        assert_eq!(version("unknown"), None);
    }
}
