//! Faithful stand-ins for the outside services, over real HTTP on loopback. Hides foreign behaviour;
//! must not know any other crate of this product, so that a wrong shared type cannot agree with
//! itself.
#![doc = include_str!("../README.md")]

mod app_store;
mod channels;
mod clock;
mod control;
mod crashlytics;
mod dice;
mod door;
mod eas_update;
mod fault;
mod flagsmith;
mod google_play;
mod health;
mod history;
mod huawei;
mod keys;
mod launchdarkly;
mod line;
mod log;
mod microsoft_store;
mod play_reporting;
mod prometheus;
mod quota;
mod reviews;
mod samsung;
mod scenario;
mod sentry;
mod serve;
mod smtp;
mod statuspage;
mod unleash;
mod wire;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use scenario::{SCENARIOS, ScenarioInfo};
pub use serve::{Running, ServeError};

/// How a sandbox starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// One of [`SCENARIOS`].
    pub scenario: String,
    /// The same seed gives the same tokens, ids, figures and bad luck.
    pub seed: u64,
    /// Added to every answer of a service, milliseconds. The control API has none.
    pub latency_ms: u64,
    /// Where sandbox time starts, milliseconds since 1970; None: the machine's time.
    pub epoch_ms: Option<i64>,
    /// For the crash spikes: when the figures start to fall, seconds after the epoch, negative for
    /// before it. None: the scenario's own value.
    pub spike_after_s: Option<i64>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scenario: "calm".to_owned(),
            seed: 1,
            latency_ms: 0,
            epoch_ms: None,
            spike_after_s: None,
        }
    }
}

/// A name that is not in [`SCENARIOS`].
#[derive(Debug, thiserror::Error)]
#[error(
    "There is no scenario \"{0}\". Known: calm, crash-spike, crash-spike-soon, console-moved, commit-ambiguous, flaky, slow, offline, all-channels, all-flags, all-stores, all-stops, all-health, slow-burn, data-gap, late-data, version-mix."
)]
pub struct UnknownScenario(
    /// The name that was asked for.
    pub String,
);

/// All the stand-ins and their one state. Clones share it.
#[derive(Clone, Debug)]
pub struct Sandbox {
    world: Arc<Mutex<world::World>>,
    /// Wakes the requests that hang when the server ends.
    closing: Arc<tokio::sync::Notify>,
}

impl Sandbox {
    /// A sandbox that answers in process. Starts sandbox time. Needs a tokio runtime only once a
    /// request comes.
    ///
    /// # Errors
    /// A scenario that does not exist.
    pub fn new(options: Options) -> Result<Sandbox, UnknownScenario> {
        Ok(Sandbox {
            world: Arc::new(Mutex::new(world::World::new(options)?)),
            closing: Arc::default(),
        })
    }

    /// Everything the sandbox answers, as a service for `tower::ServiceExt::oneshot`. Works under
    /// tokio's paused time. A closed connection is a body whose first read fails.
    pub fn router(&self) -> axum::Router {
        door::router(self.clone())
    }

    /// Lets the mail server answer on lines within this program: [`Sandbox::mail_line`]. It is in
    /// [`Sandbox::connections`] from then on.
    ///
    /// # Errors
    /// No certificate could be made.
    pub fn answer_mail(&self) -> std::io::Result<()> {
        smtp::answer(self)
    }

    /// A line to the mail server that begins plain, for STARTTLS; none while it does not answer.
    /// Needs a tokio runtime, and works under its paused time.
    pub fn mail_line(&self) -> Option<tokio::io::DuplexStream> {
        smtp::line(self)
    }

    /// Serves a sandbox on `127.0.0.1:port` (0: any free port) until the [`Running`] is dropped.
    ///
    /// # Errors
    /// An unknown scenario, or a port that cannot be had.
    pub async fn serve(options: Options, port: u16) -> Result<Running, ServeError> {
        serve::serve(Sandbox::new(options)?, port).await
    }

    /// The answer of `GET /_sandbox/connections`.
    pub fn connections(&self) -> Value {
        control::connections(&self.lock())
    }

    /// The answer of `GET /_sandbox/truth`.
    pub fn truth(&self) -> Value {
        control::truth(&mut self.lock())
    }

    /// A control request without HTTP: `path` as in `/_sandbox/fault`. Gives status and answer.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        control::answer(&mut self.lock(), method, path, &[], body)
    }

    fn lock(&self) -> MutexGuard<'_, world::World> {
        // A panic while the lock was held cannot leave a half change that matters to a stand-in.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
