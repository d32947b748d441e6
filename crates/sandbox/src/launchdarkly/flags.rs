//! Flags, their settings in each environment, and what SDKs get to see of them when. Must not know
//! HTTP.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};

use super::PROJECT;
use crate::dice;

pub(super) const PRODUCTION: &str = "production";
pub(super) const TEST: &str = "test";

/// All of a share's weights together, in thousandths of a per cent.
const WEIGHTS: u32 = 100_000;

#[derive(Clone, Debug)]
pub(super) struct Variation {
    pub id: String,
    pub value: Value,
}

/// What people get while the flag is on, by the places of variations.
#[derive(Clone, Debug)]
pub(super) enum Serve {
    One(usize),
    /// With weights in thousandths of a per cent.
    Shares(Vec<(usize, u32)>),
}

#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub on: bool,
    pub version: u64,
    /// What people get while it is off; their app's own default when there is none.
    pub off: Option<usize>,
    pub serve: Serve,
    pub changed_ms: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Flag {
    pub key: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub tags: Vec<&'static str>,
    pub version: u64,
    pub archived: bool,
    /// Whether apps and pages get it.
    pub mobile: bool,
    /// Nobody asked for it lately.
    pub inactive: bool,
    /// What apps have in their code.
    pub default: Value,
    pub created_ms: i64,
    pub variations: Vec<Variation>,
    pub settings: BTreeMap<&'static str, Setting>,
}

pub(super) type Flags = BTreeMap<String, Flag>;

/// The flags of the sandbox's project.
pub(super) fn seeded(seed: u64, epoch_ms: i64) -> Flags {
    let flag = |key: &'static str,
                name: &'static str,
                description: &'static str,
                values: &[Value],
                off: Option<usize>,
                serve: Serve| {
        let variation = |(place, value): (usize, &Value)| Variation {
            id: dice::uuid(seed, &format!("launchdarkly {key} {place}")),
            value: value.clone(),
        };
        let setting = |on| Setting {
            on,
            version: 12,
            off,
            serve: serve.clone(),
            changed_ms: epoch_ms - 86_400_000,
        };
        Flag {
            key,
            name,
            description,
            tags: vec!["wallet"],
            version: 3,
            archived: false,
            mobile: true,
            inactive: false,
            default: values[values.len() - 1].clone(),
            created_ms: epoch_ms - 30 * 86_400_000,
            variations: values.iter().enumerate().map(variation).collect(),
            settings: BTreeMap::from([(PRODUCTION, setting(true)), (TEST, setting(false))]),
        }
    };
    let switch = [json!(true), json!(false)];
    let half = Serve::Shares(vec![(0, 25_000), (1, WEIGHTS - 25_000)]);
    let all = [
        flag(
            "instant-transfer",
            "Instant transfer",
            "Instant transfers between wallets. New in 8.4.0; off means the standard transfer.",
            &switch,
            Some(1),
            Serve::One(0),
        ),
        flag(
            "home-feed-v3",
            "Home feed, third",
            "The third home feed, for a quarter of the people.",
            &switch,
            Some(1),
            half,
        ),
        flag(
            "rate-source",
            "Source of exchange rates",
            "Without a variation for off, so that apps fall back to what is in their code.",
            &[json!("primary"), json!("backup")],
            None,
            Serve::One(0),
        ),
        Flag {
            mobile: false,
            inactive: true,
            ..flag(
                "ledger-writes",
                "Ledger writes",
                "For servers only: mobile keys do not get it.",
                &switch,
                Some(1),
                Serve::One(0),
            )
        },
        Flag {
            archived: true,
            ..flag(
                "summer-banner",
                "Summer banner",
                "Over since September.",
                &switch,
                Some(1),
                Serve::One(0),
            )
        },
    ];
    all.into_iter()
        .map(|flag| (flag.key.to_owned(), flag))
        .collect()
}

impl Flag {
    /// As the REST interface shows it, with these environments.
    pub(super) fn shown(&self, wanted: impl Fn(&str) -> bool) -> Value {
        let environments: Map<String, Value> = self
            .settings
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, setting)| ((*name).to_owned(), self.setting(name, setting)))
            .collect();
        let variations: Vec<Value> = self
            .variations
            .iter()
            .map(|it| json!({"_id": it.id, "value": it.value}))
            .collect();
        let kind = if self.variations.iter().all(|it| it.value.is_boolean()) {
            "boolean"
        } else {
            "multivariate"
        };
        let mut shown = json!({
            "name": self.name,
            "kind": kind,
            "description": self.description,
            "key": self.key,
            "_version": self.version,
            "creationDate": self.created_ms,
            "includeInSnippet": false,
            "clientSideAvailability": {"usingMobileKey": self.mobile, "usingEnvironmentId": self.mobile},
            "variations": variations,
            "variationJsonSchema": null,
            "temporary": false,
            "tags": self.tags,
            "_links": {"self": {"href": format!("/api/v2/flags/{PROJECT}/{}", self.key), "type": "application/json"}},
            "experiments": {"baselineIdx": 0, "items": []},
            "customProperties": {},
            "archived": self.archived,
            "deprecated": false,
            "defaults": {"onVariation": 0, "offVariation": 1},
        });
        if !environments.is_empty() {
            shown["environments"] = Value::Object(environments);
        }
        shown
    }

    /// How it is used. The flag stands only in the links.
    pub(super) fn status(&self, environment: &str) -> Value {
        let name = if self.inactive { "inactive" } else { "active" };
        json!({
            "name": name,
            "default": self.default,
            "_links": {
                "parent": {"href": format!("/api/v2/flags/{PROJECT}/{}", self.key), "type": "application/json"},
                "self": {"href": format!("/api/v2/flag-statuses/{PROJECT}/{environment}/{}", self.key), "type": "application/json"},
            },
        })
    }

    fn setting(&self, environment: &str, setting: &Setting) -> Value {
        let mut shown = json!({
            "on": setting.on,
            "archived": self.archived,
            "salt": self.key,
            "sel": self.key,
            "lastModified": setting.changed_ms,
            "version": setting.version,
            "targets": [],
            "contextTargets": [],
            "rules": [],
            "fallthrough": setting.fallthrough(),
            "prerequisites": [],
            "_site": {"href": format!("/{PROJECT}/{environment}/features/{}", self.key), "type": "text/html"},
            "_environmentName": environment,
            "trackEvents": false,
            "trackEventsFallthrough": false,
        });
        if let Some(off) = setting.off {
            shown["offVariation"] = json!(off);
        }
        shown
    }

    /// As a server's SDK gets it, to evaluate by itself.
    pub(super) fn for_servers(&self, environment: &str) -> Option<Value> {
        let setting = self.settings.get(environment)?;
        let values: Vec<&Value> = self.variations.iter().map(|it| &it.value).collect();
        Some(json!({
            "key": self.key,
            "version": setting.version,
            "on": setting.on,
            "targets": [],
            "contextTargets": [],
            "prerequisites": [],
            "rules": [],
            "fallthrough": setting.fallthrough(),
            "offVariation": setting.off,
            "variations": values,
            "clientSideAvailability": {"usingMobileKey": self.mobile, "usingEnvironmentId": self.mobile},
            "clientSide": self.mobile,
            "salt": self.key,
            "trackEvents": false,
            "trackEventsFallthrough": false,
            "debugEventsUntilDate": null,
            "deleted": false,
        }))
    }

    /// What one person's app gets.
    pub(super) fn evaluated(
        &self,
        environment: &str,
        person: &str,
        seed: u64,
        reasons: bool,
    ) -> Option<Value> {
        let setting = self.settings.get(environment)?;
        let (place, reason) = match (&setting.serve, setting.on) {
            (_, false) => (setting.off, "OFF"),
            (Serve::One(place), true) => (Some(*place), "FALLTHROUGH"),
            (Serve::Shares(shares), true) => {
                let label = format!("{}:{person}", self.key);
                let drawn = (dice::chance(seed, &label) * f64::from(WEIGHTS)) as u32;
                let mut upto = 0;
                let hit = shares.iter().find(|(_, weight)| {
                    upto += weight;
                    drawn < upto
                });
                (hit.map(|(place, _)| *place), "FALLTHROUGH")
            }
        };
        let value = place.map_or(&Value::Null, |place| &self.variations[place].value);
        let mut shown = json!({
            "version": 40 + setting.version,
            "flagVersion": setting.version,
            "value": value,
            "trackEvents": false,
        });
        if let Some(place) = place {
            shown["variation"] = json!(place);
        }
        if reasons {
            shown["reason"] = json!({"kind": reason});
        }
        Some(shown)
    }
}

impl Setting {
    fn fallthrough(&self) -> Value {
        match &self.serve {
            Serve::One(place) => json!({"variation": place}),
            Serve::Shares(shares) => {
                let variations: Vec<Value> = shares
                    .iter()
                    .map(|(place, weight)| json!({"variation": place, "weight": weight}))
                    .collect();
                json!({"rollout": {"variations": variations, "contextKind": "user"}})
            }
        }
    }
}

/// What SDKs get: it follows what was set after a delay.
#[derive(Debug)]
pub(super) struct Served {
    pub flags: Flags,
    coming: VecDeque<(i64, Flags)>,
}

impl Served {
    pub(super) fn new(flags: &Flags) -> Served {
        Served {
            flags: flags.clone(),
            coming: VecDeque::new(),
        }
    }

    pub(super) fn publish(&mut self, at_ms: i64, flags: &Flags) {
        self.coming.push_back((at_ms, flags.clone()));
    }

    /// Takes over what is due.
    pub(super) fn tick(&mut self, now_ms: i64) {
        while self
            .coming
            .front()
            .is_some_and(|(at_ms, _)| *at_ms <= now_ms)
        {
            if let Some((_, flags)) = self.coming.pop_front() {
                self.flags = flags;
            }
        }
    }
}
