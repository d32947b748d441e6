//! The table of what a shell may ask, as the page sends it, and what the policy refuses. Must not
//! know what an answer holds.

use cockpit_engine::api::{Act, Approval, Query};
use serde_json::{Value, json};

fn queries() -> Vec<Value> {
    vec![
        json!({"name": "boot", "args": {}}),
        json!({"name": "cockpit", "args": {"app": null}}),
        json!({"name": "stop_sheet", "args": {"app": "com.northwind.wallet"}}),
        json!({"name": "press", "args": {"press": "ab"}}),
        json!({"name": "log", "args": {
            "before": null, "search": "x", "decisions_only": true, "kinds": ["intent.request"],
            "person": "p", "app": "a", "outcome": "confirmed", "from": "2026-11-23T00:00:00.000Z",
            "until": null, "limit": 5,
        }}),
        json!({"name": "log_choices", "args": {}}),
        json!({"name": "entry", "args": {"position": 1}}),
        json!({"name": "void_slots", "args": {}}),
        json!({"name": "intent", "args": {"intent": "ab"}}),
        json!({"name": "notices", "args": {}}),
        json!({"name": "notice_draft", "args": {
            "incident": "ab", "audience": "customers", "texts": {"en": slots()},
        }}),
        json!({"name": "people", "args": {}}),
        json!({"name": "mandate_preview", "args": {"act": "stop", "mandate": {
            "ask": ["responder"], "approve": [{"roles": ["product_lead"], "persons": 1}],
            "expires_ms": 60_000, "fallback": [], "default_after_ms": null, "break_glass": [],
        }}}),
        json!({"name": "change_sheet", "args": {"change": "ab"}}),
        json!({"name": "team", "args": {}}),
        json!({"name": "settings", "args": {}}),
        json!({"name": "health", "args": {}}),
        json!({"name": "rule_test", "args": {"rule": rule()}}),
        json!({"name": "export_progress", "args": {}}),
    ]
}

fn acts() -> Vec<Value> {
    let change = json!({"target": "unleash:a/b/c", "desired": {"to": "off"}, "reason": "r"});
    let text = json!({
        "title": "t", "body": "b", "phase": "investigating", "notify_subscribers": false,
    });
    let form = json!({"service": "sentry", "fields": {"token": "t"}});
    let of = |name: &str, args: Value| json!({"name": name, "args": args});
    vec![
        of("start_drill", json!({"scenario": null})),
        of("new_drill", json!({})),
        of("create_workspace", json!({"name": "n", "person": "p"})),
        of("unlock", json!({"passphrase": "p"})),
        of("check_connection", form.clone()),
        of("connect", form),
        of("disconnect", json!({"service": "sentry"})),
        of(
            "stop",
            json!({"app": null, "version": "1", "targets": ["unleash:a"], "reason": "r"}),
        ),
        of("change", change.clone()),
        of(
            "recover",
            json!({"app": null, "version": "8.4.0", "cancel": false, "reason": "r"}),
        ),
        of("restop", change),
        of("request_notice", json!({"text": text})),
        of(
            "draft_notice",
            json!({
                "incident": null, "severity": "low", "phase": "resolved", "audience": "team",
                "locales": ["de"], "reason": "r",
            }),
        ),
        of(
            "write_notice",
            json!({"incident": "ab", "audience": "customers", "texts": {"de": slots()}}),
        ),
        of(
            "submit_notice",
            json!({"incident": "ab", "audience": "customers", "quiet": true}),
        ),
        of("ask_again", json!({"intent": "ab"})),
        of(
            "change_incident",
            json!({
                "incident": "ab", "change": {"what": "expect", "by": "2026-11-23T00:00:00.000Z"},
                "reason": "r",
            }),
        ),
        of(
            "set_templates",
            json!({"templates": [{
                "severity": "major", "phase": "identified", "audience": "customers",
                "channel": "email", "locale": "en", "title": "t", "body": "b",
            }]}),
        ),
        of(
            "propose_envelope",
            json!({
                "title": "t", "severities": ["major"], "locales": ["en"],
                "sentences": {"en": {"happened": ["It is slow."]}}, "days": 90,
            }),
        ),
        of("end_envelope", json!({"envelope": "ab", "reason": "r"})),
        of("sign_envelope", json!({"envelope": "ab"})),
        of("set_rule", json!({"rule": rule(), "reason": "r"})),
        of("end_rule", json!({"rule": "crash floor", "reason": "r"})),
        of(
            "sign_order",
            json!({
                "rule": rule(), "platform": "Android", "hours": 24, "fires_max": 1, "reason": "r",
            }),
        ),
        of("end_order", json!({"order": "ab", "reason": "r"})),
        of("withdraw", json!({"intent": "ab"})),
        of(
            "propose",
            json!({"change": {"what": "threshold", "administrators": 1}}),
        ),
        of("share", json!({"folder": "/srv/team"})),
        of(
            "invite",
            json!({"roles": ["responder"], "name": "Ben", "hours": 24}),
        ),
        of(
            "join",
            json!({"invitation": "t", "person": "Ben", "device": "d", "folder": null}),
        ),
        of("sync", json!({})),
        of("set_theme", json!({"theme": "dark"})),
        of(
            "export",
            json!({
                "through": 7, "from": null, "until": null, "apps": [], "kinds": [],
                "persons": [], "redact_kinds": [], "redact_persons": [], "redact_entries": [3],
            }),
        ),
        of("cancel_export", json!({})),
        of("verify_log", json!({})),
        of("refresh", json!({})),
        of("rehearse", json!({"service": "sentry"})),
        of("open_approval", json!({"intent": "ab"})),
    ]
}

fn rule() -> Value {
    json!({
        "name": "half a point worse", "measure": "crash_free_sessions", "floor_bps": 0,
        "sample_min": 500, "data_age_ms_max": 7_200_000, "window_ms": 3_600_000,
        "previous": {"worse_by_bps": 50, "error_bps": 100}, "outcome": "stop",
    })
}

fn slots() -> Value {
    json!({
        "words": {"headline": "h"}, "entries": {"decision": 7},
        "next_update_at": "2026-11-23T00:00:00.000Z",
    })
}

fn names(sent: &[Value]) -> Vec<&str> {
    sent.iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[test]
fn every_line_of_the_table_is_read_as_the_page_writes_it() {
    let config = Default::default();
    let known: Vec<&str> = Query::table(&config).iter().map(|it| it.name).collect();
    assert_eq!(names(&queries()), known);
    for sent in queries() {
        let query: Query = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&query).unwrap(), sent);
    }
    let known: Vec<&str> = Act::table(&config).iter().map(|it| it.name).collect();
    assert_eq!(names(&acts()), known);
    for sent in acts() {
        let act: Act = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&act).unwrap(), sent);
    }
    let approve = json!({"name": "approve", "args": {"intent": "ab", "also": []}});
    let sign = json!({"name": "sign_change", "args": {"change": "ab"}});
    let reject = json!({"name": "reject", "args": {"intent": "ab", "also": [], "reason": "r"}});
    for sent in [approve, sign, reject] {
        let approval: Approval = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&approval).unwrap(), sent);
    }
}

#[test]
fn the_main_window_has_no_word_to_approve() {
    for name in ["approve", "reject", "sign_change"] {
        let sent = json!({"name": name, "args": {"intent": "ab", "change": "ab", "reason": "r"}});
        assert!(serde_json::from_value::<Act>(sent.clone()).is_err());
        assert!(serde_json::from_value::<Query>(sent).is_err());
    }
}

#[test]
fn secrets_are_not_in_debug_text() {
    for sent in acts() {
        if ["unlock", "connect", "check_connection", "join"]
            .contains(&sent["name"].as_str().unwrap())
        {
            let text = sent
                .to_string()
                .replace("\"p\"", "\"hidden-1\"")
                .replace("\"t\"", "\"hidden-2\"");
            let act: Act = serde_json::from_str(&text).unwrap();
            assert!(!format!("{act:?}").contains("hidden"), "{act:?}");
        }
    }
}
