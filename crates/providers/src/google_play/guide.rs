//! How to make a credential for Google Play, and what Google lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Google Cloud, IAM and admin, Service accounts: make a service account that nothing else uses. It needs no role in the Cloud project. Under Keys, add a key of the type JSON."
        ),
        mark!(
            "In Google Cloud, APIs and services: turn on the Google Play Android Developer API in the same project."
        ),
        mark!(
            "In the Play Console, Users and permissions, Invite new users: enter the service account's address, choose this one app and no account permission."
        ),
        mark!(
            "Give it \"View app information and download bulk reports (read-only)\" and \"Release to production, exclude devices, and use Play App Signing\". Leave everything else off."
        ),
        mark!(
            "To see the stars of reviews too, add \"Reply to reviews\". Nothing else needs it, and the cockpit answers none."
        ),
        mark!("A new account may be refused for some hours until Google knows it everywhere."),
    ],
    quotas: &[
        Quota {
            of: Counted::Requests,
            most: 3_000,
            per_s: 60,
            published: true,
            source: mark!(
                "Google Play Developer API, Quotas: 3 000 queries a minute for publishing, monetization and reviews together."
            ),
        },
        Quota {
            of: Counted::Edits,
            most: 500,
            per_s: 86_400,
            published: false,
            source: mark!(
                "Google refuses with \"Daily edit creation quota exceeded\" and publishes no number."
            ),
        },
        Quota {
            of: Counted::Reviews,
            most: 200,
            per_s: 3_600,
            published: true,
            source: mark!(
                "Google Play Developer API, Reply to reviews: 200 GET requests an hour for each app."
            ),
        },
    ],
    // The open edit is read; it costs no other one until something changed.
    requests_a_look: 1,
};
