//! Where things are: the repository, the one target folder, the user's cache.
//! Knows no tool that uses them.

use std::{env, path::PathBuf, process::Command};

use crate::failure::Failure;

/// The folders that every task works in.
pub struct Paths {
    /// The top of the repository.
    pub root: PathBuf,
    /// Cargo's target folder: `CARGO_TARGET_DIR`, else `target` in the repository.
    pub target: PathBuf,
    /// What may be thrown away but costs time to get again: tools, peers, the Python environment.
    pub cache: PathBuf,
}

impl Paths {
    /// Finds them from the environment. Fails without a home folder, and when Cargo did
    /// not start this program.
    pub fn find() -> Result<Self, Failure> {
        // Asked for at run time: another clone with the same target folder may have built us.
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .ok_or_else(|| Failure::new("xtask was not started by Cargo. Run `cargo xtask`."))?;
        let mut root = PathBuf::from(here);
        assert!(root.pop(), "xtask lies one folder below the top");
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |set| root.join(set));
        Ok(Self {
            target,
            cache: user_cache()?.join("release-cockpit"),
            root,
        })
    }

    /// The page's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// Cargo, in the repository, with the one target folder.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// npm, in the page's folder.
    pub fn npm(&self) -> Command {
        let mut npm = npm();
        npm.current_dir(self.ui());
        npm
    }

    /// A program built by the `dev` profile.
    pub fn built(&self, name: &str) -> PathBuf {
        self.target
            .join("debug")
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// npm under the name that this system starts it by.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Finds a program on `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

fn user_cache() -> Result<PathBuf, Failure> {
    let folder = |name: &str| env::var_os(name).filter(|set| !set.is_empty());
    if let Some(set) = folder("XDG_CACHE_HOME") {
        return Ok(set.into());
    }
    if let Some(set) = folder("LOCALAPPDATA").filter(|_| cfg!(windows)) {
        return Ok(set.into());
    }
    let home = PathBuf::from(folder("HOME").ok_or_else(|| {
        Failure::new("HOME is not set, so there is no place for the cache")
            .hint("Set HOME, or XDG_CACHE_HOME to a folder that may be thrown away.")
    })?);
    Ok(home.join(if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    }))
}
