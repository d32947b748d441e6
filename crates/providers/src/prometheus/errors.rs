//! Prometheus' refusals and what they mean. Must not know how they are handled.
//! Source: the documents of the HTTP interface, and the server's own answers (2.42).

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Server, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        400,
        "parse error",
        Rejected,
        mark!("Prometheus cannot read the query."),
        mark!("Try the query in Prometheus itself, then enter it again."),
    ),
    rule(
        400,
        "exceeded maximum resolution",
        Rejected,
        mark!("Prometheus gives no more than 11 000 points at once."),
        mark!("Choose a longer interval."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Prometheus does not accept the query."),
        mark!("Try the query in Prometheus itself, then enter it again."),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("What stands before Prometheus does not accept the credential."),
        mark!("Check the token, or the user and the password."),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("What stands before Prometheus does not allow queries with this credential."),
        mark!("Let it reach /api/v1/query and /api/v1/query_range."),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("No Prometheus answers at this address."),
        mark!("Enter the address without /api/v1; behind a proxy it may have a path of its own."),
    ),
    rule(
        422,
        "",
        Rejected,
        mark!("Prometheus can read the query and not work it out."),
        mark!(
            "Try the query in Prometheus itself: series may not match one to one, or be too many."
        ),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("What stands before Prometheus asks to come back later."),
        "",
    ),
    rule(
        503,
        "",
        Server,
        mark!("Prometheus took too long for the query, or is not ready."),
        mark!("If it goes on, let a recording rule work the share out, and ask for that."),
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
