//! What people really meet in each release, from the seed and the scenario: the one truth behind every
//! health stand-in. Must not know HTTP, nor how a service counts.

use crate::dice;

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// A crash at launch multiplies sessions, so that the figure of the hour in which it began follows
/// within a minute.
const FALL_MS: f64 = 15_000.0;
/// A slow burn takes this long from calm to its worst.
const BURN_MS: f64 = 12.0 * 3_600_000.0;
/// How long every source is silent in a gap.
const GAP_MS: i64 = 4 * HOUR_MS;
/// Late crash reports have all come after this long.
const LATE_MS: f64 = 3.0 * 3_600_000.0;
/// So many of them come at once.
const AT_ONCE: f64 = 0.2;

/// What goes wrong with the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// 8.4.0 crashes from one moment on.
    Cliff,
    /// 8.4.0 gets worse bit by bit.
    SlowBurn,
    /// 8.4.0 crashes, and no source says anything for some hours.
    Gap,
    /// 8.4.0 crashes, and crash reports come hours after the sessions in which they happened.
    Late,
    /// 8.4.0 is no worse on any phone, but most who have it have old phones, which crash more.
    Mix,
}

/// Which phones are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phones {
    All,
    Old,
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Android,
    Ios,
}

/// One release on one platform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    pub platform: Platform,
    pub version: &'static str,
    /// Version code on Android, build number on iOS.
    pub build: &'static str,
    /// Hours before the epoch at which people first got it.
    age_hours: i64,
    sessions_per_hour: f64,
    /// Whether trouble hits it.
    troubled: bool,
}

pub(crate) const RELEASES: [Release; 4] = [
    Release {
        platform: Platform::Android,
        version: "8.4.0",
        build: "84012",
        age_hours: 70,
        sessions_per_hour: 38_000.0,
        troubled: true,
    },
    Release {
        platform: Platform::Android,
        version: "8.3.2",
        build: "83207",
        age_hours: 34 * 24,
        sessions_per_hour: 152_000.0,
        troubled: false,
    },
    Release {
        platform: Platform::Ios,
        version: "8.4.0",
        build: "8400.3",
        age_hours: 54,
        sessions_per_hour: 9_400.0,
        troubled: true,
    },
    Release {
        platform: Platform::Ios,
        version: "8.3.2",
        build: "8320.7",
        age_hours: 30 * 24,
        sessions_per_hour: 118_000.0,
        troubled: false,
    },
];

/// What was counted in a stretch of time. Without sessions nothing was counted at all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub sessions: f64,
    pub crashed: f64,
    pub errored: f64,
    pub users: f64,
    pub crashed_users: f64,
    pub frozen_users: f64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Count) {
        self.sessions += other.sessions;
        self.crashed += other.crashed;
        self.errored += other.errored;
        self.users += other.users;
        self.crashed_users += other.crashed_users;
        self.frozen_users += other.frozen_users;
    }
}

/// The health of every release.
#[derive(Debug)]
pub(crate) struct Health {
    epoch_ms: i64,
    seed: u64,
    trouble: Option<(Trouble, i64)>,
}

impl Health {
    pub(crate) fn new(epoch_ms: i64, seed: u64) -> Health {
        Health {
            epoch_ms,
            seed,
            trouble: None,
        }
    }

    /// What goes wrong, and from when on; None: nothing does.
    pub(crate) fn trouble(&mut self, trouble: Option<(Trouble, i64)>) {
        self.trouble = trouble;
    }

    /// Since when 8.4.0 crashes more than it did, when it does.
    pub(crate) fn worse_since(&self) -> Option<i64> {
        match self.trouble {
            Some((Trouble::Cliff | Trouble::SlowBurn | Trouble::Gap | Trouble::Late, since_ms)) => {
                Some(since_ms)
            }
            Some((Trouble::Mix, _)) | None => None,
        }
    }

    /// What one release counted between two moments, as known at `now_ms`.
    pub(crate) fn count(
        &self,
        release: &Release,
        phones: Phones,
        from_ms: i64,
        until_ms: i64,
        now_ms: i64,
    ) -> Count {
        let mut sum = Count::default();
        let mut at_ms = from_ms;
        while at_ms < until_ms {
            let hour_ms = at_ms.div_euclid(HOUR_MS) * HOUR_MS;
            let next_ms = (hour_ms + HOUR_MS).min(until_ms);
            sum.add(self.part(release, phones, hour_ms, (at_ms, next_ms), now_ms));
            at_ms = next_ms;
        }
        sum
    }

    /// A part of one hour.
    fn part(
        &self,
        release: &Release,
        phones: Phones,
        hour_ms: i64,
        (from_ms, until_ms): (i64, i64),
        now_ms: i64,
    ) -> Count {
        let born_ms = self.epoch_ms - release.age_hours * HOUR_MS;
        let from_ms = from_ms.max(born_ms);
        let until_ms = until_ms.min(now_ms);
        if until_ms <= from_ms || self.is_silent(hour_ms) {
            return Count::default();
        }
        let name = format!("com.northwind.wallet@{}+{}", release.version, release.build);
        let wobble =
            |what: &str| dice::chance(self.seed, &format!("{name} {what} {hour_ms}")) - 0.5;
        let share = (until_ms - from_ms) as f64 / HOUR_MS as f64;
        let have = self.share_of(release, phones);
        let sessions =
            (release.sessions_per_hour * share * (1.0 + 0.1 * wobble("sessions")) * have).round();
        let fallen = self.fallen(release, from_ms, until_ms);
        let calm = self.calm(release, phones) + 0.000_6 * wobble("calm");
        let bad = 0.982 + 0.001 * wobble("bad");
        let known = self.arrived(until_ms, now_ms);
        let free = 1.0 - (1.0 - (calm + (bad - calm) * fallen)) * known;
        let frozen = 0.001_4 + 0.000_2 * wobble("frozen") + 0.001_6 * fallen;
        let users = (sessions * 0.58).round();
        Count {
            sessions,
            crashed: (sessions * (1.0 - free)).round(),
            errored: (sessions * 0.004).round(),
            users,
            // One person who crashes crashes more than once.
            crashed_users: (users * (1.0 - free) * 1.15).round(),
            frozen_users: (users * frozen * known).round(),
        }
    }

    /// Hours of which no source knows anything, also later.
    fn is_silent(&self, hour_ms: i64) -> bool {
        match self.trouble {
            Some((Trouble::Gap, since_ms)) => {
                let from_ms = since_ms.div_euclid(HOUR_MS) * HOUR_MS;
                (from_ms..from_ms + GAP_MS).contains(&hour_ms)
            }
            Some(_) | None => false,
        }
    }

    /// From 0 (as it was) to 1 (as bad as it gets).
    fn fallen(&self, release: &Release, from_ms: i64, until_ms: i64) -> f64 {
        let Some((trouble, since_ms)) = self.trouble.filter(|_| release.troubled) else {
            return 0.0;
        };
        let after_ms = (until_ms - since_ms) as f64;
        match trouble {
            Trouble::Cliff | Trouble::Gap | Trouble::Late => {
                if from_ms >= since_ms {
                    1.0
                } else if after_ms > 0.0 {
                    1.0 - (-after_ms / FALL_MS).exp()
                } else {
                    0.0
                }
            }
            Trouble::SlowBurn => (after_ms / BURN_MS).clamp(0.0, 1.0),
            Trouble::Mix => 0.0,
        }
    }

    /// The share of crash reports that has come.
    fn arrived(&self, until_ms: i64, now_ms: i64) -> f64 {
        match self.trouble {
            Some((Trouble::Late, _)) => {
                let waited = ((now_ms - until_ms) as f64 / LATE_MS).clamp(0.0, 1.0);
                AT_ONCE + (1.0 - AT_ONCE) * waited
            }
            Some(_) | None => 1.0,
        }
    }

    /// The share of a release's sessions on these phones.
    fn share_of(&self, release: &Release, phones: Phones) -> f64 {
        let old = match self.trouble {
            Some((Trouble::Mix, _)) if release.troubled => 0.7,
            Some((Trouble::Mix, _)) => 0.1,
            Some(_) | None => 0.2,
        };
        match phones {
            Phones::All => 1.0,
            Phones::Old => old,
            Phones::New => 1.0 - old,
        }
    }

    /// The share of sessions without a crash while nothing is wrong.
    fn calm(&self, release: &Release, phones: Phones) -> f64 {
        if !matches!(self.trouble, Some((Trouble::Mix, _))) {
            return 0.998;
        }
        // On each kind of phone 8.4.0 is a little better.
        let better = if release.troubled { 0.001_2 } else { 0.0 };
        let (old, new) = (0.986 + better, 0.998_5 + better);
        let share = self.share_of(release, Phones::Old);
        match phones {
            Phones::Old => old,
            Phones::New => new,
            Phones::All => old * share + new * (1.0 - share),
        }
    }
}
