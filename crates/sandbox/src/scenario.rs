//! The named scenarios: what each one prepares. Must not know how a service answers.

use crate::channels::{ALL_CHANNELS, ALL_FLAGS, ALL_STORES};
use crate::fault::{Fault, Rule};
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
pub const SCENARIOS: [ScenarioInfo; 11] = [
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
];

/// What a scenario prepares.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub spike_after_s: Option<i64>,
    pub console_moves: bool,
    pub rules: Vec<Rule>,
    pub flaky: bool,
    pub latency_ms_min: u64,
    pub offline: bool,
}

pub(crate) fn plan(name: &str) -> Option<Plan> {
    let lost = |service, part: &str| Rule {
        service: Some(service),
        part: part.to_owned(),
        fault: Fault::LostReply,
        times: 1,
        after: 0,
        retry_after_s: None,
    };
    Some(match name {
        "calm" => Plan::default(),
        "crash-spike" => Plan {
            spike_after_s: Some(-11 * 60),
            ..Plan::default()
        },
        ALL_CHANNELS | ALL_FLAGS | ALL_STORES => Plan {
            spike_after_s: Some(-11 * 60),
            ..Plan::default()
        },
        "crash-spike-soon" => Plan {
            spike_after_s: Some(60),
            ..Plan::default()
        },
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
