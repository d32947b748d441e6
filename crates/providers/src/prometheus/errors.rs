//! Prometheus' refusals and what they mean. Must not know how they are handled.
//! Source: the documents of the HTTP interface, and the server's own answers (2.42).

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Server, Unauthorized,
};

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        400,
        "parse error",
        Rejected,
        "Prometheus cannot read the query.",
        "Try the query in Prometheus itself, then enter it again.",
    ),
    rule(
        400,
        "exceeded maximum resolution",
        Rejected,
        "Prometheus gives no more than 11 000 points at once.",
        "Choose a longer interval.",
    ),
    rule(
        400,
        "",
        Rejected,
        "Prometheus does not accept the query.",
        "Try the query in Prometheus itself, then enter it again.",
    ),
    rule(
        401,
        "",
        Unauthorized,
        "What stands before Prometheus does not accept the credential.",
        "Check the token, or the user and the password.",
    ),
    rule(
        403,
        "",
        Forbidden,
        "What stands before Prometheus does not allow queries with this credential.",
        "Let it reach /api/v1/query and /api/v1/query_range.",
    ),
    rule(
        404,
        "",
        NotFound,
        "No Prometheus answers at this address.",
        "Enter the address without /api/v1; behind a proxy it may have a path of its own.",
    ),
    rule(
        422,
        "",
        Rejected,
        "Prometheus can read the query and not work it out.",
        "Try the query in Prometheus itself: series may not match one to one, or be too many.",
    ),
    rule(
        429,
        "",
        RateLimited,
        "What stands before Prometheus asks to come back later.",
        "",
    ),
    rule(
        503,
        "",
        Server,
        "Prometheus took too long for the query, or is not ready.",
        "If it goes on, let a recording rule work the share out, and ask for that.",
    ),
];

/// The kind of an error and its text.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts = ["errorType", "error"].map(|key| body[key].as_str().unwrap_or_default());
    let said: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    said.join(": ")
}
