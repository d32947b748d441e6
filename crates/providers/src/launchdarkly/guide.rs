//! How to make credentials for LaunchDarkly. It publishes no number of requests. Must not know a
//! request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In LaunchDarkly, Organization settings, Roles: make a role that may \"updateOn\" for the flags of this one project in this one environment, and view the project. Add \"updateFallthrough\" there to let shares be set."
        ),
        mark!(
            "In Organization settings, Authorization, Access tokens: make a service token with that role. It is shown once."
        ),
        mark!(
            "In the project's environment settings, copy the mobile key of the same environment. Apps carry it; it shows what they get and can change nothing."
        ),
        mark!(
            "For each flag that apps use, turn on \"SDKs using Mobile key\", and choose what is served when it is off: without that, apps take the value in their own code."
        ),
        mark!(
            "If the environment requires approvals, either let the role \"bypassRequiredApproval\", or expect each change to wait for somebody in LaunchDarkly."
        ),
    ],
    // LaunchDarkly tells in each answer what is left, and publishes no number.
    quotas: &[],
    requests_a_look: 2,
};
