//! Unleash's refusals and what they mean. Must not know how they are handled.
//! Source: Unleash's OpenAPI description 8.2.0; texts as server 6.10 sends them.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule};

pub(super) static RULES: &[Rule] = &[
    Rule {
        status: 403,
        contains: "different token type",
        kind: Forbidden,
        sentence: mark!("Unleash got a token of the wrong type."),
        hint: mark!(
            "The admin token must be a personal access token (user:…) or service-account token, the client token a backend (client) token. They may have been swapped."
        ),
    },
    Rule {
        status: 403,
        contains: "CHANGE_REQUEST",
        kind: NeedsPerson,
        sentence: mark!(
            "Not in effect yet: Unleash takes changes in this environment only through a change request."
        ),
        hint: mark!(
            "Open the flag in Unleash, make the change there as a change request and have it approved; or give the token the permission to skip change requests."
        ),
    },
    Rule {
        status: 401,
        contains: "",
        kind: Unauthorized,
        sentence: mark!("Unleash does not accept the token."),
        hint: mark!(
            "Check that the token belongs to this server and was neither deleted nor expired."
        ),
    },
    Rule {
        status: 403,
        contains: "",
        kind: Forbidden,
        sentence: mark!("The Unleash token lacks a permission."),
        hint: mark!(
            "Give its owner the permission to toggle features in this environment of the project."
        ),
    },
    Rule {
        status: 404,
        contains: "",
        kind: NotFound,
        sentence: mark!("Unleash does not know this flag, project or environment."),
        hint: mark!("Check project, environment and flag name; the flag may have been archived."),
    },
    Rule {
        status: 409,
        contains: "",
        kind: Rejected,
        sentence: mark!("Unleash refuses this in the flag's present state."),
        hint: mark!("Look at the flag in Unleash."),
    },
    Rule {
        status: 429,
        contains: "",
        kind: RateLimited,
        sentence: mark!("Unleash asks to come back later."),
        hint: "",
    },
];

/// Message and details of Unleash's error body; a detail often repeats the message.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let mut parts: Vec<&str> = body["message"].as_str().into_iter().collect();
    let details = body["details"].as_array().into_iter().flatten();
    for detail in details.filter_map(|it| it["message"].as_str()) {
        if !parts.contains(&detail) {
            parts.push(detail);
        }
    }
    parts.join(" · ")
}
