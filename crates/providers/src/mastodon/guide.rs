//! How to make a credential for Mastodon, and what it lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "Signed in as the account that is to post: Preferences, Development, New application."
        ),
        mark!(
            "Choose the scopes read:accounts, read:statuses and write:statuses, and take away the ones that are chosen beforehand."
        ),
        mark!("Open the application that was made and copy its access token."),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 300,
        per_s: 300,
        published: true,
        source: mark!(
            "Mastodon documentation, rate limits: 300 requests in 5 minutes for each account."
        ),
    }],
    requests_a_look: 1,
};
