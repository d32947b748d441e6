//! Filters over a log of several spans, against a plain look at every line.

use super::*;
use crate::schema::{PLAN, Plan};
use crate::store::Store;
use crate::table::entries;
use crate::{LogChoices, LogFilter, LogRow};

const LINES: i64 = 2_600;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn of<'a>(&mut self, values: &[&'a str]) -> &'a str {
        values[usize::try_from(self.up_to(values.len() as u64)).unwrap()]
    }

    fn up_to(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Lines whose moments go up, but for one in fifty whose clock was wrong.
fn lines() -> Vec<LogIndex> {
    let mut dice = Dice(42);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (0..LINES)
        .map(|n| LogIndex {
            at_ms: match dice.up_to(50) {
                0 => i64::try_from(dice.up_to(30_000)).unwrap(),
                _ => n * 10,
            },
            kind: dice
                .of(&["stop.request", "stop.result", "breach"])
                .to_owned(),
            person: some(dice.of(&["jo", "kim", "jo.kim", ""])),
            app: some(dice.of(&["wallet", "radio"])),
            target: None,
            // "lost" is rare, and nobody called kim has it.
            outcome: some(match n {
                77 | 1_900 => "lost",
                _ => dice.of(&["done", "failed", ""]),
            }),
            title: dice.of(&["Stop", "Resume"]).to_owned(),
            text: format!("number {n}"),
        })
        .collect()
}

fn seal_all(world: &World, lines: Vec<LogIndex>) -> Vec<Append> {
    let key = &world.keys[0];
    let mut head = Head::genesis(key.device_id());
    let mut appends = Vec::new();
    for (index, n) in lines.into_iter().zip(0..) {
        let body = match n {
            0 => json!({"key": key.public().to_string()}),
            _ => json!({}),
        };
        let entry = world.seal(&head, 0, "note", body, n);
        head = entry.head();
        appends.push(Append { entry, index });
    }
    appends
}

fn filters() -> Vec<LogFilter> {
    let some = |text: &str| Some(text.to_owned());
    let all = LogFilter::default;
    let mut filters = vec![
        all(),
        LogFilter {
            person: some("jo"),
            ..all()
        },
        LogFilter {
            person: some("kim"),
            app: some("radio"),
            ..all()
        },
        LogFilter {
            kinds: vec!["breach".into(), "stop.result".into()],
            outcome: some("failed"),
            ..all()
        },
        LogFilter {
            outcome: some("lost"),
            ..all()
        },
        LogFilter {
            person: some("nobody"),
            ..all()
        },
    ];
    for (from_ms, before_ms) in [
        (Some(5_000), Some(5_200)),
        (None, Some(900)),
        (Some(25_000), None),
        (Some(12_000), Some(18_000)),
        (Some(-5), Some(0)),
    ] {
        for filter in filters.clone().into_iter().take(6) {
            filters.push(LogFilter {
                from_ms,
                before_ms,
                ..filter
            });
        }
    }
    filters
}

fn keeps(filter: &LogFilter, index: &LogIndex) -> bool {
    let is = |wanted: &Option<String>, value: &Option<String>| {
        wanted.is_none() || wanted.as_ref() == value.as_ref()
    };
    (filter.kinds.is_empty() || filter.kinds.contains(&index.kind))
        && is(&filter.person, &index.person)
        && is(&filter.app, &index.app)
        && is(&filter.outcome, &index.outcome)
        && filter.from_ms.is_none_or(|from| index.at_ms >= from)
        && filter.before_ms.is_none_or(|before| index.at_ms < before)
}

/// Every filter, page by page, with and without a word, gives what a plain look gives.
fn agrees(ledger: &Ledger, lines: &[LogIndex]) {
    for filter in filters() {
        for typed in ["", "stop"] {
            let mut expected: Vec<LogRow> = lines
                .iter()
                .zip(1..)
                .filter(|(index, _)| {
                    keeps(&filter, index)
                        && (typed.is_empty()
                            || index.title == "Stop"
                            || index.kind.starts_with("stop"))
                })
                .map(|(index, position)| LogRow {
                    position,
                    index: index.clone(),
                })
                .collect();
            expected.reverse();
            let mut found: Vec<LogRow> = Vec::new();
            loop {
                let before = found.last().map(|row| row.position);
                let page = ledger.search(typed, before, &filter, 150).unwrap();
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            assert_eq!(found.len(), expected.len(), "{filter:?} {typed}");
            assert_eq!(found, expected, "{filter:?} {typed}");
        }
    }
}

#[test]
fn filters_give_what_a_plain_look_at_every_line_gives() {
    let world = World::new();
    let ledger = world.open();
    let mut lines = lines();
    ledger
        .append(&seal_all(&world, lines.clone()), &[])
        .unwrap();
    agrees(&ledger, &lines);
    // Other words for some of them: taken in by full-text search, and not yet.
    let mut changed = Vec::new();
    for position in [1, 78, 1_024, 1_025, LINES - 1, LINES] {
        let line = &mut lines[usize::try_from(position - 1).unwrap()];
        line.outcome = Some("without force".to_owned());
        line.title = "Stop".to_owned();
        changed.push((position, line.clone()));
    }
    ledger.relist(&changed).unwrap();
    agrees(&ledger, &lines);
    let rare = LogFilter {
        outcome: Some("without force".to_owned()),
        ..LogFilter::default()
    };
    let found = ledger.search("stop", None, &rare, 100).unwrap();
    assert_eq!(found.len(), changed.len());
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
    // Made again from the entries, the list is the same.
    let mut rest = lines.clone().into_iter();
    assert_eq!(ledger.rebuild(|_| rest.next().unwrap()).unwrap(), LINES);
    agrees(&ledger, &lines);
}

#[test]
fn filters_can_ask_for_every_value_in_the_log() {
    let world = World::new();
    let ledger = world.open();
    assert_eq!(ledger.log_choices().unwrap(), LogChoices::default());
    ledger.append(&seal_all(&world, lines()), &[]).unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(
        ledger.log_choices().unwrap(),
        LogChoices {
            kinds: texts(&["breach", "stop.request", "stop.result"]),
            people: texts(&["jo", "jo.kim", "kim"]),
            apps: texts(&["radio", "wallet"]),
            outcomes: texts(&["done", "failed", "lost"]),
        }
    );
}

#[test]
fn a_log_of_the_first_version_is_brought_up_to_date() {
    let world = World::new();
    let lines = lines();
    let first = Plan {
        to: 1,
        tables: PLAN.tables,
    };
    let store = Store::open_with(&world.path(), NOW_MS, &first).unwrap();
    let put = |connection: &rusqlite::Connection| -> rusqlite::Result<()> {
        for Append { entry, index } in seal_all(&world, lines.clone()) {
            let position = entries::insert(connection, &entry)?;
            connection
                .prepare_cached(
                    "INSERT INTO log_index
                       (position, at_ms, kind, person, app, target, outcome, title, text)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(rusqlite::params![
                    position,
                    index.at_ms,
                    index.kind,
                    index.person,
                    index.app,
                    index.target,
                    index.outcome,
                    index.title,
                    index.text
                ])?;
        }
        connection.execute_batch(
            "INSERT INTO log_search (rowid, title, text, kind, person, app, target, outcome)
             SELECT position, title, text, kind, person, app, target, outcome FROM log_index
             WHERE position <= 2560",
        )
    };
    store
        .write(|connection| put(connection).map_err(|error| panic!("{error}")))
        .unwrap();
    drop(store);
    let ledger = world.open();
    assert_eq!(
        std::fs::read_dir(world.folder.path().join("backups"))
            .unwrap()
            .count(),
        1
    );
    agrees(&ledger, &lines);
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
}
