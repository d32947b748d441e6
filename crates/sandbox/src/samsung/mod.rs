//! Samsung Galaxy Store: an app with a staged rollout that only rises, behind tokens that never end.
//! Must not know latency, faults or the other services.

mod content;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use crate::channels::{StandIn, unknown_knob, wants_bool};
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use crate::{dice, keys};
use content::{CONTENT, Content, Refusal};

const ACCOUNT: &str = "5a9db0c5-1111-4000-a000-5a9db0c55a9d";
const PACKAGE: &str = "com.northwind.wallet";
/// An assertion lasts 20 minutes at most.
const ASSERTION_S: i64 = 20 * 60;

pub(crate) fn owns(path: &str) -> bool {
    ["/auth/accessToken", "/auth/checkAccessToken"].contains(&path) || path.starts_with("/seller/")
}

#[derive(Debug, Default)]
pub(crate) struct Samsung {
    content: Content,
    tokens: Vec<String>,
    /// The account has other scopes than publishing.
    without_publishing: bool,
    /// Refusals come with a status of success.
    refuses_with_200: bool,
}

/// A refusal of the gate before the interface.
fn gate(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"code": code, "message": message, "from": "asgw"}),
    )
}

impl Samsung {
    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        if call.path == "/auth/accessToken" {
            return self.sign_in(call, scene);
        }
        let bearer = call
            .header("authorization")
            .and_then(|text| text.strip_prefix("Bearer "))
            .unwrap_or_default();
        if !self.tokens.iter().any(|token| token == bearer) {
            return Err(gate(401, "AUTH_REQUIRE", "Invalid accessToken"));
        }
        if call.header("service-account-id") != Some(ACCOUNT) {
            return Err(gate(
                401,
                "AUTH_REQUIRE",
                "Not found serviceAccount by serviceAccountId",
            ));
        }
        if call.path == "/auth/checkAccessToken" {
            return Ok(Answer::json(200, &json!({"ok": true})));
        }
        let body = call.json().unwrap_or_default();
        let content = body["contentId"].as_str().or(call.query("contentId"));
        if content != Some(CONTENT) {
            return Err(self.refused(&Refusal::new("3100", "Not found for contentId")));
        }
        let parts = call.parts(1);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["contentInfo"]) => Ok(Answer::json(200, &self.content.listings(PACKAGE))),
            ("GET", ["v2", "content", "stagedRolloutBinary"]) => {
                let found = self.content.binaries(call.query("appStatus"));
                self.said(found)
            }
            ("GET", ["v2", "content", "stagedRolloutRate"]) => {
                let found = self.content.rate(call.query("appStatus"));
                self.said(found)
            }
            ("PUT", ["v2", "content", "stagedRolloutRate"]) => {
                self.change(scene, Who::Api, |content| content.set_rate(&body))
            }
            ("PUT", ["v2", "content", "stagedRolloutBinary"]) => Err(self.refused(&Refusal::new(
                "3206",
                "The staged rollout API is not available in the current application status",
            ))),
            ("POST", ["contentStatusUpdate"]) => {
                let status = body["contentStatus"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                self.change(scene, Who::Api, |content| content.set_status(&status))?;
                Ok(Answer::empty(204))
            }
            _ => Err(Answer::empty(404)),
        }
    }

    fn sign_in(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let assertion = call
            .header("authorization")
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or_else(|| gate(401, "AUTH_REQUIRE", "Invalid JWT"))?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        // A signature that does not fit is answered as a failure of the server.
        let failed = || Answer::json(500, &json!({"message": "invalid signature"}));
        let key = DecodingKey::from_rsa_pem(keys::PLAY_PUBLIC.as_bytes()).map_err(|_| failed())?;
        let claims = decode::<Value>(assertion, &key, &rules)
            .map_err(|_| failed())?
            .claims;
        if claims["iss"] != ACCOUNT {
            return Err(gate(
                401,
                "AUTH_REQUIRE",
                "Not found serviceAccount by serviceAccountId",
            ));
        }
        let (issued, ends) = (claims["iat"].as_i64(), claims["exp"].as_i64());
        let now_s = scene.wall_ms / 1_000;
        let lasts = issued
            .zip(ends)
            .is_some_and(|(issued, ends)| ends > now_s && ends - issued <= ASSERTION_S);
        if !lasts {
            return Err(gate(401, "AUTH_REQUIRE", "Expired JWT"));
        }
        let publishing = claims["scopes"]
            .as_array()
            .is_some_and(|scopes| scopes.iter().any(|scope| scope == "publishing"));
        if self.without_publishing || !publishing {
            return Err(gate(403, "NO_PERMISSION", "Insufficient scopes"));
        }
        let label = format!("samsung token {}", self.tokens.len());
        let token = dice::hex(scene.seed, &label, 40);
        self.tokens.push(token.clone());
        Ok(Answer::json(
            200,
            &json!({"ok": true, "createdItem": {"accessToken": token}}),
        ))
    }

    fn change(
        &mut self,
        scene: &mut Scene<'_>,
        who: Who,
        change: impl FnOnce(&mut Content) -> Result<(), Refusal>,
    ) -> Result<Answer, Answer> {
        let before = self.content.truth();
        if let Err(refusal) = change(&mut self.content) {
            return Err(self.refused(&refusal));
        }
        let after = self.content.truth();
        if before != after {
            let target = format!("content/{CONTENT}");
            scene
                .history
                .record(scene.now_ms, who, scene.service, target, before, after);
        }
        self.said(Ok(json!({})))
    }

    fn said(&self, outcome: Result<Value, Refusal>) -> Result<Answer, Answer> {
        match outcome {
            Ok(data) => Ok(Answer::json(
                200,
                &json!({"resultCode": "0000", "resultMessage": "Ok", "data": data}),
            )),
            Err(refusal) => Err(self.refused(&refusal)),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Answer {
        let status = if self.refuses_with_200 { 200 } else { 400 };
        Answer::json(
            status,
            &json!({"resultCode": refusal.code, "resultMessage": refusal.message, "data": {}}),
        )
    }
}

impl StandIn for Samsung {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        match status {
            401 => gate(401, "AUTH_REQUIRE", "Invalid accessToken"),
            403 => gate(403, "NO_PERMISSION", "Insufficient scopes"),
            _ => Answer::json(status, &json!({"message": "service error"})),
        }
    }

    fn truth(&self) -> Value {
        self.content.truth()
    }

    fn connection(&self, url: &str, _seed: u64) -> Value {
        json!({
            "base_url": url,
            "package": PACKAGE,
            "content_id": CONTENT,
            "service_account_id": ACCOUNT,
            "private_key": keys::PLAY_PRIVATE,
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "without_publishing" => self.without_publishing = wants_bool(name, value)?,
            "refuses_with_200" => self.refuses_with_200 = wants_bool(name, value)?,
            "revoked" => {
                if wants_bool(name, value)? {
                    self.tokens.clear();
                }
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let act = body["action"].as_str().unwrap_or_default();
        let known = [
            "pause",
            "go_on",
            "raise",
            "country",
            "submit",
            "suspend_sale",
            "sell_again",
            "complete",
        ];
        if !known.contains(&act) {
            return Err(format!("\"action\" is one of {}", known.join(", ")));
        }
        self.change(scene, Who::Console, |content| content.by_hand(act, body))
            .map(|_| ())
            .map_err(|refused| refused.body)
    }
}
