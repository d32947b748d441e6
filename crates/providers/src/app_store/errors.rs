//! App Store Connect's refusals and what they mean. Must not know how they are handled.
//! Sources: Apple's OpenAPI description 4.4.1 (shape, codes) and texts that public clients of the
//! interface match on; Apple does not list them.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule};

/// The detail of the 409 for a state that is there already.
pub(super) const ALREADY: &str = "already has this value";

pub(super) static RULES: &[Rule] = &[
    Rule {
        status: 409,
        contains: "in a final state",
        kind: Rejected,
        sentence: mark!(
            "The phased release has ended: the version reaches everybody, and the App Store has no way back."
        ),
        hint: mark!("Turn the feature off by a flag, or send a corrected version to review."),
    },
    Rule {
        status: 409,
        contains: "STATE_ERROR",
        kind: Rejected,
        sentence: mark!("The App Store does not allow this in the version's present state."),
        hint: mark!("Look at the version in App Store Connect."),
    },
    Rule {
        status: 401,
        contains: "",
        kind: Unauthorized,
        sentence: mark!("App Store Connect does not accept the key."),
        hint: mark!(
            "Check three things: this computer's clock is right; Key ID and file belong together and the key is not revoked; Issuer ID is filled in for a team key and empty for an individual key."
        ),
    },
    Rule {
        status: 403,
        contains: "AGREEMENTS",
        kind: NeedsPerson,
        sentence: mark!(
            "An agreement with Apple is missing or has expired, so nothing can be changed."
        ),
        hint: mark!("The account holder must accept it in App Store Connect, Business."),
    },
    Rule {
        status: 403,
        contains: "",
        kind: Forbidden,
        sentence: mark!("The key's role does not allow this on the App Store."),
        hint: mark!(
            "Use a key with the role App Manager (App Store Connect: Users and Access, Integrations)."
        ),
    },
    Rule {
        status: 404,
        contains: "",
        kind: NotFound,
        sentence: mark!("App Store Connect does not know this, or the key may not see it."),
        hint: mark!("Check the bundle ID and that the key may see this app."),
    },
    Rule {
        status: 429,
        contains: "",
        kind: RateLimited,
        sentence: mark!("App Store Connect's requests for this hour are used up."),
        hint: "",
    },
];

/// Code, title and detail of each error, and of those that hide in `meta.associatedErrors`.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let mut parts: Vec<String> = Vec::new();
    for error in body["errors"].as_array().into_iter().flatten() {
        say(error, &mut parts);
        let hidden = error["meta"]["associatedErrors"].as_object();
        for more in hidden.into_iter().flat_map(|map| map.values()) {
            more.as_array()
                .into_iter()
                .flatten()
                .for_each(|error| say(error, &mut parts));
        }
    }
    parts.join(" · ")
}

fn say(error: &serde_json::Value, parts: &mut Vec<String>) {
    for key in ["detail", "code"] {
        parts.extend(error[key].as_str().map(str::to_owned));
    }
}
