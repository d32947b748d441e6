//! E-mail's part in the suite. A mail server has a port of its own, TLS and no way to be asked
//! afterwards, so the same properties are held over sockets and with short limits. Must not know
//! the adapter's inside.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use cockpit_domain::provider::{Applied, ErrorKind, ProviderError, Reading};
use cockpit_domain::target::Posted;
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, Time};
use cockpit_providers::{Adapter, Http, SecretString, connect, reqwest_transport};
use cockpit_sandbox::{Options, Running, Sandbox};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::cases::notice;
use crate::stage::{Plain, Secret, act, effect, read, settings};

const TARGET: &str = "smtp:status@northwind.example";
/// Each answer's limit, in milliseconds: more than a busy machine needs for one.
const LIMIT_MS: u64 = 10_000;
/// The same where no answer comes.
const SILENCE_MS: u64 = 1_000;

struct Stage {
    served: Running,
    plain: Plain,
    secret: Secret,
    limit_ms: u64,
}

impl Stage {
    async fn new() -> Stage {
        let served = Sandbox::serve(Options::default(), 0).await.unwrap();
        let (plain, secret) = settings(&served.sandbox().connections(), Service::Smtp);
        Stage {
            served,
            plain,
            secret,
            limit_ms: LIMIT_MS,
        }
    }

    /// For a fault that may leave a question without an answer.
    fn awaiting(mut self, fault: &str) -> Stage {
        if ["hang", "lost_reply"].contains(&fault) {
            self.limit_ms = SILENCE_MS;
        }
        self
    }

    /// A connection, as made anew by a process that begins.
    fn connect(&self) -> Box<dyn Adapter> {
        let clock = Arc::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            Time::from_ms(i64::try_from(since.as_millis()).unwrap())
        });
        let http = Http::new(reqwest_transport().unwrap(), clock).timeout_ms(self.limit_ms);
        connect(Service::Smtp, &self.plain, &self.secret, &http).unwrap()
    }

    fn with(mut self, key: &str, value: &str) -> Stage {
        self.plain.insert(key.to_owned(), value.to_owned());
        self
    }

    fn tell(&self, path: &str, body: Value) {
        let (status, answer) = self.served.sandbox().control("POST", path, &body);
        assert_eq!(status, 200, "{answer}");
    }

    fn fault(&self, part: &str, fault: &str, times: u64) {
        let rule = json!({"service": "smtp", "match": part, "fault": fault, "times": times});
        self.tell("/_sandbox/fault", rule);
    }

    fn knob(&self, name: &str, value: Value) {
        self.tell("/_sandbox/knobs", json!({"service": "smtp", name: value}));
    }

    fn mails(&self) -> Vec<Value> {
        let (_, truth) = self
            .served
            .sandbox()
            .control("GET", "/_sandbox/mails", &json!({}));
        truth["mails"].as_array().unwrap().clone()
    }

    fn asked(&self) -> Vec<String> {
        let (_, log) = self
            .served
            .sandbox()
            .control("GET", "/_sandbox/log", &json!({}));
        let lines = log["requests"].as_array().unwrap();
        lines
            .iter()
            .map(|line| line["method"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn published(key: &str) -> Desired {
    Desired::Published {
        notice: notice(key),
    }
}

fn met(seen: &Observation, key: &str) -> bool {
    published(key).is_met_by(&seen.state)
}

async fn refused(stage: &Stage) -> ProviderError {
    let adapter = stage.connect();
    let error = act(&*adapter, TARGET, &published("n-1")).await.unwrap_err();
    assert_eq!(error.applied, Applied::No, "{error:?}");
    assert!(error.hint.is_some(), "{error:?}");
    assert!(stage.mails().is_empty());
    let seen = read(&*adapter, TARGET, Reading::Serving).await;
    assert!(!met(&seen, "n-1"));
    error
}

#[tokio::test]
async fn a_connection_is_checked_without_a_mail_and_finds_its_target() {
    for security in ["starttls", "tls"] {
        let mut stage = Stage::new().await.with("security", security);
        if security == "tls" {
            let port = &stage.served.sandbox().connections()["smtp"]["tls_port"];
            let port = port.to_string();
            stage = stage.with("port", &port);
        }
        let adapter = stage.connect();
        let check = adapter.check().await.unwrap();
        assert_eq!(check.items.len(), 2);
        assert!(check.items.iter().all(|item| item.ok), "{check:?}");
        let targets = adapter.targets().await.unwrap();
        assert_eq!(targets[0].id.0, TARGET);
        assert!(stage.mails().is_empty());
        act(&*adapter, TARGET, &published("n-1")).await.unwrap();
        assert_eq!(stage.mails().len(), 1, "{security}");
    }
}

#[tokio::test]
async fn what_was_taken_is_observed_in_this_process_alone() {
    let stage = Stage::new().await;
    let adapter = stage.connect();
    let receipt = act(&*adapter, TARGET, &published("n-1")).await.unwrap();
    let mail = &stage.mails()[0];
    assert_eq!(
        receipt.provider_request_id.as_deref(),
        mail["queue_id"].as_str()
    );
    for reading in [Reading::Serving, Reading::Poll, Reading::Fresh] {
        let seen = read(&*adapter, TARGET, reading).await;
        assert!(met(&seen, "n-1") && !met(&seen, "n-2"), "{seen:?}");
        let TargetState::Mailing(mailing) = &seen.state else {
            panic!("{seen:?}")
        };
        assert_eq!(
            (mailing.taken[0].recipients, mailing.taken[0].refused),
            (3, 0)
        );
    }
    // A mail server cannot be asked, so another process does not know and does not pretend to.
    let seen = read(&*stage.connect(), TARGET, Reading::Serving).await;
    assert!(!met(&seen, "n-1"));
}

#[tokio::test]
async fn everybody_gets_it_and_nobody_reads_who_else_does() {
    let stage = Stage::new().await;
    act(&*stage.connect(), TARGET, &published("n-1"))
        .await
        .unwrap();
    let mail = &stage.mails()[0];
    let to = mail["to"].as_array().unwrap();
    assert_eq!(to.len(), 3);
    let text = mail["text"].as_str().unwrap();
    for address in to {
        assert!(!text.contains(address.as_str().unwrap()), "{text}");
    }
    let (headers, body) = text.split_once("\r\n\r\n").unwrap();
    for header in [
        "From: \"Northwind status\" <status@northwind.example>",
        "To: undisclosed-recipients:;",
        "Subject: Instant transfers are paused",
        "Message-ID: <n-1.notice@northwind.example>",
        "Auto-Submitted: auto-generated",
        "List-Unsubscribe: <https://status.northwind.example/leave>",
        "Date: ",
    ] {
        assert!(
            headers.lines().any(|line| line.starts_with(header)),
            "no '{header}' in {headers}"
        );
    }
    // The same words as plain text and as HTML, the plain ones first.
    assert!(headers.contains("multipart/alternative"), "{headers}");
    let words = "We paused instant transfers. Standard transfers work.";
    let parts: Vec<&str> = body.split("--=_notice_n-1").collect();
    assert_eq!(parts.len(), 4, "{body}");
    assert!(parts[1].contains("text/plain") && parts[1].trim_end().ends_with(words));
    assert!(parts[2].contains("text/html") && parts[2].contains(&format!("<p>{words}</p>")));
}

#[tokio::test]
async fn applied_twice_and_two_at_once_are_one_mail() {
    let stage = Stage::new().await;
    let adapter = stage.connect();
    let before = read(&*adapter, TARGET, Reading::Fresh).await;
    let press = effect(&before, &published("n-1"));
    let (one, other) = join(adapter.apply(&press), adapter.apply(&press)).await;
    assert!(one.is_ok() && other.is_ok());
    let again = adapter.apply(&press).await.unwrap();
    assert!(again.notes[0].contains("nothing was sent"), "{again:?}");
    assert_eq!(stage.mails().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_is_never_sent_again() {
    for (fault, is_taken) in [
        ("lost_reply:close", true),
        ("lost_reply", true),
        ("close", false),
        ("hang", false),
        ("garbage", false),
    ] {
        let stage = Stage::new().await.awaiting(fault);
        let adapter = stage.connect();
        let before = read(&*adapter, TARGET, Reading::Fresh).await;
        let press = effect(&before, &published("n-1"));
        stage.fault("TEXT", fault, 1);
        let error = adapter.apply(&press).await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown, "{fault}: {error:?}");
        let seen = read(&*adapter, TARGET, Reading::Serving).await;
        assert!(!met(&seen, "n-1"), "nothing is known, so nothing is said");
        let error = adapter.apply(&press).await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown, "{error:?}");
        assert_eq!(stage.mails().len(), usize::from(is_taken), "{fault}");
        assert_eq!(stage.asked().iter().filter(|it| *it == "TEXT").count(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_refuses_the_text_says_that_nothing_was_taken() {
    for (code, kind) in [
        ("status:451", ErrorKind::Server),
        ("status:552", ErrorKind::Rejected),
        ("status:554", ErrorKind::Rejected),
    ] {
        let stage = Stage::new().await;
        let adapter = stage.connect();
        stage.fault("TEXT", code, 1);
        let error = act(&*adapter, TARGET, &published("n-1")).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (kind, Applied::No),
            "{error:?}"
        );
        act(&*adapter, TARGET, &published("n-1")).await.unwrap();
        assert_eq!(stage.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_login_that_is_not_accepted_is_named() {
    let mut stage = Stage::new().await;
    stage
        .secret
        .insert("password".to_owned(), SecretString::from("another-one"));
    let check = stage.connect().check().await.unwrap();
    let oks: Vec<bool> = check.items.iter().map(|item| item.ok).collect();
    assert_eq!(oks, [true, false], "{check:?}");
    assert!(
        check.items[1].sentence.contains("user name and password"),
        "{check:?}"
    );
    let error = refused(&stage).await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(!format!("{error:?}").contains("another-one"));
}

#[tokio::test]
async fn a_sender_that_is_refused_is_named() {
    let stage = Stage::new().await;
    stage.fault("MAIL", "status:553", 9);
    let error = refused(&stage).await;
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(error.sentence.contains("sender"), "{error:?}");
}

#[tokio::test]
async fn without_tls_no_password_is_said() {
    let stage = Stage::new().await;
    stage.knob("without_tls", json!(true));
    let error = refused(&stage).await;
    assert!(error.sentence.contains("offers no TLS"), "{error:?}");
    assert!(!stage.asked().iter().any(|verb| verb == "AUTH"));
    let check = stage.connect().check().await.unwrap();
    assert!(!check.items[0].ok && check.items.len() == 1, "{check:?}");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_named() {
    let other = Stage::new().await;
    for ca in ["", other.plain["ca"].as_str()] {
        let mut stage = Stage::new().await.with("ca", ca);
        stage.plain.retain(|_, value| !value.is_empty());
        let error = refused(&stage).await;
        assert_eq!(error.kind, ErrorKind::Rejected, "{error:?}");
        assert!(
            error.sentence.contains("certificate is not trusted"),
            "{error:?}"
        );
        assert!(!stage.asked().iter().any(|verb| verb == "AUTH"));
    }
}

#[tokio::test]
async fn the_others_get_it_when_a_recipient_is_refused() {
    let stage = Stage::new().await;
    stage.knob("refuses", json!(["bert@"]));
    let adapter = stage.connect();
    act(&*adapter, TARGET, &published("n-1")).await.unwrap();
    assert_eq!(stage.mails()[0]["to"].as_array().unwrap().len(), 2);
    let seen = read(&*adapter, TARGET, Reading::Serving).await;
    let words = cockpit_domain::words::read_back(&published("n-1"), &seen.state);
    assert_eq!(
        words,
        "The mail server took it for 2 recipients; delivery was not observed. It refused 1 \
         recipient, who gets nothing."
    );
}

#[tokio::test]
async fn no_recipient_is_no_mail_and_greylisting_is_tried_later() {
    let stage = Stage::new().await;
    stage.knob("refuses", json!(["@"]));
    assert_eq!(refused(&stage).await.kind, ErrorKind::Rejected);
    let stage = Stage::new().await;
    stage.knob("defers", json!(["@"]));
    let adapter = stage.connect();
    let error = act(&*adapter, TARGET, &published("n-1")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Server, Applied::No)
    );
    assert!(error.retry_after_ms.is_some());
    stage.knob("defers", json!([]));
    act(&*adapter, TARGET, &published("n-1")).await.unwrap();
    assert_eq!(stage.mails().len(), 1);
}

#[tokio::test]
async fn other_recipients_than_the_ones_that_were_seen_are_stale() {
    let stage = Stage::new().await;
    let before = read(&*stage.connect(), TARGET, Reading::Fresh).await;
    let stage = stage.with("recipients", "dora@customer.example");
    let error = stage
        .connect()
        .apply(&effect(&before, &published("n-1")))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(stage.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_or_talks_something_else_is_told_by_its_kind() {
    let mut stage = Stage::new().await;
    let target = TargetId(TARGET.to_owned());
    for (fault, kind) in [
        ("close", ErrorKind::Unreachable),
        ("hang", ErrorKind::Unreachable),
        ("garbage", ErrorKind::Protocol),
        ("status:421", ErrorKind::Server),
    ] {
        stage = stage.awaiting(fault);
        stage.fault("CONNECT", fault, 1);
        let adapter = stage.connect();
        let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
        stage.limit_ms = LIMIT_MS;
        assert_eq!(
            (error.kind, error.applied),
            (kind, Applied::No),
            "{fault}: {error:?}"
        );
    }
    let adapter = stage.connect();
    read(&*adapter, TARGET, Reading::Fresh).await;
    stage.tell(
        "/_sandbox/offline",
        json!({"services": ["smtp"], "on": true}),
    );
    assert_eq!(refused(&stage).await.kind, ErrorKind::Unreachable);
    let before = read(&*adapter, TARGET, Reading::Serving).await;
    let plain = stage.plain.clone();
    stage.served.stop().await;
    let error = adapter
        .apply(&effect(&before, &published("n-1")))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Unreachable, Applied::No),
        "{plain:?}"
    );
}

#[tokio::test]
async fn a_poll_logs_in_seldom_and_a_careful_reading_always() {
    let stage = Stage::new().await;
    let adapter = stage.connect();
    let logins = || stage.asked().iter().filter(|it| *it == "AUTH").count();
    adapter.targets().await.unwrap();
    for _ in 0..3 {
        read(&*adapter, TARGET, Reading::Poll).await;
    }
    assert_eq!(logins(), 1);
    read(&*adapter, TARGET, Reading::Fresh).await;
    assert_eq!(logins(), 2);
}

#[tokio::test]
async fn what_it_does_not_offer_is_refused_without_a_word() {
    let stage = Stage::new().await;
    let adapter = stage.connect();
    let before = read(&*adapter, TARGET, Reading::Serving).await;
    for desired in [Desired::Stopped, Desired::On, Desired::Complete] {
        let error = adapter.apply(&effect(&before, &desired)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
    }
    let other = TargetId("smtp:somebody@else.example".to_owned());
    let error = adapter.observe(&other, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(stage.asked().is_empty());
}

/// Dropped after one poll, after two, and so on: either nothing was sent and it can be, or the
/// text was on its way and is not sent again.
#[tokio::test]
async fn a_mail_that_is_given_up_is_not_sent_twice() {
    for after_ms in [1, 3, 6, 10, 15, 25, 40] {
        let stage = Stage::new().await;
        stage.knob("latency_ms", json!(2));
        let adapter = stage.connect();
        let before = read(&*adapter, TARGET, Reading::Fresh).await;
        let press = effect(&before, &published("n-1"));
        let limit = std::time::Duration::from_millis(after_ms);
        let _ = tokio::time::timeout(limit, adapter.apply(&press)).await;
        let _ = adapter.apply(&press).await;
        assert!(stage.mails().len() <= 1, "{after_ms}");
        let sent = stage.asked().iter().filter(|it| *it == "TEXT").count();
        assert!(sent <= 1, "{after_ms}");
    }
}

#[tokio::test]
async fn fields_that_cannot_be_used_are_named() {
    for (key, value, why) in [
        ("host", "smtp://mail", "server"),
        ("security", "none", "neither starttls nor tls"),
        ("port", "70000", "65535"),
        ("from", "status", "e-mail address"),
        ("recipients", "anna@example.com, bert", "'bert'"),
        ("recipients", " , ", "no address"),
        ("unsubscribe", "http://example.com", "https://"),
        ("ca", "no certificate", "certificate"),
    ] {
        let stage = Stage::new().await.with(key, value);
        let http = Http::new(reqwest_transport().unwrap(), Arc::new(|| Time::from_ms(0)));
        let error = connect(Service::Smtp, &stage.plain, &stage.secret, &http).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Rejected);
        assert!(error.sentence.contains(why), "{key}: {error:?}");
    }
    let many: Vec<String> = (0..101).map(|it| format!("p{it}@example.com")).collect();
    let stage = Stage::new().await.with("recipients", &many.join(","));
    let http = Http::new(reqwest_transport().unwrap(), Arc::new(|| Time::from_ms(0)));
    let error = connect(Service::Smtp, &stage.plain, &stage.secret, &http).unwrap_err();
    assert!(error.sentence.contains("more than 100"), "{error:?}");
}

#[tokio::test]
async fn a_later_mail_answers_the_first() {
    let stage = Stage::new().await;
    let adapter = stage.connect();
    let first = Posted {
        key: "n-1".to_owned(),
        id: None,
    };
    adapter.answers(&notice("n-2"), &first);
    for key in ["n-1", "n-2"] {
        act(&*adapter, TARGET, &published(key)).await.unwrap();
    }
    let named = |mail: &Value, header: &str| {
        let text = mail["text"].as_str().unwrap();
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        let line = format!("{header}: <n-1.notice@northwind.example>");
        headers.lines().any(|it| it == line)
    };
    let mails = stage.mails();
    for header in ["In-Reply-To", "References"] {
        assert!(
            !named(&mails[0], header) && named(&mails[1], header),
            "{header}"
        );
    }
}
