//! The database changed behind the product's back: found, named, and nothing more is done on it.
//! Must not know how an entry is checked.

use rusqlite::Connection;
use serde_json::Value;

use crate::workspace::Workspace;

const UNPROTECTED: &str = "
    DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;
    DROP TRIGGER entries_never_replaced; PRAGMA foreign_keys = OFF;";

/// What is done to a ledger of 16 entries, and the entry that must be named.
const TAMPERED: [(&str, &str, i64); 6] = [
    (
        "a word of a reason",
        "UPDATE entries SET body = replace(body, 'Transfer', 'Transfes') WHERE position = 8",
        8,
    ),
    (
        "a digit of a signature",
        "UPDATE entries SET sig = substr(sig, 1, 8) ||
           CASE substr(sig, 9, 1) WHEN 'A' THEN 'B' ELSE 'A' END || substr(sig, 10)
         WHERE position = 3",
        3,
    ),
    (
        "an entry taken out",
        "DELETE FROM entries WHERE position = 4",
        4,
    ),
    (
        "an entry put in",
        "INSERT INTO entries SELECT 17, x'0102', dev, 16, prev, kind, at, header, body, sig
         FROM entries WHERE position = 5",
        17,
    ),
    (
        "two entries exchanged",
        "UPDATE entries SET position = 901 WHERE position = 5;
         UPDATE entries SET position = 5 WHERE position = 6;
         UPDATE entries SET position = 6 WHERE position = 901;",
        5,
    ),
    (
        "a column beside the signed text",
        "UPDATE entries SET kind = 'policy.set' WHERE position = 2",
        2,
    ),
];

#[tokio::test]
async fn every_tampering_is_named_and_nothing_is_done_on_it() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    workspace.run(&["verify", "--json"]).await.exits(0);
    let path = workspace.folder().join("ledger.db");
    let count = |database: &Connection| -> i64 {
        let sql = "SELECT count(*) FROM entries";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let database = Connection::open(&path).unwrap();
    let kind = "SELECT kind FROM entries WHERE position = 8";
    let kind: String = database.query_row(kind, [], |row| row.get(0)).unwrap();
    assert_eq!((kind.as_str(), count(&database)), ("intent.request", 16));
    database
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    drop(database);
    let kept = workspace.folder().join("kept");
    std::fs::copy(&path, &kept).unwrap();
    for (what, sql, position) in TAMPERED {
        for beside in ["ledger.db-wal", "ledger.db-shm"] {
            let _ = std::fs::remove_file(workspace.folder().join(beside));
        }
        std::fs::copy(&kept, &path).unwrap();
        let database = Connection::open(&path).unwrap();
        database
            .execute_batch(&format!("{UNPROTECTED} {sql}"))
            .unwrap();
        let before = count(&database);
        drop(database);

        let verified = workspace.run(&["verify", "--json"]).await.exits(1).json();
        assert_eq!(verified["intact"], false, "{what}");
        let sentence = verified["sentence"].as_str().unwrap();
        assert!(
            sentence.starts_with(&format!("Entry {position} ")),
            "{what}: {sentence}"
        );

        let flag = [
            "flag",
            "--flag",
            "home.feed_v3",
            "off",
            "--reason",
            "x",
            "--json",
        ];
        let refused = workspace.run(&flag).await.exits(1).says("acts are refused");
        assert!(
            refused.err.contains(&format!("Entry {position} ")),
            "{what}: {refused:?}"
        );
        assert_eq!(
            workspace
                .asked("home.feed_v3/environments/production/off")
                .await,
            0
        );

        let status = workspace.run(&["status", "--json"]).await.exits(0).json();
        assert_eq!(
            status["apps"][0]["flags"].as_array().unwrap().len(),
            3,
            "{what}"
        );
        let log: Vec<Value> = workspace.log().await;
        assert!(log.len() >= 8, "{what}");
        assert_eq!(count(&Connection::open(&path).unwrap()), before, "{what}");
    }
}
