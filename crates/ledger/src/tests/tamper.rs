//! Whatever is done to the database behind our back is found and named.

use cockpit_seal::{HighWater, Reason};
use rusqlite::Connection;

use super::*;
use crate::{
    Damage, DamageReason, ErrorKind, LedgerError, LogFilter, OutboxChange, Salvage, Verdict,
    salvage,
};

const UNPROTECTED: &str =
    "DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go; PRAGMA foreign_keys = OFF;";

/// Changes the database of a ledger of 40 entries with raw SQL and checks it whole
/// and from its 10th entry on.
fn tampered(sql: &str) -> (World, Ledger, Verdict, Verdict) {
    let world = World::new();
    let ledger = world.filled(40);
    ledger
        .raw(|c| c.execute_batch(&format!("{UNPROTECTED} {sql}")))
        .unwrap();
    let whole = ledger.verify_all(&[], |_, _| {}).unwrap();
    let tail = ledger.verify_tail(30, &[]).unwrap();
    (world, ledger, whole, tail)
}

/// With nothing but the damaged database and its backups.
fn salvaged(path: std::path::PathBuf) -> Result<Salvage, LedgerError> {
    salvage(path, NOW_MS, index, |_| Ok(()))
}

fn broken(verdict: Verdict) -> Damage {
    match verdict {
        Verdict::Broken(damage) => damage,
        Verdict::Whole(verified) => panic!("it was not found: {verified:?}"),
    }
}

fn check(sql: &str, position: i64, expected: &str) {
    let (_world, _ledger, whole, tail) = tampered(sql);
    let damage = broken(whole);
    assert_eq!(damage.position, position, "{sql}: {damage}");
    assert!(damage.to_string().contains(expected), "{sql}: {damage}");
    assert_eq!(broken(tail), damage, "{sql}");
}

#[test]
fn rows_are_only_ever_added() {
    let world = World::new();
    let ledger = world.filled(5);
    for sql in [
        "UPDATE entries SET body = '{}'",
        "UPDATE entries SET position = 9 WHERE position = 5",
        "DELETE FROM entries WHERE position = 5",
        "DELETE FROM entries",
    ] {
        let error = ledger.raw(|c| c.execute_batch(sql)).unwrap_err();
        assert!(
            error.to_string().contains("entries are never"),
            "{sql}: {error}"
        );
    }
    // Nor replaced, from a connection without our settings either.
    let other = Connection::open(world.path()).unwrap();
    for (position, id, seq) in [
        ("3", "x'01'", "900"),
        ("9", "id", "900"),
        ("9", "x'01'", "seq"),
    ] {
        let sql = format!(
            "INSERT OR REPLACE INTO entries
             SELECT {position}, {id}, dev, {seq}, prev, kind, at, header, 'x', sig
             FROM entries WHERE position = 3"
        );
        let error = other.execute_batch(&sql).unwrap_err();
        assert!(
            error.to_string().contains("entries are never replaced"),
            "{sql}: {error}"
        );
    }
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
}

#[test]
fn an_untouched_ledger_holds() {
    let (_world, ledger, whole, tail) = tampered("");
    let Verdict::Whole(whole) = whole else {
        panic!("{whole:?}")
    };
    let Verdict::Whole(tail) = tail else {
        panic!("{tail:?}")
    };
    assert_eq!((whole.entries, tail.entries), (40, 30));
    assert_eq!((&whole.heads, &whole.devices), (&tail.heads, &tail.devices));
    let problems = ledger.integrity().unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("entries_never_change"), "{problems:?}");
    for rows in [0, 1, 39, 40, 41, usize::MAX] {
        assert!(
            matches!(ledger.verify_tail(rows, &[]).unwrap(), Verdict::Whole(_)),
            "{rows}"
        );
    }
    let mut heard = Vec::new();
    ledger
        .verify_all(&[], |done, all| heard.push((done, all)))
        .unwrap();
    assert_eq!(heard, [(0, 40), (40, 40)]);
}

#[test]
fn a_changed_line_is_named() {
    check(
        "UPDATE entries SET body = replace(body, 'number 20', 'number 21') WHERE position = 21",
        21,
        "its body is not the one that was signed",
    );
    check(
        "UPDATE entries SET header = replace(header, '2026', '2025') WHERE position = 21",
        21,
        "its signature does not match its header",
    );
    check(
        "UPDATE entries SET sig = (SELECT sig FROM entries WHERE position = 22) WHERE position = 21",
        21,
        "its signature does not match its header",
    );
    check(
        "UPDATE entries SET sig = '' WHERE position = 21",
        21,
        "64 bytes",
    );
    check(
        "UPDATE entries SET header = CAST(x'ff' || header AS TEXT) WHERE position = 21",
        21,
        "not UTF-8",
    );
}

#[test]
fn a_changed_column_is_named() {
    for (column, value) in [
        ("id", "x'00'"),
        ("dev", "x'0011223344556677'"),
        ("seq", "seq + 1000"),
        ("prev", "id"),
        ("kind", "'stop.approve'"),
        ("at", "'2020-01-01T00:00:00.000Z'"),
    ] {
        check(
            &format!("UPDATE entries SET {column} = {value} WHERE position = 21"),
            21,
            &format!("its column \"{column}\" differs"),
        );
    }
}

#[test]
fn removed_entries_are_named() {
    check(
        "DELETE FROM entries WHERE position = 21",
        21,
        "Entry 21 of the ledger was removed.",
    );
    check(
        "DELETE FROM entries WHERE position >= 39",
        39,
        "with it all that came after it",
    );
    // With the places closed up, the chain still misses it.
    check(
        "DELETE FROM entries WHERE position = 21;
         UPDATE entries SET position = position - 1 WHERE position > 21;
         UPDATE sqlite_sequence SET seq = 39 WHERE name = 'entries'",
        22,
        "of this device is missing before it",
    );
}

#[test]
fn inserted_and_moved_entries_are_named() {
    let renumber = |from: i64| {
        format!(
            "UPDATE entries SET position = -position WHERE position >= {from};
             UPDATE entries SET position = 1 - position WHERE position < 0;"
        )
    };
    let copy = format!(
        "{} INSERT INTO entries SELECT 21, x'01', x'02', 0, prev, kind, at, header, body, sig
            FROM entries WHERE position = 15",
        renumber(21)
    );
    check(&copy, 21, "came before from this device");
    check(
        "UPDATE entries SET position = 1000 WHERE position = 21;
         UPDATE entries SET position = 21 WHERE position = 23;
         UPDATE entries SET position = 23 WHERE position = 1000",
        21,
        "is missing before it (removed or moved)",
    );
    let (_world, _ledger, whole, _) = tampered(
        "INSERT INTO entries SELECT -5, x'01', x'02', 0, prev, kind, at, header, body, sig
         FROM entries WHERE position = 15",
    );
    assert_eq!(broken(whole).reason, DamageReason::Inserted);
}

#[test]
fn a_device_that_asked_to_join_is_known_to_a_check_of_the_tail() {
    let world = World::new();
    let ledger = world.filled(6);
    let key = world.keys[2].public().to_string();
    world.add(&ledger, 2, "member.request", json!({ "key": key }));
    for n in 0..6 {
        world.add(&ledger, 2, "note", json!({ "n": n }));
    }
    for rows in [1, 3, 6, 7, 20] {
        let verdict = ledger.verify_tail(rows, &[]).unwrap();
        assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    }
}

#[test]
fn entries_known_from_outside_must_be_there() {
    let world = World::new();
    let ledger = world.filled(40);
    let mark = |position: i64| {
        let entry = ledger.entry_at(position).unwrap().unwrap().entry;
        let header = entry.header();
        HighWater {
            device: header.device,
            seq: header.seq,
            id: entry.id(),
        }
    };
    let marks = [mark(5), mark(39), mark(40)];
    assert!(matches!(
        ledger.verify_all(&marks, |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
    assert!(matches!(
        ledger.verify_tail(10, &marks).unwrap(),
        Verdict::Whole(_)
    ));
    for rows in [10, 40] {
        let other = HighWater {
            id: mark(6).id,
            ..mark(5)
        };
        let damage = broken(ledger.verify_tail(rows, &[other]).unwrap());
        assert_eq!(
            (damage.position, damage.reason),
            (5, DamageReason::Chain(Reason::Rewritten))
        );
    }
    // An older copy put in place of the database: whole in itself, and yet cut.
    ledger
        .raw(|c| {
            c.execute_batch(&format!(
                "{UNPROTECTED} DELETE FROM entries WHERE position > 30;
                 UPDATE sqlite_sequence SET seq = 30 WHERE name = 'entries'"
            ))
        })
        .unwrap();
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
    let damage = broken(ledger.verify_all(&marks, |_, _| {}).unwrap());
    assert_eq!(damage.position, 31);
    assert!(
        damage.to_string().contains("the ledger ends too early"),
        "{damage}"
    );
}

#[test]
fn a_key_before_the_tail_is_not_believed_unseen() {
    let (_world, _ledger, _, tail) = tampered(
        "UPDATE entries SET body = replace(body, '\"key\":\"', '\"key\":\"A') WHERE position = 2",
    );
    assert_eq!(broken(tail).position, 2);
}

#[test]
fn reading_a_changed_entry_is_an_error_and_never_a_wrong_entry() {
    let (_world, ledger, _, _) =
        tampered("UPDATE entries SET body = replace(body, 'note', 'nota') WHERE position = 21");
    assert_eq!(ledger.entry_at(21).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(
        ledger.entries_after(0, 100).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(ledger.entries_after(0, 20).unwrap().len(), 20);
    let error = ledger.rebuild(index).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(
        ledger
            .log_page(None, &LogFilter::default(), 100)
            .unwrap()
            .len(),
        40
    );
}

#[test]
fn an_entry_of_a_newer_app_is_no_damage() {
    let (_world, ledger, whole, _) = tampered(
        "UPDATE entries SET header = replace(header, 'entry/v1 ', 'entry/v2 ') WHERE position = 21",
    );
    assert!(broken(whole).reason.needs_newer_app());
    assert_eq!(
        ledger.entry_at(21).unwrap_err().kind(),
        ErrorKind::NewerVersion
    );
}

#[test]
fn what_still_holds_is_saved_and_nothing_is_erased() {
    let (world, ledger, _, _) =
        tampered("UPDATE entries SET body = replace(body, 'note', 'nota') WHERE position = 21");
    let effect = OutboxChange::Add {
        effect: "e".into(),
        target: "t".into(),
        payload: json!(1),
        next_at_ms: 5,
    };
    ledger.append(&[], &[effect]).unwrap();
    ledger.setting_put("theme", &json!("dark")).unwrap();
    let outbox = ledger.outbox_all().unwrap();
    let kept: Vec<_> = (1..=40)
        // Position 21 is of the first device: its later entries go, the other's stay.
        .filter(|position| *position < 21 || position % 2 == 0)
        .map(|position| ledger.entry_at(position).unwrap().unwrap().entry)
        .collect();
    drop(ledger);

    let saved = salvaged(world.path()).unwrap();
    assert_eq!((saved.entries_kept, saved.entries_left), (30, 10));
    assert!(
        saved
            .broken_path
            .ends_with("ledger.db.broken-2026-11-23T18-30-05-123Z")
    );
    let count = "SELECT count(*) FROM entries";
    let old = Connection::open(&saved.broken_path).unwrap();
    assert_eq!(
        old.query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap(),
        40
    );

    let ledger = world.open();
    let entries: Vec<_> = ledger
        .entries_after(0, 100)
        .unwrap()
        .into_iter()
        .map(|stored| stored.entry)
        .collect();
    assert_eq!(entries, kept);
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
    assert_eq!(ledger.outbox_all().unwrap(), outbox);
    assert_eq!(ledger.setting("theme").unwrap(), Some(json!("dark")));
    assert_eq!(
        ledger
            .log_page(None, &LogFilter::default(), 100)
            .unwrap()
            .len(),
        30
    );
    world.add(&ledger, 0, "note", json!({"text": "life goes on"}));
}

#[test]
fn damaged_pages_cost_only_what_was_on_them() {
    let world = World::new();
    let ledger = world.filled(400);
    let (page_bytes, root): (i64, i64) = ledger
        .raw(|c| {
            c.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
            let page = c.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            // A leaf of the table in its second half.
            let leaf = "SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf'
                        ORDER BY path LIMIT 1 OFFSET 40";
            Ok::<_, rusqlite::Error>((page, c.query_row(leaf, [], |row| row.get(0))?))
        })
        .unwrap();
    drop(ledger);
    let mut bytes = std::fs::read(world.path()).unwrap();
    let start = usize::try_from((root - 1) * page_bytes).unwrap();
    bytes[start..start + 100].fill(0xff);
    std::fs::write(world.path(), &bytes).unwrap();

    let ledger = world.open();
    assert_ne!(
        ledger.integrity().unwrap_or(vec!["unreadable".into()]),
        Vec::<String>::new()
    );
    assert_eq!(
        ledger.verify_all(&[], |_, _| {}).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    drop(ledger);
    let saved = salvaged(world.path()).unwrap();
    assert!(saved.entries_kept > 50, "{saved:?}");
    assert_eq!(std::fs::read(&saved.broken_path).unwrap(), bytes);
    let ledger = world.open();
    assert_eq!(ledger.count().unwrap().unsigned_abs(), saved.entries_kept);
    assert!(matches!(
        ledger.verify_all(&[], |_, _| {}).unwrap(),
        Verdict::Whole(_)
    ));
}

#[test]
fn an_interrupted_salvage_never_becomes_an_empty_ledger() {
    let world = World::new();
    drop(world.filled(20));
    let aside = world
        .folder
        .path()
        .join("ledger.db.broken-2026-01-01T00-00-00-000Z");
    std::fs::rename(world.path(), &aside).unwrap();
    assert_eq!(
        Ledger::open(world.path(), NOW_MS).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert!(!world.path().exists());
    let saved = salvaged(world.path()).unwrap();
    assert_eq!((saved.entries_kept, saved.entries_left), (20, 0));
    assert_eq!(saved.broken_path, aside);
    assert_eq!(world.open().count().unwrap(), 20);
    let nowhere = world.folder.path().join("nowhere.db");
    assert_eq!(salvaged(nowhere).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_backup_fills_in_what_is_broken() {
    let flip = "UPDATE entries SET body = replace(body, 'note', 'nota') WHERE position = 21";
    // What was recorded after the backup holds only if what is before it is there.
    for (header_too, kept) in [(false, 45), (true, 40)] {
        let world = World::new();
        let ledger = world.filled(40);
        ledger.daily_backup(NOW_MS).unwrap().unwrap();
        for _ in 0..5 {
            world.add(&ledger, 0, "note", json!({"text": "after the backup"}));
        }
        let whole = ledger.entries_after(0, 100).unwrap();
        ledger
            .raw(|c| c.execute_batch(&format!("{UNPROTECTED} {flip}")))
            .unwrap();
        drop(ledger);
        if header_too {
            std::fs::write(world.path(), "not even a database").unwrap();
        }
        let saved = salvaged(world.path()).unwrap();
        assert_eq!((saved.entries_kept, saved.entries_from_backup), (kept, 40));
        assert_eq!((saved.entries_left, saved.outbox_kept), (0, !header_too));
        let ledger = world.open();
        let entries = ledger.entries_after(0, 100).unwrap();
        assert_eq!(entries, whole[..usize::try_from(kept).unwrap()]);
        let verdict = ledger.verify_all(&[], |_, _| {}).unwrap();
        assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    }
}

#[test]
fn a_backup_of_another_ledger_is_left_out() {
    let world = World::new();
    let ledger = world.filled(20);
    let other = World::new();
    let genesis = json!({"key": other.keys[2].public().to_string()});
    let theirs = other.open();
    let head = Head::genesis(other.keys[2].device_id());
    let entry = other.seal(&head, 2, "genesis", genesis, 0);
    theirs
        .append(
            &[Append {
                index: index(&entry),
                entry,
            }],
            &[],
        )
        .unwrap();
    let copy = theirs.daily_backup(NOW_MS).unwrap().unwrap();
    let backups = world.folder.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    std::fs::copy(copy, backups.join("daily-2026-11-23.db")).unwrap();
    drop(ledger);
    let saved = salvaged(world.path()).unwrap();
    assert_eq!((saved.entries_kept, saved.entries_from_backup), (20, 0));
    assert_eq!(saved.entries_left, 0);
}

#[test]
fn what_a_log_has_comes_first_and_what_was_not_in_it_yet_is_kept() {
    let world = World::new();
    let ledger = world.filled(40);
    let whole = ledger.entries_after(0, 100).unwrap();
    // Three are broken that the log has, and the last but one is not in the log.
    ledger
        .raw(|c| {
            c.execute_batch(&format!(
                "{UNPROTECTED} UPDATE entries SET body = 'x' WHERE position IN (1, 9, 22, 39)"
            ))
        })
        .unwrap();
    drop(ledger);
    let log = |entries: usize| {
        let whole = &whole;
        move |fresh: Ledger| {
            let known = whole[..entries].iter().map(|stored| Append {
                index: index(&stored.entry),
                entry: stored.entry.clone(),
            });
            fresh.append(&known.collect::<Vec<_>>(), &[]).map(|_| ())
        }
    };
    // A log that cannot be read changes nothing.
    let before = std::fs::read(world.path()).unwrap();
    let cannot = |_| Err(LedgerError::conflict("The log does not answer."));
    let error = salvage(world.path(), NOW_MS, index, cannot).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(std::fs::read(world.path()).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(world.folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains("salvaged"))
        .collect();
    assert_eq!(left, [""; 0]);

    let saved = salvage(world.path(), NOW_MS, index, log(36)).unwrap();
    assert_eq!(saved.entries_from_elsewhere, 36);
    // 39 is gone, and 40 is of the other device.
    assert_eq!((saved.entries_kept, saved.entries_left), (39, 1));
    assert!(saved.broken_path.exists());
    let ledger = world.open();
    let kept: Vec<_> = ledger.entries_after(0, 100).unwrap();
    let ids = |of: &[crate::StoredEntry]| of.iter().map(|it| it.entry.id()).collect::<Vec<_>>();
    let mut expected = ids(&whole);
    expected.remove(38);
    assert_eq!(ids(&kept), expected);
    let verdict = ledger.verify_all(&[], |_, _| {}).unwrap();
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
}
