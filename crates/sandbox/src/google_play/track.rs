//! A track and its releases, from Google's JSON and back. Must not know which change is allowed.

use serde_json::{Map, Value, json};

use super::errors::Refused;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Draft,
    InProgress,
    Halted,
    Completed,
}

impl Status {
    pub(super) fn wire(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::InProgress => "inProgress",
            Status::Halted => "halted",
            Status::Completed => "completed",
        }
    }

    /// As error texts write it.
    pub(super) fn loud(self) -> &'static str {
        match self {
            Status::Draft => "DRAFT",
            Status::InProgress => "IN_PROGRESS",
            Status::Halted => "HALTED",
            Status::Completed => "COMPLETED",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Release {
    pub name: String,
    pub codes: Vec<i64>,
    pub status: Status,
    pub fraction: Option<f64>,
    pub notes: Value,
    pub priority: Option<i64>,
    pub countries: Option<Value>,
}

impl Release {
    pub(super) fn new(name: &str, code: i64, status: Status, fraction: Option<f64>) -> Release {
        Release {
            name: name.to_owned(),
            codes: vec![code],
            status,
            fraction,
            notes: json!([{"language": "en-GB", "text": "Faster transfers and a tidier home screen."}]),
            priority: None,
            countries: None,
        }
    }

    pub(super) fn shares_code(&self, other: &Release) -> bool {
        self.codes.iter().any(|code| other.codes.contains(code))
    }

    pub(super) fn newest_code(&self) -> i64 {
        self.codes.iter().copied().max().unwrap_or(0)
    }

    pub(super) fn wire(&self) -> Value {
        let mut out = Map::new();
        out.insert("name".to_owned(), json!(self.name));
        let codes: Vec<String> = self.codes.iter().map(i64::to_string).collect();
        out.insert("versionCodes".to_owned(), json!(codes));
        if self.notes.as_array().is_some_and(|notes| !notes.is_empty()) {
            out.insert("releaseNotes".to_owned(), self.notes.clone());
        }
        out.insert("status".to_owned(), json!(self.status.wire()));
        if let Some(fraction) = self.fraction {
            out.insert("userFraction".to_owned(), json!(fraction));
        }
        if let Some(countries) = &self.countries {
            out.insert("countryTargeting".to_owned(), countries.clone());
        }
        if let Some(priority) = self.priority {
            out.insert("inAppUpdatePriority".to_owned(), json!(priority));
        }
        Value::Object(out)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Track {
    /// What the API shows, newest first.
    pub releases: Vec<Release>,
    /// Earlier completed releases, oldest first: the serving fallback comes from here.
    pub past: Vec<Release>,
}

impl Track {
    pub(super) fn wire(&self, name: &str) -> Value {
        let mut out = json!({ "track": name });
        if !self.releases.is_empty() {
            out["releases"] = Value::Array(self.releases.iter().map(Release::wire).collect());
        }
        out
    }

    /// The release that a rollout act is about: the staged one, else the newest.
    pub(super) fn front(&self) -> Option<&Release> {
        self.releases
            .iter()
            .find(|release| release.fraction.is_some())
            .or_else(|| {
                self.releases
                    .iter()
                    .find(|release| release.status == Status::Halted)
            })
            .or_else(|| self.releases.first())
    }
}

/// The releases of a Track body. A body without `releases` has none.
pub(super) fn read(body: &Value, track: &str) -> Result<Vec<Release>, Refused> {
    let Some(body) = body.as_object() else {
        return Err(Refused::invalid(
            "Invalid JSON payload received. Root element must be a message.",
        ));
    };
    for key in body.keys() {
        if key != "track" && key != "releases" {
            return Err(Refused::unknown_name(key, ""));
        }
    }
    if let Some(named) = body.get("track").and_then(Value::as_str)
        && !named.is_empty()
        && named != track
    {
        return Err(Refused::invalid(
            "Track in the request body does not match the track in the URL.",
        ));
    }
    match body.get("releases") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(releases)) => releases
            .iter()
            .enumerate()
            .map(|(index, release)| read_release(release, index))
            .collect(),
        Some(_) => Err(Refused::invalid(
            "Invalid value at 'track.releases': expected an array.",
        )),
    }
}

fn read_release(body: &Value, index: usize) -> Result<Release, Refused> {
    let at = format!("track.releases[{index}]");
    let wrong = |field: &str, value: &Value| {
        Refused::invalid(format!("Invalid value at '{at}.{field}', {value}"))
    };
    let body = body.as_object().ok_or_else(|| wrong("", body))?;
    let mut release = Release {
        name: String::new(),
        codes: Vec::new(),
        status: Status::Draft,
        fraction: None,
        notes: Value::Null,
        priority: None,
        countries: None,
    };
    let mut status = None;
    for (key, value) in body {
        match key.as_str() {
            "name" => {
                release.name = value
                    .as_str()
                    .ok_or_else(|| wrong("name", value))?
                    .to_owned()
            }
            "versionCodes" => {
                let list = value
                    .as_array()
                    .ok_or_else(|| wrong("versionCodes", value))?;
                for code in list {
                    // Google reads int64 both as text and as a number.
                    let code = code
                        .as_i64()
                        .or_else(|| code.as_str().and_then(|code| code.parse().ok()));
                    release
                        .codes
                        .push(code.ok_or_else(|| wrong("version_codes", value))?);
                }
            }
            "status" => {
                status = match value.as_str() {
                    Some("draft") => Some(Status::Draft),
                    Some("inProgress") => Some(Status::InProgress),
                    Some("halted") => Some(Status::Halted),
                    Some("completed") => Some(Status::Completed),
                    Some("statusUnspecified") => None,
                    _ => return Err(wrong("status", value)),
                }
            }
            "userFraction" => {
                let fraction = value
                    .as_f64()
                    .or_else(|| value.as_str().and_then(|text| text.parse().ok()));
                release.fraction = Some(fraction.ok_or_else(|| wrong("user_fraction", value))?);
            }
            "releaseNotes" => {
                check_notes(value, &at)?;
                release.notes = value.clone();
            }
            "inAppUpdatePriority" => {
                let priority = value.as_i64().filter(|priority| (0..=5).contains(priority));
                release.priority =
                    Some(priority.ok_or_else(|| wrong("in_app_update_priority", value))?);
            }
            "countryTargeting" => release.countries = Some(value.clone()),
            other => return Err(Refused::unknown_name(other, &at)),
        }
    }
    release.status = status.ok_or_else(|| Refused::invalid("Release status must be specified."))?;
    if release.codes.is_empty() && release.status != Status::Draft {
        return Err(Refused::invalid(
            "Release must contain at least one version code.",
        ));
    }
    Ok(release)
}

fn check_notes(notes: &Value, at: &str) -> Result<(), Refused> {
    let list = notes
        .as_array()
        .ok_or_else(|| Refused::invalid("Invalid value at 'release_notes'."))?;
    for note in list {
        for key in note.as_object().into_iter().flat_map(Map::keys) {
            if key != "language" && key != "text" {
                return Err(Refused::unknown_name(key, &format!("{at}.release_notes")));
            }
        }
        if note["text"]
            .as_str()
            .is_some_and(|text| text.chars().count() > 500)
        {
            return Err(Refused::invalid(
                "Release notes must not be longer than 500 characters.",
            ));
        }
    }
    Ok(())
}
