//! Google Play Developer API v3: edits, tracks, commits, the release summaries and app recoveries. Must not know
//! latency, faults or the other services.

mod console;
mod edits;
mod errors;
mod recovery;
mod reviews;
mod rules;
pub(crate) mod token;
mod track;

use std::collections::VecDeque;

use axum::http::Method;
use serde_json::{Value, json};

use crate::history::{Scene, Who};
use crate::wire::{Answer, Call, Service};
use edits::{Edits, Tracks};
use errors::Refused;
use rules::Switches;
use token::Tokens;
use track::{Release, Status, Track};

pub(crate) use errors::failure;

/// The app that exists.
pub(crate) const PACKAGE: &str = "com.northwind.wallet";
/// People whom a full release reaches.
const PEOPLE: f64 = 2_060_000.0;
const COMMON_PARAMETERS: [&str; 10] = [
    "alt",
    "prettyPrint",
    "fields",
    "quotaUser",
    "$.xgafv",
    "key",
    "access_token",
    "oauth_token",
    "uploadType",
    "callback",
];

#[derive(Debug)]
pub(crate) struct GooglePlay {
    tokens: Tokens,
    edits: Edits,
    switches: Switches,
    /// What the API shows: everything committed.
    committed: Tracks,
    /// What people's devices get.
    served: Tracks,
    /// Changes made in the console that were not sent for review; a commit sends them along.
    pending: Vec<String>,
    /// Changes that are being reviewed.
    in_review: Vec<String>,
    /// After a rejection nothing is sent for review by itself.
    manual_send: bool,
    /// Committed, but waiting for a person to send it from the console.
    held: bool,
    permitted: bool,
    /// The account may release; otherwise it may only look.
    may_release: bool,
    queries_ms: VecDeque<i64>,
    queries_per_minute_max: usize,
    console_moves_next: bool,
    reviews: reviews::Reviews,
    recoveries: recovery::Recoveries,
}

impl GooglePlay {
    pub(crate) fn new(epoch_ms: i64) -> GooglePlay {
        let production = Track {
            releases: vec![
                Release::new("8.4.0", 84_012, Status::InProgress, Some(0.2)),
                Release::new("8.3.2", 83_207, Status::Completed, None),
            ],
            past: vec![Release::new("8.3.1", 83_102, Status::Completed, None)],
        };
        let internal = Track {
            releases: vec![Release::new("8.4.1", 84_103, Status::Completed, None)],
            past: vec![Release::new("8.4.0", 84_012, Status::Completed, None)],
        };
        let tracks: Tracks = [
            ("production", production),
            ("beta", Track::default()),
            ("alpha", Track::default()),
            ("internal", internal),
        ]
        .into_iter()
        .map(|(name, track)| (name.to_owned(), track))
        .collect();
        GooglePlay {
            tokens: Tokens::default(),
            edits: Edits::new(),
            switches: Switches {
                draft_app: false,
                lenient_halt: false,
                uploaded: vec![83_102, 83_207, 84_012, 84_103],
            },
            served: tracks.clone(),
            committed: tracks,
            pending: Vec::new(),
            in_review: Vec::new(),
            manual_send: false,
            held: false,
            permitted: true,
            may_release: true,
            queries_ms: VecDeque::new(),
            queries_per_minute_max: 3_000,
            console_moves_next: false,
            reviews: reviews::Reviews::new(epoch_ms),
            recoveries: recovery::Recoveries::new(),
        }
    }

    pub(crate) fn console_moves_next(&mut self, on: bool) {
        self.console_moves_next = on;
    }

    pub(crate) fn kill_open_edit(&mut self) {
        self.edits.kill_open();
    }

    pub(crate) fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if call.path == "/token" {
            if call.method != Method::POST {
                return errors::failure(404);
            }
            return self.tokens.answer(call, scene);
        }
        match self.publish(call, scene) {
            Ok(answer) => answer,
            Err(refused) => refused.answer(),
        }
    }

    fn publish(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        self.tokens.check(call, scene.now_ms)?;
        self.count_query(scene.now_ms)?;
        let parts = call.parts(0);
        let ["androidpublisher", "v3", "applications", package, rest @ ..] = parts.as_slice()
        else {
            return Err(no_such_url());
        };
        if !self.permitted {
            return Err(Refused::denied("The caller does not have permission"));
        }
        if *package != PACKAGE {
            return Err(Refused::not_found(format!("Package not found: {package}.")));
        }
        self.route(call, rest, scene)
    }

    fn route(
        &mut self,
        call: &Call,
        rest: &[&str],
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        let releases = match (call.method.as_str(), rest) {
            ("PUT" | "PATCH", ["edits", _, "tracks", _]) => true,
            ("POST", ["edits", act]) => act.ends_with(":commit") || act.ends_with(":validate"),
            ("POST", ["appRecoveries", ..]) => true,
            _ => false,
        };
        if releases && !self.may_release {
            return Err(Refused::denied("The caller does not have permission"));
        }
        match (call.method.as_str(), rest) {
            ("POST", ["edits"]) => {
                check_parameters(call, &[])?;
                check_edit_body(call)?;
                let edit = self
                    .edits
                    .insert(scene.seed, scene.now_ms, &self.committed)?;
                Ok(app_edit(&edit))
            }
            ("POST", ["edits", act]) if act.ends_with(":commit") => {
                self.commit(call, act.trim_end_matches(":commit"), scene)
            }
            ("POST", ["edits", act]) if act.ends_with(":validate") => {
                check_parameters(call, &[])?;
                check_no_body(call)?;
                let edit = self
                    .edits
                    .usable(act.trim_end_matches(":validate"), scene.now_ms)?;
                Ok(app_edit(edit))
            }
            ("GET", ["edits", id]) => {
                check_parameters(call, &[])?;
                Ok(app_edit(self.edits.usable(id, scene.now_ms)?))
            }
            ("DELETE", ["edits", id]) => {
                check_parameters(call, &[])?;
                self.edits.usable(id, scene.now_ms)?.end = Some(edits::End::Deleted);
                Ok(Answer::empty(204))
            }
            ("GET", ["edits", id, "tracks"]) => {
                check_parameters(call, &[])?;
                let edit = self.edits.usable(id, scene.now_ms)?;
                let tracks: Vec<Value> = edit
                    .tracks
                    .iter()
                    .map(|(name, track)| track.wire(name))
                    .collect();
                let answer = Answer::json(
                    200,
                    &json!({"kind": "androidpublisher#tracksListResponse", "tracks": tracks}),
                );
                self.let_console_move(scene);
                Ok(answer)
            }
            ("GET", ["edits", id, "tracks", name]) => {
                check_parameters(call, &[])?;
                let edit = self.edits.usable(id, scene.now_ms)?;
                let track = edit
                    .tracks
                    .get(*name)
                    .ok_or_else(|| Refused::not_found("Track not found."))?;
                let answer = Answer::json(200, &track.wire(name));
                self.let_console_move(scene);
                Ok(answer)
            }
            ("PUT" | "PATCH", ["edits", id, "tracks", name]) => {
                check_parameters(call, &[])?;
                let edit = self.edits.usable(id, scene.now_ms)?;
                let live = edit
                    .tracks
                    .get(*name)
                    .ok_or_else(|| Refused::not_found("Track not found."))?;
                let body = call.json().ok_or_else(|| {
                    Refused::invalid("Invalid JSON payload received. Unexpected token.")
                })?;
                let wanted = track::read(&body, name)?;
                // A PATCH leaves what it does not name; a PUT without releases has none.
                let kept = call.method == Method::PATCH && body.get("releases").is_none();
                let track = if kept {
                    live.clone()
                } else {
                    rules::put(live, name, wanted, &self.switches)?
                };
                let answer = Answer::json(200, &track.wire(name));
                edit.tracks.insert((*name).to_owned(), track);
                Ok(answer)
            }
            ("GET", ["tracks", name, "releases"]) => {
                check_parameters(call, &[])?;
                self.summaries(name)
            }
            ("GET", ["reviews"]) => self.list_reviews(call, scene),
            ("GET", ["appRecoveries"]) => self.list_recoveries(call, scene),
            ("POST", ["appRecoveries"]) => self.create_recovery(call, scene),
            ("POST", ["appRecoveries", act]) => self.act_on_recovery(call, act, scene),
            _ => Err(no_such_url()),
        }
    }

    fn count_query(&mut self, now_ms: i64) -> Result<(), Refused> {
        while self
            .queries_ms
            .front()
            .is_some_and(|at_ms| now_ms - at_ms >= 60_000)
        {
            self.queries_ms.pop_front();
        }
        if self.queries_ms.len() >= self.queries_per_minute_max {
            return Err(Refused::exhausted(
                "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'androidpublisher.googleapis.com'.",
            ));
        }
        self.queries_ms.push_back(now_ms);
        Ok(())
    }

    fn commit(&mut self, call: &Call, id: &str, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        check_parameters(
            call,
            &["changesNotSentForReview", "changesInReviewBehavior"],
        )?;
        check_no_body(call)?;
        let edit = self.edits.usable(id, scene.now_ms)?.clone();
        let hold = self.holds_for_review(call)?;
        let behavior = call
            .query("changesInReviewBehavior")
            .unwrap_or("CANCEL_IN_REVIEW_AND_SUBMIT");
        match behavior {
            "ERROR_IF_IN_REVIEW" if !self.in_review.is_empty() => {
                return Err(Refused::in_review(PACKAGE));
            }
            "ERROR_IF_IN_REVIEW"
            | "CANCEL_IN_REVIEW_AND_SUBMIT"
            | "CHANGES_IN_REVIEW_BEHAVIOR_TYPE_UNSPECIFIED" => {}
            other => {
                return Err(Refused::invalid(format!(
                    "Invalid value at 'changes_in_review_behavior' (type.googleapis.com/google.play.developer.publishing.v3.ChangesInReviewBehaviorType), \"{other}\""
                )));
            }
        }
        self.committed = edit.tracks.clone();
        self.edits.usable(id, scene.now_ms)?.end = Some(edits::End::Committed);
        if hold {
            self.held = true;
            scene.history.record(
                scene.now_ms,
                Who::Api,
                Service::GooglePlay,
                "held_changes",
                json!(false),
                json!(true),
            );
        } else {
            self.send(Who::Api, scene);
        }
        Ok(app_edit(&edit))
    }

    fn holds_for_review(&self, call: &Call) -> Result<bool, Refused> {
        let asked = match call.query("changesNotSentForReview") {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(other) => {
                return Err(Refused::invalid(format!(
                    "Invalid value at 'changes_not_sent_for_review' (TYPE_BOOL), \"{other}\""
                )));
            }
        };
        match (self.manual_send, asked) {
            (true, Some(true)) => Ok(true),
            (true, Some(false) | None) => Err(Refused::invalid(
                "Changes cannot be sent for review automatically. Please set the query parameter changesNotSentForReview to true. Once committed, the changes in this edit can be sent for review from the Google Play Console UI.",
            )),
            (false, Some(_)) => Err(Refused::invalid(
                "Changes are sent for review automatically. The query parameter changesNotSentForReview must not be set.",
            )),
            (false, None) => Ok(false),
        }
    }

    /// Sends everything: rollout changes take effect, other pending changes go to review, and a
    /// review that runs is cancelled and starts again with them.
    fn send(&mut self, who: Who, scene: &mut Scene<'_>) {
        if !self.pending.is_empty() {
            let before = self.in_review.clone();
            self.in_review.append(&mut self.pending);
            scene.history.record(
                scene.now_ms,
                who,
                Service::GooglePlay,
                "in_review",
                json!(before),
                json!(self.in_review),
            );
        } else if !self.in_review.is_empty() && who == Who::Api {
            scene.history.record(
                scene.now_ms,
                who,
                Service::GooglePlay,
                "review_restarted",
                json!(self.in_review),
                json!(self.in_review),
            );
        }
        if self.held {
            self.held = false;
            scene.history.record(
                scene.now_ms,
                who,
                Service::GooglePlay,
                "held_changes",
                json!(true),
                json!(false),
            );
        }
        self.serve(self.committed.clone(), who, scene);
    }

    fn serve(&mut self, tracks: Tracks, who: Who, scene: &mut Scene<'_>) {
        for (name, track) in &tracks {
            let before = self.served.get(name).cloned().unwrap_or_default();
            if before.releases != track.releases {
                scene.history.record(
                    scene.now_ms,
                    who,
                    Service::GooglePlay,
                    format!("tracks/{name}"),
                    before.wire(name)["releases"].clone(),
                    track.wire(name)["releases"].clone(),
                );
            }
        }
        self.served = tracks;
    }

    fn summaries(&self, name: &str) -> Result<Answer, Refused> {
        let track = self
            .committed
            .get(name)
            .ok_or_else(|| Refused::not_found("Track not found."))?;
        let served = self.served.get(name);
        let releases: Vec<Value> = track
            .releases
            .iter()
            .take(20)
            .map(|release| {
                let live = served.is_some_and(|served| served.releases.contains(release));
                let state = match release.status {
                    Status::Draft => "RELEASE_LIFECYCLE_STATE_DRAFT",
                    Status::InProgress | Status::Halted | Status::Completed
                        if self.held && !live =>
                    {
                        "RELEASE_LIFECYCLE_STATE_NOT_SENT_FOR_REVIEW"
                    }
                    Status::InProgress | Status::Halted | Status::Completed => {
                        "RELEASE_LIFECYCLE_STATE_PUBLISHED"
                    }
                };
                let artifacts: Vec<Value> = release
                    .codes
                    .iter()
                    .map(|code| json!({ "versionCode": code }))
                    .collect();
                json!({
                    "releaseName": release.name,
                    "track": name,
                    "activeArtifacts": artifacts,
                    "releaseLifecycleState": state,
                })
            })
            .collect();
        Ok(Answer::json(200, &json!({ "releases": releases })))
    }

    fn let_console_move(&mut self, scene: &mut Scene<'_>) {
        if self.console_moves_next {
            self.console_moves_next = false;
            if let Err(error) = self.console(&json!({"action": "raise", "fraction": 0.5}), scene) {
                tracing::debug!(%error, "the person in the console could not raise the rollout");
            }
        }
    }
}

fn app_edit(edit: &edits::Edit) -> Answer {
    Answer::json(
        200,
        &json!({"id": edit.id, "expiryTimeSeconds": (edit.expires_ms / 1000).to_string()}),
    )
}

fn no_such_url() -> Refused {
    Refused::not_found("The requested URL was not found on this server.")
}

fn check_parameters(call: &Call, known: &[&str]) -> Result<(), Refused> {
    for (name, value) in &call.query {
        if name == "alt" && value != "json" {
            return Err(Refused::invalid(
                "Only alt=json is supported by the sandbox.",
            ));
        }
        if !COMMON_PARAMETERS.contains(&name.as_str()) && !known.contains(&name.as_str()) {
            return Err(Refused::unknown_parameter(name));
        }
    }
    Ok(())
}

fn check_no_body(call: &Call) -> Result<(), Refused> {
    let Some(body) = call.json() else {
        return if call.body.is_empty() {
            Ok(())
        } else {
            Err(Refused::invalid(
                "Invalid JSON payload received. Unexpected token.",
            ))
        };
    };
    match body.as_object().and_then(|fields| fields.keys().next()) {
        Some(name) => Err(Refused::unknown_name(name, "")),
        None => Ok(()),
    }
}

fn check_edit_body(call: &Call) -> Result<(), Refused> {
    let Some(body) = call.json() else {
        return check_no_body(call);
    };
    // Both fields are output only: accepted and not looked at.
    match body.as_object().and_then(|fields| {
        fields
            .keys()
            .find(|key| *key != "id" && *key != "expiryTimeSeconds")
    }) {
        Some(name) => Err(Refused::unknown_name(name, "")),
        None => Ok(()),
    }
}
