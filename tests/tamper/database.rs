//! A database changed behind the product's back. Must not know how an entry is checked.

use std::path::PathBuf;

use cockpit_ledger::{Append, Ledger, LogIndex, Verdict};
use cockpit_seal::{Entry, HighWater};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::chance::{Chance, entries, forged, key, lines, outsider};
use crate::{Case, Way};

const ENTRIES: usize = 20;
const NOW_MS: i64 = 1_795_458_605_123;
const UNPROTECTED: &str = "
    DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;
    DROP TRIGGER entries_never_replaced; PRAGMA foreign_keys = OFF;
    PRAGMA synchronous = OFF;";

/// A ledger of which the keychain knows the last entry, and copies of it from before.
pub struct Stage {
    folder: TempDir,
    entries: Vec<Entry>,
    foreign: Vec<Entry>,
}

impl Stage {
    pub fn new() -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            entries: entries(&key(), ENTRIES, 1),
            foreign: entries(&key(), ENTRIES, 2),
        };
        for count in 1..=ENTRIES {
            let ledger = Ledger::open(stage.copy_of(count), NOW_MS).unwrap();
            for entry in &stage.entries[..count] {
                let index = LogIndex {
                    kind: entry.header().kind.clone(),
                    ..LogIndex::default()
                };
                let append = Append {
                    entry: entry.clone(),
                    index,
                };
                ledger.append(&[append], &[]).unwrap();
            }
            drop(ledger);
            let database = Connection::open(stage.copy_of(count)).unwrap();
            database
                .pragma_update(None, "wal_checkpoint", "TRUNCATE")
                .unwrap();
        }
        stage
    }

    /// The database as it was after so many entries.
    fn copy_of(&self, count: usize) -> PathBuf {
        self.folder.path().join(format!("{count}.db"))
    }

    pub fn untouched(&self) -> Case {
        self.checked(ENTRIES, 0, |_| ())
    }

    pub fn case(&self, way: Way, chance: &mut Chance) -> Case {
        let k = chance.below(ENTRIES);
        let change = |act: &dyn Fn(&Connection)| self.checked(ENTRIES, k, act);
        match way {
            Way::Flip => {
                let part = chance.below(3);
                let mut bytes = lines(&self.entries[k])[part].clone();
                chance.flip(&mut bytes);
                change(&|database| {
                    let column = ["header", "body", "sig"][part];
                    let sql = format!(
                        "UPDATE entries SET {column} = CAST(?1 AS TEXT) WHERE position = ?2"
                    );
                    run(database, &sql, params![bytes, row(k)]);
                })
            }
            Way::Delete => change(&|database| {
                run(
                    database,
                    "DELETE FROM entries WHERE position = ?1",
                    params![row(k)],
                );
            }),
            Way::Insert => self.checked(ENTRIES, ENTRIES, |database| {
                let sql = "INSERT INTO entries
                    SELECT ?1, x'0102', dev, ?1 - 1, prev, kind, at, header, body, sig
                    FROM entries WHERE position = ?2";
                run(database, sql, params![row(ENTRIES), row(k)]);
            }),
            Way::Reorder => {
                let (one, other) = chance.two(ENTRIES);
                self.checked(ENTRIES, one, |database| {
                    for (from, to) in [(one, 900), (other, one), (900, other)] {
                        let sql = "UPDATE entries SET position = ?2 WHERE position = ?1";
                        run(database, sql, params![row(from), row(to)]);
                    }
                })
            }
            Way::CutTheTail => change(&|database| {
                run(
                    database,
                    "DELETE FROM entries WHERE position >= ?1",
                    params![row(k)],
                );
                let sql = "UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'entries'";
                run(database, sql, params![row(k) - 1]);
            }),
            Way::OlderCopy => {
                let older = k.max(1);
                self.checked(older, older, |_| ())
            }
            Way::EditABody => change(&|database| {
                let sql = "UPDATE entries SET body = replace(body, 'It crashes', 'All is well')
                    WHERE position = ?1";
                run(database, sql, params![row(k)]);
            }),
            Way::Forge => self.exchanged(k, &forged(&self.entries, k)),
            Way::Replay => {
                let from = match chance.below(2) {
                    0 => k,
                    _ => chance.below(ENTRIES),
                };
                self.exchanged(k, &self.foreign[from])
            }
            Way::SignAnew => {
                let stranger = entries(&outsider(), ENTRIES, 1);
                change(&|database| {
                    let sql = "UPDATE entries SET sig = ?1 WHERE position = ?2";
                    run(database, sql, params![stranger[k].signature_line(), row(k)]);
                })
            }
        }
    }

    /// With another entry in a row, in all its columns.
    fn exchanged(&self, k: usize, by: &Entry) -> Case {
        // Another first entry founds a ledger of its own, which the next does not belong to.
        let place = if k == 0 && by.is_genesis() { 1 } else { k };
        self.checked(ENTRIES, place, |database| {
            let header = by.header();
            // A number that nobody has yet, where the row of that number is another one.
            let seq = if header.seq as usize == k {
                row(k) - 1
            } else {
                900
            };
            let sql =
                "UPDATE entries SET id = ?1, dev = ?2, seq = ?3, prev = ?4, kind = ?5, at = ?6,
                header = ?7, body = ?8, sig = ?9 WHERE position = ?10";
            let (id, at) = (by.id(), header.at.to_string());
            let (header_line, body_line) = (by.header_line(), by.body_line());
            let signature = by.signature_line();
            let values = params![
                id.as_bytes(),
                header.device.as_bytes(),
                seq,
                header.prev.as_bytes(),
                header.kind,
                at,
                header_line,
                body_line,
                signature,
                row(k),
            ];
            run(database, sql, values);
        })
    }

    /// Does something to a copy and checks it whole.
    fn checked(&self, of: usize, place: usize, act: impl Fn(&Connection)) -> Case {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::copy(self.copy_of(of), &path).unwrap();
        let database = Connection::open(&path).unwrap();
        database.execute_batch(UNPROTECTED).unwrap();
        act(&database);
        drop(database);
        let last = self.entries.last().unwrap();
        let mark = HighWater {
            device: last.header().device,
            seq: last.header().seq,
            id: last.id(),
        };
        let ledger = Ledger::open(&path, NOW_MS).unwrap();
        let named = match ledger.verify_all(&[mark], |_, _| {}).unwrap() {
            Verdict::Whole(_) => Vec::new(),
            Verdict::Broken(damage) => vec![format!("entry {}", damage.position)],
        };
        Case {
            place: format!("entry {}", place + 1),
            named,
        }
    }
}

fn row(k: usize) -> i64 {
    i64::try_from(k).unwrap() + 1
}

fn run(database: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) {
    assert_eq!(database.execute(sql, values).unwrap().min(1), 1, "{sql}");
}
