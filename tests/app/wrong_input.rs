//! What the app answers to what it cannot take: an empty reason, empty fields, a second start on
//! the same folder. Knows no rule of the app but that it speaks in words.

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{Person, SOON, room},
};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input() {
    let desktop = Desktop::new(Theme::Light);
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    empty_names_are_pointed_at(person).await;
    person.activates("button: Start a drill").await;
    let whole = |page: &str| page.contains("wallet.instant_transfer") && page.contains("Halt");
    person.reads_until("the cockpit", SOON, whole).await;
    an_empty_reason_records_nothing(person).await;
    an_empty_notice_is_not_asked_for(person).await;
    axe::no_violation(person).await;

    let second = desktop.open().await;
    let page = second
        .person
        .sees("The workspace is open in another window")
        .await;
    assert!(page.contains("Nothing was changed"), "{page}");
    assert!(page.contains("Close the other one"), "{page}");
    axe::finds_nothing(&second.person, "the second start").await;
    second.person.takes_picture("second-start").await;
    app.quit().await;
    // What it said to do helps.
    second.person.activates("button: Try again").await;
    second.person.sees("wallet.instant_transfer").await;
    second.quit().await;
}

async fn empty_names_are_pointed_at(person: &Person) {
    person.activates("button: Connect your stores").await;
    person.has_focus_on("field: Name of the workspace").await;
    person.press("Enter").await;
    person.sees("Fill this in first.").await;
    person.has_focus_on("field: Name of the workspace").await;
}

async fn an_empty_reason_records_nothing(person: &Person) {
    person.press("Control+Shift+h").await;
    person.has_focus_on("field: Reason").await;
    // Blanks are no reason.
    person.types("   ").await;
    person.tabs_to("button: Hold to stop").await;
    person.holds("Enter").await;
    person.sees("Say why in a few words.").await;
    person.lets_go().await;
    person.has_focus_on("field: Reason").await;
    person.takes_picture("wrong-empty-reason").await;
    person.press("Escape").await;
    nothing_was_asked(person).await;
}

async fn an_empty_notice_is_not_asked_for(person: &Person) {
    person.press(room::NOTICES).await;
    person.activates("button: In words of your own").await;
    person.has_focus_on("field: Headline").await;
    person.activates("button: Ask for approval").await;
    person.sees("Give it a headline.").await;
    person.has_focus_on("field: Headline").await;
    person.types("Problems").await;
    person.activates("button: Ask for approval").await;
    person.sees("Say what happened.").await;
    nothing_was_asked(person).await;
}

/// The log holds no wish of a person.
async fn nothing_was_asked(person: &Person) {
    person.press(room::LOG).await;
    person.sees("Began the ledger").await;
    let rows = person.rows().await;
    assert!(rows.iter().all(|row| !row.contains("Asked")), "{rows:#?}");
}
