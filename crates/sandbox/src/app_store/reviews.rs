//! Reviews of the app and of each version, newest first where it is asked so. Must not know phases.

use serde_json::{Map, Value, json};

use super::errors::Refused;
use super::page::Page;
use super::{AppStore, HOUR_MS};
use crate::clock::rfc3339;
use crate::history::Scene;
use crate::reviews::{Review, Shelf, Version};
use crate::wire::{Answer, Call};

const SHELF: Shelf = Shelf {
    name: "app_store",
    every_ms: HOUR_MS,
    newest: Version {
        name: "8.4.0",
        code: 0,
    },
    before: Version {
        name: "8.3.2",
        code: 0,
    },
    age_ms: 54 * HOUR_MS,
    share: 0.3,
};

impl AppStore {
    /// From when on people write that the newest version crashes.
    pub(crate) fn spike_from(&mut self, spike_ms: Option<i64>) {
        self.spike_ms = spike_ms;
    }

    /// Of one version, or of all.
    pub(super) fn customer_reviews(
        &self,
        version: Option<&str>,
        call: &Call,
        scene: &Scene<'_>,
    ) -> Result<Answer, Refused> {
        let name = version.map(|id| self.version(id)).transpose()?;
        let mut all = SHELF.at(scene.seed, self.epoch_ms, scene.now_ms, self.spike_ms);
        all.retain(|it| name.is_none_or(|version| version.name == it.version.name));
        match call.query("sort") {
            // No order is promised without one.
            None | Some("-createdDate") => {}
            Some("createdDate") => all.reverse(),
            Some("rating") => all.sort_by_key(|it| it.stars),
            Some("-rating") => all.sort_by_key(|it| std::cmp::Reverse(it.stars)),
            Some(other) => {
                return Err(Refused::parameter(
                    "sort",
                    format!("'{other}' is not a valid sort"),
                ));
            }
        }
        let fields = call.query_list("fields[customerReviews]");
        let part = Page::of(call, all.len())?;
        let page = all.iter().skip(part.start).take(part.limit);
        let data: Vec<Value> = page.map(|it| resource(it, &fields, scene.url)).collect();
        Ok(Answer::json(
            200,
            &json!({
                "data": data,
                "links": part.links(call, scene.url),
                "meta": {"paging": part.paging()},
            }),
        ))
    }
}

fn resource(it: &Review, fields: &[&str], url: &str) -> Value {
    let all = json!({
        "rating": it.stars,
        "title": it.title,
        "body": it.text,
        "reviewerNickname": it.author,
        "createdDate": rfc3339(it.at_ms),
        "territory": it.territory,
    });
    let asked = |name: &str| fields.is_empty() || fields.contains(&name);
    let attributes: Map<String, Value> = all
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| asked(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({
        "type": "customerReviews",
        "id": it.id,
        "attributes": attributes,
        "links": {"self": format!("{url}/v1/customerReviews/{}", it.id)},
    })
}
