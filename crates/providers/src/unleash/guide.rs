//! How to make credentials for Unleash. Its server is the customer's own. Must not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Unleash, Admin, Service accounts: make a service account. Where there are none, a personal access token of a person with few rights does (Profile, Personal API tokens)."
        ),
        mark!(
            "Give it a project role for this one project with \"Enable/disable feature flags\" in this one environment and nothing else; add \"Update feature strategies\" there to let shares be set."
        ),
        mark!(
            "In Project settings, API access: make a backend (client) token for the same project and environment. It shows what apps evaluate and can change nothing."
        ),
        mark!(
            "If the environment asks for change requests, either let the service account skip them, or expect each switch to wait for an approval in Unleash."
        ),
    ],
    // Unleash limits no reading of single flags; the search that is limited is not used.
    quotas: &[],
    requests_a_look: 2,
};
