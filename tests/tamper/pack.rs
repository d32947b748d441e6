//! An evidence pack in wrong hands: of whoever finds it, and of one who has the key of the device
//! that exported it and lists and signs its files again. Must not know how a pack is checked.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, BufRead};

use cockpit_seal::pack::{
    About, BODIES, CHECKPOINT, HEADERS, NAMESPACE, PackWriter, RawLines, RawSlot, Row, SIGNATURES,
    SLOTS, SUMS, SUMS_SIGNATURE, Sink, Source, verify,
};
use cockpit_seal::slot::{Slot, SlotHead};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceKey, Entry, Timestamp, sshsig};
use sha2::{Digest as _, Sha256};

use crate::chance::{Chance, entries, forged, key, lines, outsider};
use crate::{Case, Way};

const ENTRIES: usize = 12;
const OF_EACH: usize = 3;
const CHAIN: [&str; 3] = [HEADERS, BODIES, SIGNATURES];

type Files = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
struct Memory(Files);

impl Sink for Memory {
    type Error = Infallible;

    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.entry(file.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn close(&mut self, _: &str) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Source for Memory {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        let bytes = self.0.get(name);
        Ok(bytes.map(|bytes| Box::new(&bytes[..]) as Box<dyn BufRead>))
    }
}

pub struct Stage {
    files: Files,
    entries: Vec<Entry>,
    foreign: Vec<Entry>,
    /// The head after each slot.
    heads: Vec<String>,
}

impl Stage {
    pub fn new() -> Self {
        let all = entries(&key(), ENTRIES, 1);
        let mut pack = PackWriter::begin(Memory::default()).unwrap();
        let mut head = SlotHead::first(all[0].ledger());
        let at = Timestamp::from_ms(1_795_458_605_123).unwrap();
        let mut heads = Vec::new();
        for (place, entry) in all.iter().enumerate() {
            if place % OF_EACH == 0 {
                let admitted = &all[place..place + OF_EACH];
                let slot = Slot::build(&key(), &head, at, admitted.to_vec()).unwrap();
                let checkpoint = slot.checkpoint().to_string();
                let raw = RawSlot::Admitting {
                    header: &slot.header_line(),
                    checkpoint: &checkpoint,
                    hash: slot.hash(),
                };
                assert_eq!(pack.slot(raw), Ok(None));
                (head.prev, head.next) = (slot.hash(), head.next + 1);
                for entry in admitted {
                    head.tree.push(leaf_hash(&entry.leaf()));
                }
                heads.push(checkpoint);
            }
            let [header, body, signature] = lines(entry);
            let raw = RawLines {
                header: &header,
                body: &body,
                signature: &signature,
            };
            let (_, fault) = pack.entry(raw, |_| false).unwrap();
            assert_eq!(fault, None);
            pack.tell(&Row {
                decision: "Noted".into(),
                ..Row::of(place as u64 + 1, Some(entry))
            })
            .unwrap();
        }
        let (_, files) = pack.finish(&About::default(), Some(&key())).unwrap();
        Self {
            files: files.0,
            entries: all,
            foreign: entries(&key(), ENTRIES, 2),
            heads,
        }
    }

    pub fn untouched(&self) -> Case {
        named(String::new(), self.files.clone())
    }

    pub fn case(&self, way: Way, chance: &mut Chance) -> Case {
        let mut files = self.files.clone();
        let names: Vec<&String> = self.files.keys().collect();
        let name = names[chance.below(names.len())].clone();
        let k = chance.below(ENTRIES);
        let line = |file: &str| format!("{file}, line {}", k + 1);
        match way {
            Way::Flip => {
                chance.flip(files.get_mut(&name).unwrap());
                named(shown(&name), files)
            }
            Way::Delete => {
                files.remove(&name);
                // What is listed is gone with its list, and the signature is over nothing.
                named(shown(&name), files)
            }
            Way::Insert => {
                let name = format!("{name}.more");
                files.insert(name.clone(), b"more".to_vec());
                named(name, files)
            }
            Way::Reorder => {
                let (one, other) = chance.two(ENTRIES);
                let mut all: Vec<_> = self.entries.iter().map(lines).collect();
                all.swap(one, other);
                put(&mut files, &all);
                let file = if one == 0 { BODIES } else { HEADERS };
                // The first line must bring in the first key.
                let place = format!("{file}, line {}", one + 1);
                let case = named(place, resealed(files, &key()));
                either(case, &format!("{HEADERS}, line {}", one + 1))
            }
            Way::CutTheTail => {
                let all: Vec<_> = self.entries[..k].iter().map(lines).collect();
                put(&mut files, &all);
                // The slot that admits more than there is.
                let place = format!("{SLOTS}, line {}", k / OF_EACH + 2);
                named(place, resealed(files, &key()))
            }
            Way::OlderCopy => {
                let older = &self.heads[chance.below(self.heads.len() - 1)];
                files.insert(CHECKPOINT.to_owned(), older.clone().into_bytes());
                named(CHECKPOINT.to_owned(), resealed(files, &key()))
            }
            Way::EditABody => {
                let mut all: Vec<_> = self.entries.iter().map(lines).collect();
                let text = String::from_utf8(all[k][1].clone()).unwrap();
                all[k][1] = text.replace("It crashes", "All is well").into_bytes();
                put(&mut files, &all);
                named(line(BODIES), resealed(files, &key()))
            }
            Way::Forge => {
                let mut all: Vec<_> = self.entries.iter().map(lines).collect();
                all[k] = lines(&forged(&self.entries, k));
                put(&mut files, &all);
                // The first entry founds a ledger of its own, which the next does not belong to.
                let place = match k {
                    0 => format!("{HEADERS}, line 2"),
                    _ => line(HEADERS),
                };
                named(place, resealed(files, &key()))
            }
            Way::Replay => {
                let mut all: Vec<_> = self.entries.iter().map(lines).collect();
                all[k] = lines(&self.foreign[k]);
                put(&mut files, &all);
                let place = match k {
                    0 => format!("{HEADERS}, line 2"),
                    _ => line(HEADERS),
                };
                named(place, resealed(files, &key()))
            }
            Way::SignAnew => named(SUMS_SIGNATURE.to_owned(), resealed(files, &outsider())),
        }
    }
}

/// A changed list of hashes shows by the signature over it.
fn shown(name: &str) -> String {
    match name == SUMS {
        true => SUMS_SIGNATURE.to_owned(),
        false => name.to_owned(),
    }
}

fn put(files: &mut Files, all: &[[Vec<u8>; 3]]) {
    for (part, name) in CHAIN.into_iter().enumerate() {
        let file: Vec<u8> = all
            .iter()
            .flat_map(|it| [&it[part][..], b"\n"].concat())
            .collect();
        files.insert(name.to_owned(), file);
    }
}

/// Lists and signs the files again.
fn resealed(mut files: Files, key: &DeviceKey) -> Files {
    files.remove(SUMS);
    files.remove(SUMS_SIGNATURE);
    let mut sums = String::new();
    for (name, bytes) in &files {
        let hash: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        sums += &format!("{hash}  {name}\n");
    }
    let signature = sshsig::sign(key, NAMESPACE, sums.as_bytes());
    files.insert(SUMS.to_owned(), sums.into_bytes());
    files.insert(SUMS_SIGNATURE.to_owned(), signature.into_bytes());
    files
}

/// What the check names: each file, and each line of one.
fn named(place: String, files: Files) -> Case {
    let found = verify(&Memory(files), &mut |_| {}).unwrap();
    let mut named = Vec::new();
    for fault in found.faults {
        if let Some(line) = fault.line {
            named.push(format!("{}, line {line}", fault.file));
        }
        named.push(fault.file);
    }
    Case { place, named }
}

/// Whichever of the two is named.
fn either(case: Case, other: &str) -> Case {
    let place = match case.named.contains(&case.place) {
        true => case.place,
        false => other.to_owned(),
    };
    Case { place, ..case }
}
