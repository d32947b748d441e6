//! Two laptops, one folder: an invitation, six words, a signature, and both see the same log.
//! Leaves a picture of each step. Knows no rule of the app.

use serde_json::json;

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{BY_AND_BY, Person, room},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_laptop_joins() {
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let [founders, joiners] = [Desktop::new(Theme::Light), Desktop::new(Theme::Dark)];
    let (first, second) = (founders.open().await, joiners.open().await);
    let (founder, joiner) = (&first.person, &second.person);
    axe::watch(founder).await;
    axe::watch(joiner).await;
    founder.activates("button: Start a drill").await;
    founder.sees("wallet.instant_transfer").await;

    shares(founder, &folder.path().display().to_string()).await;
    let invitation = invites(founder).await;
    let words = asks(joiner, &invitation).await;
    admits(founder, &words).await;

    joiner
        .reads_until("the workspace on the second laptop", BY_AND_BY, |page| {
            page.contains("Live releases")
        })
        .await;
    joiner.press(room::PEOPLE).await;
    joiner.sees("Ben’s laptop").await;
    axe::finds_nothing(joiner, "the people on the second laptop").await;
    joiner.takes_picture("join-6-in").await;
    axe::no_violation(founder).await;
    axe::no_violation(joiner).await;
    first.quit().await;
    second.quit().await;
}

async fn shares(founder: &Person, folder: &str) {
    founder.press(room::PEOPLE).await;
    founder.activates("button: Share with a team").await;
    founder.tabs_to("field: Team folder").await;
    founder.types(folder).await;
    founder.takes_picture("join-1-share").await;
    let main = founder.opens_with("button: Look at it and sign").await;
    founder.sees(folder).await;
    axe::finds_nothing(founder, "sharing to sign").await;
    founder.activates("button: Sign this change").await;
    founder.sees("You can close this window.").await;
    founder.turns_to(main).await;
    founder.sees(&format!("The log lies in {folder}.")).await;
}

/// The invitation as it is copied.
async fn invites(founder: &Person) -> String {
    founder.activates("button: Invite somebody").await;
    founder.tabs_to("field: Whom it is for").await;
    founder.types("Ben").await;
    founder.activates("button: Make the invitation").await;
    founder.sees("It is shown this once").await;
    axe::finds_nothing(founder, "an invitation").await;
    founder.takes_picture("join-2-invitation").await;
    let script = "return document.querySelector('textarea[readonly]').value";
    let text = founder.look_up(script, vec![]).await;
    let text = text.as_str().expect("a text area has a text").to_owned();
    founder.activates("button: Done").await;
    text
}

/// Asks with an invitation, and gives the six words.
async fn asks(joiner: &Person, invitation: &str) -> Vec<String> {
    joiner.activates("button: Join a team").await;
    joiner.tabs_to("field: Invitation").await;
    joiner.types(invitation).await;
    joiner.tabs_to("field: Your name").await;
    joiner.types("Ben").await;
    joiner.tabs_to("field: What this laptop is called").await;
    joiner.types("Ben’s laptop").await;
    joiner.takes_picture("join-3-ask").await;
    joiner.activates("button: Ask to join").await;
    joiner.sees("Your six words").await;
    axe::finds_nothing(joiner, "the six words").await;
    joiner.takes_picture("join-4-words").await;
    six_words(joiner).await
}

async fn admits(founder: &Person, theirs: &[String]) {
    founder
        .reads_until("the request", BY_AND_BY, |page| {
            page.contains("These words match")
        })
        .await;
    assert_eq!(six_words(founder).await, theirs, "what both compare");
    founder.takes_picture("join-5-request").await;
    let main = founder.opens_with("button: These words match").await;
    founder.sees("Ben").await;
    founder.activates("button: Sign this change").await;
    founder.sees("You can close this window.").await;
    founder.turns_to(main).await;
}

async fn six_words(person: &Person) -> Vec<String> {
    let script = "return [...document.querySelectorAll(
            '[data-testid=six-words] li, [data-testid=joining-words] li')]
        .map((word) => word.innerText.trim())";
    let words = person.look_up(script, vec![]).await;
    let words = words.as_array().expect("the script gives a list").clone();
    assert_eq!(words.len(), 6, "{}", json!(words));
    words
        .iter()
        .map(|word| word.as_str().unwrap_or_default().to_owned())
        .collect()
}
