//! Bad luck for two stores and six flags of one service, which go off in one request: four of the
//! eight are left alone, one hangs, the others get what the seed draws. Must not know what should
//! come of it.

use serde_json::{Value, json};

use crate::eight::kind;
use crate::plan::{Dice, Plan};
use crate::stage::Board;

/// The kill switches of the board, beside the two stores. No name begins another.
const FLAGS: [&str; 6] = [
    "wallet.instant_transfer",
    "wallet.request_money",
    "cards.freeze_now",
    "home.balance_chart",
    "loans.quick_quote",
    "travel.cover",
];
const BOARD: Board = Board {
    scenario: "calm",
    without: &[],
    flags: FLAGS.split_at(1).1,
    targets: STORES.len() + FLAGS.len(),
};
const STORES: [&str; 2] = ["google_play", "app_store"];
const HEALTHY: usize = 4;

/// The bad luck of one run.
pub fn plan(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let mut spots: Vec<&'static str> = STORES.into_iter().chain(FLAGS).collect();
    // Shuffled: whoever comes first is left alone.
    for last in (1..spots.len()).rev() {
        let other = usize::try_from(dice.below(last as u64 + 1)).unwrap();
        spots.swap(last, other);
    }
    let ill = spots.split_off(HEALTHY);
    let mut faults = vec![hangs(ill[0], &mut dice)];
    for spot in &ill[1..] {
        for _ in 0..dice.below(4) {
            faults.push(fault(spot, &mut dice));
        }
    }
    let consoles = (0..dice.pick(&[0, 0, 0, 1, 2]))
        .map(|_| console(ill[usize::try_from(dice.below(4)).unwrap()], &mut dice))
        .collect();
    Plan {
        board: BOARD,
        latency_ms: dice.pick(&[0, 20, 100, 100]),
        late: Vec::new(),
        polls: dice.one_in(4),
        faults,
        consoles,
        knobs: Vec::new(),
        offline: None,
        lingers_ms: dice.pick(&[0, 0, 2_000, 15_000, 90_000]),
        clock: Vec::new(),
        healthy: spots,
    }
}

/// Which requests belong to a target.
fn part(spot: &'static str, dice: &mut Dice) -> (&'static str, String) {
    match spot {
        "google_play" => (
            spot,
            dice.pick(&["", "GET /androidpublisher", "PUT ", ":commit", ":commit"])
                .to_owned(),
        ),
        "app_store" => (spot, dice.pick(&["", "GET ", "PATCH", "PATCH"]).to_owned()),
        flag => {
            let part = match dice.below(4) {
                0 => flag.to_owned(),
                1 => format!("namePrefix={flag}"),
                _ => format!("{flag}/environments/production/off"),
            };
            ("unleash", part)
        }
    }
}

fn hangs(spot: &'static str, dice: &mut Dice) -> Value {
    let (service, part) = part(spot, dice);
    json!({"service": service, "match": part, "fault": "hang", "times": 1_000})
}

fn fault(spot: &'static str, dice: &mut Dice) -> Value {
    let (service, part) = part(spot, dice);
    let kind = kind(dice);
    json!({
        "service": service, "match": part, "fault": kind,
        "times": dice.pick(&[1, 1, 1, 2, 6, 1_000]),
        "after": dice.pick(&[0, 0, 0, 1, 2]),
    })
}

/// Somebody works in the console of an ill target.
fn console(spot: &'static str, dice: &mut Dice) -> Value {
    let mut body = match spot {
        "google_play" => {
            let action = dice.pick(&["raise", "halt", "complete", "change"]);
            json!({"service": spot, "action": action, "fraction": 0.5})
        }
        "app_store" => {
            let action = dice.pick(&["pause", "resume", "complete"]);
            json!({"service": spot, "action": action})
        }
        flag => json!({"service": "unleash", "flag": flag, "on": dice.one_in(2)}),
    };
    body["in_ms"] = json!(dice.pick(&[0, 30, 120, 600, 1_500, 4_000, 20_000]));
    body
}
