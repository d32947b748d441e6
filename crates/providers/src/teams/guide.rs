//! How to make an address for Microsoft Teams, and what it lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Teams, at the channel: More options, Workflows, \"Post to a channel when a webhook request is received\"."
        ),
        mark!(
            "Choose the team and the channel, add the workflow and copy the address that it shows. Whoever has it can post; nobody can read with it."
        ),
        mark!(
            "The workflow belongs to the person who made it and ends with their account: let a second person own it too."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 4,
        per_s: 1,
        published: true,
        source: mark!(
            "Microsoft Teams, webhooks: more than four requests in a second are throttled."
        ),
    }],
    requests_a_look: 0,
};
