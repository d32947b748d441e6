//! Forms, checks and secrets of services. Must not know what a service allows.

use cockpit_engine::api::{Act, Done, EntryArgs, Nothing, Problem, Query, ServiceArgs};
use cockpit_engine::domain::provider::CredentialCheck;
use cockpit_engine::domain::views::{EntryView, SettingsView};
use cockpit_engine::keychain::Wish;
use serde_json::json;

use crate::stage::{World, cockpit, create, log, pass_ms, refresh, stopped};

const SECRET: [(&str, &str); 4] = [
    ("unleash", "admin_token"),
    ("unleash", "client_token"),
    ("sentry", "token"),
    ("statuspage", "api_key"),
];

#[tokio::test(start_paused = true)]
async fn a_wrong_token_is_named_and_nothing_is_connected() {
    let world = World::new("calm");
    let handle = world.engine(Wish::Memory, false).await.unwrap();
    create(&handle).await;
    for (service, field) in SECRET {
        let mut form = world.form(service);
        let wrong = "wrong-token-0123456789";
        form.fields.insert(field.to_owned(), wrong.to_owned());
        let checked: Result<CredentialCheck, Problem> =
            handle.do_it(Act::CheckConnection(form.clone())).await;
        if let Ok(check) = &checked {
            let missing = check.items.iter().find(|item| !item.ok);
            let missing = missing.unwrap_or_else(|| panic!("{service} {field}: {check:?}"));
            assert!(!missing.permission.is_empty() && !missing.sentence.is_empty());
        }
        let refused = handle.act(Act::Connect(form)).await.unwrap_err();
        assert!(!refused.sentence.is_empty());
        assert!(
            !format!("{checked:?} {refused:?}").contains(wrong),
            "{refused:?}"
        );
        let settings: SettingsView = handle.ask(Query::Settings(Nothing {})).await.unwrap();
        let it = settings.connections.iter().find(|it| it.service == service);
        assert_eq!(it.unwrap().badge.words, "Not connected");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_named() {
    let world = World::new("calm");
    let handle = world.engine(Wish::Memory, false).await.unwrap();
    create(&handle).await;
    for service in ["google_play", "app_store"] {
        world.control(
            "POST",
            "knobs",
            &json!({"service": service, "permitted": false}),
        );
        let refused = handle
            .act(Act::Connect(world.form(service)))
            .await
            .unwrap_err();
        assert!(
            refused.sentence.contains("missing"),
            "{service}: {refused:?}"
        );
        assert!(refused.hint.is_some(), "{service}: {refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_that_is_not_filled_in_says_which_field() {
    let world = World::new("calm");
    let handle = world.engine(Wish::Memory, false).await.unwrap();
    create(&handle).await;
    let mut form = world.form("statuspage");
    form.fields.insert("api_key".to_owned(), "  ".to_owned());
    let refused = handle.act(Act::Connect(form)).await.unwrap_err();
    assert!(refused.sentence.contains("key"), "{refused:?}");
    let mut form = world.form("statuspage");
    form.service = "pigeon".to_owned();
    let refused = handle.act(Act::Connect(form)).await.unwrap_err();
    assert_eq!(refused.kind, "bad_input");
    assert!(refused.hint.unwrap().contains("statuspage"));
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_service_is_forgotten() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(1_000).await;
    for service in ["unleash", "statuspage"] {
        let args = ServiceArgs {
            service: service.to_owned(),
        };
        let _: Done = handle.do_it(Act::Disconnect(args.clone())).await.unwrap();
        let again = handle.act(Act::Disconnect(args)).await.unwrap_err();
        assert_eq!(again.kind, "refused");
        // The secret is gone: an empty field stands for the one that is kept.
        let mut form = world.form(service);
        for (of, field) in SECRET {
            if of == service {
                form.fields.remove(field);
            }
        }
        assert!(handle.act(Act::CheckConnection(form)).await.is_err());
        let asked = || world.requests(|it, _, _| it == service);
        let before = asked();
        pass_ms(3 * 60_000).await;
        refresh(&handle).await;
        assert_eq!(asked(), before, "{service} is asked no more");
    }
    assert!(cockpit(&handle).await.flags.is_empty());
    stopped_stores(&handle).await;
}

async fn stopped_stores(handle: &cockpit_engine::Handle) {
    let pressed = crate::stage::stop(handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    assert_eq!(crate::stage::words(&view), ["confirmed"; 2], "{view:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_left_empty_is_the_one_that_is_kept() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    let mut form = world.form("statuspage");
    form.fields.remove("api_key");
    let _: Done = handle.do_it(Act::Connect(form)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_entry_and_no_answer_holds_a_secret() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    stopped(&handle).await;
    let mut texts = vec![
        handle
            .query(Query::Settings(Nothing {}))
            .await
            .unwrap()
            .to_string(),
        handle
            .query(Query::Boot(Nothing {}))
            .await
            .unwrap()
            .to_string(),
    ];
    for row in log(&handle).await {
        let position = row.position;
        let entry: EntryView = handle
            .ask(Query::Entry(EntryArgs { position }))
            .await
            .unwrap();
        assert_eq!(entry.verified.words, "Signature and link checked");
        texts.push(format!("{entry:?}"));
    }
    for secret in world.secrets() {
        for text in &texts {
            assert!(!text.contains(&secret));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_reading_asks_each_service_a_few_times() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, false).await;
    for service in [
        "google_play",
        "app_store",
        "unleash",
        "sentry",
        "statuspage",
    ] {
        let asked = || world.requests(|it, _, _| it == service);
        let before = asked();
        refresh(&handle).await;
        let requests = asked() - before;
        assert!(
            (1..=12).contains(&requests),
            "{service}: {requests} requests"
        );
    }
}
