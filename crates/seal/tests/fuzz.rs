//! A bounded run of the fuzz targets on any toolchain: the corpus, and seeded changes of
//! it. Must not know what a target asks.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

/// Changed inputs for each target, and fewer for whole logs and packs, which have many signatures.
const RUNS: u64 = 6_000;
const LOG_RUNS: u64 = 600;
const PACK_RUNS: u64 = 1_500;

/// A small generator, so that a run is the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % (end.max(1)) as u64) as usize
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test reads the corpus; the crate touches no files"
)]
fn corpus(target: &str) -> Vec<Vec<u8>> {
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let folder = Path::new(&here).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 4, "{} holds a corpus", folder.display());
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// One to four changes of the kinds that break readers.
fn change(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    const WORDS: [&[u8]; 12] = [
        b"\n",
        b"\n\n",
        b"\0",
        b"\xff",
        b"{",
        b"\"",
        b"0",
        b"9007199254740992",
        b"=",
        b"\xe2\x80\x94 ",
        b"\\u0000",
        b"+",
    ];
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(40)).min(bytes.len());
        match chance.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            0 | 1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            4 => {
                let word = WORDS[chance.below(WORDS.len())];
                drop(bytes.splice(at..end.min(at + 1), word.iter().copied()));
            }
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                let to = (from + chance.below(200)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].iter().copied()));
            }
        }
    }
    bytes
}

fn run(name: &str, target: fn(&[u8]), runs: u64) {
    let seeds = corpus(name);
    seeds.iter().for_each(|seed| target(seed));
    for seed in &seeds {
        (0..seed.len().min(600)).for_each(|end| target(&seed[..end]));
    }
    let mut chance = Chance(0x5eed_0001);
    (0..runs).for_each(|_| target(&change(&seeds, &mut chance)));
}

#[test]
fn entries() {
    run("entry", targets::entry, RUNS);
}

#[test]
fn slots() {
    run("slot", targets::slot, RUNS);
}

#[test]
fn notes() {
    run("note", targets::note, RUNS);
}

#[test]
fn logs() {
    run("log", targets::log, LOG_RUNS);
}

#[test]
fn packs() {
    run("pack", targets::pack, PACK_RUNS);
}
