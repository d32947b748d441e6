//! The decision log through the engine: what it is narrowed to. Must not know how it is stored.

use cockpit_engine::Handle;
use cockpit_engine::api::{LogArgs, Nothing, Query};
use cockpit_engine::domain::Time;
use cockpit_engine::domain::views::{LogChoicesView, LogPage, LogRow};

use crate::stage::{World, stopped};

async fn rows(handle: &Handle, args: LogArgs) -> Vec<LogRow> {
    let page: LogPage = handle.ask(Query::Log(args)).await.unwrap();
    page.rows
}

#[tokio::test(start_paused = true)]
async fn the_log_is_narrowed_to_what_stands_in_it() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let all = rows(&handle, LogArgs::default()).await;
    let choices: LogChoicesView = handle.ask(Query::LogChoices(Nothing {})).await.unwrap();
    let kinds: Vec<&str> = choices.kinds.iter().map(|it| it.value.as_str()).collect();
    assert!(kinds.contains(&"intent.request") && kinds.contains(&"ledger.genesis"));
    assert_eq!(choices.people.len(), 1, "{choices:?}");
    let person = choices.people[0].value.clone();
    let by_person = LogArgs {
        person: Some(person),
        ..LogArgs::default()
    };
    assert_eq!(rows(&handle, by_person).await, all);
    let confirmed = LogArgs {
        kinds: vec!["effect.result".to_owned()],
        outcome: Some("confirmed".to_owned()),
        ..LogArgs::default()
    };
    assert_eq!(rows(&handle, confirmed).await.len(), 3);
    let without_force = LogArgs {
        outcome: Some("without_force".to_owned()),
        ..LogArgs::default()
    };
    assert_eq!(rows(&handle, without_force).await, []);
    let no_decision = LogArgs {
        kinds: vec!["effect.result".to_owned()],
        decisions_only: true,
        ..LogArgs::default()
    };
    assert_eq!(rows(&handle, no_decision).await, []);
    let newest: Time = all[0].at.parse().unwrap();
    let later = LogArgs {
        from: Some(newest + 1),
        ..LogArgs::default()
    };
    assert_eq!(rows(&handle, later).await, []);
    let until = LogArgs {
        until: Some(newest + 1),
        search: Some("play".to_owned()),
        ..LogArgs::default()
    };
    assert!(!rows(&handle, until).await.is_empty());
}
