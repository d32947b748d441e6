//! The Microsoft Store's refusals and what they mean. Must not know how they are handled.
//! Sources: the pages of the submission API (status codes), texts that its public clients have
//! recorded, and the codes of Azure AD's sign-in.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Answer, Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        0,
        "AADSTS7000222",
        Unauthorized,
        mark!("The key for the Microsoft Store has ended."),
        mark!(
            "In Partner Center, User management, Azure AD applications: add a new key and connect again."
        ),
    ),
    rule(
        0,
        "AADSTS7000215",
        Unauthorized,
        mark!("Microsoft does not accept the key."),
        mark!("Enter the key's value, which is shown once when it is made, and not its ID."),
    ),
    rule(
        0,
        "AADSTS700016",
        Unauthorized,
        mark!("Microsoft does not know the client ID in this tenant."),
        mark!("Copy tenant ID and client ID of the same application from Partner Center."),
    ),
    rule(
        0,
        "AADSTS90002",
        Unauthorized,
        mark!("Microsoft does not know the tenant."),
        mark!("Copy the tenant ID from Partner Center: User management, Azure AD applications."),
    ),
    rule(
        0,
        "AADSTS",
        Unauthorized,
        mark!("Microsoft refuses the sign-in."),
        mark!("Check tenant ID, client ID and key, and that this computer's clock is right."),
    ),
    rule(
        409,
        "not supported by the submission API",
        NeedsPerson,
        mark!(
            "Not in effect: this app uses what Microsoft's interface does not serve, such as mandatory updates."
        ),
        mark!("Halt the rollout in Partner Center: the app's overview, Halt package rollout."),
    ),
    rule(
        409,
        "",
        Moved,
        mark!("The rollout is not as it was read, so the Microsoft Store refuses this."),
        mark!("Review the new state, then decide again."),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("The Microsoft Store does not accept the sign-in."),
        mark!(
            "Check that the application is still added in Partner Center, and that this computer's clock is right."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The application may not do this in the Microsoft Store."),
        mark!(
            "In Partner Center, User management, Azure AD applications: give it the role Manager."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("The Microsoft Store does not know this app or submission."),
        mark!(
            "Check the Store ID. It is not the package's name; it stands in Partner Center under Product identity."
        ),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("The Microsoft Store does not take the request as it is."),
        mark!("Look at the rollout in Partner Center."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("The Microsoft Store asks to come back later."),
        "",
    ),
];

/// Message and code, also of the error within, and what the sign-in says.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let parts = [
        &body["message"],
        &body["code"],
        &body["innererror"]["message"],
        &body["error_description"],
        &body["error"],
    ];
    let parts: Vec<&str> = parts.into_iter().filter_map(|it| it.as_str()).collect();
    parts.join(" · ")
}
