//! A sandbox that is served and a workspace that was made on it, both by the product's own
//! command. Must not know what is tested.

use std::path::Path;
use std::time::Duration;

use cockpit_tests::wait::wait_until;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::cli::{self, Ran};

pub const PLAY: &str = "google_play:com.northwind.wallet/production";
pub const IOS: &str = "app_store:com.northwind.wallet/IOS";
pub const FLAG: &str = "unleash:default/production/wallet.instant_transfer";

/// Ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(180);

pub struct Workspace {
    pub url: String,
    folder: TempDir,
    _sandbox: Child,
}

impl Workspace {
    /// Serves a scenario and makes a workspace on it.
    pub async fn on(scenario: &str, latency_ms: u64) -> Workspace {
        let latency = latency_ms.to_string();
        let serve = [
            "sandbox",
            "serve",
            "--scenario",
            scenario,
            "--latency-ms",
            &latency,
        ];
        let mut sandbox = cli::command(&serve).spawn().unwrap();
        let first: Value = serde_json::from_str(&cli::first_line(&mut sandbox).await).unwrap();
        let workspace = Workspace {
            url: first["url"].as_str().unwrap().to_owned(),
            folder: tempfile::tempdir().unwrap(),
            _sandbox: sandbox,
        };
        workspace
            .run(&["init", "--sandbox", &workspace.url])
            .await
            .exits(0);
        workspace
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command on this workspace.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cli::command(arguments);
        command.arg("--workspace").arg(self.folder());
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Ran {
        cli::run(self.command(arguments)).await
    }

    /// Stops everything that can be stopped.
    pub fn stop(&self) -> Command {
        self.command(&["stop", "--reason", "Crash on opening Transfer", "--json"])
    }

    pub async fn run_stop(&self) -> Ran {
        cli::run(self.stop()).await
    }

    /// Looks at the status again and again until nothing is under way; gives the last one.
    pub async fn finished(&self) -> Value {
        wait_until("everything under way to end", LIMIT, async || {
            let status = self.run(&["status", "--json"]).await.exits(0).json();
            status["queued"]
                .as_array()
                .unwrap()
                .is_empty()
                .then_some(status)
        })
        .await
    }

    /// Entries of the log, oldest first.
    pub async fn log(&self) -> Vec<Value> {
        let log = self
            .run(&["log", "--json", "--limit", "1000"])
            .await
            .exits(0)
            .json();
        let mut rows = log["entries"].as_array().unwrap().clone();
        rows.reverse();
        rows
    }

    /// What the sandbox says at this path of its control API.
    pub async fn sandbox(&self, path: &str) -> Value {
        let address = format!("{}/_sandbox/{path}", self.url);
        let answer = reqwest::get(address).await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Tells the sandbox something by its control API.
    pub async fn tell(&self, path: &str, body: Value) {
        let answer = reqwest::Client::new()
            .post(format!("{}/_sandbox/{path}", self.url))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path} {body}");
    }

    pub async fn offline(&self, on: bool) {
        self.tell("offline", json!({"services": "all", "on": on}))
            .await;
    }

    /// What people get: Play's production track, the phased release, the flag for client apps.
    pub async fn truth(&self) -> (String, String, bool) {
        let truth = self.sandbox("truth").await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            text(&truth["google_play"]["tracks"]["production"]["status"]),
            text(&truth["app_store"]["versions"][0]["phased_release"]["state"]),
            truth["unleash"]["flags"]["wallet.instant_transfer"]["client_enabled"] == true,
        )
    }

    /// Fails unless everything is stopped in truth.
    pub async fn is_stopped(&self) {
        let stopped = ("halted".to_owned(), "PAUSED".to_owned(), false);
        assert_eq!(self.truth().await, stopped);
    }

    /// "METHOD path?query" of the requests to services so far.
    pub async fn requests(&self) -> Vec<String> {
        let log = self.sandbox("log").await;
        let lines = log["requests"].as_array().unwrap();
        lines
            .iter()
            .map(|line| {
                let text = |key: &str| line[key].as_str().unwrap();
                format!("{} {}?{}", text("method"), text("path"), text("query"))
            })
            .collect()
    }

    /// How many requests to services hold these words.
    pub async fn asked(&self, words: &str) -> usize {
        let requests = self.requests().await;
        requests.iter().filter(|it| it.contains(words)).count()
    }
}

/// Outcome of each target of a press, by target.
pub fn outcomes(press: &Value) -> Vec<(&str, &str)> {
    let targets = press["targets"].as_array().unwrap();
    let mut found: Vec<_> = targets
        .iter()
        .map(|it| {
            (
                it["target"].as_str().unwrap(),
                it["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    found.sort_unstable();
    found
}

/// Every target with the same outcome.
pub fn all(outcome: &str) -> Vec<(&str, &str)> {
    vec![(IOS, outcome), (PLAY, outcome), (FLAG, outcome)]
}
