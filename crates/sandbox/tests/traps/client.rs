//! A small honest client of a sandbox in process. Must not know the sandbox's inside.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use cockpit_sandbox::{Options, Sandbox};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tower::ServiceExt;

/// 2026-11-23 20:00:00 UTC.
pub const EPOCH_S: i64 = 1_795_464_000;

pub struct Client {
    pub sandbox: Sandbox,
    pub connections: Value,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

pub fn options(scenario: &str) -> Options {
    Options {
        scenario: scenario.to_owned(),
        seed: 7,
        epoch_ms: Some(EPOCH_S * 1000),
        ..Options::default()
    }
}

impl Client {
    pub fn new(scenario: &str) -> Client {
        Client::with(options(scenario))
    }

    pub fn with(options: Options) -> Client {
        let sandbox = Sandbox::new(options).unwrap();
        let connections = sandbox.connections();
        Client {
            sandbox,
            connections,
        }
    }

    /// None when the connection closed instead of an answer.
    pub async fn try_send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: &str,
    ) -> Option<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", token);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.answer_to(request).await
    }

    pub async fn answer_to(&self, request: Request<Body>) -> Option<Answer> {
        let response = self.sandbox.router().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 22).await.ok()?;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Some(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text,
            body,
        })
    }

    pub async fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.try_send(method, path, token, &text)
            .await
            .expect("an answer")
    }

    pub fn control(&self, path: &str, body: Value) -> Value {
        let method = if body.is_null() { "GET" } else { "POST" };
        let (status, answer) = self
            .sandbox
            .control(method, &format!("/_sandbox/{path}"), &body);
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub fn knob(&self, service: &str, name: &str, value: Value) {
        self.control("knobs", json!({"service": service, name: value}));
    }

    pub fn now_s(&self) -> i64 {
        self.control("state", Value::Null)["at_ms"]
            .as_i64()
            .unwrap()
            / 1000
    }

    pub fn advance_s(&self, seconds: i64) {
        self.control("advance", json!({"ms": seconds * 1000}));
    }

    // Google Play.

    pub fn play_claims(&self) -> Value {
        let account = &self.connections["google_play"]["service_account"];
        let now_s = self.now_s();
        json!({
            "iss": account["client_email"],
            "scope": "https://www.googleapis.com/auth/androidpublisher",
            "aud": "https://oauth2.googleapis.com/token",
            "iat": now_s,
            "exp": now_s + 3600,
        })
    }

    pub fn play_assertion(&self, claims: &Value) -> String {
        let account = &self.connections["google_play"]["service_account"];
        let mut header = Header::new(Algorithm::RS256);
        header.kid = account["private_key_id"].as_str().map(str::to_owned);
        let key =
            EncodingKey::from_rsa_pem(account["private_key"].as_str().unwrap().as_bytes()).unwrap();
        encode(&header, claims, &key).unwrap()
    }

    pub async fn exchange(&self, assertion: &str) -> Answer {
        let form = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
        );
        self.try_send("POST", "/token", "", &form)
            .await
            .expect("an answer")
    }

    pub async fn play_token(&self) -> String {
        let answer = self
            .exchange(&self.play_assertion(&self.play_claims()))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        format!("Bearer {}", answer.body["access_token"].as_str().unwrap())
    }

    // App Store Connect.

    pub fn apple_claims(&self) -> Value {
        let now_s = self.now_s();
        json!({
            "iss": self.connections["app_store"]["issuer_id"],
            "iat": now_s,
            "exp": now_s + 20 * 60,
            "aud": "appstoreconnect-v1",
        })
    }

    pub fn apple_token(&self, claims: &Value) -> String {
        let connection = &self.connections["app_store"];
        let mut header = Header::new(Algorithm::ES256);
        header.kid = connection["key_id"].as_str().map(str::to_owned);
        let key =
            EncodingKey::from_ec_pem(connection["private_key_p8"].as_str().unwrap().as_bytes())
                .unwrap();
        format!("Bearer {}", encode(&header, claims, &key).unwrap())
    }

    pub async fn apple(&self, method: &str, path: &str, body: &Value) -> Answer {
        let token = self.apple_token(&self.apple_claims());
        self.send(method, path, &token, body).await
    }

    pub async fn unleash(&self, method: &str, path: &str, body: &Value) -> Answer {
        let token = self.connections["unleash"]["admin_token"]
            .as_str()
            .unwrap()
            .to_owned();
        self.send(method, path, &token, body).await
    }
}
