//! A hundred thousand notices sent under faults drawn from a seed, on sandbox time: the state machine
//! of an effect, the real adapters and the sandbox, without a ledger. Holds what must be true of
//! every one of them. Must not know how a channel is spoken to.
//!
//! `COCKPIT_SENDS` sets how many, `COCKPIT_SEND_SEED` runs one seed alone and shows it whole.

mod drive;
mod judge;
mod plan;
mod revoked;
mod stage;
mod whole;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cockpit_domain::Service;
use cockpit_domain::event::Outcome;

use plan::SENDS_A_RUN;

const SENDS: u64 = 100_000;
const TOLD_MAX: usize = 10;

#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<(&'static str, String), u64>,
    killed: u64,
    doubled: u64,
    requests: u64,
}

#[test]
fn nothing_is_sent_twice_and_nothing_is_lost_unseen() {
    if let Some(seed) = number("COCKPIT_SEND_SEED") {
        let run = drive::run(seed);
        println!("{}", judge::story(&run));
        let complaints = judge::complaints(&run);
        assert!(complaints.is_empty(), "{complaints:#?}");
        return;
    }
    let runs = number("COCKPIT_SENDS")
        .unwrap_or(SENDS)
        .div_ceil(SENDS_A_RUN);
    let next = AtomicU64::new(1);
    let tally = Mutex::new(Tally::default());
    let broken = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed > runs {
                        return;
                    }
                    let complaints = match catch_unwind(AssertUnwindSafe(|| drive::run(seed))) {
                        Ok(run) => {
                            tally.lock().unwrap().add(&run);
                            judge::complaints(&run)
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
    println!("{}", tally.into_inner().unwrap().table());
    let mut broken = broken.into_inner().unwrap();
    broken.sort();
    let told: Vec<String> = broken
        .iter()
        .take(TOLD_MAX)
        .map(|(seed, complaints)| {
            format!(
                "\nseed {seed}: {}\n  rerun: COCKPIT_SEND_SEED={seed} cargo test -p cockpit-tests --test sends -- --nocapture",
                complaints.join("\n  ")
            )
        })
        .collect();
    assert!(
        broken.is_empty(),
        "{} of {runs} runs broke a rule:{}",
        broken.len(),
        told.concat()
    );
}

impl Tally {
    fn add(&mut self, run: &drive::Run) {
        self.requests += run.requests;
        for send in &run.sends {
            let outcome = send.results.last().map_or("none".to_owned(), |it| {
                format!("{:?}", it.outcome).to_lowercase()
            });
            *self
                .outcomes
                .entry((send.service.key(), outcome))
                .or_default() += 1;
            self.killed += u64::from(send.killed);
            self.doubled += u64::from(send.doubled);
        }
    }

    fn table(&self) -> String {
        let sends: u64 = self.outcomes.values().sum();
        let mut text = format!(
            "{sends} sends, {} requests, {} killed on the way, {} asked for twice at once\n",
            self.requests, self.killed, self.doubled
        );
        let words = [
            Outcome::Confirmed,
            Outcome::Unknown,
            Outcome::Refused,
            Outcome::Stale,
            Outcome::Failed,
        ];
        for service in plan::CHANNELS.map(Service::key) {
            text.push_str(&format!("{service:14}"));
            for word in words {
                let word = format!("{word:?}").to_lowercase();
                let count = self.outcomes.get(&(service, word.clone())).unwrap_or(&0);
                text.push_str(&format!(" {count:6} {word}"));
            }
            text.push('\n');
        }
        text
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.trim().parse().ok()
}
