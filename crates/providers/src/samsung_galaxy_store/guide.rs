//! How to make a credential for Samsung Galaxy Store. Samsung publishes no number of requests. Must
//! not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "In Seller Portal, Assistance, API Service: create a service account that nothing else uses, with the service \"Publishing & ITEM\" alone. Leave GSS off."
        ),
        mark!(
            "Download the key at once: Seller Portal does not show it again. The service account ID stands in the list."
        ),
        mark!("The content ID is the app's 12 digits under Apps."),
        mark!(
            "There is no smaller permission: the account may change every app of the seller. The content ID and the package name keep this connection to one."
        ),
        mark!(
            "A pause of a staged rollout is made in Seller Portal, by hand. Decide beforehand who does it."
        ),
    ],
    // Nothing is published; our own pace keeps far below what uploads of releases use.
    quotas: &[],
    requests_a_look: 3,
};
