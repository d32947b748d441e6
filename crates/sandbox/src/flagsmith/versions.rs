//! Further versions of a feature: a draft is made from what is live, changed, and published. Must not
//! know who asks.

use serde_json::{Value, json};

use super::flags::{Draft, State};
use super::{Flagsmith, detail};
use crate::clock::rfc3339_ms;
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};

impl Flagsmith {
    pub(super) fn versions(
        &mut self,
        call: &Call,
        feature: &str,
        rest: &[&str],
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Answer> {
        let name = self.by_id(feature, scene)?;
        match (call.method.as_str(), rest) {
            ("GET", []) => Ok(self.live(&name, scene)),
            ("POST", []) => self.draft(call, &name, scene),
            (_, [uuid, ..]) => {
                let draft = self.drafts.get(*uuid).filter(|draft| draft.feature == name);
                let Some(draft) = draft else {
                    return Err(self.not_a_draft(call, &name, rest, scene));
                };
                match (call.method.as_str(), &rest[1..]) {
                    ("GET", ["featurestates"]) => {
                        let id = feature.parse().unwrap_or_default();
                        Ok(Answer::json(200, &Value::Array(draft.state.listed(id))))
                    }
                    ("PATCH" | "PUT", ["featurestates", state]) => self.change(call, uuid, state),
                    ("POST", ["publish"]) => Ok(self.publish(uuid, scene)),
                    ("DELETE", []) => {
                        self.drafts.remove(*uuid);
                        Ok(Answer::empty(204))
                    }
                    _ => Err(detail(404, "Not found.")),
                }
            }
            _ => Err(detail(405, "Method \"PUT\" not allowed.")),
        }
    }

    /// What is answered for a version that is live, or was never made.
    fn not_a_draft(&mut self, call: &Call, name: &str, rest: &[&str], scene: &Scene<'_>) -> Answer {
        let live = self.there(scene).features.get(name).map(|it| &it.version);
        if live.is_none_or(|live| Some(&live.as_str()) != rest.first()) {
            return detail(404, "Not found.");
        }
        match call.method.as_str() {
            "DELETE" => detail(400, "Cannot delete a live version."),
            _ => detail(400, "Cannot modify published version."),
        }
    }

    fn live(&mut self, name: &str, scene: &Scene<'_>) -> Answer {
        let feature = self.there(scene).features[name].clone();
        let live = json!({
            "created_at": rfc3339_ms(feature.created_ms),
            "updated_at": rfc3339_ms(feature.created_ms),
            "published": true,
            "live_from": rfc3339_ms(feature.created_ms),
            "uuid": feature.version,
            "is_live": true,
            "published_by": null,
            "created_by": null,
            "description": self.described.get(&feature.version),
        });
        let body = json!({"count": 1, "next": null, "previous": null, "results": [live]});
        Answer::json(200, &body)
    }

    fn draft(&mut self, call: &Call, name: &str, scene: &Scene<'_>) -> Result<Answer, Answer> {
        if !self.versioned {
            let body = json!({"environment": "Environment must use v2 feature versioning."});
            return Err(Answer::json(400, &body));
        }
        let body = call.json().unwrap_or_default();
        self.made += 1;
        let uuid = dice::uuid(scene.seed, &format!("flagsmith version {}", self.made));
        let live = &self.there(scene).features[name].state;
        let state = State {
            id: live.id + 1_000,
            ..live.clone()
        };
        let description = body["description"].as_str().map(str::to_owned);
        let answer = json!({
            "created_at": rfc3339_ms(scene.now_ms),
            "updated_at": rfc3339_ms(scene.now_ms),
            "published": false,
            "live_from": null,
            "uuid": uuid,
            "is_live": false,
            "published_by": null,
            "created_by": null,
            "description": description,
        });
        let draft = Draft {
            feature: name.to_owned(),
            description,
            state,
        };
        self.drafts.insert(uuid, draft);
        Ok(Answer::json(201, &answer))
    }

    fn change(&mut self, call: &Call, uuid: &str, state: &str) -> Result<Answer, Answer> {
        let body = call.json().unwrap_or_default();
        if body["feature_state_value"].is_null() && call.method == "PUT" {
            let missing = json!({"feature_state_value": ["This field is required."]});
            return Err(Answer::json(400, &missing));
        }
        let draft = self.drafts.get_mut(uuid);
        let draft = draft.ok_or_else(|| detail(404, "Not found."))?;
        if draft.state.id.to_string() != state {
            return Err(detail(404, "Not found."));
        }
        if let Some(enabled) = body["enabled"].as_bool() {
            draft.state.enabled = enabled;
        }
        let shown = draft.state.listed(0).swap_remove(0);
        Ok(Answer::json(200, &shown))
    }

    /// The draft as a whole takes the place of what is live, also of what was published since it was
    /// made.
    fn publish(&mut self, uuid: &str, scene: &mut Scene<'_>) -> Answer {
        let Some(draft) = self.drafts.remove(uuid) else {
            return detail(404, "Not found.");
        };
        self.described
            .insert(uuid.to_owned(), draft.description.clone());
        let there = self.there(scene);
        if let Some(feature) = there.features.get_mut(&draft.feature) {
            uuid.clone_into(&mut feature.version);
            feature.state.segments = draft.state.segments.clone();
            feature.state.id = draft.state.id;
        }
        let comment = draft.description.unwrap_or_default();
        self.set(
            &draft.feature,
            draft.state.enabled,
            &comment,
            Who::Api,
            scene,
        );
        Answer::json(200, &json!({"live_from": rfc3339_ms(scene.now_ms)}))
    }
}
