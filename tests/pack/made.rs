//! A workspace with a log of more than 500 entries by two persons, one of whom is revoked, and
//! its pack. Must not know what is checked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::event::Event;
use cockpit_domain::policy::Role;
use cockpit_domain::rule::Breach;
use cockpit_domain::signal::Measure;
use cockpit_domain::time::Time;
use cockpit_engine::api::{Act, ExportArgs, Exported, Pressed, StopArgs};
use cockpit_engine::desk::NoDesk;
use cockpit_engine::keychain::{Keychain, Wish};
use cockpit_engine::{Engine, Handle, Http, Options, SecretString, clock, reqwest_transport};
use cockpit_ledger::{Append, Ledger, LogIndex};
use cockpit_sandbox::Sandbox;
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, seal};
use tempfile::TempDir;

/// Not a real one: it opens key files of tests only.
const PASSPHRASE: &str = "correct-horse-battery-staple";
/// SHA-256 of "amber-otter-seven".
const CODE_HASH: &str = "d6e0a5ba6cbb60d9fd5c6b4974921b2edb0a1ad6cbd3a1a9ac9d03a4ee4f8dce";
/// Breaches that were seen and were over again.
const BREACHES: u64 = 250;

/// A pack that stands, with what belongs to it.
pub struct Made {
    folder: TempDir,
    pub exported: Exported,
    /// The key of the device that exported.
    pub key: DeviceKey,
}

impl Made {
    pub fn pack(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    /// A pack of the same log with the text of everything.
    pub fn whole_pack(&self) -> PathBuf {
        self.folder.path().join("whole")
    }

    /// The file with the line that an auditor was given.
    pub fn allowed(&self) -> PathBuf {
        self.folder.path().join("allowed_signers")
    }

    /// A copy to do something to.
    pub fn copy(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_below(&self.pack(), copy.path());
        copy
    }
}

fn copy_below(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir(&place).unwrap();
            copy_below(&path, &place);
        } else {
            std::fs::copy(&path, &place).unwrap();
        }
    }
}

/// The one pack of this run.
pub fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        // A thread of its own, because a runtime must not begin inside another.
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(make())
        })
        .join()
        .unwrap()
    })
}

async fn make() -> Made {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("workspace");
    let sandbox = Sandbox::serve(cockpit_sandbox::Options::default(), 0)
        .await
        .unwrap();
    let document = sandbox.sandbox().connections();
    let engine = open(&workspace).await;
    engine.begin_on_sandbox(&document, "Ada").await.unwrap();
    engine.act(Act::Refresh(Default::default())).await.unwrap();
    let stop = StopArgs {
        app: None,
        version: None,
        targets: None,
        reason: "=HYPERLINK(\"x\") Crash on opening Transfer → „Überweisung“, 日本".to_owned(),
    };
    let pressed: Pressed = engine.do_it(Act::Stop(stop)).await.unwrap();
    engine.settled(&pressed, 30_000).await.unwrap();
    engine.close().await.unwrap();
    drop(engine);

    let key = key_of(&workspace);
    go_on(&workspace, &key);

    let engine = open(&workspace).await;
    let args = ExportArgs {
        redact_kinds: vec!["effect.claim".to_owned()],
        redact_entries: vec![8],
        ..ExportArgs::default()
    };
    let place = folder.path().join("pack");
    let exported = engine.export(args, place).await.unwrap();
    let through = Some(exported.entries);
    let whole = ExportArgs {
        through,
        ..ExportArgs::default()
    };
    let place = folder.path().join("whole");
    engine.export(whole, place).await.unwrap();
    engine.close().await.unwrap();
    let line = exported.allowed_signer.clone().unwrap() + "\n";
    std::fs::write(folder.path().join("allowed_signers"), line).unwrap();
    Made {
        folder,
        exported,
        key,
    }
}

async fn open(workspace: &Path) -> Handle {
    let clock = clock::system();
    let options = Options {
        folder: workspace.to_owned(),
        keychain: Wish::Auto {
            passphrase: Some(SecretString::from(PASSPHRASE)),
        },
        http: Http::new(reqwest_transport().unwrap(), Arc::clone(&clock)),
        clock,
        desk: Arc::new(NoDesk),
        poll: false,
    };
    Engine::start(options).await.unwrap()
}

fn key_of(workspace: &Path) -> DeviceKey {
    let wish = Wish::Auto {
        passphrase: Some(SecretString::from(PASSPHRASE)),
    };
    let keychain = Keychain::open(workspace, "", &wish).unwrap();
    let kept = keychain.get("device-key").unwrap().unwrap();
    let seed = cockpit_engine::keychain::from_text(&kept).unwrap();
    DeviceKey::from_seed(&seed)
}

/// What a device writes into a ledger that is closed.
struct Pen<'a> {
    ledger: &'a Ledger,
    key: DeviceKey,
    head: Head,
}

impl Pen<'_> {
    fn write(&mut self, event: &Event) -> Entry {
        let count = u64::try_from(self.ledger.count().unwrap()).unwrap();
        let at = clock::system()() + count;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&count.to_be_bytes());
        let draft = Draft {
            at: &at.to_string(),
            kind: event.kind(),
            body: event.to_body(),
            salt,
            seen: Seen::default(),
        };
        let entry = seal(&self.key, &self.head, draft).unwrap();
        self.head = entry.head();
        let index = LogIndex {
            kind: event.kind().to_owned(),
            ..LogIndex::default()
        };
        let append = Append {
            entry: entry.clone(),
            index,
        };
        self.ledger.append(&[append], &[]).unwrap();
        entry
    }
}

/// A second person joins, both see many breaches, one attempt has no force, the second person is
/// revoked and tries once more.
fn go_on(workspace: &Path, key: &DeviceKey) {
    let now = clock::system()();
    let ledger = Ledger::open(workspace.join("ledger.db"), now.as_ms()).unwrap();
    let id = ledger.ledger_id().unwrap().unwrap();
    let mara_key = DeviceKey::from_seed(&[42; 32]);
    let mut ada = Pen {
        ledger: &ledger,
        key: copy_of(key, workspace),
        head: ledger.head(key.device_id()).unwrap(),
    };
    let invite = ada.write(&Event::Authority(AuthorityEvent::Invited {
        code_hash: CODE_HASH.to_owned(),
        expires_at: now + 3_600_000,
        roles: vec![Role::ProductLead],
    }));
    let mut mara = Pen {
        ledger: &ledger,
        head: Head::first(id, mara_key.device_id()),
        key: mara_key,
    };
    let request = mara.write(&Event::Authority(AuthorityEvent::JoinRequested {
        invite: invite.id().to_string(),
        code: "amber-otter-seven".to_owned(),
        name: "Mara".to_owned(),
        device_name: "Mara's laptop".to_owned(),
        key: mara.key.public().to_string(),
    }));
    ada.write(&Event::Authority(AuthorityEvent::PersonAdmitted {
        request: request.id().to_string(),
        person: "mara".to_owned(),
        roles: vec![Role::ProductLead],
    }));
    mara.write(&Event::IntentWithdrawn {
        intent: "ab".repeat(32),
    });
    for nth in 0..BREACHES {
        ada.write(&Event::BreachSeen(breach(nth, now)));
        mara.write(&Event::BreachCleared(breach(nth, now)));
    }
    ada.write(&Event::Authority(AuthorityEvent::PersonRevoked {
        person: "mara".to_owned(),
        reason: "Left the team".to_owned(),
    }));
    mara.write(&Event::BreachSeen(breach(BREACHES, now)));
}

/// The same key once more: keys are not copied.
fn copy_of(key: &DeviceKey, workspace: &Path) -> DeviceKey {
    let copy = key_of(workspace);
    assert_eq!(copy.device_id(), key.device_id());
    copy
}

fn breach(nth: u64, now: Time) -> Breach {
    Breach {
        rule: "crash floor".to_owned(),
        platform: "Android".to_owned(),
        version: format!("9.{nth}.0"),
        measure: Measure::CrashFreeSessions,
        value_bps: 9_800,
        floor_bps: 9_900,
        sample: 10_000 + nth,
        since: now,
        data_until: now,
        comparator: cockpit_domain::rule::Comparator::Below,
        evidence: None,
        named: None,
        source: None,
    }
}
