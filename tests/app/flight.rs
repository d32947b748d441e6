//! The whole path as a person goes it: from the first start over a stop and a notice to the
//! log, and after a restart without any service. Knows no screen by its markup.

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{BY_AND_BY, Person, SOON, room},
    secrets,
};

const REASON: &str = "Crash on opening Transfer for accounts with a pending payment.";

/// What the release can be stopped on.
const TARGETS: [&str; 3] = [
    "Google Play · production · 8.4.0",
    "App Store · phased release · 8.4.0",
    "Unleash · wallet.instant_transfer",
];

#[tokio::test(flavor = "multi_thread")]
async fn first_flight() {
    let mut desktop = Desktop::new(Theme::Light);
    // The most that the app can say; no secret may be in it.
    desktop.log_level = "trace";
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    secrets::listen(person).await;

    starts_the_drill(person).await;
    meets_the_breach(person).await;
    stops(person).await;
    tells_customers(person).await;
    let before = reads_the_log(person).await;
    axe::no_violation(person).await;
    secrets::stay_out(&desktop, person).await;
    app.quit().await;

    // The drill's services ended with the app, so now nothing can be reached.
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    finds_all_offline(person, &before).await;
    axe::finds_nothing(person, "the log, offline").await;
    axe::no_violation(person).await;
    app.quit().await;
}

async fn starts_the_drill(person: &Person) {
    person.sees("Nothing leaves this computer").await;
    person.has_focus_on("button: Start a drill").await;
    person.press("Enter").await;
    let whole = |page: &str| {
        ["App Store iOS", "Google Play Android"]
            .iter()
            .chain(&["auth.passkeys", "home.feed_v3", "wallet.instant_transfer"])
            .all(|words| page.contains(words))
    };
    let page = person
        .reads_until("two stores and three flags", SOON, whole)
        .await;
    assert!(page.contains("Drill: nothing real is touched"), "{page}");
    person.sees("2 stores · 6 services").await;
}

async fn meets_the_breach(person: &Person) {
    let both = |page: &str| {
        ["Android 8.4.0: crash-free", "iOS 8.4.0: crash-free"]
            .iter()
            .all(|words| page.contains(words))
    };
    let page = person.reads_until("the breach", BY_AND_BY, both).await;
    assert!(page.contains("below your 99.50 % floor"), "{page}");
    assert_eq!(axe::hidden_below(person).await, 0, "below the window");
    axe::finds_nothing(person, "the cockpit with a breach").await;
    axe::nothing_sticks_out(person, "the cockpit with a breach").await;
    person.takes_picture("flight-1-breach").await;
}

async fn stops(person: &Person) {
    person.press("Control+Shift+h").await;
    person.has_focus_on("field: Reason").await;
    let sheet = person.sees("Hold to stop 8.4.0 on 3 targets").await;
    // How far it has fallen depends on the minute; that it is below the floor does not.
    assert!(
        sheet.contains("below the floor of 99.50 %"),
        "no evidence: {sheet}"
    );
    assert_eq!(person.ticked().await, TARGETS);
    person.types(REASON).await;
    person.press("Enter").await;
    person.has_focus_on("button: Hold to stop").await;
    person.takes_picture("flight-2-sheet").await;
    person.holds("Enter").await;
    person.sees("Draft customer notice").await;
    person.lets_go().await;
    let page = person
        .reads_until("every outcome", SOON, |page| {
            page.contains("3 of 3 confirmed")
        })
        .await;
    let sheet = &page[page.find("Outcome").expect("the outcomes have a title")..];
    for target in TARGETS {
        let at = sheet.find(target).expect("every target has an outcome");
        let outcome = &sheet[at..];
        let confirmed = outcome.find("Confirmed · ").expect("it is confirmed");
        let took = &outcome[confirmed + "Confirmed · ".len()..];
        let mut words = took.split_whitespace();
        let number = words.next().and_then(|word| word.parse::<f64>().ok());
        assert!(number.is_some(), "{target}: {took}");
        assert!(matches!(words.next(), Some("ms" | "s")), "{target}: {took}");
    }
    person.sees_role("heading", "Stop 8.4.0").await;
    axe::finds_nothing(person, "the outcomes").await;
    person.takes_picture("flight-3-outcomes").await;
}

async fn tells_customers(person: &Person) {
    person.activates("button: Draft customer notice").await;
    person.sees("Word for word, on each channel").await;
    person.takes_picture("flight-4-notice").await;
    person.activates("button: Ask for approval").await;
    person.sees("Not in effect. It needs 1 approval").await;
    person.takes_picture("flight-5-asked").await;
    person
        .activates("button: Review: Problems in version")
        .await;
    let main = person.turns_to_new_window().await;
    axe::watch(person).await;
    secrets::listen(person).await;
    let page = person.sees("The notice, word for word").await;
    assert!(page.contains("Problems in version 8.4.0"), "{page}");
    person.takes_picture("flight-6-approval").await;
    person.activates("button: Approve").await;
    person.sees("You can close this window.").await;
    axe::no_violation(person).await;
    secrets::not_heard(person).await;
    person.turns_to(main).await;
    // The notice and the panel that asked for it are two views; both must come to the same.
    let published = |page: &str| {
        page.matches("Read back: 1 notice of ours").count() == 2
            && page
                .matches("The mail server took it for 3 recipients")
                .count()
                == 2
            && page.contains("2 of 2 confirmed")
            && !page.contains("nothing is in effect")
    };
    person
        .reads_until("the published notice", SOON, published)
        .await;
    person.takes_picture("flight-7-published").await;
}

/// Gives the rows that are in sight, oldest last.
async fn reads_the_log(person: &Person) -> Vec<String> {
    person.press(room::LOG).await;
    person
        .reads_until("the log", SOON, |page| {
            page.contains("Approved") && page.contains("every signature and link checked")
        })
        .await;
    let rows = person.rows().await;
    let count = |words: &str| rows.iter().filter(|row| row.contains(words)).count();
    assert_eq!(count("Asked: stop a rollout"), 2, "{rows:#?}");
    assert_eq!(count("Asked: turn a flag off"), 1, "{rows:#?}");
    assert_eq!(count("Asked: publish a notice"), 2, "{rows:#?}");
    assert_eq!(count(REASON), 3, "{rows:#?}");
    assert_eq!(count("Approved"), 2, "{rows:#?}");
    assert_eq!(count("Effect confirmed"), 5, "{rows:#?}");
    person.takes_picture("flight-8-log").await;

    person.press("/").await;
    person.has_focus_on("field: Search the log").await;
    person.press("Down").await;
    person.press("Enter").await;
    let entry = person.sees("Signature and link checked").await;
    assert!(entry.contains("The lines as signed"), "{entry}");
    person.takes_picture("flight-9-entry").await;
    person.press("Escape").await;
    rows
}

async fn finds_all_offline(person: &Person, before: &[String]) {
    let offline = |page: &str| {
        [
            "Offline: everything shown is what was read last, with its age",
            "App Store cannot be reached.",
            "Google Play cannot be reached.",
            "Unleash cannot be reached.",
        ]
        .iter()
        .all(|words| page.contains(words))
    };
    let page = person
        .reads_until("what is known offline", SOON, offline)
        .await;
    for words in ["Paused, day 3 of 7", "Halted", "off for everybody"] {
        assert!(page.contains(words), "{words} is lost: {page}");
    }
    assert!(page.contains("as of "), "no age: {page}");
    axe::finds_nothing(person, "the cockpit, offline").await;
    person.takes_picture("flight-10-offline").await;
    person.press(room::LOG).await;
    person.sees("every signature and link checked").await;
    let rows = person.rows().await;
    assert!(
        rows.iter().any(|row| row.contains("Asked: stop")),
        "{rows:#?}"
    );
    // The offline band takes the place of the oldest rows, and a list that was just opened may
    // hold older ones below those in sight. What was done since the start of the flight is above.
    let oldest = before.iter().rposition(|row| rows.contains(row));
    let oldest = oldest.unwrap_or_else(|| panic!("nothing is left of {before:#?}: {rows:#?}"));
    for row in &before[..oldest] {
        assert!(rows.contains(row), "{row:?} is gone from {rows:#?}");
    }
    person.takes_picture("flight-11-log-offline").await;
}
