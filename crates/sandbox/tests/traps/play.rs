//! A client of the stand-in for Google Play. Must not know a trap.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

const APP: &str = "/androidpublisher/v3/applications/com.northwind.wallet";

pub struct Play {
    pub client: Client,
    pub token: String,
}

impl Play {
    pub async fn new(scenario: &str) -> Play {
        let client = Client::new(scenario);
        let token = client.play_token().await;
        Play { client, token }
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        self.client
            .send(method, &format!("{APP}{path}"), &self.token, &body)
            .await
    }

    pub async fn insert(&self) -> String {
        let answer = self.send("POST", "/edits", json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub async fn put_on(&self, edit: &str, track: &str, releases: Value) -> Answer {
        self.send(
            "PUT",
            &format!("/edits/{edit}/tracks/{track}"),
            json!({"releases": releases}),
        )
        .await
    }

    pub async fn put(&self, edit: &str, releases: Value) -> Answer {
        self.put_on(edit, "production", releases).await
    }

    pub async fn commit(&self, edit: &str, query: &str) -> Answer {
        self.send("POST", &format!("/edits/{edit}:commit{query}"), Value::Null)
            .await
    }

    /// Puts releases on production and commits them.
    pub async fn roll(&self, releases: Value) {
        self.client.advance_s(2);
        let edit = self.insert().await;
        let put = self.put(&edit, releases).await;
        assert_eq!(put.status, 200, "{}", put.text);
        let commit = self.commit(&edit, "").await;
        assert_eq!(commit.status, 200, "{}", commit.text);
    }

    pub async fn read(&self) -> Value {
        self.client.advance_s(2);
        let edit = self.insert().await;
        self.send(
            "GET",
            &format!("/edits/{edit}/tracks/production"),
            Value::Null,
        )
        .await
        .body["releases"]
            .clone()
    }

    pub fn truth(&self) -> Value {
        self.client.sandbox.truth()["google_play"].clone()
    }

    pub fn console(&self, action: Value) {
        let mut action = action;
        action["service"] = json!("google_play");
        self.client.control("console", action);
    }
}

pub fn release(code: &str, status: &str, fraction: Option<f64>) -> Value {
    let mut release = json!({"versionCodes": [code], "status": status});
    if let Some(fraction) = fraction {
        release["userFraction"] = json!(fraction);
    }
    release
}

pub fn refused(answer: &Answer, code: u16, status: &str, message: &str) {
    assert_eq!(answer.status, code, "{}", answer.text);
    assert_eq!(answer.body["error"]["code"], code, "{}", answer.text);
    assert_eq!(answer.body["error"]["status"], status, "{}", answer.text);
    let text = answer.body["error"]["message"].as_str().unwrap();
    assert!(text.contains(message), "{text}");
}
