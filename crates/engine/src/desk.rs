//! What the engine asks of the shell around it. Must not know a window.

use std::path::PathBuf;

use async_trait::async_trait;
use cockpit_say::say;
use serde_json::Value;

use crate::presence::Answer;

/// The shell's small face. A recording desk stands in for it in tests.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Shows a notification of the desktop.
    fn notify(&self, title: &str, body: &str);

    /// Opens the approval window on an intent. False when this shell has none.
    fn open_approval(&self, intent: &str) -> bool;

    /// Opens the approval window on a change of people or policy. False when this shell has none.
    fn open_change(&self, _change: &str) -> bool {
        false
    }

    /// Asks the system whether a person is there, before something is approved.
    async fn presence(&self) -> Answer {
        Answer::NotOffered(say!("this shell does not ask for it").to_owned())
    }

    /// The folder for exports that a person finds again. `None`: one in the workspace folder.
    fn exports(&self) -> Option<PathBuf> {
        None
    }

    /// Starts the embedded sandbox with a scenario; gives its connections.
    ///
    /// # Errors
    /// Why it cannot be started, in words.
    async fn open_sandbox(&self, scenario: &str) -> Result<Value, String>;
}

/// A shell without any of it, such as a command line.
#[derive(Debug, Default)]
pub struct NoDesk;

#[async_trait]
impl Desk for NoDesk {
    fn notify(&self, title: &str, body: &str) {
        tracing::info!(title, body, "notification");
    }

    fn open_approval(&self, _intent: &str) -> bool {
        false
    }

    async fn open_sandbox(&self, _scenario: &str) -> Result<Value, String> {
        Err(
            say!("This shell has no embedded sandbox. Start one with `cockpit sandbox serve`.")
                .to_owned(),
        )
    }
}
