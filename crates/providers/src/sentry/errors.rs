//! Sentry's refusals and what they mean. Must not know how they are handled.
//! Source: Sentry's OpenAPI description; texts as the service sends them.

use cockpit_domain::provider::ErrorKind::{Forbidden, NotFound, RateLimited, Unauthorized};
use cockpit_say::mark;

use crate::http::{Answer, Rule};

pub(super) static RULES: &[Rule] = &[
    Rule {
        status: 401,
        contains: "",
        kind: Unauthorized,
        sentence: mark!("Sentry does not accept the token."),
        hint: mark!(
            "Check the token and the region's address (https://us.sentry.io or https://de.sentry.io)."
        ),
    },
    Rule {
        status: 403,
        contains: "",
        kind: Forbidden,
        sentence: mark!(
            "The Sentry token lacks a permission, or a project is not its organization's."
        ),
        hint: mark!(
            "Give the integration Organization: Read and Release: Read, and check the project numbers."
        ),
    },
    Rule {
        status: 404,
        contains: "",
        kind: NotFound,
        sentence: mark!("Sentry does not know this organization or project."),
        hint: mark!("Check the organization's slug and the region's address."),
    },
    Rule {
        status: 429,
        contains: "",
        kind: RateLimited,
        sentence: mark!("Sentry asks to come back later."),
        hint: "",
    },
];

/// `detail`, as a text or as a list of texts.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let detail = &body["detail"];
    let list = detail
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it.as_str());
    detail
        .as_str()
        .into_iter()
        .chain(list)
        .collect::<Vec<_>>()
        .join(" · ")
}
