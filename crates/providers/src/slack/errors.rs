//! Slack's refusals and what they mean. Must not know how they are handled.
//! Source: the error lists of chat.postMessage, conversations.history and auth.test.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::{mark, say};

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        mark!("Slack asks to come back later: it takes about one message a second in a channel."),
        "",
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("Slack does not accept the bot token."),
        mark!("Copy the bot token again from your app's page, OAuth and permissions."),
    ),
    rule(
        403,
        "not_in_channel",
        Forbidden,
        mark!("The bot is not in the Slack channel."),
        mark!("Invite the bot to the channel, then try again."),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The Slack bot may not do this."),
        mark!(
            "Give the app chat:write and channels:history, install it again and connect its new \
             token."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Slack does not know this channel."),
        mark!("Check the channel ID. A private channel is known only to a bot that is in it."),
    ),
    rule(
        0,
        "is_archived",
        Rejected,
        mark!("The Slack channel is archived."),
        mark!("Open the channel again in Slack, or connect another."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Slack refuses the notice as it is."),
        mark!("Change the notice and have it approved again."),
    ),
];

/// The code of a refusal.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let code = body["error"].as_str().unwrap_or_default();
    match body["needed"].as_str() {
        Some(scope) => say!("{code} · needed: {scope}"),
        None => code.to_owned(),
    }
}

/// The HTTP status that a refusal would have if Slack used them.
pub(super) fn status_of(code: &str) -> u16 {
    match code {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => 429,
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => {
            401
        }
        "missing_scope"
        | "not_in_channel"
        | "restricted_action"
        | "restricted_action_read_only_channel"
        | "no_permission"
        | "access_denied"
        | "not_allowed_token_type"
        | "team_access_not_granted"
        | "ekm_access_denied" => 403,
        "channel_not_found" => 404,
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => 500,
        _ => 400,
    }
}
