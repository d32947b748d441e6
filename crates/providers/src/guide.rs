//! What a person must know of a service before connecting it, and what it lets one ask in how
//! long. Data only; must not know a credential.

use cockpit_say::say;

/// One limit that a service sets to whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What is counted, in the plural.
    pub of: Counted,
    /// The most in [`Quota::per_s`].
    pub most: u32,
    /// Length of the period, in seconds.
    pub per_s: u32,
    /// Whether the service publishes the number; otherwise it is ours, below what others reported.
    pub published: bool,
    /// Where the number is from.
    pub source: &'static str,
}

/// What a [`Quota`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Every request.
    Requests,
    /// Edits that were opened on Google Play. A look at an open one is none.
    Edits,
    /// Requests for reviews on Google Play.
    Reviews,
}

impl Counted {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Requests => say!("requests"),
            Self::Edits => say!("new edits"),
            Self::Reviews => say!("requests for reviews"),
        }
    }
}

/// What stands beside a service's [`Form`](crate::Form).
#[derive(Debug, PartialEq, Eq)]
pub struct Guide {
    /// How to make a credential with the least permission that is enough: which role and scopes,
    /// and where in the service's console, one step in each.
    pub steps: &'static [&'static str],
    /// What the service allows; empty where it says nothing and no number is known.
    pub quotas: &'static [Quota],
    /// How many requests a look at one target takes at most while nothing has changed.
    pub requests_a_look: u32,
}

/// A share of a quota, in per cent, that looks may use up; what is left stays for stops.
const LOOKS_PER_CENT: u64 = 15;

impl Guide {
    /// How often so many targets may be looked at, in milliseconds, so that looking takes at most
    /// 15 % of each quota of requests.
    pub fn every_ms(&self, targets: usize) -> u64 {
        let requests = u64::from(self.requests_a_look) * u64::try_from(targets).unwrap_or(u64::MAX);
        self.quotas
            .iter()
            .filter(|quota| quota.of == Counted::Requests)
            .map(|quota| {
                let budget = u64::from(quota.most.max(1)) * LOOKS_PER_CENT;
                let period = u64::from(quota.per_s) * 1_000 * 100;
                requests.saturating_mul(period).div_ceil(budget)
            })
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURLY: Guide = Guide {
        steps: &[],
        quotas: &[
            Quota {
                of: Counted::Requests,
                most: 3_600,
                per_s: 3_600,
                published: true,
                source: "",
            },
            Quota {
                of: Counted::Edits,
                most: 1,
                per_s: 86_400,
                published: false,
                source: "",
            },
        ],
        requests_a_look: 2,
    };

    #[test]
    fn looking_takes_its_share_and_no_more() {
        for targets in 1..50_usize {
            let every_ms = HOURLY.every_ms(targets);
            let looks = 3_600_000 / every_ms;
            let requests = looks * 2 * u64::try_from(targets).unwrap();
            assert!(requests <= 540, "{requests} requests for {targets} targets");
            assert!(requests >= 450, "{requests} requests for {targets} targets");
        }
        assert_eq!(HOURLY.every_ms(0), 0);
    }
}
