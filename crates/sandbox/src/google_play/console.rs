//! A person in the Play Console, the knobs, and the truth about Play. Must not know the API's shapes.

use serde_json::{Value, json};

use super::edits::Tracks;
use super::track::{Release, Status, Track};
use super::{GooglePlay, PEOPLE, rules};
use crate::history::{Scene, Who};
use crate::wire::Service;

impl GooglePlay {
    /// Does what a person does in the console. Every change kills the open edit.
    pub(crate) fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let action = body["action"].as_str().unwrap_or_default();
        let fraction = body["fraction"].as_f64();
        match action {
            "raise" | "halt" | "resume" | "complete" => {
                let track = body["track"].as_str().unwrap_or("production").to_owned();
                self.rollout(&track, action, fraction, scene)?;
            }
            "clear" => {
                let track = body["track"].as_str().unwrap_or("production").to_owned();
                self.clear(&track, scene)?;
            }
            "change" => {
                let what = body["what"]
                    .as_str()
                    .unwrap_or("Store listing: new screenshots")
                    .to_owned();
                let before = json!(self.pending);
                self.pending.push(what);
                self.note(
                    scene,
                    "pending_console_changes",
                    before,
                    json!(self.pending),
                );
            }
            "start_review" => {
                let before = json!(self.in_review);
                let what = body["what"]
                    .as_str()
                    .unwrap_or("Store listing: new screenshots")
                    .to_owned();
                if self.pending.is_empty() {
                    self.in_review.push(what);
                } else {
                    self.in_review.append(&mut self.pending);
                }
                self.note(scene, "in_review", before, json!(self.in_review));
            }
            "finish_review" => {
                let before = json!(self.in_review);
                self.in_review.clear();
                self.note(scene, "in_review", before, json!([]));
            }
            "recover" => {
                self.recover_in_console(body, scene)?;
                // No track is touched by it, so that the open edit lives on.
                return Ok(());
            }
            "release" => {
                let fraction = body["fraction"].as_f64();
                self.release_fixed(fraction, scene)?;
            }
            "manual_send" => {
                let on = body["on"].as_bool().unwrap_or(true);
                let before = json!(self.manual_send);
                self.manual_send = on;
                self.note(scene, "manual_send", before, json!(on));
                // Server state, not a change of the app: the open edit lives on.
                return Ok(());
            }
            "send_for_review" => self.send(Who::Console, scene),
            other => {
                return Err(format!(
                    "unknown action \"{other}\" for google_play; known: raise, halt, resume, complete, clear, change, start_review, finish_review, manual_send, send_for_review, recover, release"
                ));
            }
        }
        self.edits.kill_open();
        Ok(())
    }

    fn rollout(
        &mut self,
        name: &str,
        action: &str,
        fraction: Option<f64>,
        scene: &mut Scene<'_>,
    ) -> Result<(), String> {
        // What was committed but never sent stays so.
        let committed = self.rolled(&self.committed, name, action, fraction)?;
        let served = self.rolled(&self.served, name, action, fraction)?;
        self.committed = committed;
        self.serve(served, Who::Console, scene);
        Ok(())
    }

    /// 8.4.1, the corrected version, goes to production, in place of what rolled out or was halted.
    fn release_fixed(
        &mut self,
        fraction: Option<f64>,
        scene: &mut Scene<'_>,
    ) -> Result<(), String> {
        let status = match fraction {
            Some(_) => Status::InProgress,
            None => Status::Completed,
        };
        let fixed = Release::new("8.4.1", 84_103, status, fraction);
        let mut tracks = self.served.clone();
        let live = tracks.get("production").ok_or("no track \"production\"")?;
        let track = rules::put(live, "production", vec![fixed], &self.switches)
            .map_err(|refused| refused.message().to_owned())?;
        tracks.insert("production".to_owned(), track);
        self.committed = tracks.clone();
        self.serve(tracks, Who::Console, scene);
        Ok(())
    }

    /// What another program does that commits a track with an empty list of releases.
    fn clear(&mut self, name: &str, scene: &mut Scene<'_>) -> Result<(), String> {
        let mut tracks = self.served.clone();
        let live = tracks
            .get(name)
            .ok_or_else(|| format!("no track \"{name}\""))?;
        let track = rules::put(live, name, Vec::new(), &self.switches)
            .map_err(|refused| refused.message().to_owned())?;
        tracks.insert(name.to_owned(), track);
        self.committed = tracks.clone();
        self.serve(tracks, Who::Console, scene);
        Ok(())
    }

    /// 8.4.0 is all that production ever had, and everybody has it.
    fn make_first(&mut self) {
        let only = Track {
            releases: vec![Release::new("8.4.0", 84_012, Status::Completed, None)],
            past: Vec::new(),
        };
        for tracks in [&mut self.committed, &mut self.served] {
            tracks.insert("production".to_owned(), only.clone());
        }
        self.edits.kill_open();
    }

    fn rolled(
        &self,
        tracks: &Tracks,
        name: &str,
        action: &str,
        fraction: Option<f64>,
    ) -> Result<Tracks, String> {
        let live = tracks
            .get(name)
            .ok_or_else(|| format!("no track \"{name}\""))?;
        let mut release = live
            .front()
            .ok_or_else(|| format!("track \"{name}\" has no release"))?
            .clone();
        match action {
            "raise" => {
                release.status = Status::InProgress;
                release.fraction = Some(fraction.ok_or("\"fraction\" is missing")?);
            }
            "halt" => release.status = Status::Halted,
            "resume" => {
                release.fraction = fraction.or(release.fraction);
                release.status = if release.fraction.is_some() {
                    Status::InProgress
                } else {
                    Status::Completed
                };
            }
            _ => {
                release.status = Status::Completed;
                release.fraction = None;
            }
        }
        let track = rules::put(live, name, vec![release], &self.switches)
            .map_err(|refused| refused.message().to_owned())?;
        let mut tracks = tracks.clone();
        tracks.insert(name.to_owned(), track);
        Ok(tracks)
    }

    fn note(&self, scene: &mut Scene<'_>, target: &str, before: Value, after: Value) {
        scene.history.record(
            scene.now_ms,
            Who::Console,
            Service::GooglePlay,
            target,
            before,
            after,
        );
    }

    pub(crate) fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let number = || {
            value
                .as_u64()
                .ok_or_else(|| format!("\"{name}\" needs a whole number"))
        };
        let truth = || {
            value
                .as_bool()
                .ok_or_else(|| format!("\"{name}\" needs true or false"))
        };
        match name {
            "edit_lifetime_s" => {
                self.edits.lifetime_ms = i64::try_from(number()?).unwrap_or(i64::MAX / 2000) * 1000
            }
            "daily_edits_max" => {
                self.edits.daily_max = usize::try_from(number()?).unwrap_or(usize::MAX)
            }
            "queries_per_minute_max" => {
                self.queries_per_minute_max = usize::try_from(number()?).unwrap_or(usize::MAX)
            }
            "draft_app" => self.switches.draft_app = truth()?,
            "first_release" if truth()? => self.make_first(),
            "first_release" => return Err("\"first_release\" cannot be undone".to_owned()),
            "lenient_halt" => self.switches.lenient_halt = truth()?,
            "permitted" => self.permitted = truth()?,
            "may_release" => self.may_release = truth()?,
            "reviews_permitted" => self.reviews.permitted = truth()?,
            "reviews_per_hour_max" => {
                self.reviews.per_hour_max = usize::try_from(number()?).unwrap_or(usize::MAX)
            }
            "recovery_app_bundle" => self.recoveries.app_bundle = truth()?,
            "recovery_making_ms" => {
                self.recoveries.making_ms = i64::try_from(number()?).unwrap_or(i64::MAX / 4)
            }
            "recovery_makes_drafts" => self.recoveries.makes_drafts = truth()?,
            "recovery_making_fails" => self.recoveries.making_fails = truth()?,
            "revoke_tokens" => self.tokens.revoke_all(),
            _ => {
                return Err(format!(
                    "unknown knob \"{name}\" for google_play; known: edit_lifetime_s, daily_edits_max, queries_per_minute_max, draft_app, first_release, lenient_halt, permitted, may_release, reviews_permitted, reviews_per_hour_max, recovery_app_bundle, recovery_making_ms, recovery_makes_drafts, recovery_making_fails, revoke_tokens"
                ));
            }
        }
        Ok(())
    }

    /// The truth: what people's devices get.
    pub(crate) fn truth(&self, now_ms: i64) -> Value {
        let tracks: serde_json::Map<String, Value> = self
            .served
            .iter()
            .map(|(name, track)| {
                let front = track.front();
                let releases = track.wire(name)["releases"].clone();
                let value = json!({
                    "status": front.map(|release| release.status.wire()),
                    "user_fraction": front.and_then(|release| release.fraction),
                    "version_codes": front.map(|release| release.codes.clone()),
                    "people_offered": front.map(people),
                    "releases": if releases.is_null() { json!([]) } else { releases },
                });
                (name.clone(), value)
            })
            .collect();
        json!({
            "package": super::PACKAGE,
            "tracks": tracks,
            "pending_console_changes": self.pending,
            "in_review": self.in_review,
            "manual_send": self.manual_send,
            "held_changes": self.held,
            "open_edit": self.edits.open(now_ms).map(|edit| edit.id.clone()),
            "edits_created_today": self.edits.created_today(now_ms),
            "recoveries": self.recoveries_now(now_ms),
        })
    }
}

fn people(release: &Release) -> u64 {
    let share = match release.status {
        Status::Draft | Status::Halted => 0.0,
        Status::InProgress => release.fraction.unwrap_or(0.0),
        Status::Completed => 1.0,
    };
    (PEOPLE * share).round() as u64
}
