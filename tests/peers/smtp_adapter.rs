//! The e-mail adapter against a real mail server. Knows no ledger and no engine.

use std::collections::BTreeMap;

use cockpit_domain::{
    Desired, Service, TargetId,
    provider::{Applied, Effect, ErrorKind, ProviderError, Reading, Receipt},
    target::{Notice, Phase},
    words,
};
use cockpit_engine::clock;
use cockpit_providers::{Adapter, Http, SecretString, connect, reqwest_transport};

use crate::mail_server::{PASSWORD, RealMailServer, USER};

const TARGET: &str = "smtp:status@northwind.example";

#[tokio::test]
async fn a_notice_arrives_once_with_its_name_and_nobody_reads_who_else_gets_it() {
    let server = RealMailServer::start().await;
    let adapter = adapter(&server, PASSWORD, &server.certificate);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    assert!(server.mails().is_empty());
    for _ in 0..2 {
        let receipt = send(&*adapter, "Slow sign-in").await.unwrap();
        assert_eq!(receipt.provider_request_id.as_deref(), Some("REAL1"));
    }
    let [mail] = &server.mails()[..] else {
        panic!("{:?}", server.mails())
    };
    assert_eq!(mail["from"], "status@northwind.example");
    assert_eq!(mail["to"].as_array().unwrap().len(), 2);
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("Message-ID: <n-1.notice@northwind.example>"),
        "{text}"
    );
    assert!(text.contains("Subject: Slow sign-in"), "{text}");
    assert!(!text.contains("customer.example"), "{text}");
    let target = TargetId(TARGET.to_owned());
    let seen = adapter.observe(&target, Reading::Serving).await.unwrap();
    assert_eq!(
        words::read_back(&notice("Slow sign-in"), &seen.state),
        "The mail server took it for 2 recipients; delivery was not observed."
    );
}

#[tokio::test]
async fn what_it_refuses_is_told_by_its_kind_and_nothing_is_sent() {
    let mut server = RealMailServer::start().await;
    let wrong = adapter(&server, "another-one", &server.certificate);
    let error = send(&*wrong, "x").await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Unauthorized, Applied::No),
        "{error:?}"
    );
    let untrusted = adapter(&server, PASSWORD, "");
    let error = send(&*untrusted, "x").await.unwrap_err();
    assert_eq!(error.applied, Applied::No);
    assert!(
        error.sentence.contains("certificate is not trusted"),
        "{error:?}"
    );
    let right = adapter(&server, PASSWORD, &server.certificate);
    server.stop();
    let error = send(&*right, "x").await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Unreachable, Applied::No),
        "{error:?}"
    );
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_lost_is_unknown_and_not_sent_again() {
    let server = RealMailServer::start().await;
    let adapter = adapter(&server, PASSWORD, &server.certificate);
    for _ in 0..2 {
        let error = send(&*adapter, "lose the answer").await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown, "{error:?}");
    }
    assert_eq!(server.mails().len(), 1);
}

fn adapter(server: &RealMailServer, password: &str, ca: &str) -> Box<dyn Adapter> {
    let port = server.port.to_string();
    let plain = [
        ("host", "127.0.0.1"),
        ("port", &port),
        ("user", USER),
        ("from", "status@northwind.example"),
        ("recipients", "anna@customer.example, bert@customer.example"),
        ("ca", ca),
    ];
    let plain: BTreeMap<String, String> = plain
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let secrets = [("password".to_owned(), SecretString::from(password))].into();
    let http = Http::new(reqwest_transport().unwrap(), clock::system());
    connect(Service::Smtp, &plain, &secrets, &http).unwrap()
}

fn notice(title: &str) -> Desired {
    Desired::Published {
        notice: Notice {
            key: "n-1".to_owned(),
            title: title.to_owned(),
            body: "It is back to normal.".to_owned(),
            phase: Phase::Resolved,
            notify_subscribers: false,
            about: None,
        },
    }
}

async fn send(adapter: &dyn Adapter, title: &str) -> Result<Receipt, ProviderError> {
    let target = TargetId(TARGET.to_owned());
    let before = adapter.observe(&target, Reading::Serving).await?;
    let effect = Effect {
        key: "0".repeat(64),
        target,
        desired: notice(title),
        before,
        head: String::new(),
    };
    adapter.apply(&effect).await
}
