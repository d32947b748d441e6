//! The Matrix channel against a real Synapse: the same notice again is the same message. Must not know
//! the adapter's inside.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cockpit_domain::Service;
use cockpit_tests::supervised::{Supervised, free_port};
use cockpit_tests::wait::wait_until;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::wire::{process, sends_again_and_again};

const LIMIT: Duration = Duration::from_secs(120);

/// A homeserver with one account in one room.
struct Synapse {
    url: String,
    token: String,
    room: String,
    _server: Supervised,
    _folder: TempDir,
}

impl Synapse {
    async fn start() -> Synapse {
        let python = env::var("COCKPIT_SYNAPSE").expect(
            "COCKPIT_SYNAPSE names a Python with matrix-synapse; see tests/servers/README.md",
        );
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        configured(&python, folder.path(), port);
        let log = folder.path().join("synapse.log");
        let mut server = Command::new(&python);
        server
            .args(["-m", "synapse.app.homeserver", "-c"])
            .arg(folder.path().join("homeserver.yaml"));
        let mut server =
            Supervised::start(Command::new("sh"), &server, "KILL", &log).expect("a shell starts");
        let url = format!("http://127.0.0.1:{port}");
        wait_until("Synapse to answer", LIMIT, async || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(!server.has_ended(), "Synapse ended:\n{said}");
            let answer = reqwest::get(format!("{url}/_matrix/client/versions")).await;
            answer.ok()?.status().is_success().then_some(())
        })
        .await;
        let registered = json!({
            "username": "northwind", "password": "not a real one", "auth": {"type": "m.login.dummy"},
        });
        let account = asks(&url, "register", None, registered).await;
        let token = account["access_token"].as_str().unwrap().to_owned();
        let room = asks(
            &url,
            "createRoom",
            Some(&token),
            json!({"preset": "private_chat"}),
        )
        .await;
        Synapse {
            room: room["room_id"].as_str().unwrap().to_owned(),
            url,
            token,
            _server: server,
            _folder: folder,
        }
    }

    /// The texts that stand in the room, oldest first, with what each of them continues.
    async fn texts(&self) -> Vec<(String, Option<String>)> {
        let answer = reqwest::Client::new()
            .get(format!(
                "{}/_matrix/client/v3/rooms/{}/messages?dir=f&limit=100",
                self.url, self.room
            ))
            .header("authorization", format!("Bearer {}", self.token))
            .send()
            .await
            .unwrap();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let events = body["chunk"].as_array().unwrap().iter();
        events
            .filter(|it| it["type"] == "m.room.message")
            .map(|it| {
                let content = &it["content"];
                let thread = content["m.relates_to"]["event_id"].as_str();
                let text = content["body"].as_str().unwrap().to_owned();
                (text, thread.map(str::to_owned))
            })
            .collect()
    }
}

/// Makes keys and a configuration of a server that speaks with nobody else.
fn configured(python: &str, folder: &Path, port: u16) {
    let made = Command::new(python)
        .current_dir(folder)
        .args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml"])
        .args(["--server-name", "localhost", "--generate-config"])
        .arg("--report-stats=no")
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let text = |name: &str| folder.join(name).display().to_string();
    let config = json!({
        "server_name": "localhost",
        "pid_file": text("synapse.pid"),
        "listeners": [{
            "port": port, "type": "http", "bind_addresses": ["127.0.0.1"],
            "resources": [{"names": ["client"]}],
        }],
        "database": {"name": "sqlite3", "args": {"database": text("synapse.db")}},
        "media_store_path": text("media"),
        "signing_key_path": text("localhost.signing.key"),
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "report_stats": false,
        "enable_registration": true,
        "enable_registration_without_verification": true,
        "macaroon_secret_key": "of this test alone",
        "form_secret": "of this test alone",
    });
    // What is JSON is YAML too.
    std::fs::write(folder.join("homeserver.yaml"), config.to_string()).unwrap();
}

async fn asks(url: &str, what: &str, token: Option<&str>, body: Value) -> Value {
    let mut request = reqwest::Client::new()
        .post(format!("{url}/_matrix/client/v3/{what}"))
        .body(body.to_string());
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{what}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_same_notice_again_is_the_same_message() {
    let synapse = Synapse::start().await;
    let plain = [
        ("base_url", synapse.url.as_str()),
        ("room", synapse.room.as_str()),
    ];
    let connect = || process(Service::Matrix, &plain, ("token", &synapse.token));
    let ([first, lost], id) = sends_again_and_again(connect).await;
    assert_eq!(synapse.texts().await, [(first, None), (lost, Some(id))]);
}
