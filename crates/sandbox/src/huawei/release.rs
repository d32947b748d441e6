//! What stands in AppGallery: a full release, and a phased one beside it. Must not know HTTP.

use chrono::DateTime;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;

#[derive(Clone, Debug, PartialEq)]
struct Version {
    name: &'static str,
    code: i64,
}

#[derive(Clone, Debug, PartialEq)]
struct Phased {
    version: Version,
    state: String,
    percent: f64,
    start_ms: i64,
    end_ms: i64,
}

#[derive(Clone, Debug, PartialEq)]
struct Stand {
    full: Version,
    phased: Option<Phased>,
    /// A version in review.
    submitted: Option<Version>,
    taken_down: bool,
    /// A draft of a further phased version covers the state of the one on the shelf.
    draft: bool,
}

/// What is so, and what answers show of it.
#[derive(Debug)]
pub(super) struct Shelf {
    real: Stand,
    shown: Stand,
    /// When the change becomes seen.
    settles_at_ms: Option<i64>,
}

impl Shelf {
    pub(super) fn new(now_ms: i64) -> Shelf {
        let real = Stand {
            full: Version {
                name: "8.3.2",
                code: 83_207,
            },
            phased: Some(Phased {
                version: Version {
                    name: "8.4.0",
                    code: 84_012,
                },
                state: "RELEASE".to_owned(),
                percent: 20.0,
                start_ms: now_ms - 2 * DAY_MS,
                end_ms: now_ms + 5 * DAY_MS,
            }),
            submitted: None,
            taken_down: false,
            draft: false,
        };
        Shelf {
            shown: real.clone(),
            real,
            settles_at_ms: None,
        }
    }

    pub(super) fn tick(&mut self, now_ms: i64) {
        if self.settles_at_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            self.settles_at_ms = None;
            self.shown = self.real.clone();
        }
    }

    pub(super) fn settle(&mut self, at_ms: i64) {
        self.settles_at_ms = Some(at_ms);
    }

    pub(super) fn set_state(&mut self, state: &str) -> Result<(), String> {
        if !["SUSPEND", "RELEASE"].contains(&state) {
            return Err("The state is invalid".to_owned());
        }
        let phased = self.running()?;
        state.clone_into(&mut phased.state);
        Ok(())
    }

    pub(super) fn set_share(&mut self, state: &str, percent: Option<&str>) -> Result<(), String> {
        let percent = percent
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|percent| (0.0..=100.0).contains(percent))
            .ok_or("The phasedReleasePercent is invalid")?;
        if state != "RELEASE" {
            return Err("The state is invalid".to_owned());
        }
        let phased = self.running()?;
        phased.percent = percent;
        state.clone_into(&mut phased.state);
        Ok(())
    }

    pub(super) fn complete(&mut self) -> Result<(), String> {
        let version = self.running()?.version.clone();
        self.real.full = version;
        self.real.phased = None;
        Ok(())
    }

    pub(super) fn take_down(&mut self) {
        self.real.taken_down = true;
        self.real.phased = None;
    }

    pub(super) fn submit(&mut self) {
        self.real.submitted = Some(Version {
            name: "8.5.0",
            code: 85_001,
        });
    }

    /// Somebody prepares a further phased version.
    pub(super) fn draft(&mut self) {
        self.real.draft = self.real.phased.is_some();
    }

    /// A state that no document lists.
    pub(super) fn odd_state(&mut self) {
        if let Some(phased) = &mut self.real.phased {
            "FROZEN".clone_into(&mut phased.state);
        }
    }

    fn running(&mut self) -> Result<&mut Phased, String> {
        self.real.phased.as_mut().ok_or_else(|| {
            "The new service has can't be edited service,which can't be updated!".to_owned()
        })
    }

    /// `app-info`. Version codes are numbers on one side and texts on the other.
    pub(super) fn info(&self, phased_side: bool) -> Value {
        let it = &self.shown;
        let newest = it
            .submitted
            .as_ref()
            .or(it.phased.as_ref().map(|it| &it.version))
            .unwrap_or(&it.full);
        let state = match (&it.submitted, it.taken_down) {
            (_, true) => 10,
            (Some(_), false) => 5,
            (None, false) if it.draft && phased_side => 7,
            (None, false) => 0,
        };
        let mut app = if phased_side {
            match &it.phased {
                Some(phased) => json!({
                    "releaseState": state.to_string(),
                    "versionNumber": newest.name,
                    "versionCode": newest.code.to_string(),
                    "onShelfVersionNumber": phased.version.name,
                    "onShelfVersionCode": phased.version.code.to_string(),
                }),
                // Without a phased release there is an empty draft.
                None => json!({"releaseState": 7}),
            }
        } else {
            json!({
                "releaseState": state,
                "versionNumber": it.full.name,
                "versionCode": it.full.code,
                "onShelfVersionNumber": it.full.name,
                "onShelfVersionCode": it.full.code,
            })
        };
        app["defaultLang"] = json!("en-GB");
        let mut body = json!({
            "ret": {"code": 0, "msg": "success"},
            "appInfo": app,
            "auditInfo": {"auditOpinion": ""},
            "languages": [{"lang": "en-GB", "appName": "Northwind Wallet"}],
        });
        if let Some(phased) = &it.phased {
            body["phasedReleaseInfo"] = json!({
                "state": if it.draft { "DRAFT" } else { &phased.state },
                "phasedReleaseStartTime": at(phased.start_ms),
                "phasedReleaseEndTime": at(phased.end_ms),
                "phasedReleasePercent": format!("{:.2}", phased.percent),
                "phasedReleaseDescription": "The new home screen",
            });
        }
        body
    }

    pub(super) fn truth(&self) -> Value {
        let phased = self.real.phased.as_ref().map(
            |it| json!({"version": it.version.name, "state": it.state, "percent": it.percent}),
        );
        json!({
            "full": self.real.full.name,
            "phased": phased,
            "submitted": self.real.submitted.as_ref().map(|it| it.name),
            "taken_down": self.real.taken_down,
        })
    }
}

/// "2026-12-01T08:00:00+0800", in Chinese time.
fn at(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms + 8 * 3_600_000)
        .map(|at| at.format("%Y-%m-%dT%H:%M:%S+0800").to_string())
        .unwrap_or_default()
}
