//! A pack in wrong hands: each tool finds what it claims to find. Must not know how it is found.

use std::path::Path;

use cockpit_seal::pack::NAMESPACE;
use cockpit_seal::{DeviceKey, sshsig};
use sha2::{Digest as _, Sha256};

use crate::made::made;
use crate::tools::Tool;

/// The files of a pack, by name.
fn names(pack: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![pack.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(pack).unwrap();
                names.push(name.to_str().unwrap().to_owned());
            }
        }
    }
    names.sort();
    names
}

/// Lists and signs the files again.
fn reseal(pack: &Path, key: &DeviceKey) {
    let mut sums = String::new();
    for name in names(pack) {
        if !name.starts_with("SHA256SUMS") {
            let bytes = std::fs::read(pack.join(&name)).unwrap();
            let hash = Sha256::digest(bytes);
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            sums += &format!("{hash}  {name}\n");
        }
    }
    let signature = sshsig::sign(key, NAMESPACE, sums.as_bytes());
    std::fs::write(pack.join("SHA256SUMS"), sums).unwrap();
    std::fs::write(pack.join("SHA256SUMS.sshsig"), signature).unwrap();
}

#[test]
fn a_flipped_byte_in_each_file_is_found_by_each_tool_that_claims_to() {
    let copy = made().copy();
    for name in names(copy.path()) {
        let path = copy.path().join(&name);
        let whole = std::fs::read(&path).unwrap();
        for place in [3, 5] {
            let mut bytes = whole.clone();
            // Inside a line, away from the ends of what is in base64.
            bytes[whole.len() * place / 8] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            for tool in Tool::ALL.into_iter().filter(|tool| tool.claims(&name)) {
                let said = tool.ask(copy.path());
                assert!(said.is_err(), "{tool:?} does not see {name}: {said:?}");
                let tells_files = [
                    Tool::Sha256sum,
                    Tool::CheckPy,
                    Tool::CheckMjs,
                    Tool::Cockpit,
                ];
                if tells_files.contains(&tool) && !name.starts_with("SHA256SUMS") {
                    let said = said.unwrap_err();
                    assert!(
                        said.contains(&name),
                        "{tool:?} does not name {name}: {said}"
                    );
                }
            }
        }
        std::fs::write(&path, whole).unwrap();
    }
}

/// A change of the entries' three lines.
type Change = fn(&mut Vec<[String; 3]>);

/// What one who has the exporting device's key could do to the entries, and the line that must be
/// named.
const INSIDE: [(&str, Change, &str); 7] = [
    (
        "a text changed",
        |all| all[99][1] = all[99][1].replace(':', " :"),
        "100",
    ),
    ("an entry taken out", |all| drop(all.remove(99)), "101"),
    (
        "an entry put in twice",
        |all| all.insert(100, all[99].clone()),
        "101",
    ),
    // The two devices write in turn, so the gap shows at the next entry of the same one; and only
    // entries of one device have an order of their own.
    ("two entries exchanged", |all| all.swap(99, 101), "100"),
    (
        "another's signature",
        |all| all[99][2] = all[97][2].clone(),
        "100",
    ),
    (
        "a header forged",
        |all| all[99][0] = all[99][0].replace("Z\"", "1Z\""),
        "100",
    ),
    ("a key withheld", |all| all[0][1] = "-".to_owned(), "1"),
];

#[test]
fn what_an_insider_signs_again_is_found_in_the_entries() {
    for (what, change, position) in INSIDE {
        let copy = made().copy();
        let files = ["headers.txt", "bodies.jsonl", "sigs.txt"];
        let texts = files.map(|name| std::fs::read_to_string(copy.path().join(name)).unwrap());
        let mut all: Vec<[String; 3]> = Vec::new();
        let [headers, bodies, sigs] = texts.each_ref().map(|text| text.lines());
        for ((header, body), sig) in headers.zip(bodies).zip(sigs) {
            all.push([header, body, sig].map(ToOwned::to_owned));
        }
        change(&mut all);
        for (part, name) in files.into_iter().enumerate() {
            let text: String = all.iter().map(|it| format!("{}\n", it[part])).collect();
            std::fs::write(copy.path().join(name), text).unwrap();
        }
        reseal(copy.path(), &made().key);
        for tool in [Tool::Sha256sum, Tool::SshKeygen] {
            assert!(tool.ask(copy.path()).is_ok(), "{what}: it is well resealed");
        }
        for tool in [Tool::CheckPy, Tool::CheckMjs] {
            let said = tool.ask(copy.path()).expect_err(what);
            assert!(
                said.contains(&format!("entry {position}: ")),
                "{tool:?}, {what}: {said}"
            );
        }
        let said = Tool::Cockpit.ask(copy.path()).expect_err(what);
        let place = format!(", line {position}: ");
        assert!(said.contains(&place), "{what}: {said}");
    }
}

#[test]
fn a_tail_that_was_cut_off_does_not_fit_the_head() {
    let copy = made().copy();
    for name in ["headers.txt", "bodies.jsonl", "sigs.txt"] {
        let path = copy.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let cut: String = text
            .lines()
            .take(200)
            .map(|line| format!("{line}\n"))
            .collect();
        std::fs::write(path, cut).unwrap();
    }
    reseal(copy.path(), &made().key);
    for tool in [Tool::Go, Tool::CheckPy, Tool::CheckMjs, Tool::Cockpit] {
        let said = tool.ask(copy.path());
        assert!(said.is_err(), "{tool:?}: {said:?}");
    }
}

#[test]
fn an_outsider_who_signs_it_again_is_no_allowed_signer() {
    let copy = made().copy();
    let outsider = DeviceKey::from_seed(&[99; 32]);
    reseal(copy.path(), &outsider);
    for tool in [
        Tool::SshKeygen,
        Tool::CheckPy,
        Tool::CheckMjs,
        Tool::Cockpit,
    ] {
        let said = tool.ask(copy.path());
        assert!(said.is_err(), "{tool:?}: {said:?}");
    }
}
