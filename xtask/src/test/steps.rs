//! What each step of `cargo xtask test` runs. Decides neither order nor verdict of the whole.

use std::{fs, path::PathBuf, process::Command};

use super::{Step, peers, tools};
use crate::{display, failure::Failure, paths::Paths, process, run, run::FEATURES, setup};

/// Every step, in the order of running: cheap and telling ones first.
pub const ALL: &[Step] = &[
    Step {
        name: "fmt",
        about: "Rust is formatted",
        run: fmt,
    },
    Step {
        name: "ui",
        about: "the page: lint, types, unit tests, build",
        run: ui,
    },
    Step {
        name: "clippy",
        about: "Rust has no warning",
        run: clippy,
    },
    Step {
        name: "rust",
        about: "all Rust tests but the window and the real peers",
        run: rust,
    },
    Step {
        name: "deny",
        about: "licences, banned crates and sources",
        run: deny,
    },
    Step {
        name: "google",
        about: "Google's own Python client drives the sandbox",
        run: google,
    },
    Step {
        name: "flags",
        about: "LaunchDarkly's, Firebase's and Flagsmith's own clients drive the sandbox",
        run: flag_clients,
    },
    Step {
        name: "pack",
        about: "an evidence pack under sha256sum, ssh-keygen, OpenSSL, Node and Go",
        run: pack,
    },
    Step {
        name: "peers",
        about: "a real Unleash on a real PostgreSQL, a real mail server, a real Prometheus",
        run: real_peers,
    },
    Step {
        name: "window",
        about: "the real app on a virtual screen",
        run: window,
    },
];

fn fmt(paths: &Paths, _: &mut Vec<String>) -> Result<(), Failure> {
    process::stream(paths.cargo().args(["fmt", "--all", "--check"]))
        .map_err(|failure| failure.hint("To format: cargo fmt --all"))
}

fn ui(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    setup::page_packages(paths)?;
    // All four run even when one fails: the page's author sees everything at once.
    ["lint", "check", "test", "build"]
        .map(|script| process::watch(paths.npm().args(["run", script]), counts, ui_count))
        .into_iter()
        .collect()
}

fn ui_count(line: &str) -> bool {
    line.starts_with("Tests ")
        || line.starts_with("Test Files ")
        || line.contains("svelte-check found")
}

fn clippy(paths: &Paths, _: &mut Vec<String>) -> Result<(), Failure> {
    page_is_built(paths)?;
    check_warnings(workspace(paths, "clippy").arg("--all-targets"))?;
    // "All targets" leaves out the tests that run only by name.
    for (name, main) in [
        ("pack", "tests/pack/main.rs"),
        ("peers", "tests/peers/main.rs"),
        ("window", "tests/app/main.rs"),
    ] {
        if paths.root.join(main).is_file() {
            check_warnings(workspace(paths, "clippy").args(["--test", name]))?;
        }
    }
    Ok(())
}

fn check_warnings(clippy: &mut Command) -> Result<(), Failure> {
    let strict = clippy.args(["--", "--deny", "warnings"]);
    process::watch(strict, &mut Vec::new(), |_| false)
}

fn rust(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    page_is_built(paths)?;
    // Some tests start the command line; a test runner builds programs only for tests of their
    // own package.
    build(paths, "cockpit")?;
    let program = paths.built("cockpit");
    // `pack`, `peers` and `window` say `test = false` in their manifest, so neither runner takes
    // them unless they are named.
    let selection = ["--lib", "--bins", "--tests"];
    let tests = if tools::has_nextest(paths) {
        let mut nextest = paths.cargo();
        nextest
            .args(["nextest", "run", "--workspace", "--no-fail-fast"])
            .args(FEATURES)
            .args(selection)
            .env("COCKPIT_BIN", &program);
        process::watch(&mut nextest, counts, |line| line.contains("Summary ["))
    } else {
        let mut results = Vec::new();
        let mut cargo = workspace(paths, "test");
        cargo
            .arg("--no-fail-fast")
            .args(selection)
            .env("COCKPIT_BIN", &program);
        let result = process::watch(&mut cargo, &mut results, is_result);
        counts.push(sum(&results));
        result
    };
    let mut results = Vec::new();
    let examples = process::watch(
        workspace(paths, "test").arg("--doc"),
        &mut results,
        is_result,
    );
    counts.push(format!("examples in the docs: {}", sum(&results)));
    tests.and(examples)
}

fn deny(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    let cargo_deny = tools::cargo_deny(paths)?;
    println!(
        "checking bans, licenses and sources; advisories are left out, because their database \
         is a git repository and not on a package registry"
    );
    process::watch(
        Command::new(cargo_deny)
            .current_dir(&paths.root)
            .args(["--workspace", "--all-features", "check"])
            .args(["--hide-inclusion-graph", "bans", "licenses", "sources"]),
        counts,
        |line| line.starts_with("bans "),
    )
}

fn google(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    build(paths, "cockpit")?;
    let folder = paths.root.join("tests/google_client");
    let python =
        tools::python_environment(paths, "google_client", &folder.join("requirements.txt"))?;
    let sandbox = peers::Sandbox::start(paths)?;
    process::watch(
        Command::new(python)
            .current_dir(&paths.root)
            .arg(folder.join("drive.py"))
            .arg(sandbox.url()),
        counts,
        |line| line.contains(" passed, ") && line.ends_with(" failed"),
    )
}

fn flag_clients(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    build(paths, "cockpit")?;
    let clients = peers::install_flag_clients(paths)?;
    let sandbox = peers::Sandbox::start(paths)?;
    process::watch(
        Command::new("node")
            .arg(paths.root.join("tests/flag_clients/drive.mjs"))
            .arg(clients)
            .arg(sandbox.url()),
        counts,
        |line| line.contains(" passed, ") && line.ends_with(" failed"),
    )
}

fn pack(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    let mut cargo = workspace(paths, "test");
    process::watch(cargo.args(["--test", "pack"]), counts, is_result)
}

fn real_peers(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    peers::install_unleash(paths)?;
    let mut cargo = workspace(paths, "test");
    cargo
        .args(["--test", "peers"])
        .env("COCKPIT_PEERS", peers::home(paths))
        .env("COCKPIT_SMTP_PYTHON", mail_server(paths)?);
    process::watch(&mut cargo, counts, is_result)
}

fn window(paths: &Paths, counts: &mut Vec<String>) -> Result<(), Failure> {
    setup::page_packages(paths)?;
    run::build_page(paths)?;
    build(paths, "release-cockpit")?;
    build(paths, "cockpit")?;
    // Built before the virtual screen starts, so that it lives only as long as the tests.
    process::stream(workspace(paths, "test").args(["--test", "window", "--no-run"]))?;
    let scratch = paths.cache.join("window-test");
    // What a run before this one left behind must not decide this one.
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch)
        .map_err(|error| Failure::new(format!("{} cannot be made: {error}", scratch.display())))?;
    let cargo = workspace(paths, "test");
    let mut command = display::virtual_desktop(cargo.get_program(), &scratch);
    command
        .current_dir(&paths.root)
        .args(cargo.get_args())
        .args(["--test", "window"])
        .env("CARGO_TARGET_DIR", &paths.target)
        .env("COCKPIT_APP", paths.built("release-cockpit"))
        .env("COCKPIT_CLI", paths.built("cockpit"))
        .env("COCKPIT_SMTP_PYTHON", mail_server(paths)?);
    process::watch(&mut command, counts, is_result)
}

/// The Python that has the real mail server.
fn mail_server(paths: &Paths) -> Result<PathBuf, Failure> {
    let packages = paths.root.join("tests/peers/smtp/requirements.txt");
    tools::python_environment(paths, "smtp", &packages)
}

/// A cargo command over the whole workspace with the one set of features.
fn workspace(paths: &Paths, command: &str) -> Command {
    let mut cargo = paths.cargo();
    cargo.args([command, "--workspace"]).args(FEATURES);
    cargo
}

fn build(paths: &Paths, program: &str) -> Result<(), Failure> {
    process::stream(workspace(paths, "build").args(["--bin", program]))
}

/// The app compiles the built page into itself, so it must be there before any Rust step.
fn page_is_built(paths: &Paths) -> Result<(), Failure> {
    if paths.ui().join("dist/index.html").is_file() {
        return Ok(());
    }
    setup::page_packages(paths)?;
    run::build_page(paths)
}

fn is_result(line: &str) -> bool {
    line.starts_with("test result: ")
}

/// Adds up the result lines that cargo's own runner prints, one for each test program.
fn sum(results: &[String]) -> String {
    let total = |what: &str| -> u64 {
        let numbers = results.iter().flat_map(|line| line.split(['.', ';']));
        numbers
            .filter_map(|part| part.trim().strip_suffix(what)?.trim().parse::<u64>().ok())
            .sum()
    };
    format!(
        "{} passed; {} failed; {} ignored; in {} test programs",
        total("passed"),
        total("failed"),
        total("ignored"),
        results.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_add_up() {
        let line = |passed, failed| {
            format!(
                "test result: ok. {passed} passed; {failed} failed; 0 ignored; 0 measured; \
                 0 filtered out; finished in 0.10s"
            )
        };
        assert_eq!(
            sum(&[line(12, 1), line(30, 0)]),
            "42 passed; 1 failed; 0 ignored; in 2 test programs"
        );
    }

    #[test]
    fn the_pages_runners_are_counted() {
        assert!(ui_count("Tests  12 passed (12)"));
        assert!(ui_count("svelte-check found 0 errors and 0 warnings"));
        assert!(!ui_count("RUN  v3.0.0"));
    }
}
