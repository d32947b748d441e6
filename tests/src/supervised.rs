//! A server process that never outlives the test that started it, however that test ends.
//! Knows no server by name.

use std::{
    fs::File,
    io,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Runs a server beside a watcher that waits for the end of our pipe. The pipe closes when
/// this value is dropped, when the test panics and when its process is killed.
/// `$0` is the signal that ends the server, the rest is the server's command.
const WATCH: &str = r#"
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
(read -r _ <&3; kill -s "$0" "$server") 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
wait "$watcher"
exit "$status"
"#;

/// A running server.
pub struct Supervised {
    supervisor: Child,
}

impl Supervised {
    /// Starts `server`, which ends on `signal`, under `shell` and so as that shell's user.
    /// What it prints goes to `log`.
    pub fn start(shell: Command, server: &Command, signal: &str, log: &Path) -> io::Result<Self> {
        let mut supervisor = shell;
        supervisor.args(["-c", WATCH, signal]);
        supervisor.arg(server.get_program()).args(server.get_args());
        for (name, value) in server.get_envs() {
            supervisor.env(name, value.expect("servers only add to their environment"));
        }
        let log = File::create(log)?;
        let supervisor = supervisor
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Self { supervisor })
    }

    /// Whether the server ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.supervisor
            .try_wait()
            .is_ok_and(|status| status.is_some())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        // The watcher ends the server now, and the supervisor ends with it.
        let _ = self.supervisor.wait();
    }
}

/// A command under a user that servers accept: PostgreSQL refuses to run as root, so for
/// root it is the user `postgres` that its package made.
pub fn as_server_user(program: impl AsRef<Path>) -> Command {
    if !is_root() {
        return Command::new(program.as_ref());
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program.as_ref());
    command
}

/// Whether this process is root.
pub fn is_root() -> bool {
    id(&["-u"]) == 0
}

/// A user's number.
pub fn id(arguments: &[&str]) -> u32 {
    let output = Command::new("id")
        .args(arguments)
        .output()
        .expect("every Unix has id");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| {
        panic!(
            "`id {}` gave no number: is PostgreSQL installed?",
            arguments.join(" ")
        )
    })
}

/// A port of 127.0.0.1 that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

#[test]
fn a_server_ends_with_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut endless = Command::new("tail");
    endless.args(["-f", "/dev/null"]);
    let mut server = Supervised::start(Command::new("sh"), &endless, "TERM", &log).unwrap();
    assert!(!server.has_ended());
    // Returns only when the supervisor saw its server end.
    drop(server);
}

#[test]
fn a_server_that_ends_by_itself_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let brief = Command::new("true");
    let mut server = Supervised::start(Command::new("sh"), &brief, "TERM", &log).unwrap();
    // Waiting closes our end of the pipe, which would end the server too: keep it open.
    let pipe = server.supervisor.stdin.take();
    assert!(server.supervisor.wait().unwrap().success());
    drop(pipe);
    assert!(server.has_ended());
}
