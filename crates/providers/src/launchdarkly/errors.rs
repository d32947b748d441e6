//! LaunchDarkly's refusals and what they mean. Must not know how they are handled.
//! Source: LaunchDarkly's OpenAPI description, version 2.0.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

const APPROVAL: &str = mark!(
    "Not in effect yet: their approval is needed. LaunchDarkly takes changes in this environment only after somebody there approved them."
);
const ASK_THERE: &str = mark!(
    "Open the flag in LaunchDarkly, request the change there and have it approved and applied; or give the token's role \"bypassRequiredApproval\"."
);

pub(super) static RULES: &[Rule] = &[
    rule(405, "", NeedsPerson, APPROVAL, ASK_THERE),
    rule(403, "approval", NeedsPerson, APPROVAL, ASK_THERE),
    rule(
        409,
        "",
        Moved,
        mark!(
            "Somebody changed the flag in LaunchDarkly at the same moment, or a change that waits there stands against it."
        ),
        mark!("Review the new state, then ask again."),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("LaunchDarkly does not accept the token, or its role may not do this."),
        mark!(
            "Check that the token was neither deleted nor reset, that it is entered without \"Bearer\", and that its role may \"updateOn\" in this environment."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The role of the LaunchDarkly token lacks a permission."),
        mark!("Give the role \"updateOn\" for the flags of this environment."),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("LaunchDarkly does not know this flag, project or environment."),
        mark!("Check the keys of project, environment and flag; a flag may have been deleted."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("LaunchDarkly refuses the change."),
        mark!("Look at the flag in LaunchDarkly."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("LaunchDarkly asks to come back later."),
        "",
    ),
];

/// Code and message of LaunchDarkly's error body.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts: Vec<&str> = ["code", "message"]
        .into_iter()
        .filter_map(|name| body[name].as_str())
        .collect();
    parts.join(": ")
}
