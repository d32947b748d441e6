//! Starts other programs, shows what they print, and keeps the lines that matter.
//! Knows no program by name.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{failure::Failure, progress::in_words};

/// A quiet program is spoken for after this time, so that nobody takes it for dead.
const SILENCE: Duration = Duration::from_secs(30);

/// Runs a program in the foreground, with our terminal as its own.
pub fn stream(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", words(command));
    let status = command.status().map_err(|e| not_started(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "`{}` ended with {status}",
            words(command)
        )))
    }
}

/// Runs a program without input, shows every line as it comes, and keeps those that
/// `keep` asks for, whether the program succeeds or not.
pub fn watch(
    command: &mut Command,
    kept: &mut Vec<String>,
    keep: fn(&str) -> bool,
) -> Result<(), Failure> {
    println!("$ {}", words(command));
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| not_started(command, &e))?;
    let (sender, lines) = mpsc::channel();
    forward(
        child.stdout.take().expect("stdout is piped"),
        sender.clone(),
    );
    forward(child.stderr.take().expect("stderr is piped"), sender);
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                println!("{line}");
                let plain = without_colour(&line);
                if keep(plain.trim()) {
                    kept.push(plain.trim().to_owned());
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!("… still running after {}", in_words(start.elapsed()));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child
        .wait()
        .map_err(|e| Failure::new(format!("`{}` was lost: {e}", words(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "`{}` ended with {status}",
            words(command)
        )))
    }
}

/// What a program prints on its standard output, or nothing when it fails or is missing.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it, without the folder of its program.
pub fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    if !word.is_empty() && !word.contains([' ', '\'', '"', '$', '&', ';', '\n']) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "`{}` could not be started: {error}",
        words(command)
    ))
    .hint(format!(
        "Is {:?} installed and on PATH?",
        command.get_program()
    ))
}

fn forward(stream: impl Read + Send + 'static, sender: mpsc::Sender<String>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender
                .send(text.trim_end_matches(['\r', '\n']).to_owned())
                .is_err()
            {
                return;
            }
            line.clear();
        }
    });
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_taken_off() {
        assert_eq!(without_colour("\u{1b}[1;32mTests\u{1b}[0m 3"), "Tests 3");
    }

    #[test]
    fn commands_can_be_pasted_into_a_shell() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo it's"]);
        assert_eq!(words(&command), r"sh -c 'echo it'\''s'");
    }

    #[test]
    fn kept_lines_survive_a_failure() {
        let mut kept = Vec::new();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.arg("no-such-command");
        assert!(
            watch(&mut cargo, &mut kept, |line| line
                .contains("no-such-command"))
            .is_err()
        );
        assert!(!kept.is_empty());
    }
}
