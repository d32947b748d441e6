//! A workflow's refusals and what they mean. Must not know how they are handled.
//! Source: the error codes of Azure Logic Apps' request trigger, which Power Automate runs on.

use cockpit_domain::provider::ErrorKind::{NotFound, RateLimited, Rejected, Unauthorized};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

const AGAIN: &str = mark!("Copy the workflow's address again from Teams and connect it.");

pub(super) static RULES: &[Rule] = &[
    rule(
        401,
        "",
        Unauthorized,
        mark!("The workflow does not accept its address's signature."),
        AGAIN,
    ),
    rule(
        403,
        "",
        Unauthorized,
        mark!("The workflow does not take requests from this address."),
        AGAIN,
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("There is no such workflow any more, or it is turned off."),
        mark!("Turn the workflow on in Teams, or connect a new one. Its owner may have left."),
    ),
    rule(
        413,
        "",
        Rejected,
        mark!("The notice is too long for Teams."),
        mark!("Shorten the notice and have it approved again."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("The workflow is called too often for now."),
        "",
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("The workflow refuses the notice as it is."),
        mark!("Check that the workflow begins with \"When a Teams webhook request is received\"."),
    ),
];

pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts = ["code", "message"].map(|key| body["error"][key].as_str().unwrap_or_default());
    parts.join(" · ")
}
