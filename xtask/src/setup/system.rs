//! Finds out which system this is and installs what it lacks, or says exactly what to type.
//! Knows no package by name beyond the checks of macOS and Windows.

use std::{
    io::{IsTerminal, stdin},
    process::Command,
};

use super::{Scope, packages};
use crate::{failure::Failure, paths::program, process};

/// Installs the system packages that are missing.
pub fn install_missing(scope: Scope) -> Result<(), Failure> {
    if cfg!(target_os = "macos") {
        return xcode();
    }
    if cfg!(windows) {
        return windows();
    }
    if program("dpkg-query").is_some() && program("apt-get").is_some() {
        return debian(scope);
    }
    if program("rpm").is_some() && program("dnf").is_some() {
        return fedora(scope);
    }
    other_linux(scope)
}

fn debian(scope: Scope) -> Result<(), Failure> {
    let missing = without(packages::debian(scope), debian_has);
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    println!("missing: {}", missing.join(", "));
    let noninteractive = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let by_hand = format!(
        "apt-get update && apt-get install --no-install-recommends {}",
        missing.join(" ")
    );
    // A repository that cannot be reached matters only when the install fails as well.
    if let Err(failure) = process::stream(as_root(&noninteractive, &by_hand)?.arg("update")) {
        println!("{failure}\ngoing on with the package lists as they are");
    }
    process::stream(
        as_root(&noninteractive, &by_hand)?
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    )
    .map_err(|failure| failure.hint(format!("To do it by hand: sudo sh -c '{by_hand}'")))
}

fn debian_has(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::answer(&mut query).is_some_and(|status| status == "installed")
}

fn fedora(scope: Scope) -> Result<(), Failure> {
    let missing = without(packages::fedora(scope), |package| {
        process::answer(Command::new("rpm").args(["--query", "--whatprovides", package])).is_some()
    });
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    println!("missing: {}", missing.join(", "));
    let by_hand = format!("dnf install {}", missing.join(" "));
    process::stream(
        as_root(&["dnf"], &by_hand)?
            .args(["install", "--assumeyes"])
            .args(&missing),
    )
    .map_err(|failure| failure.hint(format!("To do it by hand: sudo {by_hand}")))
}

fn other_linux(scope: Scope) -> Result<(), Failure> {
    let mut query = Command::new("pkg-config");
    query.args(["--exists", "webkit2gtk-4.1", "dbus-1"]);
    if process::answer(&mut query).is_some() {
        println!("no apt-get or dnf here; WebKitGTK 4.1 and D-Bus were found by pkg-config");
        return Ok(());
    }
    Err(Failure::new(
        "WebKitGTK 4.1 or D-Bus was not found, and this system has neither apt-get nor dnf",
    )
    .hint(format!(
        "Install what your system calls these Debian packages, then run the same command again:\n{}",
        packages::debian(scope).join(" ")
    )))
}

fn xcode() -> Result<(), Failure> {
    match process::answer(Command::new("xcode-select").arg("--print-path")) {
        Some(place) => {
            println!("Xcode's command line tools: {place}");
            Ok(())
        }
        None => Err(Failure::new("Xcode's command line tools are missing")
            .hint("Install them with: xcode-select --install\nThen run the same command again.")),
    }
}

/// WebView2 is part of Windows 11 and of updated Windows 10; the linker is what a machine
/// with Rust can lack.
fn windows() -> Result<(), Failure> {
    const RUNTIME: &str = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    let runtime = Command::new("reg")
        .args(["query", RUNTIME, "/v", "pv"])
        .output();
    if !runtime.is_ok_and(|output| output.status.success()) {
        println!(
            "WebView2 was not found for all users. If the window stays empty, install the \
             Evergreen runtime: winget install Microsoft.EdgeWebView2Runtime"
        );
    }
    let tools = std::env::var_os("ProgramFiles(x86)").map(std::path::PathBuf::from);
    let tools = tools.map(|folder| folder.join("Microsoft Visual Studio/Installer/vswhere.exe"));
    if tools.is_some_and(|vswhere| vswhere.exists()) {
        println!("Visual Studio's build tools were found");
        return Ok(());
    }
    Err(
        Failure::new("Visual Studio's C++ build tools were not found").hint(
            "Install them with: winget install Microsoft.VisualStudio.2022.BuildTools --override \
         \"--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\"\n\
         Then run the same command in a new terminal.",
        ),
    )
}

fn without(wanted: Vec<&'static str>, has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    wanted.into_iter().filter(|name| !has(name)).collect()
}

/// The program with the rights to install, or a refusal that says what to type.
fn as_root(words: &[&str], by_hand: &str) -> Result<Command, Failure> {
    let mut command = if process::answer(Command::new("id").arg("-u")).as_deref() == Some("0") {
        Command::new(words[0])
    } else if program("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        if !stdin().is_terminal() {
            sudo.arg("--non-interactive");
        }
        sudo.arg(words[0]);
        sudo
    } else {
        return Err(
            Failure::new("installing needs root, and there is no sudo here").hint(format!(
                "As root, run: {by_hand}\nThen run the same command again."
            )),
        );
    };
    command.args(&words[1..]);
    Ok(command)
}
