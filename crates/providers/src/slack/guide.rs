//! How to make a credential for Slack, and what it lets one ask. Must not know a request.

use cockpit_say::mark;

use crate::guide::{Counted, Guide, Quota};

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!("At api.slack.com/apps: make an app of your own workspace, from scratch."),
        mark!(
            "Under OAuth and permissions, bot token scopes: add chat:write and channels:history; for a private channel groups:history instead of channels:history. Nothing else."
        ),
        mark!("Install the app to the workspace and copy the bot token, which begins with xoxb-."),
        mark!(
            "In Slack, invite the bot to the one channel. The channel's ID stands at the end of its details."
        ),
    ],
    quotas: &[Quota {
        of: Counted::Requests,
        most: 50,
        per_s: 60,
        published: true,
        source: mark!(
            "Slack Web API, rate limits: tier 3, 50 and more a minute for each method, for an app of one's own workspace."
        ),
    }],
    requests_a_look: 1,
};
