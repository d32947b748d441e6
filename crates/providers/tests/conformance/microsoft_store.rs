//! The Microsoft Store's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::store::{consequence, note, state};
use cockpit_domain::target::{Review, StoreRollout, StoreStatus};
use cockpit_domain::{Desired, Observation, Service, TargetState};
use cockpit_providers::{SecretString, connect};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read, settings};

const APP: &str = "microsoft_store:9NWALLET8400";
const FINALIZED: Desired = Desired::Complete;

fn rollout(seen: &Observation) -> &StoreRollout {
    match &seen.state {
        TargetState::StoreRollout(it) => it,
        other => panic!("{other:?}"),
    }
}

fn share(bps: u32) -> Desired {
    Desired::RollingOut {
        fraction_bps: Some(bps),
    }
}

fn console(stage: &Stage, mut body: Value) {
    body["service"] = json!("microsoft_store");
    stage.console(body);
}

fn knob(stage: &Stage, name: &str, value: impl Into<Value>) {
    stage.knobs(json!({"service": "microsoft_store", name: value.into()}));
}

#[tokio::test(start_paused = true)]
async fn a_rollout_is_shown_with_its_share_and_what_others_get() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    let seen = read(&*adapter, APP, Reading::Poll).await;
    let it = rollout(&seen);
    assert_eq!(
        (it.version.as_str(), it.status, it.fraction_bps),
        ("8.4.0", StoreStatus::InProgress, Some(2_500))
    );
    assert_eq!(it.fallback.as_deref(), Some("8.3.2"));
    // Versions of what is published never change: two requests from here on.
    let asked = stage.wire.requests();
    read(&*adapter, APP, Reading::Poll).await;
    assert_eq!(stage.wire.requests(), asked + 2);
}

#[tokio::test(start_paused = true)]
async fn a_halt_is_for_good_and_says_so_beforehand() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    let said = consequence(&Desired::Stopped, rollout(&before));
    for words in [
        "get 8.3.2",
        "who have 8.4.0 keep it",
        "for good",
        "copy of the halted one",
    ] {
        assert!(said.contains(words), "{said}");
    }
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    let seen = read(&*adapter, APP, Reading::Serving).await;
    // The service shows 0 % from here on; that is no share that was out.
    assert_eq!(
        (rollout(&seen).status, rollout(&seen).fraction_bps),
        (StoreStatus::Halted, None)
    );
    assert_eq!(state(rollout(&seen)), "halted");
    assert!(note(rollout(&seen)).contains("for good"));
    let asked = stage.count("POST /v1.0");
    let error = act(&*adapter, APP, &FINALIZED).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(error.sentence.contains("new submission"), "{error}");
    // To go on, as before or at another share, is not among its verbs at all.
    for resume in [Desired::RollingOut { fraction_bps: None }, share(5_000)] {
        let error = act(&*adapter, APP, &resume).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
    }
    assert_eq!(stage.count("POST /v1.0"), asked);
}

#[tokio::test(start_paused = true)]
async fn a_submission_without_a_rollout_reaches_everybody_though_it_shows_0_per_cent() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    console(&stage, json!({"action": "publish", "version": "8.4.1.0"}));
    let seen = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(
        (rollout(&seen).version.as_str(), rollout(&seen).status),
        ("8.4.1", StoreStatus::Completed)
    );
    let error = adapter
        .apply(&effect(&seen, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error.sentence.contains("halts only a package rollout"),
        "{error}"
    );
    assert_eq!(stage.changes(Service::MicrosoftStore), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_per_cent_is_not_complete() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    console(&stage, json!({"action": "raise", "percentage": 100}));
    let seen = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(state(rollout(&seen)), "in progress 100 %");
    assert!(!FINALIZED.is_met_by(&seen.state));
    assert!(note(rollout(&seen)).contains("not everybody"));
    act(&*adapter, APP, &FINALIZED).await.unwrap();
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(FINALIZED.is_met_by(&seen.state), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_share_is_raised_in_whole_per_cents_and_never_lowered() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    for bps in [500, 3_050, 10_000] {
        let error = act(&*adapter, APP, &share(bps)).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Rejected, Applied::No),
            "{bps}: {error}"
        );
    }
    assert_eq!(stage.count("updatepackagerolloutpercentage"), 0);
    act(&*adapter, APP, &share(5_000)).await.unwrap();
    assert_eq!(
        stage.count("updatepackagerolloutpercentage?percentage=50"),
        1
    );
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(share(5_000).is_met_by(&seen.state), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn two_halts_that_meet_are_one_and_the_second_reads_again() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    // Somebody finalizes it between our reading and our halt.
    stage.fault("haltpackagerollout", "status:409", 1);
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(error.hint.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_the_interface_does_not_serve_needs_a_person_in_partner_center() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    knob(&stage, "unsupported", true);
    let error = act(&*adapter, APP, &Desired::Stopped).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NeedsPerson, Applied::No)
    );
    assert!(error.sentence.starts_with("Not in effect"), "{error}");
    assert!(error.hint.unwrap().contains("Halt package rollout"));
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_waits_is_shown_with_its_certification() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    let (plain, _) = settings(&stage.sandbox.connections(), Service::MicrosoftStore);
    let token = token(&stage).await;
    let path = format!("/v1.0/my/applications/{}/submissions", plain["app_id"]);
    ask(&stage, "POST", &path, &token, "").await;
    let seen = read(&*adapter, APP, Reading::Poll).await;
    let waiting = rollout(&seen).submitted.clone().unwrap();
    // It is a copy of the halted one, so it holds the same version.
    assert_eq!(
        (waiting.version.as_str(), waiting.review),
        ("8.4.0", Review::NotSent)
    );
    // What people get has not changed by it.
    assert_eq!(rollout(&seen).status, StoreStatus::Halted);
}

/// A token as another program gets it.
async fn token(stage: &Stage) -> String {
    let of = stage.sandbox.connections()["channels"]["microsoft_store"].clone();
    let text = |key: &str| of[key].as_str().unwrap().to_owned();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &text("client_id"))
        .append_pair("client_secret", &text("client_secret"))
        .append_pair("resource", "https://manage.devcenter.microsoft.com")
        .finish();
    let path = format!("/{}/oauth2/token", text("tenant_id"));
    let answer = ask(stage, "POST", &path, "", &form).await;
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

async fn ask(stage: &Stage, method: &str, path: &str, token: &str, body: &str) -> Value {
    use cockpit_providers::Transport as _;
    let request = axum::http::Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1{path}"))
        .header("authorization", token)
        .body(bytes::Bytes::from(body.to_owned()))
        .unwrap();
    let answer = stage.wire.send(request).await.unwrap();
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_taken_back_is_made_anew_for_reading_and_never_for_a_write() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    knob(&stage, "revoke_tokens", true);
    read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(stage.count("/oauth2/token"), 2);
    stage.fault("haltpackagerollout", "status:401", 1);
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Unauthorized, Applied::No)
    );
    assert_eq!(stage.count("haltpackagerollout"), 1);
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_way_to_be_refused_at_the_sign_in_says_what_to_do() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::MicrosoftStore);
    let sentence = async |plain: &crate::stage::Plain, secret: &crate::stage::Secret| {
        let adapter = connect(Service::MicrosoftStore, plain, secret, &stage.http).unwrap();
        let check = adapter.check().await.unwrap();
        let item = check.items.iter().find(|item| !item.ok).unwrap();
        item.sentence.clone()
    };
    for (field, words) in [
        ("tenant_id", "does not know the tenant"),
        ("client_id", "does not know the client ID"),
        ("app_id", "Check the Store ID"),
    ] {
        let mut plain = plain.clone();
        plain.insert(field.to_owned(), "9NOTHERE0000".to_owned());
        let said = sentence(&plain, &secret).await;
        assert!(said.contains(words), "{said}");
    }
    let mut wrong = secret.clone();
    wrong.insert(
        "client_secret".to_owned(),
        SecretString::from("the-keys-id-0123"),
    );
    let said = sentence(&plain, &wrong).await;
    assert!(said.contains("not its ID"), "{said}");
    assert!(!said.contains("the-keys-id"), "{said}");
    knob(&stage, "secret_expired", true);
    let said = sentence(&plain, &secret).await;
    assert!(said.contains("has ended"), "{said}");
    knob(&stage, "secret_expired", false);
    knob(&stage, "permitted", false);
    let said = sentence(&plain, &secret).await;
    assert!(said.contains("role Manager"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn the_fallback_that_cannot_be_read_does_not_keep_a_halt_waiting() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::MicrosoftStore);
    // The submission before the newest.
    stage.fault("submissions/1152921505690000832", "status:404", 20);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(rollout(&before).fallback, None);
    let said = consequence(&Desired::Stopped, rollout(&before));
    assert!(said.contains("the submission before it"), "{said}");
    adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap();
}
