//! How to make a credential for EAS Update. Expo publishes no number of requests. Must not know a
//! request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "On expo.dev, open the account or organization that owns the project: Account settings, Access tokens, Robot users."
        ),
        mark!(
            "Add a robot with the role Developer: View only cannot pause a channel. If the channel is protected, only Admin may release to it."
        ),
        mark!(
            "Create an access token for the robot. It is shown once. A robot reaches every project of the account: where that is too much, move the project into an organization of its own."
        ),
        mark!("The project ID stands in the project's settings on expo.dev."),
        mark!(
            "If the app checks signatures of updates (code signing), a rollback needs your private key and is made with Expo's own tool; pausing works from here."
        ),
    ],
    // Expo's interface limits requests and publishes no number.
    quotas: &[],
    requests_a_look: 1,
};
