//! EAS Update's refusals and what they mean. Most come with HTTP 200. Must not know how they are
//! handled.
//! Sources: the source of Expo's command line tool (`extensions.errorCode`, `isTransient`,
//! `errorType`) and texts that its users have reported.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Unauthorized, Unsupported,
};
use cockpit_say::mark;
use serde_json::Value;

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        401,
        "",
        Unauthorized,
        mark!("Expo does not accept the access token."),
        mark!(
            "Make a token for the robot user again on expo.dev: Account settings, Access tokens."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The access token may not do this in EAS Update."),
        mark!(
            "Give the robot user the role Developer in the account that owns the project; a protected channel needs Admin. Check the project ID too: somebody else's project is refused in the same words."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("EAS Update does not know this."),
        mark!("Check the project ID and the channel's name on expo.dev."),
    ),
    rule(
        400,
        "rollout is in progress",
        Rejected,
        mark!("EAS publishes nothing beside an update that goes to a share of people."),
        mark!("Revert or finish that rollout in EAS first; a pause works at once."),
    ),
    rule(
        400,
        "Cannot query field",
        Unsupported,
        mark!("Expo's interface is another one than this version of the cockpit speaks."),
        mark!("Use eas channel:pause, or expo.dev, and look for a newer version of the cockpit."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("EAS Update does not take this as it is."),
        mark!("Look at the channel on expo.dev."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("Expo asks to come back later."),
        "",
    ),
];

/// Messages and codes, in either shape that Expo uses.
pub(super) fn message(answer: &Answer) -> String {
    let body = answer.value().unwrap_or_default();
    let mut parts: Vec<&str> = Vec::new();
    for error in body["errors"].as_array().into_iter().flatten() {
        parts.extend(error["message"].as_str());
        parts.extend(error["extensions"]["errorCode"].as_str());
        parts.extend(error["code"].as_str());
    }
    parts.join(" · ")
}

/// The status that an error with 200 stands for. Only what Expo lays at the caller's door is known
/// to have changed nothing; any other error may come after the change.
pub(super) fn status_of(errors: &[Value]) -> u16 {
    let theirs = |error: &Value| {
        let extensions = &error["extensions"];
        let message = error["message"].as_str().unwrap_or_default();
        match extensions["errorCode"].as_str().unwrap_or_default() {
            _ if extensions["isTransient"] == true => 500,
            "UNAUTHORIZED_ERROR" => 403,
            _ if message.starts_with("Entity not authorized") => 403,
            _ if message.starts_with("Entity not found") => 404,
            "BAD_USER_INPUT" => 400,
            "TOO_MANY_REQUESTS" => 429,
            _ if extensions["errorType"] == "USER" => 400,
            _ => 500,
        }
    };
    // The worst counts: one error that may come after the change is enough.
    errors.iter().map(theirs).max().unwrap_or(500)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_the_caller_s_fault_is_known_to_have_changed_nothing() {
        let of = |errors: Value| status_of(errors.as_array().unwrap());
        let error = |code: &str, transient: bool, kind: &str| json!({"message": "no", "extensions": {"errorCode": code, "isTransient": transient, "errorType": kind}});
        assert_eq!(of(json!([error("UNAUTHORIZED_ERROR", false, "USER")])), 403);
        assert_eq!(of(json!([error("SOMETHING", false, "USER")])), 400);
        assert_eq!(of(json!([error("SOMETHING", true, "USER")])), 500);
        assert_eq!(of(json!([error("SOMETHING", false, "SERVER")])), 500);
        assert_eq!(of(json!([{"message": "no"}])), 500);
        assert_eq!(of(json!([])), 500);
        let both = json!([error("BAD_USER_INPUT", false, "USER"), {"message": "no"}]);
        assert_eq!(of(both), 500);
    }
}
