//! The Matrix channel against a real Synapse: the same notice again is the same message. Must not know
//! the adapter's inside.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use cockpit_domain::provider::{Applied, Effect, Reading};
use cockpit_domain::target::{Notice, Phase, Posted};
use cockpit_domain::{Desired, Service, Time};
use cockpit_providers::{
    Adapter, Http, SecretString, Transport, TransportError, connect, reqwest_transport,
};
use cockpit_tests::supervised::{Supervised, free_port};
use cockpit_tests::wait::wait_until;
use serde_json::{Value, json};
use tempfile::TempDir;

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

    /// A process that begins, and the wire on which its answers are lost.
    fn connect(&self) -> (Box<dyn Adapter>, Arc<Wire>) {
        let wire = Arc::new(Wire {
            inner: reqwest_transport().unwrap(),
            loses: AtomicBool::new(false),
        });
        let clock = Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            Time::from_ms(i64::try_from(since.as_millis()).unwrap())
        });
        let plain = BTreeMap::from([
            ("base_url".to_owned(), self.url.clone()),
            ("room".to_owned(), self.room.clone()),
        ]);
        let secret = BTreeMap::from([("token".to_owned(), SecretString::from(self.token.clone()))]);
        let http = Http::new(Arc::clone(&wire) as Arc<dyn Transport>, clock);
        (
            connect(Service::Matrix, &plain, &secret, &http).unwrap(),
            wire,
        )
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

/// A network on which the answer to a write may be lost.
struct Wire {
    inner: Arc<dyn Transport>,
    loses: AtomicBool,
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: axum::http::Request<Bytes>,
    ) -> Result<axum::http::Response<Bytes>, TransportError> {
        let writes = request.method() != "GET";
        let answer = self.inner.send(request).await?;
        match writes && self.loses.swap(false, Ordering::SeqCst) {
            true => Err(TransportError::Interrupted { sent: true }),
            false => Ok(answer),
        }
    }
}

fn notice(key: &str, body: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        title: "Transfers are paused".to_owned(),
        body: body.to_owned(),
        phase: Phase::Investigating,
        notify_subscribers: false,
        about: None,
    }
}

#[tokio::test]
async fn the_same_notice_again_is_the_same_message() {
    let synapse = Synapse::start().await;
    let (adapter, wire) = synapse.connect();
    assert!(adapter.check().await.unwrap().items.iter().all(|it| it.ok));
    let target = adapter.targets().await.unwrap().remove(0).id;
    let before = adapter.observe(&target, Reading::Fresh).await.unwrap();
    let effect = |notice: &Notice| Effect {
        key: notice.key.clone(),
        target: target.clone(),
        desired: Desired::Published {
            notice: notice.clone(),
        },
        before: before.clone(),
    };
    let first = notice("n-1", "We are looking into it.");
    let receipt = adapter.apply(&effect(&first)).await.unwrap();
    let id = receipt.provider_request_id.unwrap();
    adapter.apply(&effect(&first)).await.unwrap();
    // A process that knows nothing of the first sends it once more.
    synapse.connect().0.apply(&effect(&first)).await.unwrap();

    let lost = notice("n-2", "We found the cause.");
    adapter.answers(
        &lost,
        &Posted {
            key: first.key.clone(),
            id: Some(id.clone()),
        },
    );
    wire.loses.store(true, Ordering::SeqCst);
    let error = adapter.apply(&effect(&lost)).await.unwrap_err();
    assert_eq!(error.applied, Applied::Unknown);
    let seen = adapter.observe(&target, Reading::Serving).await.unwrap();
    assert!(effect(&lost).desired.is_met_by(&seen.state), "it is found");
    adapter.apply(&effect(&lost)).await.unwrap();

    assert_eq!(
        synapse.texts().await,
        [(first.as_text(), None), (lost.as_text(), Some(id)),]
    );
}
