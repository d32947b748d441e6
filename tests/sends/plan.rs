//! What goes wrong with one send, drawn from its run's seed. Must not know what should come of it.

use cockpit_domain::Service;
use serde_json::{Value, json};

/// Every channel.
pub const CHANNELS: [Service; 9] = [
    Service::Statuspage,
    Service::Smtp,
    Service::Fcm,
    Service::RemoteConfig,
    Service::Slack,
    Service::Teams,
    Service::Matrix,
    Service::Mastodon,
    Service::Bluesky,
];
const SENDS_A_CHANNEL: u64 = 10;
pub const SENDS_A_RUN: u64 = SENDS_A_CHANNEL * CHANNELS.len() as u64;

/// Numbers that follow from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        // Mixed first: the streams of two near seeds would else be one, moved by a place.
        Dice(mix(seed ^ 0x5851_F42D_4C95_7F2D))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

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

fn mix(value: u64) -> u64 {
    let mut mixed = value;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Where the process ends: `kill -9` there, and a process that begins afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    BeforeStart,
    /// The start is durable; nothing was sent.
    AfterStart,
    /// The request is on its way, for so many milliseconds.
    WhileSending(u64),
    AfterSend,
    BeforeResult,
}

/// One send's bad luck.
#[derive(Debug)]
pub struct Plan {
    /// Bodies for the sandbox's faults.
    pub faults: Vec<Value>,
    pub kill: Option<Kill>,
    /// Two tasks of one process carry it out at once.
    pub doubled: bool,
    /// What lies between delivers writes twice; only where the service takes a repeated request
    /// for one.
    pub repeated: bool,
    /// The mail server hands the mail on twice.
    pub relayed_twice: bool,
    /// The service is gone for so long from the beginning, in milliseconds.
    pub offline_ms: Option<u64>,
    /// Until the next one, in milliseconds.
    pub pause_ms: u64,
}

impl Plan {
    pub fn of(dice: &mut Dice, service: Service) -> Plan {
        let kill = dice.one_in(6).then(|| {
            let on_its_way = dice.pick(&[1, 20, 60, 150, 600, 3_000]);
            dice.pick(&[
                Kill::BeforeStart,
                Kill::AfterStart,
                Kill::WhileSending(on_its_way),
                Kill::WhileSending(on_its_way),
                Kill::AfterSend,
                Kill::BeforeResult,
            ])
        });
        let forgives = matches!(
            service,
            Service::Matrix | Service::Bluesky | Service::Mastodon | Service::RemoteConfig
        );
        Plan {
            faults: (0..dice.pick(&[0, 0, 1, 1, 1, 2, 3]))
                .map(|_| fault(dice, service))
                .collect(),
            kill,
            doubled: dice.one_in(8),
            repeated: forgives && dice.one_in(6),
            relayed_twice: service == Service::Smtp && dice.one_in(4),
            offline_ms: dice
                .one_in(20)
                .then(|| dice.pick(&[500, 5_000, 60_000, 900_000])),
            pause_ms: dice.pick(&[0, 200, 2_000, 20_000, 90_000]),
        }
    }
}

fn fault(dice: &mut Dice, service: Service) -> Value {
    let write = match service {
        Service::Slack => "/api/chat.postMessage",
        Service::Teams => "/workflows/",
        Service::Matrix => "PUT /_matrix",
        Service::Mastodon => "POST /api/v1/statuses",
        Service::Bluesky => "putRecord",
        Service::Fcm => "messages:send",
        Service::RemoteConfig => "PUT /v1/projects",
        Service::Statuspage => "/incidents",
        Service::Smtp => dice.pick(&["TEXT", "TEXT", "TEXT", "DATA", "RCPT", "MAIL", "CONNECT"]),
        Service::GooglePlay
        | Service::AppStore
        | Service::HuaweiAppGallery
        | Service::SamsungGalaxyStore
        | Service::MicrosoftStore
        | Service::EasUpdate
        | Service::Unleash
        | Service::LaunchDarkly
        | Service::Flagsmith
        | Service::Sentry
        | Service::Prometheus
        | Service::PlayReporting
        | Service::Crashlytics => {
            unreachable!("is not sent to here")
        }
    };
    let slow = format!("slow:{}", dice.pick(&[300, 1_500, 5_000, 9_000, 40_000]));
    let kind = dice.pick(&[
        "status:429",
        "status:429",
        "status:420",
        "status:500",
        "status:502",
        "status:503",
        "status:504",
        "status:400",
        "status:401",
        "status:403",
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
    ]);
    let mut body = json!({
        "service": service.key(),
        "match": if dice.one_in(4) { "" } else { write },
        "fault": kind,
        "times": dice.pick(&[1, 1, 1, 1, 2, 3, 6]),
        "after": dice.pick(&[0, 0, 0, 1, 1, 2]),
    });
    if dice.one_in(2) {
        body["retry_after_s"] = json!(dice.pick(&[1, 3, 12]));
    }
    body
}
