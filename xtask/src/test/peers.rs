//! Servers that the tests talk to: our sandbox as a process, and the installs of the real
//! Unleash and of other services' own clients. Knows nothing of what is asked of them.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{failure::Failure, paths, paths::Paths, process};

/// A running `cockpit sandbox serve`, ended when this value is dropped.
pub struct Sandbox {
    child: Child,
    url: String,
}

impl Sandbox {
    /// Starts it on a free port and reads its address from its first line.
    pub fn start(paths: &Paths) -> Result<Self, Failure> {
        let mut command = Command::new(paths.built("cockpit"));
        command
            .args(["sandbox", "serve", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        println!("$ {}", process::words(&command));
        let mut child = command
            .spawn()
            .map_err(|error| Failure::new(format!("the sandbox could not be started: {error}")))?;
        let mut first = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        let read = BufReader::new(stdout).read_line(&mut first);
        let url = read.ok().and_then(|_| url_of(&first));
        let mut sandbox = Self {
            child,
            url: String::new(),
        };
        sandbox.url = url.ok_or_else(|| {
            Failure::new(format!(
                "the sandbox gave no address: its first line was {first:?}"
            ))
            .hint("It must be a JSON object with \"url\".")
        })?;
        Ok(sandbox)
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn url_of(line: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(value.get("url")?.as_str()?.to_owned())
}

/// Where the real servers are installed.
pub fn home(paths: &Paths) -> PathBuf {
    paths.cache.join("peers")
}

/// Installs the Unleash server of `tests/peers/unleash` into the cache, where the tests look.
pub fn install_unleash(paths: &Paths) -> Result<(), Failure> {
    let home = home(paths).join("unleash");
    let what = "the Unleash server once (some 500 packages)";
    install_npm(paths, "tests/peers/unleash", &home, what)
}

/// Installs the flag services' own clients into the cache. Gives the folder.
pub fn install_flag_clients(paths: &Paths) -> Result<PathBuf, Failure> {
    let home = home(paths).join("flag_clients");
    let what = "the flag services' own clients once (some 200 packages)";
    install_npm(paths, "tests/flag_clients", &home, what)?;
    Ok(home)
}

/// Installs what a folder's lock file names, when it is not there yet.
fn install_npm(paths: &Paths, wanted: &str, home: &Path, what: &str) -> Result<(), Failure> {
    let wanted = paths.root.join(wanted);
    let broken = |what: &str, error: std::io::Error| Failure::new(format!("{what}: {error}"));
    fs::create_dir_all(home).map_err(|error| broken("the cache cannot be made", error))?;
    let lock = wanted.join("package-lock.json");
    let lock = fs::read(&lock)
        .map_err(|error| broken(&format!("{} cannot be read", lock.display()), error))?;
    let stamp = home.join("node_modules/.installed-from-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing {what}");
    for file in ["package.json", "package-lock.json"] {
        fs::copy(wanted.join(file), home.join(file))
            .map_err(|error| broken("the cache cannot be written", error))?;
    }
    process::stream(paths::npm().current_dir(home).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))?;
    fs::write(&stamp, lock).map_err(|error| broken("the cache cannot be written", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_first_line() {
        let line = r#"{"url": "http://127.0.0.1:9", "control_url": "http://127.0.0.1:9/_sandbox"}"#;
        assert_eq!(url_of(line).as_deref(), Some("http://127.0.0.1:9"));
        assert_eq!(url_of("listening"), None);
    }
}
