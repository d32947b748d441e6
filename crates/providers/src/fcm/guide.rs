//! How to make a credential for Firebase Cloud Messaging. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Google Cloud, in the app's Firebase project: IAM and admin, Service accounts, make an account that nothing else uses."
        ),
        mark!(
            "Give it the role \"Firebase Cloud Messaging API Admin\" and no other. Under Keys, add a key of the type JSON."
        ),
        mark!(
            "In the Firebase console, Project settings, Cloud Messaging: the V1 interface must be on, and for iOS a key of Apple's service must be there."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 600_000,
        per_s: 60,
        published: true,
        source: mark!(
            "Firebase Cloud Messaging, throttling and quotas: 600 000 messages a minute for each project."
        ),
    }],
    requests_a_look: 1,
};
