//! What every file must be like. Knows no file by its content.

use crate::{
    complaints::none_of,
    tree::{File, files},
};

const CODE: &[&str] = &["rs", "ts", "svelte", "css", "js", "mjs", "py", "sh"];

/// Longest file of code, in lines.
const LINES_MAX: usize = 600;

/// The one file of the tests that may wait.
const WAITS: &str = "tests/src/wait.rs";

#[test]
fn every_rust_file_opens_with_what_it_hides() {
    none_of(
        all(&["rs"], |file| {
            (!file.text.starts_with("//!")).then(|| file.path.clone())
        }),
        "a reader learns from the first line what a file hides and what it must not know",
        "begin the file with `//!`",
    );
}

#[test]
fn no_file_of_code_is_too_long() {
    none_of(
        all(CODE, |file| {
            let lines = file.text.lines().count();
            (lines > LINES_MAX && !is_made_up_of_data(file))
                .then(|| format!("{} ({lines} lines)", file.path))
        }),
        "a long file holds two subjects, and nobody finds the second",
        "look for the seam: which half does not need to know the other?",
    );
}

#[test]
fn no_test_is_ignored() {
    let marks = [
        concat!("#[", "ignore"),
        concat!("it.", "skip"),
        concat!("test.", "skip"),
        concat!("describe.", "skip"),
    ];
    none_of(
        lines(CODE, |_, line| marks.iter().any(|mark| line.contains(mark))),
        "a test that does not run proves nothing and looks as if it did",
        "make it pass, or delete it and say in the commit what is no longer proven",
    );
}

#[test]
fn no_test_sleeps() {
    let complaints = files()
        .iter()
        .filter(|file| file.is(&["rs"]) && file.path != WAITS)
        .flat_map(|file| {
            let begin = tests_begin(file);
            complain(file, |number, line| number >= begin && waits(line))
        })
        .collect();
    none_of(
        complaints,
        "a test that sleeps is slow on a quick machine and fails on a slow one",
        "wait for the fact itself with `cockpit_tests::wait::wait_until`, or pass the time in",
    );
}

#[test]
fn no_program_looks_for_files_where_it_was_built() {
    let mark = concat!("env!(\"CARGO_", "MANIFEST_DIR\")");
    none_of(
        lines(&["rs"], |_, line| line.contains(mark)),
        "a program that another clone built, with the same target folder, reads that clone's files",
        "ask for it at run time, with `cockpit_tests::repository::file`",
    );
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    none_of(
        lines(CODE, |_, line| marks.iter().any(|mark| line.contains(mark))),
        "what is left for later is met by a person in an incident",
        "finish it, or refuse honestly with a sentence and name it in the docs",
    );
}

#[test]
fn rules_and_cryptography_never_unwrap() {
    let complaints = files()
        .iter()
        .filter(|file| {
            file.path.starts_with("crates/domain/src/") || file.path.starts_with("crates/seal/src/")
        })
        .flat_map(|file| {
            let begin = tests_begin(file);
            complain(file, |number, line| {
                number < begin && line.contains(".unwrap()") && !line.trim_start().starts_with("//")
            })
        })
        .collect();
    none_of(
        complaints,
        "a panic in the rules or in a verification is a crash in the middle of a stop",
        "return an error, or write expect(\"why this holds\")",
    );
}

#[test]
fn rules_and_cryptography_ban_clock_and_chance() {
    let files = files();
    let complaints = ["domain", "seal"].into_iter().filter_map(|name| {
        let path = format!("crates/{name}/clippy.toml");
        let file = files.iter().find(|file| file.path == path);
        let bans = |what| file.is_some_and(|file| file.text.contains(what));
        let complete =
            bans("SystemTime::now") && bans("HashMap") && bans("std::env") && bans("std::fs");
        (!complete).then_some(path)
    });
    none_of(
        complaints.collect(),
        "the same input must give the same answer on every machine, for ever",
        "ban clock, environment, files and unordered maps there, each with its reason",
    );
}

#[test]
fn no_line_names_the_place_it_was_written_in() {
    let marks = [
        concat!("/wo", "rk/"),
        concat!("../sha", "red"),
        concat!("/ro", "ot/"),
    ];
    none_of(
        lines(
            &[CODE, &["md", "toml", "json", "yml", "yaml", "html"]].concat(),
            |_, line| marks.iter().any(|mark| line.contains(mark)),
        ),
        "the project must build on any machine, and speaks of the product alone",
        "take the path from the environment, or from the repository's top",
    );
}

#[test]
fn lock_files_name_no_registry() {
    none_of(
        all(&["json"], |file| {
            let strange = file
                .text
                .lines()
                .find(|line| line.contains("\"resolved\""))?;
            file.path
                .ends_with("package-lock.json")
                .then(|| format!("{}: {}", file.path, strange.trim()))
        }),
        "each machine takes packages from the registry that it is set up for",
        "install with `npm install --omit-lockfile-registry-resolved`",
    );
}

fn waits(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.contains(concat!("sle", "ep(")) || code.contains(concat!("sleep_", "until("))
}

/// The line where a file's tests begin: the first in a folder of tests, else that of its
/// test module, which comes last.
fn tests_begin(file: &File) -> usize {
    if file.path.starts_with("tests/") || file.path.contains("/tests/") {
        return 1;
    }
    let mark = |line: &str| line.trim() == "#[cfg(test)]";
    file.text
        .lines()
        .position(mark)
        .map_or(usize::MAX, |before| before + 1)
}

/// Files that a program writes, and data that only looks like code, have no seams.
fn is_made_up_of_data(file: &File) -> bool {
    file.path.contains("/generated/") || file.path.contains("fixtures")
}

fn all(extensions: &[&str], rule: impl Fn(&File) -> Option<String>) -> Vec<String> {
    files()
        .iter()
        .filter(|file| file.is(extensions))
        .filter_map(rule)
        .collect()
}

fn lines(extensions: &[&str], rule: impl Fn(usize, &str) -> bool) -> Vec<String> {
    let files = files();
    let judged = files.iter().filter(|file| file.is(extensions));
    judged.flat_map(|file| complain(file, &rule)).collect()
}

fn complain(file: &File, rule: impl Fn(usize, &str) -> bool) -> Vec<String> {
    let numbered = file.text.lines().zip(1..);
    let broken = numbered.filter(|(line, number)| rule(*number, line));
    broken
        .map(|(line, number)| format!("{}:{number}: {}", file.path, line.trim()))
        .collect()
}

#[test]
fn the_rules_see_what_they_look_for() {
    let file = |path: &str, text: &str| File {
        path: path.into(),
        text: text.into(),
    };
    let inside = file(
        "crates/x/src/a.rs",
        "fn a() {}\n#[cfg(test)]\nmod tests {}\n",
    );
    assert_eq!(tests_begin(&inside), 2);
    assert_eq!(tests_begin(&file("crates/x/tests/a.rs", "fn a() {}")), 1);
    assert_eq!(
        tests_begin(&file("crates/x/src/a.rs", "fn a() {}")),
        usize::MAX
    );
    assert!(waits(concat!("    thread::sle", "ep(PAUSE);")));
    assert!(!waits(concat!("    // thread::sle", "ep(PAUSE);")));
}
