//! A row as an event of the Open Cybersecurity Schema Framework, version 1.3: API Activity (class
//! 6003), the class for what somebody did through an application. Must not know other forms.

use serde::Serialize;

use super::Row;
use crate::time::Timestamp;

const CLASS: u64 = 6003;
const PRODUCT: &str = "Release Cockpit";

#[derive(Serialize)]
struct Event<'a> {
    activity_id: u64,
    actor: Actor<'a>,
    api: Api<'a>,
    category_uid: u64,
    class_uid: u64,
    message: &'a str,
    metadata: Metadata<'a>,
    resources: [Resource<'a>; 1],
    severity_id: u64,
    src_endpoint: Endpoint<'a>,
    status: &'a str,
    status_detail: &'a str,
    status_id: u64,
    time: i64,
    type_uid: u64,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Actor<'a> {
    app_name: &'a str,
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    type_id: u64,
}

#[derive(Serialize)]
struct Api<'a> {
    operation: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    original_time: &'a str,
    product: Product<'a>,
    sequence: u64,
    uid: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'a str,
    vendor_name: &'a str,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    r#type: &'a str,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    uid: &'a str,
}

#[derive(Serialize)]
struct Unmapped<'a> {
    does_not_hold: &'a str,
    outcome: &'a str,
    redacted: bool,
    without_force: &'a str,
}

/// Adds a row as a line of JSON.
pub(super) fn put(lines: &mut Vec<u8>, row: &Row<'_>) {
    let activity_id = activity(&row.kind);
    let (status_id, status) = status(row);
    let event = Event {
        activity_id,
        actor: Actor {
            app_name: PRODUCT,
            user: User {
                name: &row.person,
                // A user, as opposed to a system or an administrator of one.
                type_id: 1,
            },
        },
        api: Api {
            operation: &row.kind,
        },
        category_uid: 6,
        class_uid: CLASS,
        message: &row.decision,
        metadata: Metadata {
            original_time: &row.at,
            product: Product {
                name: PRODUCT,
                vendor_name: PRODUCT,
            },
            sequence: row.position,
            uid: &row.id,
            version: "1.3.0",
        },
        resources: [Resource {
            name: &row.target,
            r#type: &row.app,
        }],
        // Informational, or critical where an entry does not hold.
        severity_id: if row.does_not_hold.is_empty() { 1 } else { 5 },
        src_endpoint: Endpoint { uid: &row.device },
        status,
        status_detail: &row.reason,
        status_id,
        time: row.at.parse::<Timestamp>().map_or(0, |at| at.ms()),
        type_uid: CLASS * 100 + activity_id,
        unmapped: Unmapped {
            does_not_hold: &row.does_not_hold,
            outcome: &row.outcome,
            redacted: row.redacted,
            without_force: &row.without_force,
        },
    };
    serde_json::to_writer(&mut *lines, &event).expect("texts and numbers are JSON");
    lines.push(b'\n');
}

/// Create, read, update, delete or other, by the last word of a kind.
fn activity(kind: &str) -> u64 {
    match kind.rsplit('.').next().unwrap_or_default() {
        "genesis" | "add" | "request" | "invite" | "made" => 1,
        "seen" | "cleared" | "result" => 2,
        "set" | "approve" | "claim" | "admit" | "roles" | "mandate" | "threshold" => 3,
        "remove" | "revoke" | "withdraw" => 4,
        _ => 99,
    }
}

fn status<'a>(row: &'a Row<'_>) -> (u64, &'a str) {
    match &*row.outcome {
        _ if !row.without_force.is_empty() || !row.does_not_hold.is_empty() => (2, "Failure"),
        "" | "confirmed" => (1, "Success"),
        "refused" | "stale" | "failed" => (2, "Failure"),
        "unknown" => (0, "Unknown"),
        other => (99, other),
    }
}
