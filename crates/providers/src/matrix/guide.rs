//! How to make a credential for Matrix. Its homeserver sets its own limits. Must not know a request.

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        "Make an account of its own at your homeserver, and sign in with it once.",
        "Invite it to the room, join as that account, and let its power level be enough to send messages and no more.",
        "In Element: All settings, Help and about, Access token. Do not sign that session out, or the token ends.",
    ],
    quotas: &[],
    requests_a_look: 1,
};
