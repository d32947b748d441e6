//! Large ledgers of really signed entries that the rules accept: breaches, and stops that were
//! asked for, carried out and read back. The same in every run, so that a large one is kept for the
//! next. Knows no check that uses them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use cockpit_domain::Time;
use cockpit_domain::policy::Policy;
use cockpit_domain::rule::HealthRule;
use cockpit_engine::keychain::{Keychain, Wish, to_text};
use cockpit_engine::{
    Engine, Handle, Http, Options, SecretString, clock, desk, index_of_entry, reqwest_transport,
};
use cockpit_ledger::{Append, Ledger, SCHEMA_VERSION};
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, seal};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// Opens the key file beside every ledger made here.
pub const PASSPHRASE: &str = "correct horse battery staple";
/// 2026-01-05T08:00:00Z: when the first entry was made. One follows every twenty seconds.
pub const BEGINS_MS: i64 = 1_767_600_000_000;
/// Milliseconds between two entries.
pub const STEP_MS: i64 = 20_000;

const SEED: [u8; 32] = [11; 32];
const BATCH: i64 = 10_000;
const APP: &str = "com.northwind.wallet";

/// Makes a workspace of so many entries in a folder, with the key of its one device.
///
/// # Panics
/// The folder cannot be written, or has a workspace.
pub fn workspace(folder: &Path, entries: i64) {
    let key = DeviceKey::from_seed(&SEED);
    let keychain = Keychain::open(folder, "", &wish()).expect("a key file can be made");
    keychain
        .set(&[("device-key".to_owned(), Some(to_text(&SEED)))])
        .expect("the key file can be written");
    let ledger = Ledger::open(folder.join("ledger.db"), BEGINS_MS).expect("a fresh ledger opens");
    // One thread signs while another writes.
    let (give, take) = mpsc::sync_channel(2);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut author = Author::new(key);
            let mut left = entries;
            while left > 0 {
                let batch: Vec<Append> = (0..left.min(BATCH)).map(|_| author.next()).collect();
                left -= i64::try_from(batch.len()).expect("a batch is small");
                if give.send(batch).is_err() {
                    return;
                }
            }
        });
        for batch in take {
            ledger.append(&batch, &[]).expect("the next entries fit");
        }
    });
}

/// A workspace of so many entries that was opened once, so that its log of slots and its snapshot
/// are there: made below `home`, or found there from a run before this one with the same recipe.
///
/// # Panics
/// The folder cannot be written.
pub async fn kept(home: &Path, entries: i64) -> PathBuf {
    let of_this_size = format!("many-{entries}-");
    let name = format!("{of_this_size}{}", recipe());
    let place = home.join(&name);
    if place.is_dir() {
        fold(&place, entries).await;
        return place;
    }
    fs::create_dir_all(home).expect("the folder can be written");
    // Those of another recipe, and what was begun and not finished.
    for old in fs::read_dir(home).expect("the folder can be read") {
        let old = old.expect("the folder can be read");
        if old.file_name().to_string_lossy().starts_with(&of_this_size) {
            fs::remove_dir_all(old.path()).expect("the folder can be written");
        }
    }
    println!(
        "making {entries} signed entries once, in {}",
        place.display()
    );
    let partial = home.join(format!("{name}.part"));
    fs::create_dir(&partial).expect("the folder can be written");
    let folder = partial.clone();
    let making = tokio::task::spawn_blocking(move || workspace(&folder, entries));
    making.await.expect("the entries fit");
    fold(&partial, entries).await;
    fs::rename(&partial, &place).expect("the folder can be written");
    place
}

/// Opens a workspace of so many entries at the moment of the last of them.
///
/// # Panics
/// It does not open.
pub async fn open(folder: &Path, keychain: Wish, entries: i64) -> Handle {
    let clock = clock::runtime(Time::from_ms(BEGINS_MS + entries * STEP_MS));
    let http = reqwest_transport().expect("a transport can be made");
    Engine::start(Options {
        folder: folder.to_owned(),
        keychain,
        http: Http::new(http, Arc::clone(&clock)),
        clock,
        desk: Arc::new(desk::NoDesk),
        poll: false,
    })
    .await
    .expect("the workspace opens")
}

/// Folds a workspace by the rules as they are now, where it was not yet: unoptimised, a million
/// entries take longer than an app is waited for.
async fn fold(place: &Path, entries: i64) {
    let handle = open(place, wish(), entries).await;
    handle.close().await.expect("a workspace can be closed");
}

/// As if somebody had looked after a kept workspace a moment ago: every entry was checked and
/// today's backup made, so that an app that opens it does not begin with either.
///
/// # Panics
/// The folder cannot be written.
pub fn looked_after(place: &Path) {
    let now = clock::system()();
    let ledger = Ledger::open(place.join("ledger.db"), now.as_ms()).expect("it opens");
    ledger
        .setting_put("every_entry_checked_at_ms", &json!(now.as_ms()))
        .expect("the ledger can be written");
    let backups = place.join("backups");
    let _ = fs::remove_dir_all(&backups);
    fs::create_dir(&backups).expect("the folder can be written");
    let day: String = now.to_string().chars().take(10).collect();
    fs::write(backups.join(format!("daily-{day}.db")), "").expect("the folder can be written");
}

/// What a workspace that is kept is made by: this file, the tables, and the bytes of entries.
fn recipe() -> String {
    let mut recipe = Sha256::new();
    recipe.update(include_str!("many.rs"));
    recipe.update(SCHEMA_VERSION.to_be_bytes());
    let mut author = Author::new(DeviceKey::from_seed(&SEED));
    for _ in 0..20 {
        let Append { entry, index } = author.next();
        recipe.update(entry.lines());
        recipe.update(format!("{index:?}"));
    }
    let hash = recipe.finalize();
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How the key file of such a workspace is opened.
pub fn wish() -> Wish {
    Wish::Auto {
        passphrase: Some(SecretString::from(PASSPHRASE)),
    }
}

/// Writes one device's chain.
pub struct Author {
    key: DeviceKey,
    head: Head,
    made: i64,
    /// The newest intent, in hex.
    intent: String,
}

impl Author {
    /// At the start of a ledger.
    pub fn new(key: DeviceKey) -> Self {
        Self {
            head: Head::genesis(key.device_id()),
            key,
            made: 0,
            intent: String::new(),
        }
    }

    /// The next entry, with its line in the log.
    ///
    /// # Panics
    /// Never: every body is small.
    #[expect(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> Append {
        let at = Time::from_ms(BEGINS_MS + self.made * STEP_MS);
        let (kind, body) = match self.made {
            0 => ("ledger.genesis", self.genesis()),
            made => self.event(made - 1, at),
        };
        let Value::Object(body) = body else {
            unreachable!("every body is written as an object")
        };
        let entry = self.sealed(kind, body, at);
        if kind == "intent.request" {
            self.intent = entry.id().to_string();
        }
        self.made += 1;
        let index = index_of_entry(&entry, &self.key.device_id().to_string());
        Append { entry, index }
    }

    fn sealed(&mut self, kind: &str, body: Map<String, Value>, at: Time) -> Entry {
        let draft = Draft {
            at: &at.to_string(),
            kind,
            body,
            salt: self
                .made
                .unsigned_abs()
                .wrapping_mul(31)
                .to_be_bytes()
                .repeat(2)[..]
                .try_into()
                .expect("twice eight bytes"),
            seen: Seen::default(),
        };
        let entry = seal(&self.key, &self.head, draft).expect("a small body is sealed");
        self.head = entry.head();
        entry
    }

    fn genesis(&self) -> Value {
        json!({
            "workspace": "Northwind Wallet",
            "drill": false,
            "key": self.key.public().to_string(),
            "founder": {
                "id": self.key.device_id().to_string(),
                "name": "Mira",
                "roles": ["administrator", "product_lead", "customer_success"],
            },
            "policy": Policy::one_person(),
            "rules": [HealthRule::standard()],
        })
    }

    /// A breach is seen; a release is stopped and a flag turned off; the breach is over.
    fn event(&self, nth: i64, at: Time) -> (&'static str, Value) {
        let round = nth / 8;
        let version = format!("8.{}.{}", round / 50 % 40, round % 50);
        let staged = |status: &str| {
            json!({
                "kind": "staged_rollout", "version": version, "builds": ["84012"],
                "status": status, "fraction_bps": 2_000, "fallback": "8.3.2",
            })
        };
        let flag = |on: bool| {
            json!({
                "kind": "flag", "name": "wallet.pay", "environment": "production", "enabled": on,
                "serving": on, "fraction_bps": null, "description": "",
            })
        };
        let play = format!("google_play:{APP}/production");
        let target = format!("unleash:default/production/wallet.pay{}", round % 7);
        match nth % 8 {
            0 => ("breach.seen", breach(&version, 9_821, at)),
            1 => {
                let title = format!("Google Play · {version}");
                let asked = (play, title, staged("in_progress"));
                ("intent.request", intent("stop", round, asked, at))
            }
            4 => {
                let asked = (target, "Flag wallet.pay".to_owned(), flag(true));
                ("intent.request", intent("turn_off", round, asked, at))
            }
            2 | 5 => (
                "effect.claim",
                json!({ "intent": self.intent, "attempt": 1, "lease_until": at + 120_000 }),
            ),
            3 => {
                let read = (staged("in_progress"), staged("halted"));
                ("effect.result", self.result(read, "Read back: halted."))
            }
            6 => {
                let read = (flag(true), flag(false));
                ("effect.result", self.result(read, "Read back: off."))
            }
            _ => ("breach.cleared", breach(&version, 9_962, at)),
        }
    }

    fn result(&self, (before, after): (Value, Value), sentence: &str) -> Value {
        json!({
            "intent": self.intent, "attempt": 1, "outcome": "confirmed", "before": before,
            "after": after, "ms": 1_310, "sentence": sentence, "provider_request_id": null,
        })
    }
}

fn intent(
    act: &str,
    round: i64,
    (target, title, state): (String, String, Value),
    at: Time,
) -> Value {
    let desired = if act == "stop" { "stopped" } else { "off" };
    json!({
        "press": format!("press {round} {act}"),
        "press_title": "Stop the release",
        "act": act,
        "app": APP,
        "target": target,
        "title": title,
        "desired": { "to": desired },
        "pre": { "target": target, "at": at - 14_000, "state": state },
        "asked_at": at,
        "expires_at": at + 900_000,
        "persons": 1,
        "explicit": false,
        "reason": format!("Crash on opening Transfer, report {round}"),
        "evidence": ["Crash-free users 98.21 %, floor 99.50 %, 12 000 sessions"],
    })
}

fn breach(version: &str, value_bps: u32, at: Time) -> Value {
    json!({
        "rule": "standard", "platform": "Android", "version": version,
        "measure": "crash_free_users", "value_bps": value_bps, "floor_bps": 9_950,
        "sample": 12_000, "since": at - 600_000, "data_until": at - 60_000,
    })
}
