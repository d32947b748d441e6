//! How to let the cockpit ask a Prometheus. It sets no limit itself. Must not know a request.

use cockpit_say::mark;

use crate::guide::Guide;

pub(crate) static GUIDE: Guide = Guide {
    steps: &[
        mark!(
            "Write each share as a query that gives one series for each version, with the labels \"version\" and \"platform\", such as: 1 - sum by (version, platform) (increase(app_crashes_total[{interval}])) / sum by (version, platform) (increase(app_sessions_total[{interval}])). Try it in Prometheus first."
        ),
        mark!(
            "Write beside it how many sessions, people or actions it is of: sum by (version, platform) (increase(app_sessions_total[{interval}])). Without that number no rule judges the share."
        ),
        mark!(
            "A share that people look at often is best kept by a recording rule; the query is then its name."
        ),
        mark!(
            "Prometheus asks nobody who they are. Let a proxy stand before it that wants a token or a password, has TLS, and lets this credential reach /api/v1/query and /api/v1/query_range and nothing else."
        ),
    ],
    // What a server can bear is its owner's to say: at most four requests for a share and a reading.
    quotas: &[],
    requests_a_look: 4,
};
