//! How to make a credential for Sentry, and what Sentry lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Sentry, Settings, Custom integrations: make an internal integration for this organization."
        ),
        mark!(
            "Give it Organization: Read and Release: Read, and no other permission. Webhooks and alerts stay off."
        ),
        mark!(
            "Copy its token. The project numbers stand in each project's address, or under Settings, Projects."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 40,
        per_s: 1,
        published: false,
        source: mark!(
            "Sentry says its limit in the header X-Sentry-Rate-Limit-Limit; 40 a second is what the sessions of an organization were seen to allow."
        ),
    }],
    requests_a_look: 2,
};
