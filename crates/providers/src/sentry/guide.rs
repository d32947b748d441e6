//! How to make a credential for Sentry, and what Sentry lets one ask. Must not know a request.

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        "In Sentry, Settings, Custom integrations: make an internal integration for this organization.",
        "Give it Organization: Read and Release: Read, and no other permission. Webhooks and alerts stay off.",
        "Copy its token. The project numbers stand in each project's address, or under Settings, Projects.",
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 40,
        per_s: 1,
        published: false,
        source: "Sentry says its limit in the header X-Sentry-Rate-Limit-Limit; 40 a second is what the sessions of an organization were seen to allow.",
    }],
    requests_a_look: 2,
};
