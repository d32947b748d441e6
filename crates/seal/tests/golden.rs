//! Golden entries, made by a script that shares no code with this crate. Must not
//! make an expectation of its own: what is right stands in the file.

use std::path::Path;

use cockpit_seal::{DeviceKey, Draft, Entry, Head, PublicKey, Seen, Verifier, seal};
use serde::Deserialize;
use serde_json::{Map, Value};

const GOLDEN: &str = include_str!("../../../tests/golden/entries.json");

#[derive(Deserialize)]
struct Golden {
    ledger: String,
    devices: Vec<Device>,
    valid: Vec<Valid>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct Device {
    seed: String,
    public: String,
    device: String,
}

#[derive(Deserialize)]
struct Valid {
    name: String,
    device: usize,
    id: String,
    input: Option<Input>,
    lines: [String; 3],
}

#[derive(Deserialize)]
struct Input {
    head: HeadInput,
    at: String,
    kind: String,
    body: Map<String, Value>,
    salt: String,
    seen: (u64, String),
}

#[derive(Deserialize)]
struct HeadInput {
    ledger: String,
    next_seq: u64,
    prev: String,
}

#[derive(Deserialize)]
struct Invalid {
    name: String,
    reason: String,
    after: usize,
    text: Option<String>,
    hex: Option<String>,
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).unwrap()
}

fn key(device: &Device) -> DeviceKey {
    DeviceKey::from_seed(&hex::decode(&device.seed).unwrap().try_into().unwrap())
}

fn text(entry: &Valid) -> String {
    entry.lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn devices_have_the_keys_and_ids_of_the_file() {
    for device in golden().devices {
        let public: PublicKey = device.public.parse().unwrap();
        assert_eq!(key(&device).public(), public);
        assert_eq!(public.device_id().to_string(), device.device);
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let golden = golden();
    for entry in &golden.valid {
        let Some(input) = &entry.input else { continue };
        let key = key(&golden.devices[entry.device]);
        let head = Head {
            ledger: input.head.ledger.parse().unwrap(),
            device: key.device_id(),
            next_seq: input.head.next_seq,
            prev: input.head.prev.parse().unwrap(),
        };
        let draft = Draft {
            at: &input.at,
            kind: &input.kind,
            body: input.body.clone(),
            salt: hex::decode(&input.salt).unwrap().try_into().unwrap(),
            seen: Seen {
                slot: input.seen.0,
                hash: input.seen.1.parse().unwrap(),
            },
        };
        let sealed = seal(&key, &head, draft).unwrap();
        assert_eq!(sealed.lines(), text(entry), "{}", entry.name);
        assert_eq!(sealed.id().to_string(), entry.id, "{}", entry.name);
        assert_eq!(Entry::parse(text(entry)).unwrap(), sealed, "{}", entry.name);
    }
}

#[test]
fn the_valid_entries_are_one_ledger_that_holds() {
    let golden = golden();
    let mut verifier = Verifier::new();
    for entry in &golden.valid {
        let [header, body, signature] = entry.lines.each_ref().map(|line| line.as_bytes());
        let read = verifier.feed_lines(header, body, signature).unwrap();
        assert_eq!(read.lines(), text(entry), "{}", entry.name);
        assert_eq!(read.id().to_string(), entry.id, "{}", entry.name);
        let device = &golden.devices[entry.device];
        assert_eq!(read.verify(&device.public.parse().unwrap()), Ok(()));
    }
    let verified = verifier.finish().unwrap();
    assert_eq!(verified.entries, golden.valid.len() as u64);
    assert_eq!(verified.ledger.unwrap().to_string(), golden.ledger);
    assert_eq!(verified.devices.len(), 2);
    assert_eq!(verified.heads.len(), 2);
}

#[test]
fn a_body_keeps_what_this_version_does_not_know() {
    let golden = golden();
    let entry = golden
        .valid
        .iter()
        .find(|entry| entry.input.is_none())
        .unwrap();
    let read = Entry::parse(text(entry)).unwrap();
    assert_eq!(read.body()["later"]["a"], "A");
    assert_eq!(read.body_line(), entry.lines[1]);
}

#[test]
fn every_invalid_entry_is_refused_for_its_reason() {
    let golden = golden();
    for case in &golden.invalid {
        let bytes = match (&case.text, &case.hex) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(hex)) => hex::decode(hex).unwrap(),
            (None, None) => panic!("{} has no bytes", case.name),
        };
        let mut verifier = Verifier::new();
        for entry in &golden.valid[..case.after] {
            verifier.feed(&Entry::parse(text(entry)).unwrap()).unwrap();
        }
        let code = match Entry::parse(&bytes) {
            Err(fault) => fault.code(),
            Ok(entry) => {
                let broken = verifier.feed(&entry).expect_err(&case.name);
                assert_eq!(broken.position, case.after as u64 + 1, "{}", case.name);
                assert_eq!(broken.id, Some(entry.id()), "{}", case.name);
                broken.reason.code()
            }
        };
        assert_eq!(code, case.reason, "{}", case.name);
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test asks the script; the crate starts nothing"
)]
fn the_file_is_what_the_script_makes() {
    let python = if cfg!(windows) { "python" } else { "python3" };
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let script = Path::new(&here).join("../../tests/golden/make_entries.py");
    let output = std::process::Command::new(python)
        .arg("-B")
        .arg(script)
        .arg("--check")
        .output()
        .expect("Python 3 is needed for this test, without any package");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
