//! A program that never outlives the test that started it, however that test ends, and neither
//! do the programs that it starts itself. Knows no program by name.

use std::{
    io,
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdout, Command, Stdio},
};

/// Runs a program in a process group of its own, beside a shell that reads our pipe. The pipe
/// closes when the value is dropped, when the test panics and when its process is killed; then
/// the whole group ends, at last by force.
const WATCH: &str = r#"
"$@" </dev/null &
read -r _
trap '' TERM
kill -TERM -$$
wait
kill -KILL -$$
"#;

/// A running program with all that it started.
pub struct Supervised {
    shell: Child,
}

impl Supervised {
    /// Starts the program. What it prints goes where `stdout` and `stderr` say.
    pub fn start(
        program: &Command,
        stdout: impl Into<Stdio>,
        stderr: impl Into<Stdio>,
    ) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", WATCH, "sh"]);
        shell.arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let shell = shell
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()?;
        Ok(Self { shell })
    }

    /// What the program prints, when it was started with a pipe.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.shell.stdout.take()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell ends last of its group.
        let _ = self.shell.wait();
    }
}

#[test]
fn a_program_ends_with_its_value_and_so_does_what_it_started() {
    use std::io::Read as _;
    let mut program = Command::new("sh");
    program.args(["-c", "tail -f /dev/null & tail -f /dev/null"]);
    let mut running = Supervised::start(&program, Stdio::piped(), Stdio::null()).unwrap();
    let mut stdout = running.stdout().unwrap();
    drop(running);
    // Comes to its end only when nobody is left who could write.
    assert_eq!(stdout.read_to_end(&mut Vec::new()).unwrap(), 0);
}
