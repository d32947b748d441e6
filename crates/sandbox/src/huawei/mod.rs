//! Huawei AppGallery: an app with a full and a phased release. Refuses with HTTP 200. Must not know
//! latency, faults or the other services.

mod release;

use serde_json::{Value, json};

use crate::channels::{StandIn, unknown_knob, wants_bool};
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use release::Shelf;

const PACKAGE: &str = "com.northwind.wallet";
const APP: &str = "100200300";
const CLIENT: &str = "1234567890123456789";
/// A token lasts two days less a second.
const TOKEN_S: i64 = 172_799;

pub(crate) fn owns(path: &str) -> bool {
    path == "/api/oauth2/v1/token" || path.starts_with("/api/publish/v2/")
}

/// What stands there; made at the first look, as it needs the time.
#[derive(Debug, Default)]
pub(crate) struct Huawei {
    shelf: Option<Shelf>,
    /// Each token that was given, and when it ends.
    tokens: Vec<(String, i64)>,
    /// The client belongs to one project: it signs in and may do nothing.
    of_a_project: bool,
    /// How long a change takes to be seen.
    settles_ms: i64,
}

/// A refusal: the status says success.
fn refused(code: i64, message: &str) -> Answer {
    Answer::json(200, &json!({"ret": {"code": code, "msg": message}}))
}

fn not_allowed(why: &str) -> Answer {
    let message = format!("[cds]update service failed, additional msg is [{why}]");
    refused(204_144_647, &message)
}

fn done() -> Answer {
    Answer::json(200, &json!({"ret": {"code": 0, "msg": "success"}}))
}

fn secret(seed: u64) -> String {
    dice::hex(seed, "huawei client", 64).to_ascii_uppercase()
}

impl Huawei {
    fn shelf(&mut self, now_ms: i64) -> &mut Shelf {
        let shelf = self.shelf.get_or_insert_with(|| Shelf::new(now_ms));
        shelf.tick(now_ms);
        shelf
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        self.shelf(scene.now_ms);
        if call.path == "/api/oauth2/v1/token" {
            return self.sign_in(call, scene);
        }
        let bearer = call
            .header("authorization")
            .and_then(|text| text.strip_prefix("Bearer "));
        let held = call.header("client_id") == Some(CLIENT)
            && self
                .tokens
                .iter()
                .any(|(token, until_ms)| bearer == Some(token) && scene.wall_ms < *until_ms);
        if !held {
            return Err(self.failure(401));
        }
        // The reason stands in the reason phrase alone.
        if self.of_a_project {
            return Err(Answer::empty(403));
        }
        let verb = (call.method.as_str(), call.parts(3));
        match (verb.0, verb.1.as_slice()) {
            ("GET", ["appid-list"]) => {
                let known = call.query("packageName") == Some(PACKAGE);
                let apps = if known {
                    json!([{"key": "Northwind Wallet", "value": APP}])
                } else {
                    json!([])
                };
                Ok(Answer::json(
                    200,
                    &json!({"ret": {"code": 0, "msg": "success"}, "appids": apps}),
                ))
            }
            (_, _) if call.query("appId") != Some(APP) => {
                Err(refused(204_144_641, "[cds]the app does not exist"))
            }
            ("GET", ["app-info"]) => {
                let phased = call.query("releaseType") == Some("3");
                Ok(Answer::json(200, &self.shelf(scene.now_ms).info(phased)))
            }
            ("PUT", ["phased-release", "state"]) => {
                let body = call.json().unwrap_or_default();
                let state = body["state"].as_str().unwrap_or_default().to_owned();
                self.change(scene, Who::Api, |shelf| shelf.set_state(&state))
            }
            ("PUT", ["phased-release"]) if call.query("releaseType") == Some("1") => {
                self.change(scene, Who::Api, Shelf::complete)
            }
            ("PUT", ["phased-release"]) => {
                let body = call.json().unwrap_or_default();
                let state = body["state"].as_str().unwrap_or_default().to_owned();
                let percent = body["phasedReleasePercent"].as_str().map(ToOwned::to_owned);
                self.change(scene, Who::Api, |shelf| {
                    shelf.set_share(&state, percent.as_deref())
                })
            }
            _ => Err(Answer::empty(404)),
        }
    }

    fn sign_in(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let body = call.json().unwrap_or_default();
        if body["grant_type"] != "client_credentials" {
            return Err(refused(203_886_593, "grant_type is invalid"));
        }
        if body["client_id"] != CLIENT {
            return Err(refused(203_886_599, "the type of clientId not match"));
        }
        if body["client_secret"] != secret(scene.seed).as_str() {
            return Err(refused(203_886_600, "client secret is wrong"));
        }
        let label = format!("huawei token {}", self.tokens.len());
        let token = dice::hex(scene.seed, &label, 80);
        self.tokens
            .push((token.clone(), scene.wall_ms + TOKEN_S * 1_000));
        // Without an envelope.
        Ok(Answer::json(
            200,
            &json!({"access_token": token, "expires_in": TOKEN_S}),
        ))
    }

    /// Changes what stands there; it is seen after a while.
    fn change(
        &mut self,
        scene: &mut Scene<'_>,
        who: Who,
        change: impl FnOnce(&mut Shelf) -> Result<(), String>,
    ) -> Result<Answer, Answer> {
        let settles_ms = self.settles_ms;
        let shelf = self.shelf(scene.now_ms);
        let before = shelf.truth();
        change(shelf).map_err(|why| not_allowed(&why))?;
        let after = shelf.truth();
        shelf.settle(scene.now_ms + settles_ms);
        if before != after {
            let target = format!("{PACKAGE}/phased-release");
            scene
                .history
                .record(scene.now_ms, who, scene.service, target, before, after);
        }
        Ok(done())
    }
}

impl StandIn for Huawei {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        match status {
            403 => Answer::empty(403),
            401 => Answer::json(
                401,
                &json!({"ret": {"code": 401, "msg": "client token auth failed"}}),
            ),
            _ => Answer::json(
                status,
                &json!({"ret": {"code": status, "msg": "service error"}}),
            ),
        }
    }

    fn truth(&self) -> Value {
        self.shelf.as_ref().map_or(Value::Null, Shelf::truth)
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "package": PACKAGE,
            "client_id": CLIENT,
            "client_secret": secret(seed),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "of_a_project" => self.of_a_project = wants_bool(name, value)?,
            "settles_ms" => {
                self.settles_ms = value
                    .as_i64()
                    .filter(|ms| *ms >= 0)
                    .ok_or_else(|| format!("\"{name}\" needs a number from 0"))?;
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn tick(&mut self, now_ms: i64) {
        if let Some(shelf) = &mut self.shelf {
            shelf.tick(now_ms);
        }
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let percent = body["percent"].as_str().map(ToOwned::to_owned);
        let act = body["action"].as_str().unwrap_or_default().to_owned();
        let outcome = self.change(scene, Who::Console, |shelf| match act.as_str() {
            "suspend" => shelf.set_state("SUSPEND"),
            "release" => shelf.set_state("RELEASE"),
            "share" => shelf.set_share("RELEASE", percent.as_deref()),
            "complete" => shelf.complete(),
            "take_down" => {
                shelf.take_down();
                Ok(())
            }
            "submit" => {
                shelf.submit();
                Ok(())
            }
            "draft" => {
                shelf.draft();
                Ok(())
            }
            "odd_state" => {
                shelf.odd_state();
                Ok(())
            }
            _ => Err(
                "\"action\" is suspend, release, share, complete, take_down, submit, draft or odd_state"
                    .to_owned(),
            ),
        });
        match outcome {
            Ok(_) => Ok(()),
            Err(refused) => Err(refused.body),
        }
    }
}
