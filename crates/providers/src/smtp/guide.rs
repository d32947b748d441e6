//! How to make a login for a mail server. Each server sets its own limits. Must not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "At your mail service: make a login of its own for notices (often called SMTP credentials), which may send as the sender's address and nothing else."
        ),
        mark!(
            "Let the sender's domain name the mail service in SPF and DKIM, or notices land among spam."
        ),
        mark!(
            "Copy server, port, user name and password. A login of a person's mailbox is more than is needed."
        ),
    ],
    quotas: &[],
    requests_a_look: 0,
};
