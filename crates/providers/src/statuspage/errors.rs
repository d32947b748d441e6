//! Statuspage's refusals and what they mean. Must not know how they are handled.
//! Source: Statuspage's API description v1; it limits with 420 as well as 429.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule};

const LIMITED: &str = mark!("Statuspage asks to come back later: it takes one request a second.");

pub(super) static RULES: &[Rule] = &[
    Rule {
        status: 401,
        contains: "",
        kind: Unauthorized,
        sentence: mark!("Statuspage does not accept the API key."),
        hint: mark!("Copy the key again from Statuspage: the avatar menu, API info."),
    },
    Rule {
        status: 403,
        contains: "",
        kind: Forbidden,
        sentence: mark!("The Statuspage key may not do this."),
        hint: mark!("Use the key of a team member who may manage incidents on this page."),
    },
    Rule {
        status: 404,
        contains: "",
        kind: NotFound,
        sentence: mark!("Statuspage does not know this page."),
        hint: mark!("Check the page ID, and that the key's owner belongs to the page."),
    },
    Rule {
        status: 420,
        contains: "",
        kind: RateLimited,
        sentence: LIMITED,
        hint: "",
    },
    Rule {
        status: 429,
        contains: "",
        kind: RateLimited,
        sentence: LIMITED,
        hint: "",
    },
    Rule {
        status: 422,
        contains: "",
        kind: Rejected,
        sentence: mark!("Statuspage refuses the notice as it is."),
        hint: mark!("Change the notice's text or title and have it approved again."),
    },
];

/// `error` or `message`, each a text or a list of texts.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let mut parts: Vec<&str> = Vec::new();
    for key in ["error", "message"] {
        parts.extend(body[key].as_str());
        parts.extend(
            body[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str()),
        );
    }
    parts.join(" · ")
}
