//! Makes a machine ready: system packages, Node.js, the page's packages.
//! Hides how each system installs things. Knows no build and no test.

mod node;
mod packages;
mod system;

pub use node::page_packages;
use node::require_npm;

use crate::{failure::Failure, paths::Paths, progress::Progress};

/// What the machine is made ready for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Building and opening the app.
    Run,
    /// Also everything the tests start.
    Test,
}

/// How many steps [`machine`] announces.
pub const STEPS: usize = 2;

/// Makes the machine and the clone ready and says so.
pub fn setup(paths: &Paths, scope: Scope) -> Result<(), Failure> {
    let mut progress = Progress::new(STEPS + 1);
    machine(scope, &mut progress)?;
    progress.step("The page's packages", || page_packages(paths))?;
    println!("\nThis machine is ready.");
    Ok(())
}

/// Makes the machine ready, announced as part of a larger task.
pub fn machine(scope: Scope, progress: &mut Progress) -> Result<(), Failure> {
    progress.step("System packages", || system::install_missing(scope))?;
    progress.step("Node.js", require_npm)
}
