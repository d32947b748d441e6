//! Flagsmith's refusals and what they mean. Must not know how they are handled.
//! Source: the texts and statuses in Flagsmith's open source, August 2026.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

pub(super) const APPROVAL: &str = mark!(
    "Not in effect: their approval is needed. Flagsmith takes changes in this environment only by a change request that somebody there approved."
);
pub(super) const ASK_THERE: &str = mark!(
    "Open the flag in Flagsmith, make the change there as a change request, and have it approved and published."
);

pub(super) static RULES: &[Rule] = &[
    rule(403, "change request", NeedsPerson, APPROVAL, ASK_THERE),
    rule(
        409,
        "change_requests_enabled",
        NeedsPerson,
        APPROVAL,
        ASK_THERE,
    ),
    rule(405, "", NeedsPerson, APPROVAL, ASK_THERE),
    rule(
        403,
        "Environment Key",
        Unauthorized,
        mark!("Flagsmith does not know the environment key, so what apps get is not known."),
        mark!("Copy the client-side environment key from the environment's SDK keys."),
    ),
    rule(
        403,
        "disabled from serving",
        Forbidden,
        mark!(
            "Flagsmith serves no flags to this organisation's apps: they take what they have or the values in their own code."
        ),
        mark!("Look at the plan's limit of requests in Flagsmith."),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("Flagsmith does not accept the API key."),
        mark!(
            "Check that it is an organisation API key of this server and was neither deleted nor expired. It is not the environment key."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The role of the Flagsmith API key lacks a permission."),
        mark!(
            "Give its role \"View environment\" and \"Update feature state\" in this environment, and \"View project\"."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Flagsmith does not know this, or does not show it to this API key."),
        mark!(
            "Check the environment key and the flag's name, and that the key's role may view project and environment."
        ),
    ),
    rule(
        400,
        "v2 feature versioning",
        Rejected,
        mark!("Flagsmith began to keep versions in this environment a moment ago."),
        mark!("Try again."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Flagsmith refuses the change."),
        mark!("Look at the flag in Flagsmith."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("Flagsmith asks to come back later."),
        "",
    ),
];

/// What stands in the body of a refusal: a detail with a code, or words for each field.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let mut parts: Vec<&str> = ["code", "detail", "message"]
        .into_iter()
        .filter_map(|name| body[name].as_str())
        .collect();
    if parts.is_empty() {
        let fields = body.as_object().into_iter().flatten();
        parts.extend(fields.filter_map(|(_, it)| it.as_str().or_else(|| it[0].as_str())));
    }
    parts.join(": ")
}
