//! A homeserver's refusals and what they mean. Must not know how they are handled.
//! Source: the standard error codes of the Matrix client-server API.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        mark!("The homeserver asks to come back later."),
        "",
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("The homeserver does not accept the access token."),
        mark!(
            "The client that the token came from may have been signed out: sign in again and connect its new token."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The Matrix account may not do this in the room."),
        mark!("Join the account to the room and let it send messages there."),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("The homeserver does not know this room."),
        mark!("Check the room ID and that the account has joined the room."),
    ),
    rule(
        0,
        "M_TOO_LARGE",
        Rejected,
        mark!("The notice is too long for Matrix."),
        mark!("Shorten the notice and have it approved again."),
    ),
];

pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts = ["errcode", "error"].map(|key| body[key].as_str().unwrap_or_default());
    parts.join(" · ").trim_matches([' ', '·']).to_owned()
}
