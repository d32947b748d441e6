//! What Firebase's interfaces have in common: signed requests and their refusals. Must not know
//! what a request does.
//! Sources: Google's API error model; the error codes of FCM's HTTP v1 interface.

use cockpit_domain::Service;
use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};

use crate::google::{Account, Signed, message};
use crate::http::{Client, Http, Limit, Rule, rule};

/// Requests of one Firebase interface.
pub(crate) fn signed(
    http: &Http,
    service: Service,
    base_url: String,
    account: Account,
    scope: &'static str,
    limit: Limit,
) -> Signed {
    let client = Client::new(http, service, base_url, limit, RULES, message);
    Signed::new(http, service, client, account, scope, RULES)
}

static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        "Firebase asks to come back later.",
        "",
    ),
    rule(
        412,
        "",
        Moved,
        "Somebody published another version of the template since it was read.",
        "Review the new state, then ask again.",
    ),
    rule(
        0,
        "THIRD_PARTY_AUTH_ERROR",
        NeedsPerson,
        "Firebase has no valid key for Apple's push service, so iPhones would get nothing.",
        "Upload the APNs key in the Firebase console: Project settings, Cloud Messaging.",
    ),
    rule(
        403,
        "has not been used in project",
        NeedsPerson,
        "The interface is not turned on in the Firebase project.",
        "Turn it on in the Google Cloud console, APIs and services.",
    ),
    rule(
        403,
        "",
        Forbidden,
        "The service account may not do this in the Firebase project.",
        "In the Google Cloud console, IAM: give it the role named in the connection's form.",
    ),
    rule(
        0,
        "short-lived token",
        Unauthorized,
        "Google does not accept the sign-in because this computer's clock is off.",
        "Set the computer's clock by the network, then try again.",
    ),
    rule(
        0,
        "Invalid JWT Signature",
        Unauthorized,
        "Google does not accept the service account's key.",
        "The key may have been deleted: make a new one in Google Cloud (IAM, Service accounts, Keys) and connect again.",
    ),
    rule(
        0,
        "invalid_grant",
        Unauthorized,
        "Google does not accept the service account.",
        "Check that the service account exists and its key is not deleted, and that this computer's clock is right.",
    ),
    rule(
        401,
        "",
        Unauthorized,
        "Firebase does not accept the credential.",
        "Check the service account's key.",
    ),
    rule(
        404,
        "",
        NotFound,
        "Firebase does not know this project.",
        "Check that the key file belongs to the Firebase project of the app.",
    ),
    rule(
        400,
        "",
        Rejected,
        "Firebase refuses what was sent as it is.",
        "Change a notice and have it approved again; put a template right in the Firebase console.",
    ),
];
