//! The table of results: how often a rule fired wrongly, missed, and how soon it fired. Must not
//! know how a rollout is made or judged.

use std::fmt;

use crate::judged::{fired, floor, rule};
use crate::made::{Kind, Rollout, SESSIONS_MIN};

/// Sizes in sessions that are told apart.
const SIZES: [(f64, &str); 3] = [
    (10_000.0, "5 000 to 10 000"),
    (50_000.0, "10 000 to 50 000"),
    (f64::INFINITY, "50 000 to 500 000"),
];

/// How often something happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Of so many.
    pub all: u32,
    /// So often.
    pub hit: u32,
}

impl Tally {
    fn note(&mut self, hit: bool) {
        self.all += 1;
        self.hit += u32::from(hit);
    }

    fn and(self, other: Tally) -> Tally {
        Tally {
            all: self.all + other.all,
            hit: self.hit + other.hit,
        }
    }

    /// In per cent.
    pub fn percent(self) -> f64 {
        100.0 * f64::from(self.hit) / f64::from(self.all.max(1))
    }
}

/// What one kind showed.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Fired though nothing was worse, or before it was.
    pub false_stops: Tally,
    /// Did not fire though it was worse.
    pub misses: Tally,
    /// Misses and hours, by size.
    pub by_size: [(Tally, Vec<usize>); SIZES.len()],
    /// The bare floor fired though nothing was worse.
    pub floor_false: Tally,
    /// The bare floor did not fire though it was worse.
    pub floor_misses: Tally,
    /// Hours from the first worse one to the stop.
    pub hours: Vec<usize>,
}

/// The results of a seed list.
pub struct Table {
    /// Rollouts.
    pub rollouts: u32,
    /// Releases before that each is compared with.
    pub earlier: usize,
    /// The first seed.
    pub first_seed: u64,
    /// By kind.
    pub rows: Vec<(Kind, Row)>,
}

impl Table {
    /// Makes and judges about so many rollouts, the same number of each kind.
    pub fn of(rollouts: u32, earlier: usize, first_seed: u64) -> Self {
        let each = rollouts.div_ceil(Kind::ALL.len() as u32);
        let rows = std::thread::scope(|scope| {
            let running = Kind::ALL.map(|kind| {
                (
                    kind,
                    scope.spawn(move || row(kind, each, earlier, first_seed)),
                )
            });
            running
                .into_iter()
                .map(|(kind, it)| (kind, it.join().expect("a row is made without a panic")))
                .collect()
        });
        Self {
            rollouts: each * Kind::ALL.len() as u32,
            earlier,
            first_seed,
            rows,
        }
    }

    /// All kinds together.
    pub fn total(&self) -> Row {
        let mut sum = Row::default();
        for (_, row) in &self.rows {
            sum.false_stops = sum.false_stops.and(row.false_stops);
            sum.misses = sum.misses.and(row.misses);
            sum.floor_false = sum.floor_false.and(row.floor_false);
            sum.floor_misses = sum.floor_misses.and(row.floor_misses);
            for (sum, one) in sum.by_size.iter_mut().zip(&row.by_size) {
                sum.0 = sum.0.and(one.0);
                sum.1.extend(&one.1);
                sum.1.sort_unstable();
            }
            sum.hours.extend(&row.hours);
        }
        sum.hours.sort_unstable();
        sum
    }
}

fn row(kind: Kind, each: u32, earlier: usize, first_seed: u64) -> Row {
    let (rule, floor) = (rule(), floor());
    let mut row = Row::default();
    for seed in first_seed..first_seed + u64::from(each) {
        let rollout = Rollout::made(kind, earlier, seed);
        let at = fired(&rule, &rollout);
        let bare = fired(&floor, &rollout);
        let Some(from) = rollout.worse_from else {
            row.false_stops.note(at.is_some());
            row.floor_false.note(bare.is_some());
            continue;
        };
        assert!(rollout.sessions >= SESSIONS_MIN, "{kind:?} {seed}");
        // What fires before anything is worse is as wrong as what fires for nothing.
        let in_time = at.filter(|hour| *hour >= from);
        row.false_stops.note(at.is_some_and(|hour| hour < from));
        row.floor_false.note(bare.is_some_and(|hour| hour < from));
        row.misses.note(in_time.is_none());
        row.floor_misses.note(bare.is_none_or(|hour| hour < from));
        let size = SIZES.iter().position(|(to, _)| rollout.sessions < *to);
        let hours = in_time.map(|hour| hour + 1 - from);
        if let Some((misses, of_size)) = size.and_then(|size| row.by_size.get_mut(size)) {
            misses.note(in_time.is_none());
            of_size.extend(hours);
        }
        row.hours.extend(hours);
    }
    row.hours.sort_unstable();
    row
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} rollouts, seeds from {}, compared with {} earlier {}\n",
            self.rollouts,
            self.first_seed,
            self.earlier,
            if self.earlier == 1 {
                "release"
            } else {
                "releases"
            }
        )?;
        writeln!(
            f,
            "| kind | rollouts | false stops | misses | hours to fire, middle | 95 of 100 | floor: false stops | floor: misses |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|")?;
        let total = self.total();
        let named = self.rows.iter().map(|(kind, row)| (kind.name(), row));
        for (name, row) in named.chain([("all", &total)]) {
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                row.false_stops.all,
                shown(row.false_stops),
                shown(row.misses),
                of_hundred(&row.hours, 50),
                of_hundred(&row.hours, 95),
                shown(row.floor_false),
                shown(row.floor_misses)
            )?;
        }
        writeln!(
            f,
            "\n| sessions while worse | rollouts | misses | hours to fire, middle | 95 of 100 |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|")?;
        for ((_, name), (misses, hours)) in SIZES.iter().zip(&total.by_size) {
            writeln!(
                f,
                "| {name} | {} | {} | {} | {} |",
                misses.all,
                shown(*misses),
                of_hundred(hours, 50),
                of_hundred(hours, 95)
            )?;
        }
        Ok(())
    }
}

/// The hour within which so many of a hundred fired.
fn of_hundred(sorted: &[usize], share: usize) -> String {
    let hour = sorted.get(sorted.len() * share / 100);
    hour.map_or(String::new(), usize::to_string)
}

fn shown(tally: Tally) -> String {
    match tally.all {
        0 => String::new(),
        _ => format!("{:.2} %", tally.percent()),
    }
}
