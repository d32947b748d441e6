//! Customers are told: two people on two laptops, from the breach to a notice that stands on every
//! channel, and the log that proves each step. Knows no rule of the app.

use cockpit_domain::Time;
use cockpit_sandbox::{Options, Sandbox};
use cockpit_tests::mail_server::RealMailServer;
use serde_json::Value;

use crate::{
    axe,
    desktop::{Desktop, Theme},
    laptops::{Laptop, joins},
    person::{BY_AND_BY, Person, SOON, room},
};

const REASON: &str = "Crash on opening Transfer for accounts with a pending payment.";
const STORES: [&str; 4] = ["google_play", "app_store", "unleash", "sentry"];
/// The channels that the sandbox stands in for; mail goes through a real server.
const CHANNELS: [&str; 8] = [
    "statuspage",
    "fcm",
    "remote_config",
    "slack",
    "teams",
    "matrix",
    "mastodon",
    "bluesky",
];
/// From the decision to the last channel's answer, by the log, in milliseconds.
const LIMIT_MS: i64 = 180_000;

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_told_by_two_people() {
    let options = Options {
        scenario: "all-channels".to_owned(),
        ..Options::default()
    };
    let sandbox = Sandbox::serve(options, 0).await;
    let sandbox = sandbox.expect("loopback has a free port");
    let mail = RealMailServer::start().await;
    let team = tempfile::tempdir().expect("the temporary folder can be written");
    let [leads, success] = [Desktop::new(Theme::Light), Desktop::new(Theme::Dark)];
    let [ana, ben] = [&leads, &success].map(|it| Laptop::on(&it.workspace()));
    ana.runs(&["init", "--name", "Northwind Wallet", "--person", "Ana"]);
    let document = sandbox.sandbox().connections();
    for service in STORES.iter().chain(&CHANNELS) {
        ana.connects(service, &document);
    }
    ana.connects_mail(&mail);
    joins(&ana, &ben, team.path(), "Ben", "customer_success");
    for channel in CHANNELS {
        ben.connects(channel, &document);
    }
    ben.connects_mail(&mail);

    let (first, second) = (leads.open().await, success.open().await);
    let (ana_sees, ben_sees) = (&first.person, &second.person);
    axe::watch(ana_sees).await;
    axe::watch(ben_sees).await;
    stops(ana_sees).await;
    writes_to_customers(ben_sees).await;
    approves(ana_sees).await;
    let customers = [
        "Read back: 1 notice of ours.",
        "The mail server took it for 2 recipients; delivery was not observed.",
        "whether it was shown was not observed",
        "Apps get it when they ask next; that was not observed.",
    ];
    is_told(ben_sees, "6 of 6 confirmed", &customers).await;
    writes_to_the_team(ben_sees).await;
    approves(ana_sees).await;
    is_told(ben_sees, "3 of 3 confirmed", &["Read back"]).await;
    reads_the_log(ben_sees).await;
    axe::no_violation(ana_sees).await;
    axe::no_violation(ben_sees).await;
    first.quit().await;
    second.quit().await;

    stands_once(&sandbox.sandbox().truth(), &mail);
    proves_each_step(&ben);
}

async fn stops(lead: &Person) {
    lead.reads_until("the breach", BY_AND_BY, |page| {
        page.contains("Android 8.4.0: crash-free")
    })
    .await;
    lead.press("Control+Shift+h").await;
    lead.has_focus_on("field: Reason").await;
    lead.types(REASON).await;
    lead.press("Enter").await;
    lead.has_focus_on("button: Hold to stop").await;
    lead.holds("Enter").await;
    lead.sees("3 of 3 confirmed").await;
    lead.lets_go().await;
    lead.takes_picture("tell-1-stopped").await;
    lead.press("Escape").await;
}

/// Opens the draft, promises too much, is held back, takes the advice, and asks.
async fn writes_to_customers(success: &Person) {
    success
        .sees("its stop was asked for, and no incident is open.")
        .await;
    success
        .sees("9 of 9 services fresh · 4 not read on this laptop")
        .await;
    success.takes_picture("tell-2-lands").await;
    success.activates("button: Draft customer notice").await;
    success.sees("Word for word, on each channel").await;
    success.tabs_to("field: What happened").await;
    success.press("Control+End").await;
    success.types(" This will never happen again.").await;
    success
        .sees("1 wording problem has to be fixed first.")
        .await;
    success.sees("Held back:").await;
    axe::finds_nothing(success, "a draft that is held back").await;
    success.takes_picture("tell-3-held-back").await;
    success.activates("button: Use “We are working").await;
    success
        .reads_until("the mended draft", SOON, |page| {
            !page.contains("Held back:") && !page.contains("never happen")
        })
        .await;
    asks(success).await;
    success.takes_picture("tell-4-asked").await;
}

/// The same incident, for the team's own channels.
async fn writes_to_the_team(success: &Person) {
    success.activates("button: Close").await;
    success.activates("button: Write the next notice").await;
    success.sees("for customers").await;
    success.tabs_to("radio: Customers").await;
    success.press("Right").await;
    success.sees("for the team").await;
    axe::finds_nothing(success, "a draft for the team").await;
    axe::nothing_sticks_out(success, "a draft for the team").await;
    success.takes_picture("tell-7-for-the-team").await;
    asks(success).await;
}

async fn asks(success: &Person) {
    success.activates("button: Ask for approval").await;
    success.sees("0 of ").await;
    success.sees("Not in effect. It needs 1 approval").await;
}

/// The second person reads each word in the approval window, and signs.
async fn approves(lead: &Person) {
    lead.press(room::NOTICES).await;
    lead.sees("Look at it").await;
    let main = lead.opens_with("button: Look at it").await;
    axe::watch(lead).await;
    lead.sees("The notice, word for word").await;
    axe::finds_nothing(lead, "a notice to approve").await;
    lead.takes_picture("tell-5-approval").await;
    lead.activates("button: Approve").await;
    lead.sees("You can close this window.").await;
    axe::no_violation(lead).await;
    lead.turns_to(main).await;
}

async fn is_told(success: &Person, all: &str, said: &[&str]) {
    let page = success
        .reads_until("every receipt", SOON, |page| page.contains(all))
        .await;
    for words in said {
        assert!(page.contains(words), "{words}: {page}");
    }
    axe::finds_nothing(success, "receipts").await;
    axe::nothing_sticks_out(success, "receipts").await;
    success
        .takes_picture(&format!("tell-6-{}-told", said.len()))
        .await;
}

async fn reads_the_log(success: &Person) {
    success.press(room::LOG).await;
    success
        .reads_until("the log", SOON, |page| {
            page.contains("Approved") && page.contains("every signature and link checked")
        })
        .await;
    success.takes_picture("tell-8-log").await;
}

/// What each channel holds in truth.
fn stands_once(truth: &Value, mail: &RealMailServer) {
    let mails = mail.mails();
    let [sent] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    let text = sent["text"].as_str().expect("a mail is text");
    assert!(
        text.contains("Subject: Problems in version 8.4.0"),
        "{text}"
    );
    assert!(!text.contains("never happen"), "{text}");
    let incidents = truth["statuspage"]["incidents"].as_array();
    assert_eq!(incidents.map(Vec::len), Some(1), "{}", truth["statuspage"]);
    let posting = CHANNELS.iter().filter(|it| **it != "statuspage");
    for channel in posting {
        let posts = truth[channel]["posts"].as_array();
        assert_eq!(
            posts.map(Vec::len),
            Some(1),
            "{channel}: {}",
            truth[channel]
        );
    }
}

/// The log holds who decided what and when, in its order and in time, and every signature.
fn proves_each_step(ben: &Laptop) {
    ben.runs(&["verify"]);
    let log = ben.answers(&["log", "--limit", "1000"], &[0]);
    let mut rows = log["entries"].as_array().expect("there are rows").clone();
    rows.reverse();
    let of = |decision: &str, outcome: Option<&str>| -> Vec<&Value> {
        rows.iter()
            .filter(|row| row["decision"] == decision)
            .filter(|row| outcome.is_none_or(|it| row["outcome"] == it))
            .collect()
    };
    let first = |decision: &str| {
        let found = of(decision, None);
        *found
            .first()
            .unwrap_or_else(|| panic!("no {decision}: {rows:#?}"))
    };
    let steps = [
        first("Asked: stop a rollout"),
        first("Opened an incident"),
        first("Drafted a notice"),
        first("Asked: publish a notice"),
        first("Approved"),
    ];
    let at = |row: &Value| row["position"].as_u64().expect("a place in the log");
    assert!(steps.is_sorted_by_key(|row| at(row)), "{steps:#?}");
    let [stop, _, _, asked, approved] = steps;
    assert_eq!(asked["who"], "You");
    assert_eq!(approved["who"], "Ana");
    let notices = |row: &&Value| at(row) > at(asked);
    let confirmed: Vec<&Value> = of("Effect confirmed", Some("Confirmed"))
        .into_iter()
        .filter(notices)
        .collect();
    assert_eq!(confirmed.len(), CHANNELS.len() + 1, "{confirmed:#?}");
    let last = confirmed.last().expect("there are nine");
    let time = |row: &Value| -> Time {
        let text = row["at"].as_str().expect("a time is text");
        text.parse().expect("the log writes RFC 3339")
    };
    let took = time(last).as_ms() - time(stop).as_ms();
    println!("from the stop to the last channel: {took} ms");
    assert!(took <= LIMIT_MS, "{took} ms");
}
