//! That what is signed beside a stop comes through the windows: a change of the policy, and an
//! export. Leaves a picture of each. Knows no rule of the app.

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{Person, SOON, room},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_and_an_export_are_signed() {
    let desktop = Desktop::new(Theme::Light);
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    person.activates("button: Start a drill").await;
    person.sees("wallet.instant_transfer").await;
    changes_the_policy(person).await;
    exports_the_log(person).await;
    let pack = desktop.workspace().join("exports");
    let packs = std::fs::read_dir(pack).expect("the export's folder is there");
    assert_eq!(packs.count(), 1, "one export, and nothing half done");
    axe::no_violation(person).await;
    app.quit().await;
}

async fn changes_the_policy(person: &Person) {
    person.press(room::PEOPLE).await;
    person.sees("Nothing was changed since").await;
    person
        .activates("button: Change the policy: Stop a rollout")
        .await;
    person.tabs_to("field: Expires after").await;
    person.press("Control+a").await;
    person.types("20").await;
    person
        .sees("It expires 20 min after it was asked for")
        .await;
    axe::finds_nothing(person, "the policy's form").await;
    person.takes_picture("sign-1-form").await;
    person.activates("button: Look at it and sign").await;
    let main = person.turns_to_new_window().await;
    person.sees("20 min").await;
    axe::finds_nothing(person, "the change to sign").await;
    person.takes_picture("sign-2-change").await;
    person.activates("button: Sign this change").await;
    person.sees("You can close this window.").await;
    person.turns_to(main).await;
    let page = person
        .reads_until("the new policy", SOON, |page| {
            page.contains("Needs you. It expires 20 min after")
                && !page.contains("Nothing was changed since")
        })
        .await;
    assert!(page.contains("Stop a rollout"), "{page}");
    person.takes_picture("sign-3-changed").await;
}

async fn exports_the_log(person: &Person) {
    person.press(room::LOG).await;
    person.sees("every signature and link checked").await;
    person.activates("button: Export").await;
    person.activates("button: Export and sign").await;
    person.sees("Hash of SHA256SUMS").await;
    axe::finds_nothing(person, "the export").await;
    axe::nothing_sticks_out(person, "the export").await;
    person.takes_picture("sign-4-exported").await;
    person.press("Escape").await;
    person.sees("Exported").await;
}
