//! Thousands of stops under faults drawn from a seed, on sandbox time: of four targets to which
//! anything may happen; of eight at eight services, of which four are left alone while one hangs;
//! and of six flags of one service beside two stores, likewise. Holds what must be true of every one
//! of them. Must not know how an effect is carried out.
//!
//! `COCKPIT_FAULT_RUNS` sets how many runs there are, `COCKPIT_FAULT_FROM` with which seed they
//! begin, and `COCKPIT_FAULT_SEED` runs a single one and shows it whole; `COCKPIT_EIGHT_…` and
//! `COCKPIT_FLAGS_…` do so for the others. The same seed gives the same faults; which of several
//! tasks goes first may still differ between two runs, as it may in the field.

mod eight;
mod flags;
mod judge;
mod named;
mod plan;
mod run;
mod services;
mod stage;
mod tally;
mod truth;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use plan::Plan;
use tally::Tally;

const RUNS: u64 = 2_000;
const EIGHT_RUNS: u64 = 200;
const FLAGS_RUNS: u64 = 50;
/// Seeds that are told one by one when many fail.
const TOLD_MAX: usize = 10;

#[test]
fn no_outcome_contradicts_the_truth() {
    simulate("COCKPIT_FAULT", RUNS, Plan::of);
}

#[test]
fn eight_services_settle_and_four_do_not_wait_for_one_that_hangs() {
    simulate("COCKPIT_EIGHT", EIGHT_RUNS, eight::plan);
}

#[test]
fn six_flags_of_one_service_settle_beside_one_that_hangs() {
    simulate("COCKPIT_FLAGS", FLAGS_RUNS, flags::plan);
}

fn simulate(variable: &str, usual_runs: u64, plan: fn(u64) -> Plan) {
    if let Some(seed) = number(&format!("{variable}_SEED")) {
        let verdict = run::run(seed, plan(seed), true);
        println!("{}", verdict.story.unwrap_or_default());
        assert!(verdict.complaints.is_empty(), "{:#?}", verdict.complaints);
        return;
    }
    let runs = number(&format!("{variable}_RUNS")).unwrap_or(usual_runs);
    let first = number(&format!("{variable}_FROM")).unwrap_or(1);
    let next = AtomicU64::new(first);
    let tally = Mutex::new(Tally::default());
    let broken = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + runs {
                        return;
                    }
                    let complaints = match catch_unwind(AssertUnwindSafe(|| {
                        run::run(seed, plan(seed), false)
                    })) {
                        Ok(verdict) => {
                            tally.lock().unwrap().add(&verdict);
                            verdict.complaints
                        }
                        Err(_) => vec!["it panicked; see above".to_owned()],
                    };
                    if !complaints.is_empty() {
                        broken.lock().unwrap().push((seed, complaints));
                    }
                }
            });
        }
    });
    println!("{}", tally.into_inner().unwrap());
    let mut broken = broken.into_inner().unwrap();
    broken.sort();
    let told: String = broken
        .iter()
        .take(TOLD_MAX)
        .map(|(seed, complaints)| {
            format!(
                "\nseed {seed}: {}\n  rerun: {variable}_SEED={seed} cargo test -p cockpit-tests --test faults -- --nocapture",
                complaints.join("\n  ")
            )
        })
        .collect();
    assert!(
        broken.is_empty(),
        "{} of {runs} runs broke a rule:{told}",
        broken.len()
    );
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.trim().parse().ok()
}
