//! Refusals of the Play Developer Reporting interface and what they mean. Must not know how they are
//! handled. Sources: Google's API error model; its description of the interface.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        mark!("Google Play's figures ask to come back later."),
        "",
    ),
    rule(
        403,
        "has not been used in project",
        NeedsPerson,
        mark!(
            "The Play Developer Reporting API is not turned on in the account's Google Cloud \
             project."
        ),
        mark!(
            "Turn it on in the Google Cloud console, APIs and services. The publishing API is another one."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The service account may not see this app's vitals."),
        mark!(
            "In the Play console, Users and permissions: give it \"View app information (read-only)\" for this app."
        ),
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
        mark!("Google Play does not accept the credential for its figures."),
        mark!("Check the service account's key."),
    ),
    rule(
        404,
        "",
        NotFound,
        mark!("Google Play has no figures of this app."),
        mark!("Check the package name."),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Google Play does not accept the question for figures."),
        "",
    ),
];
