//! Mastodon's refusals and what they mean. Must not know how they are handled.
//! Source: the method pages of Mastodon's documentation (statuses, accounts, rate limits).

use cockpit_domain::provider::ErrorKind::{Forbidden, RateLimited, Rejected, Unauthorized};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        mark!("The Mastodon server asks to come back later."),
        "",
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("The Mastodon server does not accept the access token."),
        mark!("Copy the token again from Preferences, Development, your application."),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The Mastodon application may not do this."),
        mark!(
            "Give the application read:accounts, read:statuses and write:statuses, then connect its new token."
        ),
    ),
    rule(
        422,
        "",
        Rejected,
        mark!("The Mastodon server refuses the notice as it is."),
        mark!("Change the notice and have it approved again. Most servers take 500 characters."),
    ),
];

pub(super) fn message(answer: &Answer) -> String {
    answer
        .value()
        .and_then(|body| body["error"].as_str().map(str::to_owned))
        .unwrap_or_default()
}
