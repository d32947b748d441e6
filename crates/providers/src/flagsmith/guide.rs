//! How to make credentials for Flagsmith, and its limit of requests. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Flagsmith, Organisation settings, API keys: make an organisation API key that nothing else uses, without organisation admin. It is shown once."
        ),
        mark!(
            "Give it a role of its own: \"View project\" for this one project, and in this one environment \"View environment\", \"View identities\" and \"Update feature state\". Roles need a plan that has them; without, the key may do everything."
        ),
        mark!(
            "In the environment's SDK keys, copy the client-side environment key. Apps carry it; it shows what they get and can change nothing."
        ),
        mark!(
            "If the environment asks for change requests, expect each change to wait for somebody in Flagsmith: the cockpit does not go round it, although the older interface would let it."
        ),
        mark!(
            "Look at the overrides of persons and segments: they keep what they say when the flag is turned off."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 500,
        per_s: 60,
        published: true,
        source: mark!(
            "docs.flagsmith.com, System Limits, Admin API Rate Limit (your own server may set another)"
        ),
    }],
    requests_a_look: 2,
};
