//! Where each service's state and requests stand in the sandbox's own diary and request log. Must
//! not know what the engine said.

use serde_json::Value;

use crate::truth::Request;

/// How one target shows in the diary and in the log.
pub struct Ways {
    /// Changes of the target stand under names that begin so.
    pub diary: String,
    /// What tells how it stands, each kind on its own: a confirmation needs all of them.
    pub reads: Vec<Pattern>,
    /// What changes it as a stop does.
    pub writes: Vec<Pattern>,
    /// Whether it is stopped after a change; none when the change is of something else.
    pub is_stopped: fn(name: &str, change: &Value) -> Option<bool>,
}

/// Which requests are meant.
pub struct Pattern {
    /// How "METHOD path?query" begins.
    method: &'static str,
    part: String,
    /// Nothing comes after the part.
    ends: bool,
    /// Named in the body among others.
    flag: Option<String>,
}

impl Pattern {
    pub fn is(&self, request: &Request) -> bool {
        let part = match self.ends {
            true => request.line.ends_with(&self.part),
            false => request.line.contains(&self.part),
        };
        let named = |flag: &String| request.flags.contains(flag);
        part && request.line.starts_with(self.method) && self.flag.as_ref().is_none_or(named)
    }
}

fn has(method: &'static str, part: impl Into<String>) -> Pattern {
    Pattern {
        method,
        part: part.into(),
        ends: false,
        flag: None,
    }
}

fn ends(method: &'static str, part: impl Into<String>) -> Pattern {
    Pattern {
        ends: true,
        ..has(method, part)
    }
}

fn names(flag: &str, bulk: Pattern) -> Pattern {
    Pattern {
        flag: Some(flag.to_owned()),
        ..bulk
    }
}

impl Ways {
    /// `id` is "service:name".
    pub fn of(id: &str) -> Ways {
        let (service, name) = id.split_once(':').unwrap();
        let flag = name.rsplit('/').next().unwrap();
        match service {
            "google_play" => Ways {
                diary: "tracks/production".to_owned(),
                reads: vec![has("GET ", "/tracks/production")],
                writes: vec![has("POST ", ":commit")],
                is_stopped: |_, change| Some(newest_is_halted(&change["after"])),
            },
            "app_store" => Ways {
                diary: "appStoreVersionPhasedReleases/".to_owned(),
                reads: vec![has("GET ", "/appStoreVersions")],
                writes: vec![has("PATCH ", "")],
                is_stopped: |_, change| Some(change["after"] == "PAUSED"),
            },
            "huawei_app_gallery" => Ways {
                diary: format!("{name}/phased-release"),
                reads: ["releaseType=3", "releaseType=1"]
                    .map(|side| ends("GET /api/publish/v2/app-info", side))
                    .into(),
                writes: vec![has("PUT ", "/phased-release")],
                is_stopped: |_, change| Some(change["after"]["phased"]["state"] == "SUSPEND"),
            },
            "microsoft_store" => Ways {
                diary: "submissions/".to_owned(),
                reads: ["/packagerollout", &format!("/applications/{name}")]
                    .map(|part| ends("GET ", part))
                    .into(),
                writes: vec![has("POST /v1.0/my/", "packagerollout")],
                is_stopped: |_, change| {
                    let status = &change["after"]["packageRolloutStatus"];
                    Some(status == "PackageRolloutStopped")
                },
            },
            "eas_update" => Ways {
                diary: format!("channels/{flag}"),
                reads: vec![ends("POST ", "?CockpitChannel")],
                writes: ["?CockpitPause", "?CockpitResume"]
                    .map(|operation| ends("POST ", operation))
                    .into(),
                is_stopped: |_, change| Some(change["after"]["paused"] == true),
            },
            "unleash" => Ways {
                diary: format!("flags/{flag}/production"),
                reads: vec![
                    ends("GET ", format!("/features/{flag}")),
                    ends("GET ", format!("/client/features?namePrefix={flag}")),
                ],
                writes: vec![
                    has(
                        "POST ",
                        format!("/features/{flag}/environments/production/off"),
                    ),
                    names(
                        flag,
                        has("POST ", "/bulk_features/environments/production/off"),
                    ),
                ],
                is_stopped: |_, change| Some(change["after"]["enabled"] == false),
            },
            "launchdarkly" => Ways {
                diary: format!("flags/{flag}/production"),
                reads: vec![
                    has("GET /api/v2/flags/", format!("/{flag}?env=production")),
                    has("GET ", "/msdk/evalx/contexts/"),
                ],
                // Whoever only tries it says so in the query.
                writes: vec![ends("PATCH ", format!("/{flag}"))],
                is_stopped: |_, change| Some(change["after"]["on"] == false),
            },
            "flagsmith" => Ways {
                diary: format!("flags/{flag}"),
                reads: vec![
                    ends("GET /api/v1/projects/", format!("search={flag}")),
                    ends("GET ", "/api/v1/flags/"),
                ],
                // Of a version nobody gets anything before it is published.
                writes: vec![
                    ends("POST ", "/publish/"),
                    has(
                        "PATCH /api/v1/environments/",
                        format!("/{}/featurestates/", name.split('/').next().unwrap()),
                    ),
                ],
                is_stopped: |_, change| Some(change["after"]["on"] == false),
            },
            "remote_config" => Ways {
                diary: "parameters".to_owned(),
                reads: vec![
                    ends("GET ", "/remoteConfig"),
                    ends("POST ", "/namespaces/firebase:fetch"),
                ],
                writes: vec![ends("PUT ", "/remoteConfig")],
                is_stopped: |name, change| {
                    let parameter = &change["after"][name];
                    (*parameter != change["before"][name]).then(|| is_off_for_all(parameter))
                },
            },
            other => panic!("nobody says how {other} shows"),
        }
    }
}

fn newest_is_halted(releases: &Value) -> bool {
    let code = |release: &Value| {
        let codes = release["versionCodes"].as_array().unwrap();
        let numbers = codes.iter().map(|it| it.as_str().unwrap().parse::<i64>());
        numbers.map(Result::unwrap).max()
    };
    let newest = releases
        .as_array()
        .unwrap()
        .iter()
        .max_by_key(|it| code(it));
    newest.unwrap()["status"] == "halted"
}

/// By default and for every condition.
fn is_off_for_all(parameter: &Value) -> bool {
    let conditional = parameter["conditionalValues"].as_object();
    let conditional = conditional.into_iter().flat_map(serde_json::Map::values);
    let mut values = std::iter::once(&parameter["defaultValue"]).chain(conditional);
    values.all(|it| it["value"] == "false")
}
