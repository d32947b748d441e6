//! Where the app is sold, and versions that wait for their release. Must not know phases' days.

use serde_json::{Value, json};

use super::errors::Refused;
use super::page::{Page, one};
use super::phased::State;
use super::{APP_ID, AppStore, READY, known_app, note};
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call, Service};

pub(super) const PENDING: &str = "PENDING_DEVELOPER_RELEASE";
/// Countries and regions of this sandbox; Apple has 175.
pub(super) const TERRITORIES: [&str; 6] = ["USA", "GBR", "DEU", "FRA", "JPN", "BRA"];
const AVAILABILITY: &str = "ava11ab1-0000-4000-a000-000000000001";

impl AppStore {
    pub(super) fn availability(&self, call: &Call, scene: &Scene<'_>) -> Answer {
        let data = self.availability_wire(scene.url);
        one(data, Vec::new(), call, scene.url)
    }

    fn availability_wire(&self, url: &str) -> Value {
        let own = format!("{url}/v2/appAvailabilities/{AVAILABILITY}");
        let of = format!("{own}/territoryAvailabilities");
        json!({
            "type": "appAvailabilities",
            "id": AVAILABILITY,
            "attributes": {"availableInNewTerritories": self.new_territories},
            "relationships": {"territoryAvailabilities": {"links": {"related": of}}},
            "links": {"self": own},
        })
    }

    pub(super) fn territories(
        &self,
        id: &str,
        call: &Call,
        scene: &Scene<'_>,
    ) -> Result<Answer, Refused> {
        if id != AVAILABILITY {
            return Err(Refused::no_resource("appAvailabilities", id));
        }
        let include = call.query_list("include");
        if let Some(name) = include.iter().find(|name| **name != "territory") {
            return Err(Refused::parameter(
                "include",
                format!("'{name}' is not a valid relationship name"),
            ));
        }
        let part = Page::of(call, TERRITORIES.len())?;
        let page = TERRITORIES.iter().skip(part.start).take(part.limit);
        let data: Vec<Value> = page
            .map(|territory| {
                let sold = self.sold.contains(territory);
                let status = if sold {
                    "AVAILABLE"
                } else {
                    "PROCESSING_TO_NOT_AVAILABLE"
                };
                let mut of = json!({});
                if !include.is_empty() {
                    of = json!({"territory": {"data": {"type": "territories", "id": territory}}});
                }
                json!({
                    "type": "territoryAvailabilities",
                    "id": format!("{APP_ID}-{territory}"),
                    "attributes": {
                        "available": sold, "preOrderEnabled": false, "contentStatuses": [status],
                    },
                    "relationships": of,
                })
            })
            .collect();
        Ok(Answer::json(
            200,
            &json!({
                "data": data,
                "links": part.links(call, scene.url),
                "meta": {"paging": part.paging()},
            }),
        ))
    }

    /// Sets where the app is sold: every territory that is not named stays as it was.
    pub(super) fn set_availability(
        &mut self,
        call: &Call,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        let body = call
            .json()
            .ok_or_else(|| Refused::body("The request body is not a valid JSON document."))?;
        let data = &body["data"];
        let relations = &data["relationships"];
        known_app(relations["app"]["data"]["id"].as_str().unwrap_or_default())?;
        let new_ones = data["attributes"]["availableInNewTerritories"].as_bool();
        let (Some(new_ones), "appAvailabilities") =
            (new_ones, data["type"].as_str().unwrap_or_default())
        else {
            return Err(Refused::body(
                "The attribute 'availableInNewTerritories' is required.",
            ));
        };
        let mut sold = self.sold.clone();
        let named = relations["territoryAvailabilities"]["data"].as_array();
        for one in named.into_iter().flatten() {
            let of = body["included"].as_array().into_iter().flatten();
            let found = of.into_iter().find(|it| it["id"] == one["id"]);
            let territory = found.and_then(|it| {
                let name = it["relationships"]["territory"]["data"]["id"].as_str()?;
                TERRITORIES.into_iter().find(|known| *known == name)
            });
            let (Some(it), Some(territory)) = (found, territory) else {
                return Err(Refused::body(
                    "An included territory availability is missing.",
                ));
            };
            sold.retain(|known| *known != territory);
            if it["attributes"]["available"] == json!(true) {
                sold.push(territory);
            }
        }
        self.new_territories = new_ones;
        self.sold = sold;
        if self.sold.is_empty() {
            self.leave_sale(Who::Api, scene);
        }
        let answer = one(
            self.availability_wire(scene.url),
            Vec::new(),
            call,
            scene.url,
        );
        Ok(Answer {
            status: 201,
            ..answer
        })
    }

    /// Puts an approved version on sale in the place of what is there.
    pub(super) fn request_release(
        &mut self,
        call: &Call,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        let body = call
            .json()
            .ok_or_else(|| Refused::body("The request body is not a valid JSON document."))?;
        let id = body["data"]["relationships"]["appStoreVersion"]["data"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let state = self.version(&id)?.state;
        if state != PENDING {
            return Err(Refused::state("The version cannot be released.").because(
                &format!("/v1/appStoreVersions/{id}"),
                Refused::new(
                    409,
                    "STATE_ERROR.ENTITY_STATE_INVALID",
                    "The state of the resource does not allow this",
                    format!("appStoreVersions with id '{id}' is in state {state}."),
                ),
            ));
        }
        self.replace_released(Who::Api, scene);
        for version in self.versions.iter_mut().filter(|version| version.id == id) {
            scene.history.record(
                scene.now_ms,
                Who::Api,
                Service::AppStore,
                format!("appStoreVersions/{id}"),
                json!(version.state),
                json!(READY),
            );
            version.state = READY;
            if let Some(phased) = version.phased.as_mut() {
                let before = phased.state;
                if phased.change(State::Active, scene.now_ms).is_ok() {
                    note(
                        scene.history,
                        scene.now_ms,
                        Who::Api,
                        &phased.id,
                        before,
                        phased.state,
                    );
                }
            }
        }
        let request = crate::dice::uuid(scene.seed, &format!("release {id}"));
        let data = json!({
            "type": "appStoreVersionReleaseRequests",
            "id": request,
            "links": {"self": format!("{}/v1/appStoreVersionReleaseRequests/{request}", scene.url)},
        });
        Ok(Answer {
            status: 201,
            ..one(data, Vec::new(), call, scene.url)
        })
    }
}
