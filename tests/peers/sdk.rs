//! A customer's app: Unleash's own client library, in a process of its own. Knows no server's inside.

use std::{process::Stdio, time::Duration};

use cockpit_tests::repository;
use tokio::{process::Command, time::timeout};

use crate::unleash_server::{RealUnleash, peers};

/// Longer than the script's own limit, which says more when it ends.
const LIMIT: Duration = Duration::from_secs(40);

/// Whether a freshly started app has the flag on.
///
/// # Panics
/// When the library gives no evaluation, with what it printed.
pub async fn evaluates(unleash: &RealUnleash, flag: &str) -> bool {
    let script = repository::file("tests/peers/unleash/evaluate.mjs");
    let app = Command::new("node")
        .arg(script)
        .arg(peers().join("unleash"))
        .args([&unleash.url, flag])
        .env("UNLEASH_CLIENT_TOKEN", &unleash.client_token)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(LIMIT, app)
        .await
        .expect("the script ends by itself")
        .expect("node starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.trim() {
        "true" => true,
        "false" => false,
        other => panic!(
            "no evaluation but {other:?}:\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
