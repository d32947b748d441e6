//! How to make a credential for Android vitals, and what Google lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Google Cloud, APIs and services: turn on the Google Play Developer Reporting API in the project of the service account. It is another one than the publishing API, with a scope of its own."
        ),
        mark!(
            "In Google Cloud, IAM and admin, Service accounts: make an account that nothing else uses, and under Keys add a key of the type JSON. It needs no role there."
        ),
        mark!(
            "In the Play console, Users and permissions: invite the account's address, for this app only, with \"View app information (read-only)\" and nothing else."
        ),
        mark!(
            "Figures by the hour are some hours old, those by the day about two days. Give rules over them a greater age of the data: six hours or more."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 10,
        per_s: 1,
        published: true,
        source: mark!("Play Developer Reporting API, quotas: 10 queries a second."),
    }],
    requests_a_look: 2,
};
