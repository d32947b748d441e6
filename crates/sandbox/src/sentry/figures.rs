//! The made-up health of each release, hour by hour, from the seed. Must not know HTTP.

use crate::dice;

pub(super) const HOUR_MS: i64 = 3_600_000;
/// A crash at launch multiplies sessions, so that the figure of the hour in which it began follows
/// within a minute.
const FALL_MS: f64 = 15_000.0;

/// One release of one project.
#[derive(Clone, Copy, Debug)]
pub(super) struct Release {
    pub project: i64,
    pub slug: &'static str,
    pub name: &'static str,
    /// Hours before the epoch at which people first got it.
    pub age_hours: i64,
    pub sessions_per_hour: f64,
    /// Whether the spike hits it.
    pub spikes: bool,
}

pub(super) const RELEASES: [Release; 4] = [
    Release {
        project: super::ANDROID,
        slug: "northwind-android",
        name: "com.northwind.wallet@8.4.0+84012",
        age_hours: 70,
        sessions_per_hour: 38_000.0,
        spikes: true,
    },
    Release {
        project: super::ANDROID,
        slug: "northwind-android",
        name: "com.northwind.wallet@8.3.2+83207",
        age_hours: 34 * 24,
        sessions_per_hour: 152_000.0,
        spikes: false,
    },
    Release {
        project: super::IOS,
        slug: "northwind-ios",
        name: "com.northwind.wallet@8.4.0+8400.3",
        age_hours: 54,
        sessions_per_hour: 9_400.0,
        spikes: true,
    },
    Release {
        project: super::IOS,
        slug: "northwind-ios",
        name: "com.northwind.wallet@8.3.2+8320.7",
        age_hours: 30 * 24,
        sessions_per_hour: 118_000.0,
        spikes: false,
    },
];

/// What was counted in a stretch of time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub sessions: f64,
    pub crashed: f64,
    pub errored: f64,
    pub users: f64,
    pub crashed_users: f64,
}

impl Count {
    pub(super) fn add(&mut self, other: Count) {
        self.sessions += other.sessions;
        self.crashed += other.crashed;
        self.errored += other.errored;
        self.users += other.users;
        self.crashed_users += other.crashed_users;
    }
}

/// What one release counted in the hour that starts at `hour_ms`, as known at `now_ms`.
pub(super) fn hour(
    release: &Release,
    hour_ms: i64,
    now_ms: i64,
    epoch_ms: i64,
    spike_ms: Option<i64>,
    seed: u64,
) -> Count {
    let born_ms = epoch_ms - release.age_hours * HOUR_MS;
    let from_ms = hour_ms.max(born_ms);
    let until_ms = (hour_ms + HOUR_MS).min(now_ms);
    if until_ms <= from_ms {
        return Count::default();
    }
    let wobble =
        |what: &str| dice::chance(seed, &format!("{} {what} {hour_ms}", release.name)) - 0.5;
    let share = (until_ms - from_ms) as f64 / HOUR_MS as f64;
    let sessions = (release.sessions_per_hour * share * (1.0 + 0.1 * wobble("sessions"))).round();
    let calm = 0.998 + 0.000_6 * wobble("calm");
    let bad = 0.982 + 0.001 * wobble("bad");
    let fallen = match spike_ms {
        Some(spike_ms) if release.spikes && hour_ms >= spike_ms => 1.0,
        Some(spike_ms) if release.spikes && until_ms > spike_ms => {
            1.0 - (-((until_ms - spike_ms) as f64) / FALL_MS).exp()
        }
        Some(_) | None => 0.0,
    };
    let free = calm + (bad - calm) * fallen;
    let crashed = (sessions * (1.0 - free)).round();
    let users = (sessions * 0.58).round();
    Count {
        sessions,
        crashed,
        errored: (sessions * 0.004).round(),
        users,
        // One person who crashes crashes more than once.
        crashed_users: (users * (1.0 - free) * 1.15).round(),
    }
}
