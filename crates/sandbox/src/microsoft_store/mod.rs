//! The Microsoft Store: an app's submissions and their gradual package rollout, by the submission
//! API, and the sign-in before it. Must not know latency, faults or the other services.

mod sign_in;
mod submission;

use serde_json::{Value, json};

use crate::channels::{StandIn, Window, unknown_knob, wants_bool};
use crate::clock;
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use submission::{Rollout, Submission};

/// The app's Store ID.
const APP: &str = "9NWALLET8400";
const NAME: &str = "Northwind Wallet";
const RESOURCE: &str = "https://manage.devcenter.microsoft.com";
const TOKEN_S: i64 = 3_599;
/// Submissions are numbered upwards from here.
const FIRST_SUBMISSION: u64 = 1_152_921_505_690_000_832;

pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/v1.0/my/") || path.ends_with("/oauth2/token")
}

#[derive(Debug)]
pub(crate) struct MicrosoftStore {
    submissions: Vec<Submission>,
    /// Tokens that were given out: text, when each ends, and whether it is for the submission API.
    tokens: Vec<(String, i64, bool)>,
    permitted: bool,
    /// The app uses mandatory updates, which the interface does not serve.
    unsupported: bool,
    secret_expired: bool,
    requests_max: Option<usize>,
    requests: Window,
}

impl Default for MicrosoftStore {
    fn default() -> MicrosoftStore {
        let before = Submission {
            id: FIRST_SUBMISSION,
            versions: vec!["8.3.2.0".to_owned()],
            published: true,
            gradual: false,
            percentage: 0.0,
            rollout: Rollout::NotStarted,
            fallback: 0,
        };
        let now = Submission {
            id: FIRST_SUBMISSION + 8,
            versions: vec!["8.3.2.0".to_owned(), "8.4.0.0".to_owned()],
            gradual: true,
            percentage: 25.0,
            rollout: Rollout::InProgress,
            fallback: before.id,
            ..before.clone()
        };
        MicrosoftStore {
            submissions: vec![before, now],
            tokens: Vec::new(),
            permitted: true,
            unsupported: false,
            secret_expired: false,
            requests_max: None,
            requests: Window::default(),
        }
    }
}

fn tenant(seed: u64) -> String {
    dice::uuid(seed, "microsoft tenant")
}

fn client_id(seed: u64) -> String {
    dice::uuid(seed, "microsoft client")
}

fn client_secret(seed: u64) -> String {
    format!("sbx8Q~{}", dice::hex(seed, "microsoft secret", 34))
}

/// A refusal in the submission API's words.
fn refused(status: u16, code: &str, message: &str, target: &str) -> Answer {
    let mut body = json!({
        "code": code, "data": [], "details": [], "message": message, "source": "Ingestion Api",
    });
    if !target.is_empty() {
        body["target"] = json!(target);
    }
    Answer::json(status, &body)
}

fn wrong_state(message: &str) -> Answer {
    refused(409, "InvalidState", message, "submissionId")
}

impl MicrosoftStore {
    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        if call.path.ends_with("/oauth2/token") {
            return self.sign_in(call, scene);
        }
        let token = call.header("authorization").unwrap_or_default();
        let token = token.strip_prefix("Bearer ").unwrap_or_default();
        let held = self.tokens.iter().find(|(text, ..)| text == token);
        if !held.is_some_and(|(_, until, good)| *good && *until > scene.wall_ms) {
            return Err(self.failure(401));
        }
        if !self.permitted {
            return Err(self.failure(403));
        }
        let parts = call.parts(2);
        if let ["applications", app, ..] = parts.as_slice()
            && !app.eq_ignore_ascii_case(APP)
        {
            let message = "Application could not be found.";
            return Err(refused(404, "ResourceNotFound", message, "applicationId"));
        }
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["applications", _]) => Ok(Answer::json(200, &self.app())),
            ("POST", ["applications", _, "submissions"]) => self.create(scene),
            ("GET", ["applications", _, "submissions", id]) => {
                let place = self.place(id)?;
                Ok(Answer::json(200, &self.submissions[place].shown(scene.url)))
            }
            ("GET", ["applications", _, "submissions", id, "packagerollout"]) => {
                let place = self.place(id)?;
                Ok(Answer::json(200, &self.submissions[place].rollout()))
            }
            ("GET", ["applications", _, "submissions", id, "status"]) => {
                let place = self.place(id)?;
                let shown = self.submissions[place].shown(scene.url);
                Ok(Answer::json(
                    200,
                    &json!({"status": shown["status"], "statusDetails": shown["statusDetails"]}),
                ))
            }
            ("POST", ["applications", _, "submissions", id, verb]) => {
                let place = self.place(id)?;
                self.change(place, verb, call, scene)
            }
            _ => Err(refused(404, "ResourceNotFound", "No such resource.", "")),
        }
    }

    fn place(&self, id: &str) -> Result<usize, Answer> {
        let found = self
            .submissions
            .iter()
            .position(|submission| submission.id.to_string() == id);
        found.ok_or_else(|| {
            refused(
                404,
                "ResourceNotFound",
                "The submission could not be found.",
                "submissionId",
            )
        })
    }

    fn newest(&self, published: bool) -> Option<&Submission> {
        let own = |it: &&Submission| it.published == published;
        self.submissions.iter().rev().find(own)
    }

    fn app(&self) -> Value {
        let named = |submission: &Submission| {
            json!({
                "id": submission.id.to_string(),
                "resourceLocation": format!("applications/{APP}/submissions/{}", submission.id),
            })
        };
        let mut app = json!({
            "id": APP,
            "primaryName": NAME,
            "packageFamilyName": "Northwind.Wallet_ng6try80pwt52",
            "packageIdentityName": "Northwind.Wallet",
            "publisherName": "CN=Northwind",
            "firstPublishedDate": "2024-03-04T09:00:00Z",
            "hasAdvancedListingPermission": true,
        });
        if let Some(published) = self.newest(true) {
            app["lastPublishedApplicationSubmission"] = named(published);
        }
        if let Some(pending) = self.newest(false) {
            app["pendingApplicationSubmission"] = named(pending);
        }
        app
    }

    /// A new submission is a copy of the last published one, also of one whose rollout was halted.
    fn create(&mut self, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let conflict = || {
            refused(
                409,
                "InvalidState",
                "Create submission failed, status code Conflict, reason phrase Conflict",
                "submission",
            )
        };
        let last = self.newest(true).cloned().ok_or_else(conflict)?;
        if self.newest(false).is_some() || last.rollout == Rollout::InProgress {
            return Err(conflict());
        }
        let made = Submission {
            id: last.id + 8,
            published: false,
            gradual: false,
            percentage: 0.0,
            rollout: Rollout::NotStarted,
            fallback: 0,
            ..last
        };
        let answer = Answer::json(201, &made.shown(scene.url));
        self.submissions.push(made);
        Ok(answer)
    }

    fn change(
        &mut self,
        place: usize,
        verb: &str,
        call: &Call,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Answer> {
        if self.unsupported {
            return Err(refused(
                409,
                "InvalidState",
                "This application uses features that are not supported by the submission API. To perform this operation, use the Dev Center dashboard.",
                "",
            ));
        }
        let submission = &self.submissions[place];
        if !submission.published || submission.rollout != Rollout::InProgress {
            return Err(wrong_state(
                "The package rollout of this submission is not in progress.",
            ));
        }
        let after = match verb {
            "haltpackagerollout" => (0.0, Rollout::Stopped),
            "finalizepackagerollout" => (100.0, Rollout::Complete),
            "updatepackagerolloutpercentage" => {
                let asked = call.query("percentage").and_then(|text| text.parse().ok());
                let Some(percentage) = asked.filter(|it: &f64| *it > 0.0 && *it <= 100.0) else {
                    let message = "The percentage is missing or out of range.";
                    return Err(refused(400, "InvalidParameterValue", message, "percentage"));
                };
                if percentage < submission.percentage {
                    return Err(wrong_state("The percentage can only be increased."));
                }
                (percentage, Rollout::InProgress)
            }
            _ => return Err(refused(404, "ResourceNotFound", "No such resource.", "")),
        };
        self.set(place, after, Who::Api, scene);
        Ok(Answer::json(200, &self.submissions[place].rollout()))
    }

    fn set(&mut self, place: usize, to: (f64, Rollout), who: Who, scene: &mut Scene<'_>) {
        let submission = &mut self.submissions[place];
        let before = submission.rollout();
        (submission.percentage, submission.rollout) = to;
        scene.history.record(
            scene.now_ms,
            who,
            scene.service,
            format!("submissions/{}", submission.id),
            before,
            submission.rollout(),
        );
    }
}

impl StandIn for MicrosoftStore {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if let Some(most) = self.requests_max
            && let Err(wait_ms) = self.requests.take(scene.now_ms, 60_000, most)
        {
            let seconds = (wait_ms + 999) / 1_000;
            return self.failure(429).header("retry-after", seconds.to_string());
        }
        let answer = self.route(call, scene).unwrap_or_else(|refused| refused);
        let label = format!("microsoft {}", clock::rfc3339_ms(scene.now_ms));
        answer.header("ms-correlationid", dice::uuid(scene.seed, &label))
    }

    fn failure(&self, status: u16) -> Answer {
        let (code, message) = match status {
            401 => ("Unauthorized", "Access token is missing or invalid."),
            403 => (
                "Forbidden",
                "The caller does not have access to this account.",
            ),
            404 => ("ResourceNotFound", "The submission could not be found."),
            409 => (
                "InvalidState",
                "The operation is not valid for the current state.",
            ),
            429 => ("TooManyRequests", "Too many requests."),
            500.. => (
                "InternalServerError",
                "An internal server error occurred while processing the operation.",
            ),
            _ => ("InvalidParameterValue", "The request is not valid."),
        };
        refused(status, code, message, "")
    }

    fn truth(&self) -> Value {
        let of = |submission: &Submission| {
            json!({
                "id": submission.id.to_string(),
                "version": submission.versions.last(),
                "published": submission.published,
                "rollout": submission.rollout(),
            })
        };
        json!({
            "app": APP,
            "submissions": self.submissions.iter().rev().map(of).collect::<Vec<_>>(),
        })
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "login_url": url,
            "app_id": APP,
            "tenant_id": tenant(seed),
            "client_id": client_id(seed),
            "client_secret": client_secret(seed),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            "unsupported" => self.unsupported = wants_bool(name, value)?,
            "secret_expired" => self.secret_expired = wants_bool(name, value)?,
            "revoke_tokens" => self.tokens.clear(),
            "requests_per_minute_max" => {
                self.requests_max = value.as_u64().and_then(|most| usize::try_from(most).ok());
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let place = self.submissions.iter().rposition(|it| it.published);
        let place = place.ok_or("nothing was published")?;
        let running = self.submissions[place].rollout == Rollout::InProgress;
        match body["action"].as_str().unwrap_or_default() {
            "raise" | "halt" | "finalize" if !running => {
                return Err("no rollout is in progress".to_owned());
            }
            "raise" => {
                let percentage = body["percentage"].as_f64();
                let percentage = percentage.ok_or("\"percentage\" is missing")?;
                self.set(
                    place,
                    (percentage, Rollout::InProgress),
                    Who::Console,
                    scene,
                );
            }
            "halt" => self.set(place, (0.0, Rollout::Stopped), Who::Console, scene),
            "finalize" => self.set(place, (100.0, Rollout::Complete), Who::Console, scene),
            // Another submission goes live: gradually, when a percentage is given.
            "publish" => {
                let version = body["version"].as_str().ok_or("\"version\" is missing")?;
                let percentage = body["percentage"].as_f64();
                let last = &self.submissions[place];
                // Between the last full release and this one: what was halted is nobody's any more.
                let fallback = match last.rollout {
                    Rollout::Stopped => last.fallback,
                    Rollout::NotStarted | Rollout::InProgress | Rollout::Complete => last.id,
                };
                let mut versions = last.versions.clone();
                versions.push(version.to_owned());
                let id = last.id + 8;
                self.submissions.retain(|it| it.published);
                self.submissions.push(Submission {
                    id,
                    versions,
                    published: true,
                    gradual: percentage.is_some(),
                    percentage: percentage.unwrap_or(0.0),
                    rollout: match percentage {
                        Some(_) => Rollout::InProgress,
                        None => Rollout::NotStarted,
                    },
                    fallback: if percentage.is_some() { fallback } else { 0 },
                });
            }
            other => return Err(format!("unknown action \"{other}\"")),
        }
        Ok(())
    }
}
