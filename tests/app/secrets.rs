//! Looks for the sandbox's secrets wherever they must not be. Knows no screen.

use std::fs;

use cockpit_sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::{
    desktop::{Desktop, processes},
    person::Person,
};

/// Keeps every answer that the app gives to this window.
const LISTEN: &str = r"
if (window.heard) return;
window.heard = [];
const before = window.fetch;
window.fetch = async (...words) => {
    const answer = await before(...words);
    window.heard.push(await answer.clone().text());
    return answer;
};
";

/// Begins to listen to what this window hears from the app.
pub async fn listen(person: &Person) {
    person.look_up(LISTEN, vec![]).await;
}

/// No secret is in the window, in what it heard, in the log, on the disk or in any arguments.
pub async fn stay_out(desktop: &Desktop, person: &Person) {
    let heard = person
        .look_up("return window.heard.join('\\n')", vec![])
        .await;
    let heard = heard.as_str().expect("a joined list is text").to_owned();
    assert!(heard.contains("releases"), "nothing was heard: {heard}");
    let page = person.client.source().await.expect("the page has a source");
    let printed = desktop.printed();
    assert!(
        printed.windows(5).any(|part| part == b"TRACE"),
        "the app's log was not caught"
    );
    let mut places = vec![
        ("an answer to the page".to_owned(), heard.into_bytes()),
        ("the page".to_owned(), page.into_bytes()),
        ("the log".to_owned(), printed),
    ];
    for process in processes() {
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        places.push((format!("the arguments of {}", process.display()), arguments));
    }
    let mut files = 0;
    for file in fs::read_dir(desktop.workspace()).expect("the workspace is a folder") {
        let path = file.expect("the workspace can be read").path();
        if let Ok(bytes) = fs::read(&path) {
            files += 1;
            places.push((path.display().to_string(), bytes));
        }
    }
    assert!(files > 0, "the workspace is empty");
    let secrets = secrets();
    assert!(
        secrets.iter().all(|secret| secret.len() > 10),
        "too short to be looked for: {secrets:?}"
    );
    for (place, bytes) in &places {
        for secret in &secrets {
            assert!(
                !contains(bytes, secret.as_bytes()),
                "{secret:?} is in {place}"
            );
        }
    }
}

/// No secret came to this window.
pub async fn not_heard(person: &Person) {
    let heard = heard(person).await;
    for secret in secrets() {
        assert!(!heard.contains(&secret), "{secret:?} was heard");
    }
}

async fn heard(person: &Person) -> String {
    let heard = person.look_up("return window.heard.join('\\n')", vec![]);
    let heard = heard.await;
    heard.as_str().expect("a joined list is text").to_owned()
}

/// Every secret of the drill's connections; of a key, each of its lines.
fn secrets() -> Vec<String> {
    let options = Options {
        scenario: "crash-spike-soon".to_owned(),
        ..Options::default()
    };
    let sandbox = Sandbox::new(options).expect("the first drill's scenario exists");
    let mut secrets = Vec::new();
    collect(&sandbox.connections(), &mut secrets);
    assert!(secrets.len() > 6, "some secrets are missing: {secrets:?}");
    secrets
}

fn collect(value: &Value, secrets: &mut Vec<String>) {
    const NAMES: [&str; 6] = [
        "private_key",
        "private_key_p8",
        "admin_token",
        "client_token",
        "token",
        "api_key",
    ];
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::String(secret) if NAMES.contains(&name.as_str()) => secrets.extend(
                secret
                    .lines()
                    .filter(|line| !line.starts_with("-----"))
                    .map(str::to_owned),
            ),
            deeper => collect(deeper, secrets),
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
