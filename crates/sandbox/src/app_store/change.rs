//! Writes to phased releases, and why they are refused. Must not know documents of reads.

use super::errors::Refused;
use super::page::one;
use super::phased::{No, Phased, State};
use super::{AppStore, json as resource, note};
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};

impl AppStore {
    pub(super) fn change_phased(
        &mut self,
        call: &Call,
        id: &str,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        let body = call
            .json()
            .ok_or_else(|| Refused::body("The request body is not a valid JSON document."))?;
        let version = self.versions.iter_mut().find(|version| {
            version
                .phased
                .as_ref()
                .is_some_and(|phased| phased.id == id)
        });
        let Some(version) = version else {
            return Err(Refused::no_resource("appStoreVersionPhasedReleases", id));
        };
        let data = &body["data"];
        if data["type"] != "appStoreVersionPhasedReleases" || data["id"] != id {
            return Err(Refused::new(
                409,
                "ENTITY_ERROR",
                "There is a problem with the request entity",
                "The type and id of the entity must match the resource path.",
            ));
        }
        let wanted = &data["attributes"]["phasedReleaseState"];
        let (version_id, version_state) = (version.id.clone(), version.state);
        let Some(phased) = version.phased.as_mut() else {
            return Err(Refused::no_resource("appStoreVersionPhasedReleases", id));
        };
        if !wanted.is_null() {
            let pointer = "/data/attributes/phasedReleaseState";
            let Some(state) = wanted.as_str().and_then(State::read) else {
                return Err(Refused::attribute(
                    pointer,
                    &format!("{wanted} is not a valid value"),
                ));
            };
            let before = phased.state;
            phased.change(state, scene.now_ms).map_err(|no| match no {
                No::AlreadyThere => {
                    Refused::attribute(pointer, "The phased release already has this value")
                }
                No::Final => Refused::attribute(
                    pointer,
                    "You cannot change the state of a phased release that is in a final state",
                ),
                No::PauseUsedUp => {
                    Refused::state("The phased release has used up its 30 days of pause.")
                }
                No::NotAllowed => Refused::state(
                    "The phased release cannot be changed to this state.",
                )
                .because(
                    &format!("/v1/appStoreVersions/{version_id}"),
                    Refused::new(
                        409,
                        "STATE_ERROR.ENTITY_STATE_INVALID",
                        "The state of the resource does not allow this",
                        format!(
                            "appStoreVersions with id '{version_id}' is in state {version_state}."
                        ),
                    ),
                ),
            })?;
            note(scene.history, scene.now_ms, Who::Api, id, before, state);
        }
        Ok(one(
            resource::phased(phased, scene.now_ms, scene.url),
            Vec::new(),
            call,
            scene.url,
        ))
    }

    pub(super) fn create_phased(
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
        let version = self
            .versions
            .iter_mut()
            .find(|version| version.id == id)
            .ok_or_else(|| Refused::no_resource("appStoreVersions", &id))?;
        let open = [
            "PREPARE_FOR_SUBMISSION",
            "WAITING_FOR_REVIEW",
            "IN_REVIEW",
            "PENDING_DEVELOPER_RELEASE",
        ];
        if version.phased.is_some() || !open.contains(&version.state) {
            return Err(
                Refused::state("The phased release cannot be created.").because(
                    &format!("/v1/appStoreVersions/{id}"),
                    Refused::new(
                        409,
                        "STATE_ERROR.ENTITY_STATE_INVALID",
                        "The state of the resource does not allow this",
                        format!(
                            "appStoreVersions with id '{id}' is in state {}.",
                            version.state
                        ),
                    ),
                ),
            );
        }
        let phased = Phased::inactive(&crate::dice::uuid(scene.seed, &format!("phased {id}")));
        let answer = one(
            resource::phased(&phased, scene.now_ms, scene.url),
            Vec::new(),
            call,
            scene.url,
        );
        version.phased = Some(phased);
        Ok(Answer {
            status: 201,
            ..answer
        })
    }

    pub(super) fn delete_phased(&mut self, id: &str) -> Result<Answer, Refused> {
        for version in &mut self.versions {
            match &version.phased {
                Some(phased) if phased.id == id && phased.state == State::Inactive => {
                    version.phased = None;
                    return Ok(Answer::empty(204));
                }
                Some(phased) if phased.id == id => {
                    return Err(Refused::state(
                        "A phased release that has started cannot be deleted.",
                    ));
                }
                Some(_) | None => {}
            }
        }
        Err(Refused::no_resource("appStoreVersionPhasedReleases", id))
    }
}
