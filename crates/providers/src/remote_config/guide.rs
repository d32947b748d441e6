//! How to make a credential for Firebase Remote Config. Google publishes no number of readings.
//! Must not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Google Cloud, in the app's Firebase project: IAM and admin, Service accounts, make an account that nothing else uses."
        ),
        mark!(
            "Give it the role \"Firebase Remote Config Admin\" and no other: it may change every parameter of the project, Google has no narrower role. Under Keys, add a key of the type JSON."
        ),
        mark!(
            "In the Firebase console, Remote Config: add the parameter for the banner, of the type JSON, and leave conditions off. What is to be turned off from here hangs on parameters of the type boolean."
        ),
        mark!(
            "To prove what apps get, copy App ID and API key of one app from the Firebase console, Project settings. The app carries both; they open nothing."
        ),
    ],
    quotas: &[],
    requests_a_look: 2,
};
