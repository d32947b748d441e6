//! Forms, and what is refused before anything is sent. Must not know an adapter's inside.

use cockpit_domain::Service;
use cockpit_domain::provider::ErrorKind;
use cockpit_providers::{SecretString, connect, form};

use crate::stage::{Stage, settings};

#[tokio::test(start_paused = true)]
async fn the_fields_are_these() {
    let keys = |service| -> Vec<String> {
        let mark = |field: &cockpit_providers::Field| match (field.secret, field.optional) {
            (true, _) => format!("{} (secret)", field.key),
            (false, true) => format!("{} (optional)", field.key),
            (false, false) => field.key.to_owned(),
        };
        form(service).fields.iter().map(mark).collect()
    };
    assert_eq!(
        keys(Service::GooglePlay),
        ["package", "service_account (secret)", "base_url (optional)"]
    );
    assert_eq!(
        keys(Service::AppStore),
        [
            "bundle_id",
            "issuer_id (optional)",
            "key_id",
            "private_key (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::HuaweiAppGallery),
        [
            "package",
            "client_id",
            "client_secret (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::SamsungGalaxyStore),
        [
            "package",
            "content_id",
            "service_account_id",
            "private_key (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Unleash),
        [
            "base_url",
            "project",
            "environment",
            "admin_token (secret)",
            "client_token (secret)",
            "flags (optional)",
            "apps_ask_s (optional)"
        ]
    );
    assert_eq!(
        keys(Service::MicrosoftStore),
        [
            "app_id",
            "tenant_id",
            "client_id",
            "client_secret (secret)",
            "login_url (optional)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::EasUpdate),
        [
            "project",
            "channels (optional)",
            "token (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::LaunchDarkly),
        [
            "project",
            "environment",
            "token (secret)",
            "mobile_key (secret)",
            "flags (optional)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Flagsmith),
        [
            "environment_key",
            "api_key (secret)",
            "flags (optional)",
            "apps_ask_s (optional)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Sentry),
        [
            "organization",
            "android_project (optional)",
            "ios_project (optional)",
            "token (secret)",
            "package (optional)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Prometheus),
        [
            "base_url",
            "crash_free_sessions (optional)",
            "sessions (optional)",
            "crash_free_users (optional)",
            "freeze_free_users (optional)",
            "users (optional)",
            "share (optional)",
            "share_name (optional)",
            "actions (optional)",
            "unit (optional)",
            "interval (optional)",
            "platform (optional)",
            "versions (optional)",
            "token (secret)",
            "user (optional)",
            "password (secret)"
        ]
    );
    assert_eq!(
        keys(Service::PlayReporting),
        ["package", "service_account (secret)", "base_url (optional)"]
    );
    assert_eq!(
        keys(Service::Crashlytics),
        [
            "android_app (optional)",
            "ios_app (optional)",
            "service_account (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Statuspage),
        [
            "page_id",
            "api_key (secret)",
            "components (optional)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Smtp),
        [
            "host",
            "security (optional)",
            "port (optional)",
            "user",
            "password (secret)",
            "from",
            "recipients",
            "unsubscribe (optional)",
            "ca (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Fcm),
        [
            "topic (optional)",
            "condition (optional)",
            "service_account (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::RemoteConfig),
        [
            "parameter (optional)",
            "hours (optional)",
            "flags (optional)",
            "apps_ask_s (optional)",
            "app_id (optional)",
            "api_key (secret)",
            "service_account (secret)",
            "base_url (optional)"
        ]
    );
    assert_eq!(
        keys(Service::Slack),
        ["channel", "token (secret)", "base_url (optional)"]
    );
    assert_eq!(keys(Service::Teams), ["name", "url (secret)"]);
    assert_eq!(
        keys(Service::Matrix),
        ["base_url", "room", "token (secret)"]
    );
    assert_eq!(
        keys(Service::Mastodon),
        ["base_url", "token (secret)", "visibility (optional)"]
    );
    assert_eq!(
        keys(Service::Bluesky),
        ["handle", "app_password (secret)", "base_url (optional)"]
    );
    for service in Service::ALL {
        assert_eq!(form(service).service, service);
        assert!(
            form(service)
                .fields
                .iter()
                .all(|field| !field.hint.is_empty())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_field_is_named() {
    let stage = Stage::new();
    for service in Service::ALL {
        let (plain, secret) = settings(&stage.sandbox.connections(), service);
        for field in form(service).fields.iter().filter(|field| !field.optional) {
            let (mut plain, mut secret) = (plain.clone(), secret.clone());
            plain.remove(field.key);
            secret.remove(field.key);
            let error = connect(service, &plain, &secret, &stage.http).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Rejected);
            assert!(error.sentence.contains(field.label), "{}", error.sentence);
            assert_eq!(error.hint.as_deref(), Some(field.hint));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_go_over_https_or_stay_on_this_computer() {
    let stage = Stage::new();
    let has_address = |service: &Service| {
        let fields = form(*service).fields;
        fields.iter().any(|field| field.key == "base_url")
    };
    // A mail server has no address with a scheme: TLS is all that it can be spoken to with.
    for service in Service::ALL.into_iter().filter(has_address) {
        let (plain, secret) = settings(&stage.sandbox.connections(), service);
        let with = |address: &str| {
            let mut plain = plain.clone();
            plain.insert("base_url".to_owned(), address.to_owned());
            connect(service, &plain, &secret, &stage.http).map(|_| ())
        };
        for address in [
            "http://example.com",
            "ftp://example.com",
            "example.com",
            "http://127.0.0.1.example.com",
            "https://name:word@example.com",
            "https://example.com/?q=1",
        ] {
            let error = with(address).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Rejected, "{address}");
            assert!(!error.sentence.contains("word@"));
        }
        for address in [
            "https://example.com/base/",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            with(address).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unusable_secret_is_refused_without_being_quoted() {
    let stage = Stage::new();
    let unusable = "not-a-key-S3CR3T\u{7f}\n{\"client_email\": \"S3CR3T\"}";
    for service in Service::ALL {
        let (plain, secret) = settings(&stage.sandbox.connections(), service);
        for key in secret.keys() {
            let mut secret = secret.clone();
            secret.insert(key.clone(), SecretString::from(unusable));
            let error = connect(service, &plain, &secret, &stage.http).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Rejected);
            assert!(
                !format!("{error:?} {error}").contains("S3CR3T"),
                "{error:?}"
            );
        }
    }
}
