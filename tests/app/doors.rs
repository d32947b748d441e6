//! That only the approval window approves, and that it does nothing else, also when a script in
//! a window tries. Knows no screen.

use std::{collections::BTreeMap, fs};

use cockpit_tests::repository;
use serde_json::{Value, json};

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{Person, room},
};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_approval_window_approves() {
    let desktop = Desktop::new(Theme::Light);
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    person.activates("button: Start a drill").await;
    person.sees("wallet.instant_transfer").await;
    let notice = json!({
        "title": "Problems in version 8.4.0", "body": "We are looking for the cause.",
        "phase": "investigating", "notify_subscribers": false,
    });
    let asked = invoke(person, "act", "request_notice", json!({ "text": notice })).await;
    let intent = asked["press"].clone();
    let press = invoke(person, "query", "press", json!({ "press": intent })).await;
    let intent = press["targets"][0]["intent"].clone();
    assert!(intent.is_string(), "{press}");

    let stolen = invoke(person, "approve", "approve", json!({ "intent": intent })).await;
    assert!(is_shut(&stolen), "{stolen}");
    let strange = [
        ("query", json!({ "name": "boot", "args": {}, "more": 1 })),
        (
            "query",
            json!({ "name": "boot", "args": "x".repeat(300_000) }),
        ),
        (
            "plugin:event|emit",
            json!({ "event": "change", "payload": {} }),
        ),
    ];
    for (command, words) in strange {
        let sent = call(person, command, words).await;
        let refused = sent["refused"].as_str().unwrap_or_default();
        assert!(
            refused.starts_with("refused_by_isolation"),
            "{command}: {sent}"
        );
    }
    assert_eq!(reads_the_frame(person).await, "SecurityError");

    let opened = invoke(person, "act", "open_approval", json!({ "intent": intent })).await;
    assert!(!is_shut(&opened), "{opened}");
    let main = person.turns_to_new_window().await;
    person.sees("The notice, word for word").await;
    for (name, args) in [
        ("refresh", json!({})),
        ("request_notice", json!({ "text": notice })),
    ] {
        let acted = invoke(person, "act", name, args).await;
        assert!(is_shut(&acted), "{name}: {acted}");
    }
    let still = invoke(person, "query", "intent", json!({ "intent": intent })).await;
    assert_eq!(still["why_not"], Value::Null, "it still waits: {still}");

    person.turns_to(main).await;
    person.press(room::LOG).await;
    person.sees("Asked: publish a notice").await;
    let rows = person.rows().await;
    assert!(
        rows.iter().all(|row| !row.contains("Approved")),
        "{rows:#?}"
    );
    app.quit().await;
}

#[test]
fn only_one_capability_lists_approve() {
    let folder = fs::read_dir(repository::file("src-tauri/capabilities"));
    let mut windows = BTreeMap::new();
    for file in folder.expect("the capabilities are a folder") {
        let path = file.expect("the folder can be read").path();
        let text = fs::read_to_string(&path).expect("a capability is text");
        let capability: Value = serde_json::from_str(&text).expect("a capability is JSON");
        let name = path.file_name().expect("a file has a name");
        windows.insert(name.to_string_lossy().into_owned(), capability);
    }
    let lists = |permission: &str| -> Vec<&str> {
        let files = windows.iter().filter(|(_, capability)| {
            let listed = capability["permissions"].as_array();
            listed.is_some_and(|listed| listed.contains(&json!(permission)))
        });
        files.map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(lists("allow-approve"), ["approval.json"]);
    assert_eq!(lists("allow-act"), ["main.json"]);
    assert_eq!(windows["approval.json"]["windows"], json!(["approval"]));
    assert_eq!(windows["main.json"]["windows"], json!(["main"]));
    for (name, capability) in &windows {
        let far = ["remote", "webviews"].map(|field| capability.get(field));
        assert_eq!(far, [None, None], "{name} reaches beyond its window");
    }
}

/// Calls a command as a script in the page can. Gives its answer, or what refused it as
/// `{"refused": …}`.
async fn invoke(person: &Person, command: &str, name: &str, args: Value) -> Value {
    call(person, command, json!({ "name": name, "args": args })).await
}

/// What stops a script of the page that reaches into the frame which holds the key of its calls.
async fn reads_the_frame(person: &Person) -> String {
    let script = "try {
            return document.querySelector('#__tauri_isolation__').contentWindow.document.title;
        } catch (error) {
            return error.name;
        }";
    let said = person.client.execute(script, vec![]).await;
    let said = said.expect("the page's script runs");
    said.as_str().unwrap_or_default().to_owned()
}

async fn call(person: &Person, command: &str, words: Value) -> Value {
    let script = "const [command, words, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, words)
            .then((answer) => done(answer ?? null), (refused) => done({ refused }));";
    let answer = person
        .client
        .execute_async(script, vec![json!(command), words])
        .await;
    answer.expect("the page's script runs")
}

/// Whether the door itself refused: Tauri, before any of our code.
fn is_shut(answer: &Value) -> bool {
    let refused = answer["refused"].as_str();
    refused.is_some_and(|words| words.contains("not allowed"))
}
