//! `cargo xtask run`: from a fresh clone to an open window. Knows no test.

use crate::{
    display, failure::Failure, paths::Paths, process, progress::Progress, setup, setup::Scope,
};

/// The one set of features that everything is built with, so that nothing is built twice.
pub const FEATURES: [&str; 2] = ["--features", "release-cockpit/custom-protocol"];

/// Sets up, builds and opens the app; its first screen starts the embedded sandbox.
pub fn run(paths: &Paths) -> Result<(), Failure> {
    display::require()?;
    let mut progress = Progress::new(setup::STEPS + 3);
    setup::machine(Scope::Run, &mut progress)?;
    progress.step("The page's packages", || setup::page_packages(paths))?;
    progress.step("Build the page", || build_page(paths))?;
    progress.step("Build the app (the first time takes some minutes)", || {
        process::stream(
            paths
                .cargo()
                // Of the whole workspace, so that libraries get the features that the checks use.
                .args(["build", "--workspace", "--bin", "release-cockpit"])
                .args(FEATURES),
        )
    })?;
    println!("\nOpening Release Cockpit. \"Start a drill\" runs its own sandbox inside it.");
    println!("Close the window to end.");
    let app = paths.built("release-cockpit");
    process::stream(display::with_session_bus(app).current_dir(&paths.root))
}

/// Builds the page into `ui/dist`, which is compiled into the app.
pub fn build_page(paths: &Paths) -> Result<(), Failure> {
    process::stream(paths.npm().args(["run", "build"]))
}
