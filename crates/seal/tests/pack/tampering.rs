//! A pack in wrong hands: whatever is done to its files is found, and the file is named. Must not
//! know how it is found.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use cockpit_seal::pack::{
    BODIES, CHECKPOINT, HEADERS, NAMESPACE, SIGNATURES, SUMS, SUMS_SIGNATURE, Source, verify,
};
use cockpit_seal::{DeviceKey, sshsig};
use sha2::{Digest as _, Sha256};

use crate::{Files, entries, faults, key, lines, pack};

/// Seeded cases of each kind of wrong hand.
const CASES: u64 = 3_000;

fn outsider() -> DeviceKey {
    DeviceKey::from_seed(&[99; 32])
}

fn whole() -> Files {
    pack(&lines(&entries(9)), &[4], true).1
}

/// SplitMix64: small, and the same for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn file(&mut self, files: &Files) -> String {
        let names: Vec<&String> = files.keys().collect();
        names[self.roll(names.len())].clone()
    }
}

/// Changes the bytes of a file in one of six ways; `false` when nothing changed by it.
fn tamper(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) -> bool {
    let before = bytes.clone();
    let at = dice.roll(bytes.len().max(1));
    match dice.roll(6) {
        0 => bytes
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte ^= 1 << dice.roll(8)),
        1 => drop(bytes.drain(at..(at + 1 + dice.roll(40)).min(before.len()))),
        2 => bytes.insert(at, dice.roll(256) as u8),
        3 => bytes.truncate(at),
        4 => {
            let mut lines: Vec<&[u8]> = before.split_inclusive(|byte| *byte == b'\n').collect();
            let (a, b) = (dice.roll(lines.len().max(1)), dice.roll(lines.len().max(1)));
            if a < lines.len() && b < lines.len() {
                lines.swap(a, b);
            }
            *bytes = lines.concat();
        }
        _ => *bytes = other.to_vec(),
    }
    *bytes != before
}

/// Lists and signs the files again, as somebody who has a key would.
fn reseal(files: &mut Files, key: &DeviceKey) {
    files.remove(SUMS);
    files.remove(SUMS_SIGNATURE);
    let sums: String = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
        .collect();
    let signature = sshsig::sign(key, NAMESPACE, sums.as_bytes());
    files.insert(SUMS.to_owned(), sums.into_bytes());
    files.insert(SUMS_SIGNATURE.to_owned(), signature.into_bytes());
}

#[test]
fn any_change_of_any_file_is_found_and_the_file_is_named() {
    let whole = whole();
    let other = pack(&lines(&entries(7)), &[2], true).1;
    for seed in 0..CASES {
        let mut dice = Dice(seed);
        let mut files = whole.clone();
        let name = dice.file(&files);
        match dice.roll(10) {
            0 => {
                files.remove(&name);
            }
            1 => {
                files.insert(format!("{name}.more"), b"more".to_vec());
            }
            _ => {
                let other = other.get(&name).cloned().unwrap_or_default();
                let bytes = files.get_mut(&name).unwrap();
                if !tamper(&mut dice, bytes, &other) {
                    continue;
                }
            }
        }
        let found = faults(&files);
        // A list of hashes with one more blank line is another list.
        let named = found.iter().any(|it| it.starts_with(&name));
        let is_list = [SUMS, SUMS_SIGNATURE].contains(&name.as_str());
        assert!(
            named || is_list && !found.is_empty(),
            "seed {seed}, {name}: {found:?}"
        );
    }
}

#[test]
fn an_outsider_who_signs_it_again_is_named() {
    let whole = whole();
    for seed in 0..CASES / 10 {
        let mut dice = Dice(seed);
        let mut files = whole.clone();
        let name = dice.file(&files);
        let bytes = files.get_mut(&name).unwrap();
        tamper(&mut dice, bytes, b"");
        reseal(&mut files, &outsider());
        let found = faults(&files);
        let named = |it: &String| it.contains("a key that is not of this ledger");
        // Where the log itself cannot be read, there is no ledger to belong to.
        let unread = found
            .iter()
            .any(|it| it.starts_with(HEADERS) || it.starts_with(BODIES));
        assert!(
            found.iter().any(named) || unread,
            "seed {seed}, {name}: {found:?}"
        );
    }
}

#[test]
fn one_who_has_the_key_cannot_change_an_entry_all_the_same() {
    let whole = whole();
    for seed in 0..CASES {
        let mut dice = Dice(seed);
        let mut files = whole.clone();
        let name = [HEADERS, BODIES, SIGNATURES, CHECKPOINT][dice.roll(4)];
        let bytes = files.get_mut(name).unwrap();
        if !tamper(&mut dice, bytes, b"") {
            continue;
        }
        reseal(&mut files, &key());
        let found = faults(&files);
        assert!(!found.is_empty(), "seed {seed}, {name}");
        let about_lists = |it: &&String| !it.starts_with(SUMS);
        assert!(
            found.iter().any(|it| about_lists(&it)),
            "seed {seed}, {name}: {found:?}"
        );
    }
}

#[test]
fn an_entry_that_is_gone_exchanged_or_doubled_is_named_by_its_line() {
    type Change = fn(&mut Vec<[Vec<u8>; 3]>);
    let changes: [(&str, Change, &str); 5] = [
        ("gone", |all| drop(all.remove(3)), "headers.txt, line 4: "),
        ("exchanged", |all| all.swap(3, 5), "headers.txt, line 4: "),
        (
            "doubled",
            |all| all.insert(4, all[3].clone()),
            "headers.txt, line 5: ",
        ),
        (
            "another signature",
            |all| all[3][2] = all[2][2].clone(),
            "sigs.txt, line 4: ",
        ),
        (
            "another text",
            |all| all[3][1] = all[2][1].clone(),
            "bodies.jsonl, line 4: ",
        ),
    ];
    for (what, change, place) in changes {
        let mut all = lines(&entries(9));
        change(&mut all);
        let mut files = whole();
        for (part, name) in [HEADERS, BODIES, SIGNATURES].into_iter().enumerate() {
            let file: Vec<u8> = all
                .iter()
                .flat_map(|it| [&it[part][..], b"\n"].concat())
                .collect();
            files.insert(name.to_owned(), file);
        }
        reseal(&mut files, &key());
        let found = faults(&files);
        assert!(found[0].starts_with(place), "{what}: {found:?}");
    }
}

#[test]
fn an_entry_of_another_ledger_does_not_fit_in() {
    let mut files = whole();
    let mut all = lines(&entries(9));
    let mut alien = crate::entries_of(&outsider(), 9);
    all[5] = lines(&[alien.remove(5)]).remove(0);
    for (part, name) in [HEADERS, BODIES, SIGNATURES].into_iter().enumerate() {
        let file: Vec<u8> = all
            .iter()
            .flat_map(|it| [&it[part][..], b"\n"].concat())
            .collect();
        files.insert(name.to_owned(), file);
    }
    reseal(&mut files, &key());
    let found = faults(&files);
    let alien = |it: &&String| it.starts_with("headers.txt, line 6: ");
    assert!(
        found
            .iter()
            .find(alien)
            .is_some_and(|it| it.contains("it belongs to the ledger")),
        "{found:?}"
    );
}

/// Counts the bytes that are read of each file, a few at a time.
struct Counted {
    files: Files,
    read: RefCell<BTreeMap<String, usize>>,
}

struct CountedFile<'a> {
    name: String,
    rest: &'a [u8],
    read: &'a RefCell<BTreeMap<String, usize>>,
}

impl Source for Counted {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.files.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        Ok(self.files.get(name).map(|bytes| {
            let file = CountedFile {
                name: name.to_owned(),
                rest: bytes,
                read: &self.read,
            };
            Box::new(BufReader::with_capacity(7, file)) as Box<dyn BufRead>
        }))
    }
}

impl Read for CountedFile<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.rest.read(bytes)?;
        *self.read.borrow_mut().entry(self.name.clone()).or_default() += count;
        Ok(count)
    }
}

#[test]
fn every_byte_is_read_once_so_that_what_is_hashed_is_what_is_checked() {
    let source = Counted {
        files: whole(),
        read: RefCell::default(),
    };
    let found = verify(&source, &mut |_| {}).unwrap();
    assert_eq!(found.faults, []);
    let sizes = source
        .files
        .iter()
        .map(|(name, it)| (name.clone(), it.len()));
    assert_eq!(source.read.into_inner(), sizes.collect());
}
