//! The three doors of the page: query, act, approve. Each hands its words to the engine. Decides
//! nothing.

use cockpit_engine::api::{Act, Approval, Problem, Query, StartDrillArgs};
use cockpit_say::say;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::{State, WebviewWindow};

use crate::shell::Shell;
use crate::windows;

/// Answers a query of the api table.
#[tauri::command]
pub async fn query(shell: State<'_, Shell>, name: String, args: Value) -> Result<Value, Problem> {
    let query: Query = parse(name, args)?;
    shell.engine().await?.query(query).await
}

/// Does an act of the api table.
#[tauri::command]
pub async fn act(shell: State<'_, Shell>, name: String, args: Value) -> Result<Value, Problem> {
    let act: Act = parse(name, args)?;
    if let Act::NewDrill(_) = act {
        let engine = shell.leave_drill().await?;
        return engine.act(Act::StartDrill(StartDrillArgs::default())).await;
    }
    shell.engine().await?.act(act).await
}

/// Approves or rejects. The capability lets only the approval window call it; the label is
/// checked here once more.
#[tauri::command]
pub async fn approve(
    window: WebviewWindow,
    shell: State<'_, Shell>,
    name: String,
    args: Value,
) -> Result<Value, Problem> {
    if window.label() != windows::APPROVAL {
        return Err(Problem::new(
            "refused",
            say!("Only the approval window may approve."),
        ));
    }
    let approval: Approval = parse(name, args)?;
    shell.engine().await?.approve(approval).await
}

/// The error does not repeat what was sent: it may hold a secret.
fn parse<T: DeserializeOwned>(name: String, args: Value) -> Result<T, Problem> {
    let words = json!({ "name": name, "args": args });
    serde_json::from_value(words).map_err(|_| {
        Problem::new(
            "bad_input",
            say!("'{name}' is not known here, or its fields are not."),
        )
        .hint(say!(
            "Restart the app; if it comes again, the page and the app differ in version."
        ))
    })
}
