//! Huawei's refusals and what they mean. Must not know how they are handled.
//! Sources: the Publishing API's envelope (`ret.code`, `ret.msg`, with HTTP 200), and codes and texts
//! that users of it reported; Huawei's own list is longer.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use super::wire::{Ret, number, text};
use crate::http::{Answer, Rule, rule};

const LOOK_THERE: &str = mark!("Look at the app's versions in AppGallery Connect.");

pub(super) static RULES: &[Rule] = &[
    rule(
        0,
        "203886599",
        Unauthorized,
        mark!("Huawei says that the client ID is of another kind."),
        mark!(
            "Enter the client ID of an API client (Users and permissions, API key, Connect API), not the app's own."
        ),
    ),
    rule(
        400,
        "204144647",
        Rejected,
        mark!("AppGallery does not allow this in the release's present state."),
        LOOK_THERE,
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("Huawei does not accept the API client."),
        mark!(
            "Check client ID and key, and that the address is the site where the project keeps its data."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("Huawei does not let this API client change the app."),
        mark!(
            "Its project must be N/A and its role App administrator. A client of one project is refused with an empty 403."
        ),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Huawei AppGallery does not know this."),
        mark!("Check the package name and the address."),
    ),
    rule(
        429,
        "",
        RateLimited,
        mark!("Huawei AppGallery asks to come back later."),
        "",
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("AppGallery refuses the change."),
        LOOK_THERE,
    ),
];

/// Code and message of the envelope.
pub(super) fn message(answer: &Answer) -> String {
    let Some(body) = answer.value() else {
        return String::new();
    };
    let ret = &body["ret"];
    let code = number(&ret["code"]).map(|code| code.to_string());
    let parts: Vec<String> = [code, text(&ret["msg"])].into_iter().flatten().collect();
    parts.join(": ")
}

/// A refusal in the envelope of a 200 as the status that means the same: Huawei took nothing.
pub(super) fn status_of(ret: &Ret) -> u16 {
    match ret.code {
        // The client is of another kind.
        203_886_599 => 401,
        _ => 400,
    }
}
