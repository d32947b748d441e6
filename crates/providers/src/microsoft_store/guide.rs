//! How to make a credential for the Microsoft Store. Microsoft publishes no number of requests. Must
//! not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Partner Center, Account settings, Tenants: associate the account with your organization's Azure AD, if it is not yet."
        ),
        mark!(
            "In Account settings, User management, Azure AD applications: create an application that nothing else uses, and give it the role Manager. Microsoft's pages name no smaller role for this interface, and none that is limited to one app."
        ),
        mark!(
            "Open the application there, copy tenant ID and client ID, and choose Add new key. The key's value is shown once. Note when it ends: a stop needs a key that still holds."
        ),
        mark!(
            "The app needs one submission that was made in Partner Center. An app with mandatory updates is not served by this interface; halt its rollout in Partner Center."
        ),
        mark!(
            "Turn on the gradual rollout with each submission (Packages, Roll out update gradually): without it there is nothing that can be halted."
        ),
    ],
    // Microsoft answers 429 and 503 to who asks too often, and publishes no number.
    quotas: &[],
    // The app, then its newest submission's rollout; versions are kept.
    requests_a_look: 2,
};
