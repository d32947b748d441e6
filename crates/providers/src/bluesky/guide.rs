//! How to make a credential for Bluesky, and what it lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "Signed in as the account that is to post: Settings, Privacy and security, App passwords, Add."
        ),
        mark!("Leave \"Allow access to your direct messages\" off. Bluesky has no narrower ones."),
        mark!("Copy the app password at once: it is shown a single time."),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 3_000,
        per_s: 300,
        published: true,
        source: mark!("Bluesky documentation, rate limits: 3 000 requests in 5 minutes."),
    }],
    requests_a_look: 10,
};
