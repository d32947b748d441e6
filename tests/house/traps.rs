//! Every trap of the page on traps has a test that exists. Must not know what a trap is.

use crate::{
    complaints::none_of,
    tree::{File, files},
};

const PAGE: &str = "docs/traps.md";

/// Fewer rows than this are a table that was not found.
const ROWS_MIN: usize = 40;

#[test]
fn every_trap_has_a_test_that_exists() {
    let files = files();
    let page = files.iter().find(|file| file.path == PAGE);
    let page = page.unwrap_or_else(|| panic!("{PAGE} exists"));
    let mut rows = 0;
    let mut complaints = Vec::new();
    for (line, number) in page.text.lines().zip(1..) {
        let Some(held_by) = held_by(line) else {
            continue;
        };
        rows += 1;
        complaints.extend(
            missing(held_by, &files)
                .into_iter()
                .map(|what| format!("{PAGE}:{number}: {what}")),
        );
    }
    assert!(rows >= ROWS_MIN, "{rows} rows in {PAGE}");
    none_of(
        complaints,
        "a trap without a test comes back with the next change",
        "name the file and the test that fails when the trap is met, or write it",
    );
}

/// The last cell of a row that is neither a head nor the line under it.
fn held_by(line: &str) -> Option<&str> {
    let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let last = cells.rsplit(" | ").next()?;
    (last != "Held by").then_some(last)
}

/// What a cell names and nobody has. A path stands before the tests that are in it.
fn missing(cell: &str, files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut tests = 0;
    let mut file = None;
    for word in cell.split('`').skip(1).step_by(2) {
        if word.contains('/') {
            file = files.iter().find(|file| file.path == word);
            if file.is_none() {
                complaints.push(format!("{word} does not exist"));
            }
        } else {
            tests += 1;
            if !file.is_some_and(|file| has_test(&file.text, word)) {
                complaints.push(format!("no test {word} there"));
            }
        }
    }
    if tests == 0 {
        complaints.push("no test is named".to_owned());
    }
    complaints
}

/// A function of this name with a mark above it that makes it a test.
fn has_test(text: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let begins = line
            .strip_prefix("async ")
            .unwrap_or(line)
            .starts_with(&head);
        let above = lines[..at].iter().rev();
        let mut marks = above.take_while(|line| line.starts_with("#[") || line.starts_with("///"));
        begins && marks.any(|mark| mark.contains("test]") || mark.contains("test("))
    })
}

#[test]
fn the_rule_sees_what_it_looks_for() {
    let file = |path: &str, text: &str| File {
        path: path.into(),
        text: text.into(),
    };
    let files = [file(
        "a/b.rs",
        "#[test]\nfn one() {}\n\n#[tokio::test(start_paused = true)]\nasync fn two() {}\n\nfn three() {}\n",
    )];
    let said = |cell: &str| missing(cell, &files).join("; ");
    assert_eq!(said("`a/b.rs` `one` `two`"), "");
    assert_eq!(said("`a/b.rs` `three`"), "no test three there");
    assert_eq!(said("`a/b.rs` `four`"), "no test four there");
    assert_eq!(
        said("`a/c.rs` `one`"),
        "a/c.rs does not exist; no test one there"
    );
    assert_eq!(said("nothing"), "no test is named");
    assert_eq!(held_by("| Trap | What | Held by |"), None);
    assert_eq!(held_by("|---|---|---|"), None);
    assert_eq!(held_by("| a | b | `c` |"), Some("`c`"));
}
