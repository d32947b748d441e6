//! What Firebase's interfaces have in common: signed requests and their refusals. Must not know
//! what a request does.
//! Sources: Google's API error model; the error codes of FCM's HTTP v1 interface.

use cockpit_domain::Service;
use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

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
        mark!("Firebase asks to come back later."),
        "",
    ),
    rule(
        412,
        "",
        Moved,
        mark!("Somebody published another version of the template since it was read."),
        mark!("Review the new state, then ask again."),
    ),
    rule(
        0,
        "THIRD_PARTY_AUTH_ERROR",
        NeedsPerson,
        mark!("Firebase has no valid key for Apple's push service, so iPhones would get nothing."),
        mark!("Upload the APNs key in the Firebase console: Project settings, Cloud Messaging."),
    ),
    rule(
        403,
        "has not been used in project",
        NeedsPerson,
        mark!("The interface is not turned on in the Firebase project."),
        mark!("Turn it on in the Google Cloud console, APIs and services."),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The service account may not do this in the Firebase project."),
        mark!("In the Google Cloud console, IAM: give it the role named in the connection's form."),
    ),
    rule(
        0,
        "short-lived token",
        Unauthorized,
        mark!("Google does not accept the sign-in because this computer's clock is off."),
        mark!("Set the computer's clock by the network, then try again."),
    ),
    rule(
        0,
        "Invalid JWT Signature",
        Unauthorized,
        mark!("Google does not accept the service account's key."),
        mark!(
            "The key may have been deleted: make a new one in Google Cloud (IAM, Service accounts, Keys) and connect again."
        ),
    ),
    rule(
        0,
        "invalid_grant",
        Unauthorized,
        mark!("Google does not accept the service account."),
        mark!(
            "Check that the service account exists and its key is not deleted, and that this computer's clock is right."
        ),
    ),
    rule(
        401,
        "",
        Unauthorized,
        mark!("Firebase does not accept the credential."),
        mark!("Check the service account's key."),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Firebase does not know this project."),
        mark!("Check that the key file belongs to the Firebase project of the app."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Firebase refuses what was sent as it is."),
        mark!(
            "Change a notice and have it approved again; put a template right in the Firebase \
             console."
        ),
    ),
];
