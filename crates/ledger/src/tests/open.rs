//! Opening, writing, failing and keeping copies.

use cockpit_seal::{LedgerId, Timestamp};
use rusqlite::{Connection, StatementStatus};

use super::*;
use crate::schema::{Migration, Plan};
use crate::store::Store;
use crate::table::entries;
use crate::{ErrorKind, OutboxChange, SCHEMA_VERSION, Verdict};

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let world = World::new();
    let ledger = world.filled(12);
    let entries = ledger.entries_after(0, 100).unwrap();
    drop(ledger);
    let files = std::fs::read_dir(world.folder.path()).unwrap().count();
    assert_eq!(files, 1, "closing leaves one file");
    let ledger = world.open();
    assert_eq!(ledger.entries_after(0, 100).unwrap(), entries);
    assert_eq!(entries.len(), 12);
    assert_eq!(ledger.count().unwrap(), 12);
    assert_eq!(ledger.entries_after(10, 100).unwrap(), entries[10..]);
    assert_eq!(ledger.entries_after(3, 2).unwrap(), entries[3..5]);
    assert_eq!(ledger.entry_at(5).unwrap().as_ref(), Some(&entries[4]));
    assert_eq!(
        ledger.entry(entries[4].entry.id()).unwrap().as_ref(),
        Some(&entries[4])
    );
    assert_eq!(ledger.entry_at(13).unwrap(), None);
    assert_eq!(
        ledger.ledger_id().unwrap(),
        Some(entries[0].entry.id().into())
    );
    let heads = ledger.heads().unwrap();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert_eq!(ledger.head(head.device).unwrap(), head);
    }
    let Verdict::Whole(verified) = ledger.verify_all(&[], |_, _| {}).unwrap() else {
        panic!("it is whole");
    };
    assert_eq!(verified.entries, 12);
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
}

#[test]
fn an_append_plans_nothing_anew() {
    let world = World::new();
    let ledger = world.filled(12);
    let planned_anew = ledger.store.write(|connection| {
        let head = connection.prepare_cached(entries::HEAD).unwrap();
        assert!(head.get_status(StatementStatus::Run) > 0, "it was kept");
        Ok(head.get_status(StatementStatus::RePrepare))
    });
    assert_eq!(planned_anew.unwrap(), 0);
}

#[test]
fn the_database_is_set_up_to_last() {
    let world = World::new();
    let ledger = world.filled(2);
    let pragma = |name: &str| {
        ledger.raw(|c| {
            c.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
        })
    };
    assert_eq!(
        pragma("journal_mode").unwrap(),
        rusqlite::types::Value::from("wal".to_owned())
    );
    for (name, value) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("application_id", i64::from(crate::APPLICATION_ID)),
        ("user_version", i64::from(SCHEMA_VERSION)),
        ("busy_timeout", 5000),
    ] {
        assert_eq!(
            pragma(name).unwrap(),
            rusqlite::types::Value::from(value),
            "{name}"
        );
    }
    let strict: i64 = ledger
        .raw(|c| {
            c.query_row(
                "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0
                 AND name NOT LIKE 'sqlite%'",
                [],
                |row| row.get(0),
            )
        })
        .unwrap();
    assert_eq!(strict, 0, "every table is STRICT");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let _ledger = world.filled(3);
    for file in std::fs::read_dir(world.folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
    }
}

#[test]
fn an_entry_that_does_not_extend_its_chain_is_refused_and_nothing_of_the_batch_stays() {
    let world = World::new();
    let ledger = world.filled(6);
    let head = ledger.head(world.keys[0].device_id()).unwrap();
    let good = world.seal(&head, 0, "note", json!({}), 6);
    let gap = world.seal(
        &Head {
            next_seq: 9,
            ..good.head()
        },
        0,
        "note",
        json!({}),
        7,
    );
    let fork = world.seal(&head, 0, "note", json!({"other": 1}), 8);
    let elsewhere = Head {
        ledger: LedgerId::from_bytes([7; 32]),
        ..good.head()
    };
    let other = world.seal(&elsewhere, 0, "note", json!({}), 9);
    for bad in [&gap, &fork, &other] {
        let batch = [&good, bad].map(|entry| Append {
            index: index(entry),
            entry: entry.clone(),
        });
        let effect = OutboxChange::Add {
            effect: "e".into(),
            target: "t".into(),
            payload: json!({}),
            next_at_ms: 0,
        };
        let error = ledger.append(&batch, &[effect]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotNext, "{error}");
        assert!(error.hint().is_some());
        assert_eq!(ledger.count().unwrap(), 6);
        assert_eq!(ledger.outbox_all().unwrap(), []);
        assert_eq!(
            ledger
                .log_page(None, &Default::default(), 100)
                .unwrap()
                .len(),
            6
        );
    }
    let positions = ledger
        .append(
            &[Append {
                index: index(&good),
                entry: good,
            }],
            &[],
        )
        .unwrap();
    assert_eq!(positions, [7]);
}

#[test]
fn two_that_are_open_at_once_do_not_disturb_each_other() {
    let world = World::new();
    let first = world.filled(4);
    let second = world.open();
    assert_eq!(second.count().unwrap(), 4);
    let stale = second.head(world.keys[0].device_id()).unwrap();
    world.add(&first, 0, "note", json!({}));
    assert_eq!(second.count().unwrap(), 5);
    let entry = world.seal(&stale, 0, "note", json!({"late": true}), 9);
    let error = second
        .append(
            &[Append {
                index: index(&entry),
                entry,
            }],
            &[],
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotNext);
    world.add(&second, 0, "note", json!({}));
    assert_eq!(first.count().unwrap(), 6);
    assert!(matches!(
        first.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
}

#[test]
fn reading_does_not_wait_for_writing_and_a_held_lock_is_busy() {
    let world = World::new();
    let ledger = world.filled(4);
    let other = Connection::open(world.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(ledger.count().unwrap(), 4);
    ledger
        .raw(|c| c.busy_timeout(std::time::Duration::ZERO))
        .unwrap();
    let error = ledger.setting_put("a", &json!(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(
        error.to_string().contains("Nothing was recorded"),
        "{error}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    ledger.setting_put("a", &json!(1)).unwrap();
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let world = World::new();
    let ledger = world.filled(10);
    let pages: i64 = ledger.raw(|c| {
        let pages = c
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .unwrap();
        c.pragma_update(None, "max_page_count", pages).unwrap();
        pages
    });
    let large = json!({"text": "x".repeat(15_000)});
    let device = world.keys[0].device_id();
    let error = (0..10)
        .find_map(|n| {
            let entry = world.seal(&ledger.head(device).unwrap(), 0, "note", large.clone(), n);
            ledger
                .append(
                    &[Append {
                        index: index(&entry),
                        entry,
                    }],
                    &[],
                )
                .err()
        })
        .expect("it gets full");
    assert_eq!(error.kind(), ErrorKind::Full);
    assert_eq!(
        error.hint(),
        Some("Free some disk space, then repeat the act.")
    );
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
    ledger
        .raw(|c| c.pragma_update(None, "max_page_count", pages * 100))
        .unwrap();
    let count = ledger.count().unwrap();
    world.add(&ledger, 0, "note", large);
    assert_eq!(ledger.count().unwrap(), count + 1);
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
}

#[test]
fn a_newer_ledger_opens_for_reading_only() {
    let world = World::new();
    let ledger = world.filled(5);
    ledger
        .raw(|c| c.pragma_update(None, "user_version", SCHEMA_VERSION + 1))
        .unwrap();
    drop(ledger);
    let ledger = world.open();
    let why = ledger.read_only().unwrap();
    assert_eq!(why.kind(), ErrorKind::NewerVersion);
    assert!(
        why.to_string().contains("newer version of the app"),
        "{why}"
    );
    assert_eq!(ledger.count().unwrap(), 5);
    assert_eq!(
        ledger.log_page(None, &Default::default(), 9).unwrap().len(),
        5
    );
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
    let error = ledger.setting_put("a", &json!(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NewerVersion);
    assert_eq!(error.to_string(), why.to_string());
}

#[test]
fn where_nothing_can_be_written_reading_goes_on() {
    let world = World::new();
    drop(world.filled(5));
    // A name that would mean something else in a URI.
    let folder = world.folder.path().join("50% of #1 Größe");
    let path = folder.join("ledger.db");
    std::fs::create_dir(&folder).unwrap();
    std::fs::rename(world.path(), &path).unwrap();
    // Stands in for a locked folder or a full disk: the file that SQLite needs
    // beside the database cannot be made.
    std::fs::create_dir(folder.join("ledger.db-shm")).unwrap();
    let ledger = Ledger::open(&path, NOW_MS).unwrap();
    let why = ledger.read_only().unwrap();
    assert_eq!(why.kind(), ErrorKind::ReadOnly);
    assert!(
        why.to_string().ends_with("It is open for reading only."),
        "{why}"
    );
    assert_eq!(ledger.count().unwrap(), 5);
    let found = ledger.search("note", None, &Default::default(), 9).unwrap();
    assert_eq!(found.len(), 3);
    let verdict = ledger.verify_all(&[], |_, _| {}).unwrap();
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    let error = ledger.mark_started("e", 1, 2).unwrap_err();
    assert_eq!((error.kind(), error.hint()), (why.kind(), why.hint()));
    drop(ledger);
    std::fs::remove_dir(folder.join("ledger.db-shm")).unwrap();
    assert!(Ledger::open(&path, NOW_MS).unwrap().read_only().is_none());
}

#[test]
fn another_programs_database_is_left_alone() {
    for sql in [
        "PRAGMA application_id = 5",
        "CREATE TABLE theirs (a)",
        "PRAGMA user_version = 3",
    ] {
        let world = World::new();
        Connection::open(world.path())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        let before = std::fs::read(world.path()).unwrap();
        let error = Ledger::open(world.path(), NOW_MS).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign, "{sql}");
        assert_eq!(std::fs::read(world.path()).unwrap(), before, "{sql}");
    }
}

#[test]
fn what_is_no_database_is_told_and_left_alone() {
    let world = World::new();
    let bytes = "no database at all, but long enough to look at ".repeat(100);
    std::fs::write(world.path(), &bytes).unwrap();
    let error = Ledger::open(world.path(), NOW_MS).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert_eq!(std::fs::read_to_string(world.path()).unwrap(), bytes);
    let blocked = world.folder.path().join("ledger.db").join("inside.db");
    assert_eq!(
        Ledger::open(blocked, NOW_MS).unwrap_err().kind(),
        ErrorKind::Io
    );
}

const COLOURS: &[Migration] = &[
    Migration {
        to: SCHEMA_VERSION + 1,
        sql: "CREATE TABLE colours (name TEXT) STRICT",
    },
    Migration {
        to: SCHEMA_VERSION + 2,
        sql: "INSERT INTO colours VALUES ('green')",
    },
];
const BROKEN: &[Migration] = &[
    Migration {
        to: SCHEMA_VERSION + 1,
        sql: "CREATE TABLE colours (name TEXT) STRICT",
    },
    Migration {
        to: SCHEMA_VERSION + 2,
        sql: "INSERT INTO shapes VALUES ('round')",
    },
];

#[test]
fn an_older_ledger_is_copied_before_its_tables_change() {
    let world = World::new();
    drop(world.filled(5));
    let plan = Plan {
        to: SCHEMA_VERSION + 2,
        tables: &[entries::MIGRATIONS, COLOURS],
    };
    let store = Store::open_with(&world.path(), NOW_MS, &plan).unwrap();
    let count = "SELECT (SELECT count(*) FROM colours) * 10 + (SELECT count(*) FROM entries)";
    let counted: i64 = store
        .read(|c| c.query_row(count, [], |row| row.get(0)))
        .unwrap();
    assert_eq!(counted, 15);
    drop(store);
    assert_eq!(
        world.open().read_only().unwrap().kind(),
        ErrorKind::NewerVersion
    );

    let copy =
        format!("backups/before-migration-from-{SCHEMA_VERSION}-2026-11-23T18-30-05-123Z.db");
    let copy = Ledger::open(world.folder.path().join(copy), NOW_MS).unwrap();
    assert!(copy.read_only().is_none(), "it is as the older app left it");
    assert_eq!(copy.count().unwrap(), 5);
    assert!(matches!(
        copy.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
}

#[test]
fn a_migration_that_fails_leaves_the_ledger_as_it_was() {
    let world = World::new();
    drop(world.filled(5));
    let plan = Plan {
        to: SCHEMA_VERSION + 2,
        tables: &[entries::MIGRATIONS, BROKEN],
    };
    let error = Store::open_with(&world.path(), NOW_MS, &plan).unwrap_err();
    assert!(
        error.to_string().contains("The ledger is not open"),
        "{error}"
    );
    let ledger = world.open();
    assert!(ledger.read_only().is_none());
    assert_eq!(ledger.count().unwrap(), 5);
    let tables = "SELECT count(*) FROM sqlite_master WHERE name = 'colours'";
    assert_eq!(
        ledger
            .raw(|c| c.query_row(tables, [], |row| row.get::<_, i64>(0)))
            .unwrap(),
        0
    );
}

#[test]
fn a_copy_is_made_each_day_and_seven_are_kept() {
    let world = World::new();
    let ledger = world.filled(3);
    let day_ms = 24 * 3600 * 1000;
    for day in 0..10 {
        let now_ms = NOW_MS + day * day_ms;
        let made = ledger
            .daily_backup(now_ms)
            .unwrap()
            .expect("the day's first");
        let name = Timestamp::from_ms(now_ms).unwrap().to_string();
        assert!(
            made.ends_with(format!("backups/daily-{}.db", &name[..10])),
            "{made:?}"
        );
        assert_eq!(ledger.daily_backup(now_ms + 1000).unwrap(), None);
    }
    let mut names: Vec<_> = std::fs::read_dir(world.folder.path().join("backups"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 7);
    assert_eq!(names[0], "daily-2026-11-26.db");
    let copy = Ledger::open(world.folder.path().join("backups").join(&names[6]), NOW_MS).unwrap();
    assert_eq!(
        copy.entries_after(0, 9).unwrap(),
        ledger.entries_after(0, 9).unwrap()
    );
}

#[test]
fn the_cache_tells_ages_and_settings_stay() {
    let world = World::new();
    let ledger = world.open();
    let row = |key: &str, n: i64| crate::CacheRow {
        key: key.into(),
        value: json!({"fraction_bps": n}),
        observed_at_ms: NOW_MS + n,
    };
    ledger
        .cache_put(&[
            row("play/a", 1),
            row("play/b", 2),
            row("play%", 3),
            row("q", 4),
        ])
        .unwrap();
    ledger.cache_put(&[row("play/a", 5)]).unwrap();
    assert_eq!(ledger.cache_get("play/a").unwrap(), Some(row("play/a", 5)));
    assert_eq!(
        ledger.cache_list("play/").unwrap(),
        [row("play/a", 5), row("play/b", 2)]
    );
    assert_eq!(ledger.cache_list("play%").unwrap(), [row("play%", 3)]);
    assert_eq!(ledger.cache_list("").unwrap().len(), 4);
    assert_eq!(row("q", 4).age_ms(NOW_MS + 10), 6);
    assert_eq!(
        row("q", 4).age_ms(NOW_MS),
        0,
        "a clock set back makes nothing younger than now"
    );
    ledger.cache_remove("q").unwrap();
    assert_eq!(ledger.cache_get("q").unwrap(), None);

    ledger.setting_put("theme", &json!("dark")).unwrap();
    ledger.setting_put("theme", &json!("light")).unwrap();
    drop(ledger);
    let ledger = world.open();
    assert_eq!(ledger.setting("theme").unwrap(), Some(json!("light")));
    assert_eq!(
        ledger.settings().unwrap(),
        [("theme".to_owned(), json!("light"))]
    );
    ledger.setting_remove("theme").unwrap();
    assert_eq!(ledger.setting("theme").unwrap(), None);
}

#[test]
fn many_threads_can_share_a_ledger() {
    let world = World::new();
    let ledger = world.filled(4);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let ledger = &ledger;
            scope.spawn(move || {
                for _ in 0..20 {
                    ledger.setting_put(&format!("s{n}"), &json!(n)).unwrap();
                    assert_eq!(ledger.count().unwrap(), 4);
                }
            });
        }
    });
    assert_eq!(ledger.settings().unwrap().len(), 8);
}

#[test]
fn what_the_last_writer_left_in_the_wal_is_read_without_room_for_its_index() {
    let world = World::new();
    let ledger = world.filled(7);
    // As after a power cut: the newest part is in the WAL alone.
    let path = world.folder.path().join("cut").join("ledger.db");
    let beside = |end: &str| path.with_file_name(format!("ledger.db{end}"));
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    std::fs::copy(world.path(), &path).unwrap();
    std::fs::copy(world.folder.path().join("ledger.db-wal"), beside("-wal")).unwrap();
    drop(ledger);
    let wal = std::fs::read(beside("-wal")).unwrap();
    assert!(!wal.is_empty());
    // Stands in for a full disk.
    std::fs::create_dir(beside("-shm")).unwrap();

    let ledger = Ledger::open(&path, NOW_MS).unwrap();
    let why = ledger.read_only().unwrap();
    assert!(
        why.to_string().ends_with("It is open for reading only."),
        "{why}"
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(ledger.count().unwrap(), 7);
                let found = ledger.search("note", None, &Default::default(), 9).unwrap();
                assert_eq!(found.len(), 5);
            });
        }
    });
    let verdict = ledger.verify_all(&[], |_, _| {}).unwrap();
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    assert_eq!(
        ledger.setting_put("a", &json!(1)).unwrap_err().kind(),
        why.kind()
    );
    drop(ledger);
    assert_eq!(std::fs::read(beside("-wal")).unwrap(), wal);
    std::fs::remove_dir(beside("-shm")).unwrap();
    let ledger = Ledger::open(&path, NOW_MS).unwrap();
    assert!(ledger.read_only().is_none());
    assert_eq!(ledger.count().unwrap(), 7);
}
