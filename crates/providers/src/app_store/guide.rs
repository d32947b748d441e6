//! How to make a credential for the App Store, and what Apple lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In App Store Connect, Users and Access, Integrations, App Store Connect API: make a team key with the role App Manager. Developer and Marketing cannot pause a phased release; Admin is more than is needed."
        ),
        mark!(
            "For one app alone: give a person the role App Manager limited to this app, and make an individual key as that person. Leave the issuer ID empty then."
        ),
        mark!(
            "Download the AuthKey file at once: Apple shows it a single time. The key ID stands beside it, the issuer ID above the list."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 3_600,
        per_s: 3_600,
        published: true,
        source: mark!(
            "App Store Connect API: the header X-Rate-Limit of each answer, user-hour-lim."
        ),
    }],
    requests_a_look: 1,
};
