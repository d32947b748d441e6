//! The Bluesky channel against Bluesky's own personal data server: the same notice again is the same
//! post. Must not know the adapter's inside.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use cockpit_domain::Service;
use cockpit_tests::repository;
use serde_json::Value;

use crate::wire::{process, sends_again_and_again};

const HANDLE: &str = "northwind.test";
/// Not a real one: the account ends with the test.
const PASSWORD: &str = "not-a-real-one";

/// A server with one account. It ends when this value is dropped.
struct Pds {
    url: String,
    server: Child,
}

impl Pds {
    fn start() -> Pds {
        let folder = env::var("COCKPIT_PDS").expect(
            "COCKPIT_PDS names a folder with @atproto/dev-env; see tests/servers/README.md",
        );
        let program = repository::file("tests/servers/pds.mjs");
        let mut server = Command::new("node")
            .arg(program)
            .env("COCKPIT_PDS", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let said = BufReader::new(server.stdout.take().unwrap()).lines();
        let place = said
            .map_while(Result::ok)
            .find_map(|line| serde_json::from_str::<Value>(&line).ok()?["port"].as_u64());
        let port = place.expect("it says where it listens; see above");
        Pds {
            url: format!("http://127.0.0.1:{port}"),
            server,
        }
    }

    /// The texts that stand in the account, oldest first, with what each of them answers.
    async fn texts(&self) -> Vec<(String, Option<String>)> {
        let address = format!(
            "{}/xrpc/com.atproto.repo.listRecords?repo={HANDLE}&collection=app.bsky.feed.post",
            self.url
        );
        let text = reqwest::get(address).await.unwrap().text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        let records = body["records"].as_array().expect("records").iter();
        let mut posts: Vec<(String, String, Option<String>)> = records
            .map(|it| {
                let it = &it["value"];
                let text = |it: &Value| it.as_str().unwrap().to_owned();
                let parent = it["reply"]["parent"]["uri"].as_str();
                (
                    text(&it["createdAt"]),
                    text(&it["text"]),
                    parent.map(str::to_owned),
                )
            })
            .collect();
        posts.sort();
        posts.into_iter().map(|(_, text, of)| (text, of)).collect()
    }
}

impl Drop for Pds {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test]
async fn the_same_notice_again_is_the_same_post() {
    let pds = Pds::start();
    let plain = [("base_url", pds.url.as_str()), ("handle", HANDLE)];
    let connect = || process(Service::Bluesky, &plain, ("app_password", PASSWORD));
    let ([first, lost], id) = sends_again_and_again(connect).await;
    assert_eq!(pds.texts().await, [(first, None), (lost, Some(id))]);
}
