//! App Store Connect API: apps, versions, builds and phased releases. Must not know latency, faults
//! or the other services.

mod auth;
mod change;
mod console;
mod errors;
mod json;
mod page;
mod phased;
mod reviews;
mod sale;

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::history::{History, Scene, Who};
use crate::wire::{Answer, Call, Service};
use errors::Refused;
use page::{Page, one};
use phased::{Phased, State};

pub(crate) use errors::failure;

pub(crate) const BUNDLE_ID: &str = "com.northwind.wallet";
const APP_ID: &str = "6450840001";
const HOUR_MS: i64 = 3_600_000;
const READY: &str = "READY_FOR_DISTRIBUTION";

#[derive(Debug)]
struct Version {
    id: String,
    name: &'static str,
    build_id: String,
    build: &'static str,
    state: &'static str,
    removed: bool,
    created_ms: i64,
    phased: Option<Phased>,
}

impl Version {
    /// The older word for the state, which also knows removal from sale.
    fn store_state(&self) -> &'static str {
        match self.state {
            READY if self.removed => "DEVELOPER_REMOVED_FROM_SALE",
            READY => "READY_FOR_SALE",
            other => other,
        }
    }
}

#[derive(Debug)]
pub(crate) struct AppStore {
    versions: Vec<Version>,
    /// Where the app is sold.
    sold: Vec<&'static str>,
    new_territories: bool,
    permitted: bool,
    queries_ms: VecDeque<i64>,
    queries_per_hour_max: usize,
    epoch_ms: i64,
    spike_ms: Option<i64>,
}

impl AppStore {
    pub(crate) fn new(epoch_ms: i64) -> AppStore {
        let day_ms = 24 * HOUR_MS;
        let version = |number: u32, name, build, state, age_days: i64, phased| Version {
            id: format!("84000000-0000-4000-a000-00000000{number:04}"),
            name,
            build_id: format!("b1d00000-0000-4000-a000-00000000{number:04}"),
            build,
            state,
            removed: false,
            created_ms: epoch_ms - age_days * day_ms,
            phased,
        };
        let phased_id = |number: u32| format!("9a5ed000-0000-4000-a000-00000000{number:04}");
        let ended = |number, age_days| {
            Some(Phased::complete(
                &phased_id(number),
                epoch_ms - age_days * day_ms,
            ))
        };
        // Two whole days and six hours old: day 3, with 18 hours to go until day 4.
        let running = Phased::active(&phased_id(8400), epoch_ms - 2 * day_ms - 6 * HOUR_MS);
        AppStore {
            versions: vec![
                version(8400, "8.4.0", "8400.3", READY, 6, Some(running)),
                version(
                    8320,
                    "8.3.2",
                    "8320.7",
                    "REPLACED_WITH_NEW_VERSION",
                    34,
                    ended(8320, 30),
                ),
                version(
                    8310,
                    "8.3.1",
                    "8310.2",
                    "REPLACED_WITH_NEW_VERSION",
                    62,
                    ended(8310, 58),
                ),
            ],
            sold: sale::TERRITORIES.to_vec(),
            new_territories: true,
            permitted: true,
            queries_ms: VecDeque::new(),
            queries_per_hour_max: 3_600,
            epoch_ms,
            spike_ms: None,
        }
    }

    /// Lets days pass.
    pub(crate) fn tick(&mut self, now_ms: i64, history: &mut History) {
        for phased in self
            .versions
            .iter_mut()
            .filter_map(|version| version.phased.as_mut())
        {
            if let Some(before) = phased.tick(now_ms) {
                note(
                    history,
                    now_ms,
                    Who::Schedule,
                    &phased.id,
                    before,
                    phased.state,
                );
            }
        }
    }

    pub(crate) fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let answer = match self.serve(call, scene) {
            Ok(answer) => answer,
            Err(refused) => refused.answer(),
        };
        let left = self
            .queries_per_hour_max
            .saturating_sub(self.queries_ms.len());
        let limit = format!(
            "user-hour-lim:{};user-hour-rem:{left};",
            self.queries_per_hour_max
        );
        answer.header("x-rate-limit", limit)
    }

    fn serve(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        auth::check(call, scene.wall_ms)?;
        while self
            .queries_ms
            .front()
            .is_some_and(|at_ms| scene.now_ms - at_ms >= HOUR_MS)
        {
            self.queries_ms.pop_front();
        }
        if self.queries_ms.len() >= self.queries_per_hour_max {
            return Ok(errors::failure(429));
        }
        self.queries_ms.push_back(scene.now_ms);
        if !self.permitted {
            return Err(Refused::forbidden());
        }
        self.route(call, scene)
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        let parts = call.parts(0);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["v1", "apps"]) => apps(call, scene.url),
            ("GET", ["v1", "apps", id]) => {
                known_app(id)?;
                Ok(one(json::app(scene.url), Vec::new(), call, scene.url))
            }
            ("GET", ["v1", "apps", id, "appStoreVersions"]) => {
                known_app(id)?;
                self.versions_of_app(call, scene)
            }
            ("GET", ["v1", "apps", id, "customerReviews"]) => {
                known_app(id)?;
                self.customer_reviews(None, call, scene)
            }
            ("GET", ["v1", "appStoreVersions", id, "customerReviews"]) => {
                self.customer_reviews(Some(id), call, scene)
            }
            ("GET", ["v1", "apps", id, "appAvailabilityV2"]) => {
                known_app(id)?;
                Ok(self.availability(call, scene))
            }
            ("GET", ["v2", "appAvailabilities", id, "territoryAvailabilities"]) => {
                self.territories(id, call, scene)
            }
            ("POST", ["v2", "appAvailabilities"]) => self.set_availability(call, scene),
            ("POST", ["v1", "appStoreVersionReleaseRequests"]) => self.request_release(call, scene),
            ("GET", ["v1", "appStoreVersions", id]) => {
                let include = included(call)?;
                let version = self.version(id)?;
                let extra = extras(&[version], &include, scene);
                Ok(one(
                    json::version(version, &include, scene.url),
                    extra,
                    call,
                    scene.url,
                ))
            }
            ("GET", ["v1", "appStoreVersions", id, "build"]) => {
                let version = self.version(id)?;
                Ok(one(
                    json::build(version, scene.url),
                    Vec::new(),
                    call,
                    scene.url,
                ))
            }
            ("GET", ["v1", "appStoreVersions", id, "appStoreVersionPhasedRelease"]) => {
                let data = match &self.version(id)?.phased {
                    Some(phased) => json::phased(phased, scene.now_ms, scene.url),
                    None => Value::Null,
                };
                Ok(one(data, Vec::new(), call, scene.url))
            }
            ("POST", ["v1", "appStoreVersionPhasedReleases"]) => self.create_phased(call, scene),
            ("PATCH", ["v1", "appStoreVersionPhasedReleases", id]) => {
                self.change_phased(call, id, scene)
            }
            ("DELETE", ["v1", "appStoreVersionPhasedReleases", id]) => self.delete_phased(id),
            (
                _,
                [
                    "v1",
                    "apps" | "appStoreVersions" | "appStoreVersionPhasedReleases",
                    ..,
                ],
            ) => Err(Refused::new(
                405,
                "METHOD_NOT_ALLOWED",
                "The request method is not valid for the resource path.",
                format!("The method {} is not allowed for this path.", call.method),
            )),
            _ => Err(Refused::no_path(&call.path)),
        }
    }

    fn version(&self, id: &str) -> Result<&Version, Refused> {
        self.versions
            .iter()
            .find(|version| version.id == id)
            .ok_or_else(|| Refused::no_resource("appStoreVersions", id))
    }

    fn versions_of_app(&self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Refused> {
        let include = included(call)?;
        for (name, _) in &call.query {
            if name.starts_with("filter[")
                && ![
                    "platform",
                    "versionString",
                    "appStoreState",
                    "appVersionState",
                    "id",
                ]
                .iter()
                .any(|known| *name == format!("filter[{known}]"))
            {
                return Err(Refused::parameter(
                    name,
                    format!("'{name}' is not a valid filter type"),
                ));
            }
        }
        let meant = |name: &str, value: &str| {
            let wanted = call.query_list(&format!("filter[{name}]"));
            wanted.is_empty() || wanted.contains(&value)
        };
        let found: Vec<&Version> = self
            .versions
            .iter()
            .filter(|version| {
                meant("platform", "IOS")
                    && meant("versionString", version.name)
                    && meant("appVersionState", version.state)
                    && meant("appStoreState", version.store_state())
                    && meant("id", &version.id)
            })
            .collect();
        let part = Page::of(call, found.len())?;
        let page: Vec<&Version> = found
            .iter()
            .skip(part.start)
            .take(part.limit)
            .copied()
            .collect();
        let data: Vec<Value> = page
            .iter()
            .map(|version| json::version(version, &include, scene.url))
            .collect();
        let extra = extras(&page, &include, scene);
        let mut document = json!({
            "data": data,
            "links": part.links(call, scene.url),
            "meta": {"paging": part.paging()},
        });
        if !include.is_empty() {
            document["included"] = Value::Array(extra);
        }
        Ok(Answer::json(200, &document))
    }
}

fn note(history: &mut History, now_ms: i64, who: Who, id: &str, before: State, after: State) {
    history.record(
        now_ms,
        who,
        Service::AppStore,
        format!("appStoreVersionPhasedReleases/{id}"),
        json!(before.wire()),
        json!(after.wire()),
    );
}

fn apps(call: &Call, url: &str) -> Result<Answer, Refused> {
    let wanted = call.query_list("filter[bundleId]");
    let data = if wanted.is_empty() || wanted.contains(&BUNDLE_ID) {
        vec![json::app(url)]
    } else {
        Vec::new()
    };
    let part = Page::of(call, data.len())?;
    let page: Vec<&Value> = data.iter().skip(part.start).take(part.limit).collect();
    Ok(Answer::json(
        200,
        &json!({
            "data": page,
            "links": part.links(call, url),
            "meta": {"paging": part.paging()},
        }),
    ))
}

fn known_app(id: &str) -> Result<(), Refused> {
    if id == APP_ID {
        Ok(())
    } else {
        Err(Refused::no_resource("apps", id))
    }
}

fn included(call: &Call) -> Result<Vec<&str>, Refused> {
    let include = call.query_list("include");
    let known = [
        "app",
        "build",
        "appStoreVersionPhasedRelease",
        "appStoreVersionLocalizations",
    ];
    match include.iter().find(|name| !known.contains(*name)) {
        Some(name) => Err(Refused::parameter(
            "include",
            format!("'{name}' is not a valid relationship name"),
        )),
        None => Ok(include),
    }
}

fn extras(versions: &[&Version], include: &[&str], scene: &Scene<'_>) -> Vec<Value> {
    let mut extra = Vec::new();
    for version in versions {
        if include.contains(&"build") {
            extra.push(json::build(version, scene.url));
        }
        if include.contains(&"appStoreVersionPhasedRelease")
            && let Some(phased) = &version.phased
        {
            extra.push(json::phased(phased, scene.now_ms, scene.url));
        }
    }
    if include.contains(&"app") && !versions.is_empty() {
        extra.push(json::app(scene.url));
    }
    extra
}
