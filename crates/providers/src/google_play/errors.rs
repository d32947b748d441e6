//! Google Play's refusals and what they mean. Must not know how they are handled.
//! Sources: the reference of the Google Play Developer API (edits, tracks) and error texts that
//! its public clients match on; Google documents only a part of them.

use cockpit_domain::provider::ErrorKind::{
    Forbidden, Moved, NeedsPerson, NotFound, RateLimited, Rejected, Unauthorized,
};
use cockpit_say::mark;

use crate::http::{Rule, rule};

const MOVED: &str = mark!(
    "Something changed in the Play console, or another program opened an edit, since the track was read."
);
const READ_AGAIN: &str = mark!("Review the new state, then decide again.");

pub(super) static RULES: &[Rule] = &[
    rule(0, "Edit has been deleted", Moved, MOVED, READ_AGAIN),
    rule(0, "editDeleted", Moved, MOVED, READ_AGAIN),
    rule(
        0,
        "edit has expired",
        Moved,
        mark!("The open edit expired before it was used."),
        READ_AGAIN,
    ),
    rule(
        0,
        "editExpired",
        Moved,
        mark!("The open edit expired before it was used."),
        READ_AGAIN,
    ),
    rule(
        0,
        "already been successfully committed",
        Moved,
        MOVED,
        READ_AGAIN,
    ),
    rule(
        409,
        "",
        Moved,
        mark!("Another change was made on Google Play at the same time."),
        READ_AGAIN,
    ),
    rule(
        0,
        "CHANGES_ALREADY_IN_REVIEW",
        NeedsPerson,
        mark!(
            "Not in effect yet: other changes of this app are in Google's review, and sending this now would cancel it."
        ),
        mark!(
            "Open the Play console, Publishing overview: wait for the review or remove the changes from it, then try again."
        ),
    ),
    rule(
        0,
        "already in review",
        NeedsPerson,
        mark!(
            "Not in effect yet: other changes of this app are in Google's review, and sending this now would cancel it."
        ),
        mark!(
            "Open the Play console, Publishing overview: wait for the review or remove the changes from it, then try again."
        ),
    ),
    rule(
        0,
        "set the query parameter changesNotSentForReview to true",
        NeedsPerson,
        mark!(
            "Not in effect yet: waits for a person in the Play console, because Google takes this app's changes only from there."
        ),
        mark!(
            "Make the change in the Play console and send it for review there (Publishing \
             overview)."
        ),
    ),
    rule(
        0,
        "changesNotSentForReview must not be set",
        Rejected,
        mark!("Google Play takes this app's changes only straight into review."),
        "",
    ),
    rule(
        403,
        "Daily edit creation quota exceeded",
        RateLimited,
        mark!("This app's edits for today are used up on Google Play."),
        mark!(
            "Stop other tools that open edits for each look, or stop the release in the Play \
             console."
        ),
    ),
    rule(
        0,
        "App Bundle",
        Rejected,
        mark!(
            "Google Play asks people to update only in apps that are published as app bundles and signed by Play."
        ),
        mark!("Tell people in another way, or turn the feature off by a flag."),
    ),
    rule(
        0,
        "recovery action has already been canceled",
        Moved,
        mark!("The update prompt was canceled already."),
        READ_AGAIN,
    ),
    rule(
        0,
        "recovery action is not in DRAFT",
        Moved,
        mark!("The update prompt was deployed or canceled already."),
        READ_AGAIN,
    ),
    rule(
        0,
        "recovery action is still being generated",
        Moved,
        mark!("Google still makes what devices need to be asked."),
        READ_AGAIN,
    ),
    rule(
        0,
        "is not a version code of this app",
        Rejected,
        mark!("Google Play does not know this version code."),
        mark!("Look at the version in the Play console, App bundle explorer."),
    ),
    rule(
        404,
        "recovery action not found",
        Moved,
        mark!("The update prompt is not there any more."),
        READ_AGAIN,
    ),
    rule(
        0,
        "RESOURCE_EXHAUSTED",
        RateLimited,
        mark!("Google Play asks to come back later."),
        "",
    ),
    rule(
        0,
        "has not been used in project",
        Forbidden,
        mark!("The Google Play Android Developer API is off in the service account's project."),
        mark!(
            "Turn it on in Google Cloud: APIs and services, Library, Google Play Android Developer API."
        ),
    ),
    rule(
        403,
        "version code that has already been used",
        Rejected,
        mark!("Google Play has a newer full release on this track."),
        "",
    ),
    rule(
        403,
        "targeting no countries",
        Rejected,
        mark!("The release is meant for no country, so Google Play reaches nobody with it."),
        mark!("Choose countries for the track in the Play console."),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!("The service account lacks a permission for this app on Google Play."),
        mark!(
            "In the Play console, Users and permissions: give the service account \"View app information\" and \"Release to production\" for this app. A fresh invitation can take hours to work."
        ),
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
        "short-lived token",
        Unauthorized,
        mark!("Google does not accept the sign-in because this computer's clock is off."),
        mark!("Set the computer's clock by the network, then try again."),
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
        mark!("Google Play does not accept the credential."),
        mark!("Check the service account's key. A freshly invited account can take hours to work."),
    ),
    rule(
        404,
        "Package not found",
        NotFound,
        mark!("Google Play does not know this package."),
        mark!(
            "Check the package name. The app's first version must be uploaded in the Play console."
        ),
    ),
    rule(
        404,
        "Track not found",
        NotFound,
        mark!("Google Play does not have this track."),
        mark!("Check the track's name."),
    ),
    rule(
        0,
        "Only releases with status draft may be created on draft app",
        Rejected,
        mark!(
            "The app was never published on Google Play, so nothing can be rolled out or stopped \
             yet."
        ),
        mark!("Publish the app's first release in the Play console."),
    ),
    rule(
        0,
        "first release on a track cannot be staged",
        Rejected,
        mark!("This is the track's first release: Google Play can neither stage nor halt it."),
        "",
    ),
    rule(
        0,
        "there is no earlier release to serve",
        Rejected,
        mark!(
            "This is the track's first full release: Google Play does not halt it, because there is no earlier one for people to get."
        ),
        mark!("Turn the feature off by a flag, or release a corrected version."),
    ),
    rule(
        0,
        "serving fallback of a halted release",
        Rejected,
        mark!(
            "People get this release because a newer one is halted, so Google Play does not halt it too."
        ),
        "",
    ),
    rule(
        0,
        "must not have fraction",
        Rejected,
        mark!("Google Play takes no share of people in this state of the release."),
        "",
    ),
    rule(
        0,
        "must have fraction",
        Rejected,
        mark!("Google Play needs a share of people for this."),
        "",
    ),
    rule(
        0,
        "Rollout fraction must be",
        Rejected,
        mark!("The share must be above 0 and below 100 %."),
        mark!("To reach everybody, complete the release."),
    ),
    rule(
        0,
        "can't halt a fully rolled out release and create",
        Rejected,
        mark!("Google Play does not halt a full release and start another in one step."),
        "",
    ),
];
