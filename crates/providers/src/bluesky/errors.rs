//! Bluesky's refusals and what they mean. Must not know how they are handled.
//! Source: the lexicons of com.atproto.server and com.atproto.repo, and answers of a real server.

use cockpit_domain::provider::ErrorKind::{Forbidden, RateLimited, Rejected, Unauthorized};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

const PASSWORD: &str =
    mark!("Make a new app password in Bluesky (Settings, Privacy and security) and connect it.");

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        mark!("The Bluesky server asks to come back later."),
        "",
    ),
    rule(
        0,
        "ExpiredToken",
        Unauthorized,
        mark!("The Bluesky session is over."),
        PASSWORD,
    ),
    rule(
        0,
        "InvalidToken",
        Unauthorized,
        mark!("The Bluesky server does not accept the session."),
        PASSWORD,
    ),
    rule(
        0,
        "AccountTakedown",
        Forbidden,
        mark!("The Bluesky account was taken down."),
        mark!("Ask Bluesky's support about the account."),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("The Bluesky server does not accept the handle or the app password."),
        PASSWORD,
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The Bluesky server does not allow this with the app password."),
        PASSWORD,
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("The Bluesky server refuses the notice as it is."),
        mark!("Change the notice and have it approved again."),
    ),
];

pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts = ["error", "message"].map(|key| body[key].as_str().unwrap_or_default());
    parts.join(" · ").trim_matches([' ', '·']).to_owned()
}
