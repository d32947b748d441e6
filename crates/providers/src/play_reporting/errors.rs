//! Refusals of the Play Developer Reporting interface and what they mean. Must not know how they are
//! handled. Sources: Google's API error model; its description of the interface.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};

use crate::http::{Rule, rule};

pub(super) static RULES: &[Rule] = &[
    rule(
        429,
        "",
        RateLimited,
        "Google Play's figures ask to come back later.",
        "",
    ),
    rule(
        403,
        "has not been used in project",
        NeedsPerson,
        "The Play Developer Reporting API is not turned on in the account's Google Cloud project.",
        "Turn it on in the Google Cloud console, APIs and services. The publishing API is another one.",
    ),
    rule(
        403,
        "",
        Forbidden,
        "The service account may not see this app's vitals.",
        "In the Play console, Users and permissions: give it \"View app information (read-only)\" for this app.",
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
        "Google Play does not accept the credential for its figures.",
        "Check the service account's key.",
    ),
    rule(
        404,
        "",
        NotFound,
        "Google Play has no figures of this app.",
        "Check the package name.",
    ),
    rule(
        400,
        "",
        Rejected,
        "Google Play does not accept the question for figures.",
        "",
    ),
];
