//! How to make a credential for Crashlytics. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Google Cloud, in the app's Firebase project, APIs and services: turn on the Firebase Crashlytics API. It is an alpha, and Google may change it without notice."
        ),
        mark!(
            "In IAM and admin, Service accounts: make an account that nothing else uses, give it the role \"Firebase Crashlytics Viewer\" and no other, and under Keys add a key of the type JSON."
        ),
        mark!(
            "Crash-free sessions and users are counted only where the app also has Google Analytics or Firebase Sessions."
        ),
        mark!(
            "In the Firebase console, Project settings, General: copy the app ID of each platform."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 300,
        per_s: 60,
        published: false,
        source: mark!("Nothing is published for the alpha; 300 a minute is ours."),
    }],
    requests_a_look: 4,
};
