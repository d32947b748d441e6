//! What the documents name must exist: paths, packages, commands. Knows no sentence.

use crate::{
    complaints::none_of,
    manifests::packages,
    tree::{File, files, paths},
};

#[test]
fn every_path_in_the_documents_exists() {
    let paths = paths();
    let tops: Vec<_> = paths
        .iter()
        .filter_map(|path| path.split('/').next())
        .collect();
    none_of(
        judge(|word| looks_like_a_path(word, &tops) && !exists(word, &paths)),
        "a document that names what is gone sends its reader astray",
        "correct the path, or take the sentence out",
    );
}

#[test]
fn every_package_in_the_documents_exists() {
    let packages = packages();
    let targets = packages.iter().flat_map(|package| &package.targets);
    let names: Vec<&str> = targets
        .map(|target| target.name.as_str())
        .chain(packages.iter().map(|package| package.name.as_str()))
        .collect();
    none_of(
        judge(|word| word.starts_with("cockpit-") && is_name(word) && !names.contains(&word)),
        "a package that does not exist cannot be built or read",
        "correct the name, or take the sentence out",
    );
}

#[test]
fn every_xtask_command_in_the_documents_exists() {
    let files = files();
    let source = |path: &str| {
        let file = files.iter().find(|file| file.path == path);
        &file.unwrap_or_else(|| panic!("{path} exists")).text
    };
    let tasks = variants(source("xtask/src/main.rs"), "enum Task {");
    let steps = quoted_after(source("xtask/src/test/steps.rs"), "name: \"");
    let measured = source("tests/bench/main.rs").lines();
    let measured = measured.filter(|line| line.starts_with("const PARTS"));
    let measured: Vec<String> = measured
        .flat_map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned))
        .collect();
    assert!(tasks.contains(&"run".to_owned()) && steps.contains(&"fmt".to_owned()));
    assert!(measured.contains(&"append".to_owned()), "{measured:?}");
    let unknown = |line: &str| {
        let parts = if line.contains("cargo xtask bench") {
            &measured
        } else {
            &steps
        };
        following(line, "cargo xtask ").any(|word| !tasks.contains(&word))
            || following(line, "--only ").any(|word| !parts.contains(&word))
    };
    let complaints = documents(&files)
        .flat_map(|file| {
            file.text
                .lines()
                .zip(1..)
                .map(move |(line, number)| (file, line, number))
        })
        .filter(|(_, line, _)| unknown(line))
        .map(|(file, line, number)| format!("{}:{number}: {}", file.path, line.trim()));
    none_of(
        complaints.collect(),
        "a command that does not exist is the first thing a newcomer types",
        "correct the command, or build it",
    );
}

#[test]
fn every_cockpit_command_in_the_documents_exists() {
    let files = files();
    let arguments = files
        .iter()
        .find(|file| file.path == "crates/cli/src/args.rs");
    let arguments = &arguments.expect("the command line has its words").text;
    let commands = variants(arguments, "pub enum Command {");
    assert!(commands.contains(&"stop".to_owned()), "{commands:?}");
    let unknown = |typed: &str| {
        let typed = typed.trim();
        let word = following(typed, "cockpit ").next();
        typed.starts_with("cockpit ") && word.is_some_and(|word| !commands.contains(&word))
    };
    let mut complaints = Vec::new();
    for file in documents(&files) {
        for (line, number) in file.text.lines().zip(1..) {
            let typed = spans(line).into_iter().chain([line]);
            let unknown = typed.filter(|typed| unknown(typed));
            complaints.extend(unknown.map(|typed| format!("{}:{number}: {typed}", file.path)));
        }
    }
    none_of(
        complaints,
        "a command that does not exist is the first thing a newcomer types",
        "correct the command, or build it",
    );
}

#[test]
fn continuous_integration_runs_the_same_command_as_a_person() {
    let files = files();
    let ci = files.iter().find(|file| file.path == ".ci/run");
    assert!(
        ci.is_some_and(|file| file.text.contains("cargo xtask test")),
        ".ci/run calls `cargo xtask test`, so that what is green there is green here"
    );
}

/// Every word in `code` of the documents that breaks the rule.
fn judge(broken: impl Fn(&str) -> bool) -> Vec<String> {
    let files = files();
    let mut complaints = Vec::new();
    for file in documents(&files) {
        for (line, number) in file.text.lines().zip(1..) {
            let words = spans(line).into_iter().flat_map(str::split_whitespace);
            for word in words.chain(links(line)).filter(|word| broken(word)) {
                complaints.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    complaints
}

fn documents(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| {
        file.is(&["md"]) && (file.path.starts_with("docs/") || !file.path.contains('/'))
    })
}

/// What stands between single backticks.
fn spans(line: &str) -> Vec<&str> {
    if line.trim_start().starts_with("```") {
        return Vec::new();
    }
    line.split('`').skip(1).step_by(2).collect()
}

/// Where the links lead, as paths from the top when they stay in the repository.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', '#', ' ']).next()?;
        (!target.contains("://")).then(|| target.trim_start_matches("./").trim_start_matches("../"))
    })
}

fn looks_like_a_path(word: &str, tops: &[&str]) -> bool {
    let (top, rest) = word.split_once('/').unwrap_or((word, ""));
    let plain = word
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "/._-*<>:".contains(letter));
    plain && tops.contains(&top) && (!rest.is_empty() || word.ends_with('/') || word.contains('.'))
}

/// A path exists as a file, or as a folder of one. What follows a `*` or a `<` is anybody's.
fn exists(word: &str, paths: &[String]) -> bool {
    let fixed = word.split(['*', '<', ':']).next().unwrap_or_default();
    let folder = format!("{}/", fixed.trim_end_matches('/'));
    let open = fixed != word;
    paths
        .iter()
        .any(|path| path == fixed || path.starts_with(&folder) || (open && path.starts_with(fixed)))
}

fn is_name(word: &str) -> bool {
    word.chars()
        .all(|letter| letter.is_ascii_lowercase() || letter == '-')
}

/// The variants of a clap enum, as they are typed.
fn variants(source: &str, head: &str) -> Vec<String> {
    let body = source.split(head).nth(1).unwrap_or_default();
    let lines = body.lines().take_while(|line| *line != "}");
    lines
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_uppercase()))
        .filter_map(|line| line.split([' ', '(', ',']).next())
        .map(str::to_lowercase)
        .collect()
}

fn quoted_after(source: &str, mark: &str) -> Vec<String> {
    let parts = source.split(mark).skip(1);
    parts
        .filter_map(|part| part.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The words that directly follow a mark. Capitals are a slot for a word, and no word.
fn following<'a>(line: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    line.split(mark).skip(1).filter_map(|rest| {
        let end = rest
            .find(|letter: char| !letter.is_ascii_lowercase())
            .unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(
        spans("see `crates/domain` and `cargo xtask run`"),
        ["crates/domain", "cargo xtask run"]
    );
    assert!(links("[style](../docs/style.md#top)").eq(["docs/style.md"]));
    assert!(looks_like_a_path("crates/domain", &["crates"]));
    assert!(!looks_like_a_path("application/json", &["crates"]));
    let paths = ["crates/domain/src/lib.rs".to_owned()];
    assert!(exists("crates/*/src", &paths) && exists("crates/domain/", &paths));
    assert!(!exists("crates/dom", &paths) && !exists("crates/gone/x.rs", &paths));
    assert!(following("cargo xtask test --only fmt", "--only ").eq(["fmt"]));
    assert_eq!(
        variants(
            "enum Task {\n    /// A\n    Run,\n    Test(O),\n}\n",
            "enum Task {"
        ),
        ["run", "test"]
    );
}
