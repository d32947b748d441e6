//! What goes wrong in one run, drawn from its seed. Must not know what should come of it.

use serde_json::{Value, json};

use crate::stage::{Board, FOUR};

/// Numbers that follow from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, without `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = usize::try_from(self.below(from.len() as u64)).unwrap();
        from[index]
    }
}

/// One run's bad luck.
#[derive(Debug)]
pub struct Plan {
    pub board: Board,
    pub latency_ms: u64,
    /// Flag services at which clients see a change later than the console does, and by how much.
    pub late: Vec<(&'static str, u64)>,
    /// Whether the engine reads services by itself meanwhile.
    pub polls: bool,
    /// Bodies for the sandbox's faults.
    pub faults: Vec<Value>,
    /// Bodies for its consoles, each at its time after the press.
    pub consoles: Vec<Value>,
    /// Bodies for its knobs.
    pub knobs: Vec<Value>,
    /// Services that are gone for a while: which, from when, for how long, in milliseconds.
    pub offline: Option<(Vec<&'static str>, u64, u64)>,
    /// How long the faults stay after the verdicts, in milliseconds.
    pub lingers_ms: u64,
    /// The laptop's clock is set: when after the press, and by how much, in milliseconds.
    pub clock: Vec<(u64, i64)>,
    /// Services and flags that nothing happens to.
    pub healthy: Vec<&'static str>,
}

const SERVICES: [&str; 3] = ["google_play", "app_store", "unleash"];

impl Plan {
    pub fn of(seed: u64) -> Plan {
        let mut dice = Dice::new(seed);
        let faults = (0..dice.below(7)).map(|_| fault(&mut dice)).collect();
        let consoles = (0..dice.pick(&[0, 0, 0, 1, 1, 2, 3]))
            .map(|_| console(&mut dice))
            .collect();
        let knobs = if dice.one_in(8) {
            vec![dice.pick(&KNOBS).1()]
        } else {
            Vec::new()
        };
        let offline = dice.one_in(8).then(|| {
            let gone = match dice.below(4) {
                0 => SERVICES.to_vec(),
                which => vec![SERVICES[usize::try_from(which - 1).unwrap()]],
            };
            let from_ms = dice.pick(&[0, 0, 50, 400, 2_000]);
            let for_ms = dice.pick(&[500, 3_000, 9_000, 60_000, 1_200_000]);
            (gone, from_ms, for_ms)
        });
        let mut plan = Plan {
            board: FOUR,
            latency_ms: dice.pick(&[0, 20, 100, 100, 400, 900]),
            late: vec![("unleash", dice.pick(&[0, 0, 0, 800, 5_000, 20_000]))],
            polls: dice.one_in(4),
            faults,
            consoles,
            knobs,
            offline,
            lingers_ms: dice.pick(&[0, 0, 2_000, 15_000, 90_000]),
            clock: Vec::new(),
            healthy: Vec::new(),
        };
        // Drawn last, so that a seed's other bad luck is what it was.
        if dice.one_in(5) {
            plan.clock = (0..=dice.below(2)).map(|_| clock_set(&mut dice)).collect();
            plan.clock.sort_by_key(|(at_ms, _)| *at_ms);
        }
        plan
    }

    /// How much later clients of a service see a change, in milliseconds.
    pub fn late_ms(&self, service: &str) -> u64 {
        let found = self.late.iter().find(|(late, _)| *late == service);
        found.map_or(0, |(_, ms)| *ms)
    }

    /// How much longer what is promised may take while a clock that was set back catches up.
    pub fn slack(&self, ms: u64) -> u64 {
        match self.clock.iter().any(|(_, by_ms)| *by_ms < 0) {
            true => ms / 8,
            false => 0,
        }
    }
}

fn clock_set(dice: &mut Dice) -> (u64, i64) {
    let at_ms = dice.pick(&[0, 40, 150, 400, 900, 2_500, 6_000, 9_500, 40_000]);
    let by_ms = dice.pick(&[
        -86_400_000_i64,
        -3_600_000,
        -3_600_000,
        -90_000,
        -1_500,
        1_500,
        90_000,
        600_000,
        3_600_000,
        86_400_000,
    ]);
    (at_ms, by_ms)
}

fn fault(dice: &mut Dice) -> Value {
    let service = dice.pick(&SERVICES);
    let part = match service {
        "google_play" => dice.pick(&[
            "",
            "POST /token",
            "POST /androidpublisher",
            "GET /androidpublisher",
            "PUT /androidpublisher",
            "/tracks/production",
            ":commit",
            ":commit",
            ":commit",
        ]),
        "app_store" => dice.pick(&["", "GET /v1/apps/", "PATCH", "PATCH", "PATCH"]),
        _ => dice.pick(&[
            "",
            "GET /api/admin",
            "GET /api/client",
            "wallet.instant_transfer",
            "/off",
            "/off",
            "/off",
        ]),
    };
    let slow = format!(
        "slow:{}",
        dice.pick(&[300, 1_500, 5_000, 9_000, 14_000, 40_000])
    );
    let kinds = [
        "status:429",
        "status:429",
        "status:500",
        "status:502",
        "status:503",
        "status:504",
        "status:400",
        "status:401",
        "status:403",
        "status:404",
        "status:409",
        "hang",
        "hang",
        "lost_reply",
        "lost_reply",
        "lost_reply:close",
        "lost_reply:close",
        "close",
        "garbage",
        slow.as_str(),
        slow.as_str(),
        "edit_deleted",
    ];
    let kind = dice.pick(&kinds);
    let mut body = json!({
        "service": service,
        "match": part,
        "fault": kind,
        "times": dice.pick(&[1, 1, 1, 1, 2, 3, 6, 1_000]),
        "after": dice.pick(&[0, 0, 0, 0, 1, 2, 3, 5]),
    });
    let come_back_s = dice.pick(&[None, Some(1), Some(3), Some(12)]);
    if let Some(seconds) = come_back_s {
        body["retry_after_s"] = json!(seconds);
    }
    body
}

fn console(dice: &mut Dice) -> Value {
    let mut body = match dice.below(12) {
        0 => json!({"service": "google_play", "action": "raise", "fraction": 0.5}),
        1 => json!({"service": "google_play", "action": "halt"}),
        2 => json!({"service": "google_play", "action": "resume", "fraction": 0.3}),
        3 => json!({"service": "google_play", "action": "complete"}),
        4 => json!({"service": "google_play", "action": "change"}),
        5 => json!({"service": "app_store", "action": "pause"}),
        6 => json!({"service": "app_store", "action": "resume"}),
        7 => json!({"service": "app_store", "action": "complete"}),
        8 => json!({"service": "app_store", "action": "release_new_version"}),
        which => {
            let flag = dice.pick(&["wallet.instant_transfer", crate::stage::SECOND_FLAG]);
            json!({"service": "unleash", "flag": flag, "on": which % 2 == 0})
        }
    };
    body["in_ms"] = json!(dice.pick(&[0, 30, 120, 250, 600, 1_500, 4_000, 8_000, 20_000]));
    body
}

type Knob = (&'static str, fn() -> Value);

/// Server state that makes writes end in another way.
const KNOBS: [Knob; 5] = [
    (
        "Play takes changes only from its console",
        || json!({"service": "google_play", "draft_app": true}),
    ),
    (
        "the account lost its rights",
        || json!({"service": "google_play", "permitted": false}),
    ),
    (
        "edits live for two minutes",
        || json!({"service": "google_play", "edit_lifetime_s": 120}),
    ),
    (
        "the key lost its role",
        || json!({"service": "app_store", "permitted": false}),
    ),
    (
        "changes of flags need a request",
        || json!({"service": "unleash", "change_requests": true}),
    ),
];
