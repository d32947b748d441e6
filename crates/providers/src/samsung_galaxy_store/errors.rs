//! Samsung's refusals and what they mean. Must not know how they are handled.
//! Sources: "Failure response codes" of the Content Publish API and "Authentication errors" of the
//! Galaxy Store Developer API.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use super::wire::result_code;
use crate::http::{Answer, Rule, rule};

const LOOK_THERE: &str = mark!("Look at the app in Seller Portal.");

pub(super) static RULES: &[Rule] = &[
    // A key that does not fit is answered as a failure of the server.
    rule(
        0,
        "invalid signature",
        Unauthorized,
        mark!("Samsung does not accept the key's signature."),
        mark!("Connect again with the whole key file of this service account."),
    ),
    rule(
        0,
        "NO_PERMISSION",
        Forbidden,
        mark!("The service account lacks a permission."),
        mark!(
            "Create a service account with \"Publishing & ITEM\" in Seller Portal, Assistance, API Service."
        ),
    ),
    rule(
        400,
        "3100",
        NotFound,
        mark!("Galaxy Store has no such version of this app."),
        mark!("Check the content ID."),
    ),
    rule(
        400,
        "3103",
        Moved,
        mark!("Galaxy Store lowers no share that is out."),
        mark!("Review the new share, then choose a higher one."),
    ),
    rule(
        400,
        "3104",
        Moved,
        mark!("Galaxy Store takes only a higher share than the one that is out."),
        mark!("Review the new share, then choose a higher one."),
    ),
    rule(
        400,
        "3105",
        Rejected,
        mark!("A country's own share stands against it."),
        LOOK_THERE,
    ),
    rule(
        400,
        "3206",
        Rejected,
        mark!("Galaxy Store does not allow this in the app's present state."),
        LOOK_THERE,
    ),
    rule(
        400,
        "3208",
        Rejected,
        mark!("Nothing rolls out in stages on Galaxy Store."),
        LOOK_THERE,
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("Samsung does not accept the service account."),
        mark!(
            "Check the service account ID and that the account still stands in Seller Portal, Assistance, API Service."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("Samsung does not let this service account change the app."),
        mark!(
            "Create a service account with \"Publishing & ITEM\" in Seller Portal, Assistance, API Service."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Galaxy Store does not know this."),
        mark!("Check the content ID and the address."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("Galaxy Store asks to come back later."),
        "",
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Galaxy Store refuses the change."),
        LOOK_THERE,
    ),
];

/// Code and message, of the publishing interface or of the gate before it.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let said = |name: &str| body[name].as_str().map(ToOwned::to_owned);
    let parts: Vec<String> = [
        result_code(&body),
        said("resultMessage"),
        said("code"),
        said("message"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(": ")
}
