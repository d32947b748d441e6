//! A whole pack: every tool agrees. Must not know what a fault looks like.

use serde_json::Value;

use crate::made::made;
use crate::tools::Tool;

fn read(file: &str) -> String {
    std::fs::read_to_string(made().pack().join(file)).unwrap()
}

fn rows() -> Vec<Value> {
    let rows = read("decisions.jsonl");
    rows.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_tool_agrees() {
    for tool in Tool::ALL {
        let said = tool.ask(&made().pack());
        assert!(said.is_ok(), "{tool:?}: {said:?}");
    }
}

#[test]
fn it_holds_what_was_asked_for() {
    let it = &made().exported;
    assert!(it.entries >= 500, "{it:?}");
    assert!(it.holds && it.in_log, "{it:?}");
    let rows = rows();
    assert_eq!(rows.len() as u64, it.told);
    let with = |key: &str, value: &str| rows.iter().filter(|row| row[key] == value).count();
    // Two persons, a revocation, attempts without force, redactions.
    assert!(with("person", "Cockpit of Ada") > 200);
    assert!(with("person", "Cockpit of Mara") > 200);
    assert_eq!(with("kind", "person.revoke"), 1);
    let without_force = rows.iter().filter(|row| row["without_force"] != "");
    assert_eq!(without_force.count(), 2);
    let redacted = rows.iter().filter(|row| row["redacted"] == true).count() as u64;
    assert_eq!((redacted, it.redacted), (4, 4));
    assert_eq!(
        read("bodies.jsonl").lines().filter(|it| *it == "-").count(),
        4
    );
    assert!(!read("decisions.csv").contains("\"=HYPERLINK"));
    assert!(read("decisions.csv").contains("\"'=HYPERLINK"));
}

#[test]
fn the_report_and_the_events_are_well_formed() {
    let pdf = std::fs::read(made().pack().join("report.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7\n") && pdf.ends_with(b"%%EOF\n"));
    let html = read("report.html");
    assert!(html.contains("not an attestation") && !html.contains("<script"));
    assert!(html.contains("Left the team"));
    for line in read("ocsf.jsonl").lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["class_uid"], 6003);
        let activity = event["activity_id"].as_u64().unwrap();
        assert_eq!(event["type_uid"], 600_300 + activity);
        assert!(event["time"].as_u64().unwrap() > 1_700_000_000_000);
        for key in ["actor", "api", "metadata", "src_endpoint", "severity_id"] {
            assert!(!event[key].is_null(), "{key}");
        }
    }
}

#[test]
fn the_checkers_are_short() {
    for name in ["check.py", "check.mjs"] {
        let lines = read(name).lines().count();
        assert!(lines <= 120, "{name} has {lines} lines");
    }
}
