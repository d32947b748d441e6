//! Bad luck for a board of eight targets at eight services: four are left alone, one hangs, the
//! others get what the seed draws. Must not know what should come of it.

use serde_json::{Value, json};

use crate::plan::{Dice, Plan};
use crate::stage::Board;

/// One service of the board.
struct Place {
    service: &'static str,
    /// Parts of "METHOD path?query": all requests, what is read, and twice what a stop sends, which
    /// is last.
    parts: &'static [&'static str],
    /// What a person does in its console meanwhile.
    console: fn(&mut Dice) -> Value,
    /// What its server may be set to.
    knobs: &'static [(&'static str, Knob)],
    /// A flag service, whose clients may see a change late.
    flags: bool,
}

enum Knob {
    Is(bool),
    Number(u64),
    Word(&'static str),
}

/// Clients of a flag service see a change so much later than its console, in milliseconds.
const LATE_MS: [u64; 3] = [800, 5_000, 20_000];
const HEALTHY: usize = 4;
/// One of them stands on a board, so that it has eight.
const ONE_OF: [&str; 2] = ["microsoft_store", "eas_update"];

static PLACES: [Place; 9] = [
    Place {
        service: "google_play",
        parts: &["", "GET /androidpublisher", "PUT ", ":commit", ":commit"],
        console: |dice| {
            let action = dice.pick(&["raise", "halt", "complete", "change"]);
            json!({"action": action, "fraction": 0.5})
        },
        knobs: &[
            ("permitted", Knob::Is(false)),
            ("draft_app", Knob::Is(true)),
            ("edit_lifetime_s", Knob::Number(120)),
        ],
        flags: false,
    },
    Place {
        service: "app_store",
        parts: &["", "GET ", "PATCH", "PATCH"],
        console: |dice| json!({"action": dice.pick(&["pause", "resume", "complete"])}),
        knobs: &[("permitted", Knob::Is(false))],
        flags: false,
    },
    Place {
        service: "huawei_app_gallery",
        parts: &[
            "",
            "releaseType=1",
            "releaseType=3",
            "/phased-release/state",
            "/phased-release/state",
        ],
        console: |dice| {
            let action = dice.pick(&["suspend", "release", "share", "complete", "take_down"]);
            json!({"action": action, "percent": "50.00"})
        },
        knobs: &[("of_a_project", Knob::Is(true))],
        flags: false,
    },
    Place {
        service: "microsoft_store",
        parts: &[
            "",
            "GET ",
            "/packagerollout",
            "haltpackagerollout",
            "haltpackagerollout",
        ],
        console: |dice| {
            let action = dice.pick(&["raise", "halt", "finalize"]);
            json!({"action": action, "percentage": 50.0})
        },
        knobs: &[
            ("permitted", Knob::Is(false)),
            ("unsupported", Knob::Is(true)),
            ("revoke_tokens", Knob::Is(true)),
        ],
        flags: false,
    },
    Place {
        service: "eas_update",
        parts: &["", "CockpitChannel", "CockpitPause", "CockpitPause"],
        console: |dice| json!({"action": dice.pick(&["pause", "resume", "publish"])}),
        knobs: &[
            ("role", Knob::Word("view_only")),
            ("protected", Knob::Is(true)),
            ("transient", Knob::Number(2)),
            ("fails_after_write", Knob::Number(1)),
        ],
        flags: false,
    },
    Place {
        service: "unleash",
        parts: &["", "GET /api/admin", "GET /api/client", "/off", "/off"],
        console: |dice| json!({"flag": "wallet.instant_transfer", "on": dice.one_in(2)}),
        knobs: &[("change_requests", Knob::Is(true))],
        flags: true,
    },
    Place {
        service: "launchdarkly",
        parts: &["", "GET /api/v2", "GET /msdk", "PATCH", "PATCH"],
        console: |dice| json!({"flag": "instant-transfer", "on": dice.one_in(2)}),
        knobs: &[
            ("approvals", Knob::Is(true)),
            ("refuses_writes", Knob::Number(403)),
            ("conflicts", Knob::Number(1)),
        ],
        flags: true,
    },
    Place {
        service: "flagsmith",
        parts: &[
            "",
            "/features/",
            "GET /api/v1/flags/",
            "/versions/",
            "/publish/",
            "/publish/",
        ],
        console: |dice| json!({"flag": "instant_transfer", "on": dice.one_in(2)}),
        knobs: &[
            ("versioned", Knob::Is(false)),
            ("approvals", Knob::Number(1)),
            ("refuses_writes", Knob::Is(true)),
            ("hides_disabled", Knob::Is(true)),
        ],
        flags: true,
    },
    Place {
        service: "remote_config",
        parts: &["", "GET ", "firebase:fetch", "PUT ", "PUT "],
        console: |dice| match dice.one_in(2) {
            true => json!({"action": "publish", "layout": "tiles"}),
            false => json!({
                "action": "set", "parameter": "instant_transfer", "on": dice.one_in(2),
            }),
        },
        knobs: &[
            ("permitted", Knob::Is(false)),
            ("may_publish", Knob::Is(false)),
        ],
        flags: true,
    },
];

pub const BOARD: Board = Board {
    scenario: "all-stops",
    without: &[],
    flags: &[],
    targets: PLACES.len() + 1 - ONE_OF.len(),
};

/// The bad luck of one run.
pub fn plan(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let without = &ONE_OF[usize::from(dice.one_in(2))..][..1];
    let mut places: Vec<&Place> = PLACES
        .iter()
        .filter(|place| !without.contains(&place.service))
        .collect();
    // Shuffled: whoever comes first is left alone.
    for last in (1..places.len()).rev() {
        let other = usize::try_from(dice.below(last as u64 + 1)).unwrap();
        places.swap(last, other);
    }
    let ill = places.split_off(HEALTHY);
    let mut faults = vec![hangs(ill[0], &mut dice)];
    for place in &ill[1..] {
        for _ in 0..dice.below(4) {
            faults.push(fault(place, &mut dice));
        }
    }
    // First in line, so that they strike the first two requests of a stop.
    if dice.one_in(3) {
        let place = dice.pick(&ill[1..]);
        faults.splice(0..0, comes_late(place, &mut dice));
    }
    let consoles = (0..dice.pick(&[0, 0, 0, 1, 2]))
        .map(|_| console(dice.pick(&ill), &mut dice))
        .collect();
    let mut late = Vec::new();
    for place in ill.iter().filter(|place| place.flags) {
        if dice.one_in(4) {
            late.push((place.service, dice.pick(&LATE_MS)));
        }
    }
    Plan {
        board: Board { without, ..BOARD },
        latency_ms: dice.pick(&[0, 20, 100, 100]),
        late,
        polls: dice.one_in(4),
        faults,
        consoles,
        knobs: match dice.one_in(4) {
            true => vec![knob(dice.pick(&ill[1..]), &mut dice)],
            false => Vec::new(),
        },
        offline: None,
        lingers_ms: dice.pick(&[0, 0, 2_000, 15_000, 90_000]),
        clock: Vec::new(),
        healthy: places.iter().map(|place| place.service).collect(),
    }
}

fn hangs(place: &Place, dice: &mut Dice) -> Value {
    let part = dice.pick(place.parts);
    json!({"service": place.service, "match": part, "fault": "hang", "times": 1_000})
}

fn fault(place: &Place, dice: &mut Dice) -> Value {
    json!({
        "service": place.service,
        "match": dice.pick(place.parts),
        "fault": kind(dice),
        "times": dice.pick(&[1, 1, 1, 2, 6, 1_000]),
        "after": dice.pick(&[0, 0, 0, 1, 2]),
    })
}

/// What a stop sends takes effect long after everybody has given up, and sent again it is refused.
fn comes_late(place: &Place, dice: &mut Dice) -> [Value; 2] {
    let part = place.parts.last().expect("a stop sends something");
    let slow = format!("slow:{}", dice.pick(&[14_000, 24_000, 40_000]));
    let refused = dice.pick(&[
        "status:403",
        "status:404",
        "status:409",
        "status:503",
        "close",
    ]);
    [slow.as_str(), refused]
        .map(|fault| json!({"service": place.service, "match": part, "fault": fault}))
}

/// What goes wrong with requests of one that is ill.
pub fn kind(dice: &mut Dice) -> String {
    let slow = format!("slow:{}", dice.pick(&[300, 1_500, 5_000, 14_000, 40_000]));
    let kind = dice.pick(&[
        "status:429",
        "status:500",
        "status:503",
        "status:401",
        "status:403",
        "status:404",
        "status:409",
        "lost_reply",
        "lost_reply",
        "lost_reply:close",
        "lost_reply:close",
        "close",
        "garbage",
        "hang",
        slow.as_str(),
        slow.as_str(),
    ]);
    kind.to_owned()
}

/// Somebody works in the console of one that is ill.
fn console(place: &Place, dice: &mut Dice) -> Value {
    let mut body = (place.console)(dice);
    body["service"] = json!(place.service);
    body["in_ms"] = json!(dice.pick(&[0, 30, 120, 600, 1_500, 4_000, 20_000]));
    body
}

fn knob(place: &Place, dice: &mut Dice) -> Value {
    let which = usize::try_from(dice.below(place.knobs.len() as u64)).unwrap();
    let (name, value) = &place.knobs[which];
    let value = match value {
        Knob::Is(on) => json!(on),
        Knob::Number(number) => json!(number),
        Knob::Word(word) => json!(word),
    };
    json!({"service": place.service, *name: value})
}
