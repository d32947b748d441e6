//! How to make a credential for Huawei AppGallery. Huawei publishes no number of requests. Must not
//! know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In AppGallery Connect, Users and permissions, API key, Connect API: create an API client. Leave the project at N/A. A client of one project signs in and is then refused by every publishing request."
        ),
        mark!(
            "Choose the role App administrator, the smallest that may change a phased release, and limit the client to this one app where the console offers it."
        ),
        mark!("Copy client ID and key. They are not the app's own OAuth client."),
        mark!(
            "The address follows where the project keeps its data: sign-in and requests go to the same site."
        ),
        mark!(
            "AppGallery starts a phased release only for an app that has a full release already."
        ),
    ],
    // Nothing is published; our own pace keeps far below what uploads of releases use.
    quotas: &[],
    requests_a_look: 2,
};
