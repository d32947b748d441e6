//! Reviews: only with text, only of the last week, page by page, 200 requests an hour. Must not
//! know tracks.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::errors::Refused;
use super::{GooglePlay, check_parameters};
use crate::history::Scene;
use crate::reviews::{Shelf, Version};
use crate::wire::{Answer, Call};

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;
const PER_HOUR_MAX: usize = 200;
const PAGE_MAX: usize = 100;

const SHELF: Shelf = Shelf {
    name: "google_play",
    every_ms: 40 * 60_000,
    newest: Version {
        name: "8.4.0",
        code: 84_012,
    },
    before: Version {
        name: "8.3.2",
        code: 83_207,
    },
    age_ms: 70 * HOUR_MS,
    share: 0.25,
};

/// What is asked of reviews and when, and what moves them.
#[derive(Debug)]
pub(super) struct Reviews {
    asked_ms: VecDeque<i64>,
    /// The account may see reviews.
    pub permitted: bool,
    pub per_hour_max: usize,
    spike_ms: Option<i64>,
    epoch_ms: i64,
}

impl Reviews {
    pub(super) fn new(epoch_ms: i64) -> Reviews {
        Reviews {
            asked_ms: VecDeque::new(),
            permitted: true,
            per_hour_max: PER_HOUR_MAX,
            spike_ms: None,
            epoch_ms,
        }
    }
}

impl GooglePlay {
    /// From when on people write that the newest version crashes.
    pub(crate) fn spike_from(&mut self, spike_ms: Option<i64>) {
        self.reviews.spike_ms = spike_ms;
    }

    pub(super) fn list_reviews(
        &mut self,
        call: &Call,
        scene: &Scene<'_>,
    ) -> Result<Answer, Refused> {
        check_parameters(
            call,
            &["maxResults", "startIndex", "token", "translationLanguage"],
        )?;
        let state = &mut self.reviews;
        if !state.permitted {
            return Err(Refused::denied("The caller does not have permission"));
        }
        while state
            .asked_ms
            .front()
            .is_some_and(|at_ms| scene.now_ms - at_ms >= HOUR_MS)
        {
            state.asked_ms.pop_front();
        }
        if state.asked_ms.len() >= state.per_hour_max {
            return Err(Refused::exhausted(
                "Quota exceeded for quota metric 'Reviews retrieval' and limit 'Reviews retrieval per hour' of service 'androidpublisher.googleapis.com'.",
            ));
        }
        state.asked_ms.push_back(scene.now_ms);
        let number = |name: &str, most: usize, usual: usize| match call.query(name) {
            None => Ok(usual),
            Some(text) => text
                .parse::<usize>()
                .map(|number| number.min(most))
                .map_err(|_| Refused::invalid(format!("Invalid value at '{name}'."))),
        };
        let size = number("maxResults", PAGE_MAX, 10)?.max(1);
        let start = match call.query("token") {
            None => number("startIndex", usize::MAX, 0)?,
            Some(token) => token
                .strip_prefix("page-")
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| Refused::invalid("Invalid value at 'token'."))?,
        };
        let all = SHELF.at(scene.seed, state.epoch_ms, scene.now_ms, state.spike_ms);
        let week: Vec<_> = all
            .iter()
            .filter(|it| scene.now_ms - it.at_ms < WEEK_MS)
            .collect();
        let page: Vec<Value> = week
            .iter()
            .skip(start)
            .take(size)
            .map(|it| {
                json!({
                    "reviewId": it.id,
                    "authorName": it.author,
                    "comments": [{"userComment": {
                        // Google puts the title and the text into one, with a tab between.
                        "text": format!("{}\t{}", it.title, it.text),
                        "lastModified": {"seconds": (it.at_ms / 1_000).to_string(), "nanos": 0},
                        "starRating": it.stars,
                        "reviewerLanguage": "en",
                        "device": "sandbox",
                        "androidOsVersion": 35,
                        "appVersionCode": it.version.code,
                        "appVersionName": it.version.name,
                    }}],
                })
            })
            .collect();
        let mut body = json!({
            "reviews": page,
            "pageInfo": {
                "totalResults": week.len(), "resultPerPage": size, "startIndex": start,
            },
        });
        if start + size < week.len() {
            body["tokenPagination"] = json!({"nextPageToken": format!("page-{}", start + size)});
        }
        Ok(Answer::json(200, &body))
    }
}
