//! Tools that only the tests use, kept in the user's cache. Knows no test.

use std::{fs, path::Path, path::PathBuf, process::Command};

use crate::{failure::Failure, paths::Paths, paths::program, process};

/// Whether `cargo nextest` is installed.
pub fn has_nextest(paths: &Paths) -> bool {
    process::answer(paths.cargo().args(["nextest", "--version"])).is_some()
}

/// cargo-deny: the installed one, else one built into the cache.
pub fn cargo_deny(paths: &Paths) -> Result<PathBuf, Failure> {
    if let Some(installed) = program("cargo-deny") {
        return Ok(installed);
    }
    let tools = paths.cache.join("tools");
    let ours = tools
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !ours.is_file() {
        println!("cargo-deny is missing; building it once takes some minutes");
        // Without optimisation: it checks one workspace in a second either way.
        process::stream(
            paths
                .cargo()
                .args([
                    "install",
                    "cargo-deny",
                    "--version",
                    "^0.20",
                    "--locked",
                    "--debug",
                    "--root",
                ])
                .arg(&tools)
                .env("CARGO_TARGET_DIR", tools.join("build"))
                .env("CARGO_PROFILE_DEV_DEBUG", "false"),
        )?;
        // Half a gigabyte that nobody needs again; the program itself is elsewhere.
        let _ = fs::remove_dir_all(tools.join("build"));
    }
    Ok(ours)
}

/// A Python environment with the packages of a requirements file; gives its interpreter.
pub fn python_environment(
    paths: &Paths,
    name: &str,
    requirements: &Path,
) -> Result<PathBuf, Failure> {
    let wanted = fs::read(requirements).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}",
            requirements.display()
        ))
    })?;
    let home = paths.cache.join("python").join(name);
    let python = home.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let stamp = home.join("installed-requirements");
    if python.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    process::stream(
        Command::new(system)
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    process::stream(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(requirements),
    )?;
    fs::write(&stamp, wanted)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", stamp.display())))?;
    Ok(python)
}
