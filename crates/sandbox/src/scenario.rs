//! The named scenarios: what each one prepares. Must not know how a service answers.

use crate::channels::{ALL_CHANNELS, ALL_FLAGS, ALL_HEALTH, ALL_STOPS, ALL_STORES};
use crate::fault::{Fault, Rule};
use crate::health::Trouble;
use crate::wire::Service;

/// A scenario's name and what it does, for lists that people read.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioInfo {
    /// The name to ask for.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
}

/// Every scenario.
pub const SCENARIOS: [ScenarioInfo; 17] = [
    ScenarioInfo {
        name: "calm",
        about: "Everything works and nothing moves by itself but the phased release.",
    },
    ScenarioInfo {
        name: "crash-spike",
        about: "8.4.0 has been crashing since 11 minutes before the start.",
    },
    ScenarioInfo {
        name: "crash-spike-soon",
        about: "8.4.0 starts to crash 60 seconds after the start.",
    },
    ScenarioInfo {
        name: "console-moved",
        about: "Right after the first look at the Play tracks, a person raises the rollout to 50 % in the console.",
    },
    ScenarioInfo {
        name: "commit-ambiguous",
        about: "The first Play commit and the first phased-release change take effect, but their answers are lost.",
    },
    ScenarioInfo {
        name: "flaky",
        about: "Some requests meet 429, 500, 503 or two slow seconds, by the seed.",
    },
    ScenarioInfo {
        name: "slow",
        about: "Every answer takes three seconds.",
    },
    ScenarioInfo {
        name: "offline",
        about: "No service answers until the control API says so.",
    },
    ScenarioInfo {
        name: ALL_CHANNELS,
        about: "As crash-spike, with every channel for notices to connect.",
    },
    ScenarioInfo {
        name: ALL_FLAGS,
        about: "As crash-spike, with every flag service to connect.",
    },
    ScenarioInfo {
        name: ALL_STORES,
        about: "As crash-spike, with every store and every channel over the air to connect.",
    },
    ScenarioInfo {
        name: ALL_STOPS,
        about: "As calm, with every service at which a stop has something to stop.",
    },
    ScenarioInfo {
        name: ALL_HEALTH,
        about: "As crash-spike, with every health source to connect.",
    },
    ScenarioInfo {
        name: SLOW_BURN,
        about: "8.4.0 has been getting worse bit by bit for six hours, and does for six more.",
    },
    ScenarioInfo {
        name: DATA_GAP,
        about: "8.4.0 has been crashing for three hours, of which no source knows anything; after one more they speak again.",
    },
    ScenarioInfo {
        name: LATE_DATA,
        about: "8.4.0 has been crashing for four hours, and crash reports come up to three hours after their sessions.",
    },
    ScenarioInfo {
        name: VERSION_MIX,
        about: "8.4.0 looks worse than 8.3.2 and is no worse on any phone: most who have it have old phones.",
    },
];

/// Figures get worse bit by bit.
pub(crate) const SLOW_BURN: &str = "slow-burn";
/// Figures are missing.
pub(crate) const DATA_GAP: &str = "data-gap";
/// Figures come late.
pub(crate) const LATE_DATA: &str = "late-data";
/// Figures of different people are compared (Simpson's paradox).
pub(crate) const VERSION_MIX: &str = "version-mix";

/// What a scenario prepares.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What goes wrong with the figures, and when, in seconds after the start.
    pub trouble: Option<(Trouble, i64)>,
    pub console_moves: bool,
    pub rules: Vec<Rule>,
    pub flaky: bool,
    pub latency_ms_min: u64,
    pub offline: bool,
}

const HOUR_S: i64 = 3_600;

pub(crate) fn plan(name: &str) -> Option<Plan> {
    let lost = |service, part: &str| Rule {
        service: Some(service),
        part: part.to_owned(),
        fault: Fault::LostReply,
        times: 1,
        after: 0,
        retry_after_s: None,
    };
    let troubled = |trouble, after_s| Plan {
        trouble: Some((trouble, after_s)),
        ..Plan::default()
    };
    Some(match name {
        "calm" | ALL_STOPS => Plan::default(),
        "crash-spike" | ALL_CHANNELS | ALL_FLAGS | ALL_STORES | ALL_HEALTH => {
            troubled(Trouble::Cliff, -11 * 60)
        }
        "crash-spike-soon" => troubled(Trouble::Cliff, 60),
        SLOW_BURN => troubled(Trouble::SlowBurn, -6 * HOUR_S),
        DATA_GAP => troubled(Trouble::Gap, -3 * HOUR_S),
        LATE_DATA => troubled(Trouble::Late, -4 * HOUR_S),
        VERSION_MIX => troubled(Trouble::Mix, 0),
        "console-moved" => Plan {
            console_moves: true,
            ..Plan::default()
        },
        "commit-ambiguous" => Plan {
            rules: vec![
                lost(Service::GooglePlay, ":commit"),
                lost(Service::AppStore, "PATCH /v1/appStoreVersionPhasedReleases"),
            ],
            ..Plan::default()
        },
        "flaky" => Plan {
            flaky: true,
            ..Plan::default()
        },
        "slow" => Plan {
            latency_ms_min: 3_000,
            ..Plan::default()
        },
        "offline" => Plan {
            offline: true,
            ..Plan::default()
        },
        _ => return None,
    })
}
