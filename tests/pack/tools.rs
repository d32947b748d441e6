//! How each tool is asked about a pack, and what it answers. Must not know what is right.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cockpit_tests::repository;

use crate::made::made;

/// One who checks packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Sha256sum,
    SshKeygen,
    OpenSsl,
    Node,
    Go,
    CheckPy,
    CheckMjs,
    Cockpit,
}

impl Tool {
    pub const ALL: [Tool; 8] = [
        Tool::Sha256sum,
        Tool::SshKeygen,
        Tool::OpenSsl,
        Tool::Node,
        Tool::Go,
        Tool::CheckPy,
        Tool::CheckMjs,
        Tool::Cockpit,
    ];

    /// Whether it claims to find any change of this file.
    pub fn claims(self, file: &str) -> bool {
        let is_key = |ending| file.starts_with("keys/") && file.ends_with(ending);
        match self {
            Tool::Sha256sum => file != "SHA256SUMS.sshsig",
            Tool::SshKeygen => file.starts_with("SHA256SUMS"),
            Tool::OpenSsl => ["headers.txt", "sigs.txt"].contains(&file) || is_key(".pem"),
            Tool::Node => {
                ["headers.txt", "bodies.jsonl", "sigs.txt"].contains(&file) || is_key(".pem")
            }
            Tool::Go => {
                ["headers.txt", "sigs.txt", "checkpoint"].contains(&file)
                    || is_key(".vkey")
                    || file.starts_with("tlog/")
            }
            // A flipped byte of the checkers themselves is found by those that were not flipped.
            Tool::CheckPy => file != "check.py",
            Tool::CheckMjs => file != "check.mjs",
            Tool::Cockpit => true,
        }
    }

    /// Asks it about a pack: what it said, `Err` when it found something.
    pub fn ask(self, pack: &Path) -> Result<String, String> {
        let scratch = tempfile::tempdir().unwrap();
        let scratch = scratch.path();
        let own = |name: &str| repository::file("tests/pack/tools").join(name);
        let mut command = match self {
            Tool::Sha256sum => {
                let mut command = Command::new("sha256sum");
                command.args(["--check", "--strict", "SHA256SUMS"]);
                command
            }
            Tool::SshKeygen => {
                let mut command = Command::new("ssh-keygen");
                let device = made().key.device_id().to_string();
                command
                    .args(["-Y", "verify", "-n", "release-cockpit", "-I", &device])
                    .args(["-s", "SHA256SUMS.sshsig", "-f"])
                    .arg(made().allowed());
                command
            }
            Tool::OpenSsl => script("sh", &own("signatures.sh"), pack, Some(scratch)),
            Tool::Node => script("node", &own("signatures.mjs"), pack, None),
            Tool::Go => {
                let mut command = Command::new("go");
                command
                    .arg("run")
                    .arg(own("note_and_tlog.go"))
                    .arg(pack)
                    .env("GO111MODULE", "off")
                    .env("GOFLAGS", "")
                    .env("GOPATH", "/usr/share/gocode");
                command
            }
            // Our own copies, as somebody would have who read them once: those in a pack may lie.
            Tool::CheckPy => script(
                "python3",
                &made().pack().join("check.py"),
                pack,
                Some(&made().allowed()),
            ),
            Tool::CheckMjs => script(
                "node",
                &made().pack().join("check.mjs"),
                pack,
                Some(&made().allowed()),
            ),
            Tool::Cockpit => return cockpit(pack),
        };
        let sums = std::fs::read(pack.join("SHA256SUMS")).unwrap();
        let output = run(command.current_dir(pack), &sums);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(said(&output.stdout)),
            false => Err(said(&output.stdout) + &said(&output.stderr)),
        }
    }
}

/// `cockpit verify` without its process, which the tests of the command line start.
fn cockpit(pack: &Path) -> Result<String, String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (pack, allowed) = (pack.to_owned(), Some(made().allowed()));
    let check = runtime
        .block_on(cockpit_engine::verify_pack(pack, allowed, |_| {}))
        .unwrap();
    match check.holds() {
        true => Ok(check.sentence),
        false => {
            let faults: Vec<String> = check.found.faults.iter().map(ToString::to_string).collect();
            Err(faults.join("\n"))
        }
    }
}

fn script(program: &str, script: &Path, pack: &Path, more: Option<&Path>) -> Command {
    let mut command = Command::new(program);
    command.arg(script).arg(pack).args(more);
    command
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{name}: {error}. `cargo xtask test --only pack` installs what is missing.")
        });
    // A tool that reads nothing may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}
