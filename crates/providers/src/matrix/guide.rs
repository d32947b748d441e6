//! How to make a credential for Matrix. Its homeserver sets its own limits. Must not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!("Make an account of its own at your homeserver, and sign in with it once."),
        mark!(
            "Invite it to the room, join as that account, and let its power level be enough to send messages and no more."
        ),
        mark!(
            "In Element: All settings, Help and about, Access token. Do not sign that session out, or the token ends."
        ),
    ],
    quotas: &[],
    requests_a_look: 1,
};
