//! What people write about each version in a store, from the seed: mostly content, until a version
//! begins to crash. Must not know how a service tells it.

use crate::dice;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Older ones are not kept.
const KEPT_MS: i64 = 10 * DAY_MS;

/// The reviews of one store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf {
    /// Part of what chance hangs on.
    pub name: &'static str,
    /// Between two reviews on a usual day.
    pub every_ms: i64,
    pub newest: Version,
    pub before: Version,
    /// How long before the epoch people first got the newest version.
    pub age_ms: i64,
    /// The share of reviews that are about it.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Version {
    pub name: &'static str,
    /// 0 where the store knows none.
    pub code: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub id: String,
    pub at_ms: i64,
    pub version: Version,
    pub stars: u8,
    pub title: &'static str,
    pub text: &'static str,
    pub author: &'static str,
    /// ISO 3166, three letters.
    pub territory: &'static str,
}

impl Shelf {
    /// Every review that is kept at `now_ms`, newest first.
    pub(crate) fn at(
        &self,
        seed: u64,
        epoch_ms: i64,
        now_ms: i64,
        spike_ms: Option<i64>,
    ) -> Vec<Review> {
        let from_ms = now_ms - KEPT_MS;
        let usual = slots(from_ms, now_ms, self.every_ms).map(|at_ms| {
            let label = format!("{} review {at_ms}", self.name);
            let newest = at_ms >= epoch_ms - self.age_ms
                && dice::chance(seed, &format!("{label} version")) < self.share;
            let version = if newest { self.newest } else { self.before };
            let crashes = newest && spike_ms.is_some_and(|spike_ms| at_ms >= spike_ms);
            review(seed, &label, at_ms, version, crashes)
        });
        // Who is angry writes: one a minute while it crashes.
        let from_ms = spike_ms.map_or(now_ms, |spike_ms| spike_ms.max(from_ms));
        let angry = slots(from_ms, now_ms, MINUTE_MS).map(|at_ms| {
            let label = format!("{} angry {at_ms}", self.name);
            review(seed, &label, at_ms, self.newest, true)
        });
        let mut all: Vec<Review> = usual.chain(angry).collect();
        all.sort_by(|one, other| (other.at_ms, &other.id).cmp(&(one.at_ms, &one.id)));
        all
    }
}

/// Every multiple of `every_ms` after `from_ms` and up to `until_ms`.
fn slots(from_ms: i64, until_ms: i64, every_ms: i64) -> impl Iterator<Item = i64> {
    (from_ms / every_ms + 1..=until_ms / every_ms).map(move |nth| nth * every_ms)
}

fn review(seed: u64, label: &str, at_ms: i64, version: Version, crashes: bool) -> Review {
    let luck = dice::chance(seed, &format!("{label} stars"));
    let stars = match (crashes, luck) {
        (true, luck) if luck < 0.8 => 1,
        (true, _) => 2,
        (false, luck) if luck < 0.62 => 5,
        (false, luck) if luck < 0.84 => 4,
        (false, luck) if luck < 0.92 => 3,
        (false, luck) if luck < 0.96 => 2,
        (false, _) => 1,
    };
    let (title, text) = match stars {
        1 | 2 if crashes => (
            "Crashes",
            "Since the update it closes when I open Transfer.",
        ),
        1 | 2 => ("Not for me", "Too many notifications."),
        3 => ("Fine", "Does what it should, a little slow."),
        _ => ("Good app", "Quick and clear."),
    };
    let people = ["sandbox_ada", "sandbox_bo", "sandbox_cy", "sandbox_di"];
    let places = ["GBR", "DEU", "FRA", "USA"];
    let pick = |what: &str| (dice::roll(seed, &format!("{label} {what}")) % 4) as usize;
    Review {
        id: dice::uuid(seed, label),
        at_ms,
        version,
        stars,
        title,
        text,
        author: people[pick("author")],
        territory: places[pick("place")],
    }
}
