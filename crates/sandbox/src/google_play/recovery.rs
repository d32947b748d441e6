//! App recoveries: drafts that are deployed and then ask people, one for each request. Must not know
//! an edit.
//!
//! The shapes, the statuses and what each call does are Google's (discovery document, revision
//! 20261026). Google documents no refusal, nor when the making of what devices need goes on: those
//! texts, and both places for that time, are assumptions.

use serde_json::{Map, Value, json};

use super::errors::Refused;
use super::track::Status;
use super::{GooglePlay, PEOPLE, check_no_body, check_parameters};
use crate::clock;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call, Service};

const TARGETS: [&str; 5] = [
    "allUsers",
    "androidSdks",
    "regions",
    "versionList",
    "versionRange",
];
/// Half of those who are asked have updated after so long.
const HALF_MS: f64 = 6.0 * 3_600_000.0;

#[derive(Clone, Debug)]
struct Recovery {
    id: u64,
    codes: Vec<i64>,
    targeting: Value,
    created_ms: i64,
    updated_ms: i64,
    deployed_ms: Option<i64>,
    canceled_ms: Option<i64>,
    /// What devices need is made by then.
    made_ms: i64,
}

/// All recoveries, and how long making them takes.
#[derive(Debug)]
pub(super) struct Recoveries {
    all: Vec<Recovery>,
    /// The app is published as app bundles.
    pub app_bundle: bool,
    pub making_ms: i64,
    /// What devices need is made after the draft, before it can be deployed; otherwise once it is
    /// deployed, before anybody is asked.
    pub makes_drafts: bool,
    /// The next one cannot be made.
    pub making_fails: bool,
}

impl Recoveries {
    pub(super) fn new() -> Recoveries {
        Recoveries {
            all: Vec::new(),
            app_bundle: true,
            making_ms: 0,
            makes_drafts: false,
            making_fails: false,
        }
    }

    fn status(&self, it: &Recovery, now_ms: i64) -> &'static str {
        let making = now_ms < it.made_ms;
        match (it.canceled_ms, it.deployed_ms) {
            (Some(_), _) => "RECOVERY_STATUS_CANCELED",
            (None, Some(_) | None) if it.made_ms == i64::MAX => "RECOVERY_STATUS_GENERATION_FAILED",
            (None, Some(_) | None) if making => "RECOVERY_STATUS_GENERATION_IN_PROGRESS",
            (None, Some(_)) => "RECOVERY_STATUS_ACTIVE",
            (None, None) => "RECOVERY_STATUS_DRAFT",
        }
    }
}

impl GooglePlay {
    pub(super) fn create_recovery(
        &mut self,
        call: &Call,
        scene: &Scene<'_>,
    ) -> Result<Answer, Refused> {
        check_parameters(call, &[])?;
        let body = call.json().unwrap_or_else(|| json!({}));
        let fields = object(&body, "")?;
        only(fields, &["remoteInAppUpdate", "targeting"], "")?;
        if body["remoteInAppUpdate"]["isRemoteInAppUpdateRequested"] != true {
            return Err(Refused::invalid(
                "A recovery action must be specified: remote_in_app_update.",
            ));
        }
        if !self.recoveries.app_bundle {
            return Err(Refused::precondition(
                "App recovery is available only for apps that are published with Android App Bundle.",
            ));
        }
        let targeting = body["targeting"].clone();
        only(object(&targeting, "targeting")?, &TARGETS, "targeting")?;
        let codes = self.codes(&targeting)?;
        let making_ms = if self.recoveries.makes_drafts {
            self.recoveries.making_ms
        } else {
            0
        };
        let made_ms = match self.recoveries.making_fails {
            true => i64::MAX,
            false => scene.now_ms + making_ms,
        };
        self.recoveries.making_fails = false;
        // Numbers are of the whole of Google, and say nothing of an app's own.
        let id = 4_611_686_018_427_000_001 + self.recoveries.all.len() as u64;
        let made = Recovery {
            id,
            codes,
            targeting,
            created_ms: scene.now_ms,
            updated_ms: scene.now_ms,
            deployed_ms: None,
            canceled_ms: None,
            made_ms,
        };
        let answer = Answer::json(200, &self.wire(&made, scene.now_ms));
        self.recoveries.all.push(made);
        Ok(answer)
    }

    pub(super) fn list_recoveries(
        &self,
        call: &Call,
        scene: &Scene<'_>,
    ) -> Result<Answer, Refused> {
        check_parameters(call, &["versionCode"])?;
        let code = call
            .query("versionCode")
            .ok_or_else(|| Refused::invalid("version_code is required."))?;
        let code: i64 = code.parse().map_err(|_| {
            Refused::invalid(format!(
                "Invalid value at 'version_code' (TYPE_INT64), \"{code}\""
            ))
        })?;
        let of_it = self
            .recoveries
            .all
            .iter()
            .filter(|it| it.codes.contains(&code));
        let listed: Vec<Value> = of_it.map(|it| self.wire(it, scene.now_ms)).collect();
        // A list without anything in it is left out, as everywhere at Google.
        Ok(Answer::json(
            200,
            &match listed.is_empty() {
                true => json!({}),
                false => json!({ "recoveryActions": listed }),
            },
        ))
    }

    pub(super) fn act_on_recovery(
        &mut self,
        call: &Call,
        act: &str,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        check_parameters(call, &[])?;
        let (id, verb) = act.split_once(':').unwrap_or((act, ""));
        let place = self
            .recoveries
            .all
            .iter()
            .position(|it| it.id.to_string() == id)
            .ok_or_else(|| Refused::not_found("App recovery action not found."))?;
        match verb {
            "deploy" => self.deploy(call, place, scene)?,
            "cancel" => self.cancel(call, place, Who::Api, scene)?,
            "addTargeting" => self.add_targeting(call, place, scene)?,
            _ => return Err(super::no_such_url()),
        }
        Ok(Answer::json(200, &json!({})))
    }

    fn deploy(&mut self, call: &Call, place: usize, scene: &mut Scene<'_>) -> Result<(), Refused> {
        check_no_body(call)?;
        let status = self
            .recoveries
            .status(&self.recoveries.all[place], scene.now_ms);
        match status {
            "RECOVERY_STATUS_DRAFT" => {}
            "RECOVERY_STATUS_GENERATION_IN_PROGRESS" => {
                return Err(Refused::precondition(
                    "The app recovery action is still being generated.",
                ));
            }
            _ => {
                return Err(Refused::precondition(
                    "The app recovery action is not in DRAFT status.",
                ));
            }
        }
        self.start(place, Who::Api, scene);
        Ok(())
    }

    fn start(&mut self, place: usize, who: Who, scene: &mut Scene<'_>) {
        let making_ms = match self.recoveries.makes_drafts {
            true => 0,
            false => self.recoveries.making_ms,
        };
        let it = &mut self.recoveries.all[place];
        it.deployed_ms = Some(scene.now_ms);
        it.updated_ms = scene.now_ms;
        it.made_ms = it.made_ms.max(scene.now_ms + making_ms);
        let target = format!("appRecoveries/{}", it.id);
        scene.history.record(
            scene.now_ms,
            who,
            Service::GooglePlay,
            target,
            json!("draft"),
            json!("asks"),
        );
    }

    fn cancel(
        &mut self,
        call: &Call,
        place: usize,
        who: Who,
        scene: &mut Scene<'_>,
    ) -> Result<(), Refused> {
        check_no_body(call)?;
        let it = &mut self.recoveries.all[place];
        if it.canceled_ms.is_some() {
            return Err(Refused::precondition(
                "The app recovery action has already been canceled.",
            ));
        }
        it.canceled_ms = Some(scene.now_ms);
        it.updated_ms = scene.now_ms;
        let before = if it.deployed_ms.is_some() {
            "asks"
        } else {
            "draft"
        };
        let target = format!("appRecoveries/{}", it.id);
        scene.history.record(
            scene.now_ms,
            who,
            Service::GooglePlay,
            target,
            json!(before),
            json!("canceled"),
        );
        Ok(())
    }

    /// Only criteria that were there from the beginning can be widened.
    fn add_targeting(
        &mut self,
        call: &Call,
        place: usize,
        scene: &Scene<'_>,
    ) -> Result<(), Refused> {
        let body = call.json().unwrap_or_else(|| json!({}));
        only(object(&body, "")?, &["targetingUpdate"], "")?;
        let update = body["targetingUpdate"].clone();
        let update = object(&update, "targeting_update")?.clone();
        only(&update, &TARGETS[..3], "targeting_update")?;
        let it = &mut self.recoveries.all[place];
        for (name, list) in [("regions", "regionCode"), ("androidSdks", "sdkLevels")] {
            let Some(added) = update.get(name) else {
                continue;
            };
            let Some(there) = it.targeting[name][list].as_array_mut() else {
                return Err(Refused::invalid(format!(
                    "Only criteria selected at creation can be expanded: {name}."
                )));
            };
            for one in added[list].as_array().into_iter().flatten() {
                if !there.contains(one) {
                    there.push(one.clone());
                }
            }
        }
        if update.contains_key("allUsers") {
            let fields = it.targeting.as_object_mut();
            if let Some(fields) = fields {
                fields.remove("regions");
                fields.remove("androidSdks");
                fields.insert("allUsers".to_owned(), json!({"isAllUsersRequested": true}));
            }
        }
        it.updated_ms = scene.now_ms;
        Ok(())
    }

    /// The app's own codes that a targeting names.
    fn codes(&self, targeting: &Value) -> Result<Vec<i64>, Refused> {
        let number = |value: &Value| {
            value
                .as_i64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        };
        let known = &self.switches.uploaded;
        if let Some(list) = targeting["versionList"]["versionCodes"].as_array() {
            let codes: Option<Vec<i64>> = list.iter().map(number).collect();
            let codes =
                codes.ok_or_else(|| Refused::invalid("Invalid value at 'version_codes'."))?;
            if let Some(code) = codes.iter().find(|code| !known.contains(code)) {
                return Err(Refused::invalid(format!(
                    "{code} is not a version code of this app."
                )));
            }
            if !codes.is_empty() {
                return Ok(codes);
            }
        }
        let range = &targeting["versionRange"];
        if let (Some(from), Some(to)) = (
            number(&range["versionCodeStart"]),
            number(&range["versionCodeEnd"]),
        ) {
            let within = known
                .iter()
                .copied()
                .filter(|code| (from..=to).contains(code));
            return Ok(within.collect());
        }
        Err(Refused::invalid(
            "Targeting must specify the app versions: version_list or version_range.",
        ))
    }

    fn wire(&self, it: &Recovery, now_ms: i64) -> Value {
        let status = self.recoveries.status(it, now_ms);
        let mut out = json!({
            "appRecoveryId": it.id.to_string(),
            "createTime": clock::rfc3339_ms(it.created_ms),
            "lastUpdateTime": clock::rfc3339_ms(it.updated_ms),
            "status": status,
            "targeting": it.targeting,
        });
        for (name, at_ms) in [
            ("deployTime", it.deployed_ms),
            ("cancelTime", it.canceled_ms),
        ] {
            if let Some(at_ms) = at_ms {
                out[name] = json!(clock::rfc3339_ms(at_ms));
            }
        }
        if it.deployed_ms.is_some() && it.made_ms <= now_ms {
            let bundles: Vec<Value> = it
                .codes
                .iter()
                .map(|code| {
                    let (all, recovered) = self.devices(it, *code, now_ms);
                    json!({
                        "versionCode": code.to_string(),
                        "totalDeviceCount": all.to_string(),
                        "recoveredDeviceCount": recovered.to_string(),
                    })
                })
                .collect();
            out["remoteInAppUpdateData"] = json!({ "remoteAppUpdateDataPerBundle": bundles });
        }
        out
    }

    /// Devices that had the version when it was deployed, and those that have left it since: nobody,
    /// where nothing newer is handed out.
    fn devices(&self, it: &Recovery, code: i64, now_ms: i64) -> (u64, u64) {
        let Some(production) = self.served.get("production") else {
            return (0, 0);
        };
        let handed_out = |status: Status| matches!(status, Status::InProgress | Status::Completed);
        let newer = production
            .releases
            .iter()
            .filter(|release| handed_out(release.status) && release.newest_code() > code)
            .map(|release| release.fraction.unwrap_or(1.0))
            .fold(0.0, f64::max);
        let had = production
            .releases
            .iter()
            .find(|release| release.codes.contains(&code))
            .map_or(0.05, |release| release.fraction.unwrap_or(0.75));
        let all = PEOPLE * had * 0.6;
        let until_ms = it.canceled_ms.unwrap_or(now_ms);
        let asked_ms = (until_ms - it.made_ms.max(it.deployed_ms.unwrap_or(until_ms))).max(0);
        let share = newer * (1.0 - 0.5_f64.powf(asked_ms as f64 / HALF_MS));
        (all.round() as u64, (all * share).floor() as u64)
    }

    /// What a person in the console does: makes and deploys one, for a part of the people where
    /// regions are named, or cancels the newest.
    pub(super) fn recover_in_console(
        &mut self,
        body: &Value,
        scene: &mut Scene<'_>,
    ) -> Result<(), String> {
        let code = body["version_code"].as_i64();
        if body["cancel"] == true {
            let open = |it: &Recovery| it.canceled_ms.is_none();
            let place = self.recoveries.all.iter().rposition(open);
            let place = place.ok_or("no recovery is there")?;
            let it = &mut self.recoveries.all[place];
            it.canceled_ms = Some(scene.now_ms);
            it.updated_ms = scene.now_ms;
            return Ok(());
        }
        let code = code.ok_or("\"version_code\" is missing")?;
        let mut targeting = json!({"versionList": {"versionCodes": [code.to_string()]}});
        if let Some(regions) = body["regions"].as_array() {
            targeting["regions"] = json!({ "regionCode": regions });
        } else {
            targeting["allUsers"] = json!({"isAllUsersRequested": true});
        }
        self.recoveries.all.push(Recovery {
            id: 4_611_686_018_427_000_001 + self.recoveries.all.len() as u64,
            codes: vec![code],
            targeting,
            created_ms: scene.now_ms,
            updated_ms: scene.now_ms,
            deployed_ms: None,
            canceled_ms: None,
            made_ms: scene.now_ms,
        });
        self.start(self.recoveries.all.len() - 1, Who::Console, scene);
        Ok(())
    }

    /// Every recovery as it really stands.
    pub(super) fn recoveries_now(&self, now_ms: i64) -> Vec<Value> {
        let all = self.recoveries.all.iter();
        all.map(|it| self.wire(it, now_ms)).collect()
    }
}

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Refused> {
    value.as_object().ok_or_else(|| {
        Refused::invalid(match at {
            "" => "Invalid JSON payload received. Root element must be a message.".to_owned(),
            at => format!("Invalid value at '{at}'."),
        })
    })
}

fn only(fields: &Map<String, Value>, known: &[&str], at: &str) -> Result<(), Refused> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refused::unknown_name(name, at)),
        None => Ok(()),
    }
}
