//! The table of what a shell may ask, as the page sends it, and what the policy refuses. Must not
//! know what an answer holds.

use cockpit_engine::api::{Act, Approval, Nothing, Query, SetPolicyArgs};
use cockpit_engine::domain::views::SettingsView;
use cockpit_engine::keychain::Wish;
use serde_json::{Value, json};

use crate::stage::World;

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
        json!({"name": "intent", "args": {"intent": "ab"}}),
        json!({"name": "notices", "args": {}}),
        json!({"name": "settings", "args": {}}),
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
        of("restop", change),
        of("request_notice", json!({"text": text})),
        of("withdraw", json!({"intent": "ab"})),
        of("set_policy", json!({"act": "stop", "persons": 2})),
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
        of("open_approval", json!({"intent": "ab"})),
    ]
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
    let reject = json!({"name": "reject", "args": {"intent": "ab", "also": [], "reason": "r"}});
    for sent in [approve, reject] {
        let approval: Approval = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&approval).unwrap(), sent);
    }
}

#[test]
fn the_main_window_has_no_word_to_approve() {
    for name in ["approve", "reject"] {
        let sent = json!({"name": name, "args": {"intent": "ab", "reason": "r"}});
        assert!(serde_json::from_value::<Act>(sent.clone()).is_err());
        assert!(serde_json::from_value::<Query>(sent).is_err());
    }
}

#[test]
fn secrets_are_not_in_debug_text() {
    for sent in acts() {
        if ["unlock", "connect", "check_connection"].contains(&sent["name"].as_str().unwrap()) {
            let text = sent
                .to_string()
                .replace("\"p\"", "\"hidden-1\"")
                .replace("\"t\"", "\"hidden-2\"");
            let act: Act = serde_json::from_str(&text).unwrap();
            assert!(!format!("{act:?}").contains("hidden"), "{act:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_persons_are_refused_where_there_is_one() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    let set = async |act: &str, persons: u8| {
        let act = act.to_owned();
        handle
            .act(Act::SetPolicy(SetPolicyArgs { act, persons }))
            .await
            .unwrap_err()
    };
    let refused = set("stop", 2).await;
    assert!(refused.sentence.contains("Nothing") || refused.sentence.contains("as it was"));
    assert!(refused.sentence.contains("nobody could act"), "{refused:?}");
    assert_eq!(set("stop", 3).await.kind, "refused");
    assert_eq!(set("fly", 1).await.kind, "bad_input");
    let settings: SettingsView = handle.ask(Query::Settings(Nothing {})).await.unwrap();
    assert!(settings.policy.iter().all(|it| it.persons <= 1));
    assert!(settings.policy.iter().all(|it| it.why_not.is_some()));
}
