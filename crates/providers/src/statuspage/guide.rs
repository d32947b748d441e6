//! How to make a credential for Statuspage, and what it lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Statuspage, the menu at your name, API info: make an API key. It is the person's own key, so use a member of the team who may manage incidents on this page and nothing else."
        ),
        mark!(
            "The page ID stands on the same screen, and in the address when the page is managed."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 60,
        per_s: 60,
        published: true,
        source: mark!(
            "Statuspage API, rate limiting: 1 request a second for each token, counted over 60 seconds."
        ),
    }],
    requests_a_look: 1,
};
