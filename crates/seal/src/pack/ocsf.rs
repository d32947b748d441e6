//! A row as an event of the Open Cybersecurity Schema Framework, version 1.3: API Activity (class
//! 6003), the class for what somebody did through an application. Must not know other forms.

use serde_json::{Value, json};

use super::Row;
use crate::time::Timestamp;

const CLASS: u64 = 6003;

/// One event as a line of JSON.
pub(super) fn line(row: &Row) -> String {
    let activity = activity(&row.kind);
    let (status_id, status) = status(row);
    let time = row.at.parse::<Timestamp>().map_or(0, |at| at.ms());
    let event = json!({
        "activity_id": activity,
        "actor": { "user": { "name": row.person, "type_id": 1 }, "app_name": "Release Cockpit" },
        "api": { "operation": row.kind },
        "category_uid": 6,
        "class_uid": CLASS,
        "message": row.decision,
        "metadata": {
            "original_time": row.at,
            "product": { "name": "Release Cockpit", "vendor_name": "Release Cockpit" },
            "sequence": row.position,
            "uid": row.id,
            "version": "1.3.0",
        },
        "resources": [{ "name": row.target, "type": row.app }],
        "severity_id": if row.does_not_hold.is_empty() { 1 } else { 5 },
        "src_endpoint": { "uid": row.device },
        "status_detail": row.reason,
        "status_id": status_id,
        "status": status,
        "time": time,
        "type_uid": CLASS * 100 + activity,
        "unmapped": {
            "does_not_hold": row.does_not_hold,
            "outcome": row.outcome,
            "redacted": row.redacted,
            "without_force": row.without_force,
        },
    });
    event.to_string() + "\n"
}

/// Create, read, update, delete or other, by the last word of a kind.
fn activity(kind: &str) -> u64 {
    match kind.rsplit('.').next().unwrap_or_default() {
        "genesis" | "add" | "request" | "invite" | "made" => 1,
        "seen" | "cleared" | "result" => 2,
        "set" | "approve" | "claim" => 3,
        "remove" | "revoke" | "withdraw" => 4,
        _ => 99,
    }
}

fn status(row: &Row) -> (u64, Value) {
    match row.outcome.as_str() {
        _ if !row.without_force.is_empty() || !row.does_not_hold.is_empty() => {
            (2, json!("Failure"))
        }
        "" | "confirmed" => (1, json!("Success")),
        "refused" | "stale" | "failed" => (2, json!("Failure")),
        "unknown" => (0, json!("Unknown")),
        other => (99, json!(other)),
    }
}
