//! The `cockpit` program: where it is, how it is run, and what it said. Must not know what it does.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use cockpit_tests::repository;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Not a real one: it opens key files of tests only.
pub const PASSPHRASE: &str = "correct-horse-battery-staple";

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as exactly one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails with everything that was said when it ended otherwise.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Fails when this is not in what was said on standard error.
    #[track_caller]
    pub fn says(self, words: &str) -> Ran {
        assert!(self.err.contains(words), "no '{words}' in {self:#?}");
        self
    }
}

/// A command that is ready to be changed and run.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments);
    on_its_own(command)
}

/// With nothing from the terminal that runs the tests.
fn on_its_own(mut command: Command) -> Command {
    command
        .env("COCKPIT_PASSPHRASE", PASSPHRASE)
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .env_remove("COCKPIT_LOG")
        .env_remove("COCKPIT_PAUSE_AT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub async fn run(mut command: Command) -> Ran {
    let output = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The same command where no file may grow beyond so many KiB. A write beyond ends in an error and
/// not, as would be usual, in the end of the process.
pub fn with_files_of_at_most(kib: u64, command: &Command) -> Command {
    let inner = command.as_std();
    // The unit is 512 bytes (POSIX, ulimit).
    let limited = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;
    let mut outer = Command::new("sh");
    outer
        .args(["-c", limited, &(kib * 2).to_string()])
        .arg(inner.get_program())
        .args(inner.get_args());
    on_its_own(outer)
}

/// Starts a command and waits until it halts at a named point, then gives it to be killed.
pub async fn halted_at(point: &str, mut command: Command) -> Child {
    let mut child = command.env("COCKPIT_PAUSE_AT", point).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let wanted = format!("paused at {point}");
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line == wanted {
            return child;
        }
        said.push(line);
    }
    panic!("it ended before {point}: {said:?}");
}

/// The first line of a child's standard output.
pub async fn first_line(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next_line().await.unwrap().expect("a line of output")
}

/// The program, built once when `COCKPIT_BIN` names none.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(program) = std::env::var_os("COCKPIT_BIN") {
            return program.into();
        }
        // This test lies in TARGET/PROFILE/deps.
        let profile = std::env::current_exe().unwrap();
        let profile = profile.ancestors().nth(2).unwrap().to_owned();
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo
            .args([
                "build",
                "--quiet",
                "--package",
                "cockpit-cli",
                "--bin",
                "cockpit",
            ])
            .arg("--target-dir")
            .arg(profile.parent().unwrap())
            .current_dir(repository::top());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo.status().unwrap().success(),
            "the command line must build"
        );
        profile.join(format!("cockpit{}", std::env::consts::EXE_SUFFIX))
    })
}
