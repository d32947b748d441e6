//! Every room in light and dark, in the window's usual and in its smallest size: clean under its
//! content policy, readable by assistive technology, nothing wider than the window. Leaves a
//! picture of each. Knows no rule of the app.

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{Person, SOON, room},
};

/// The usual size and the smallest.
const SIZES: [(u32, u32); 2] = [(1024, 700), (1280, 800)];

#[tokio::test(flavor = "multi_thread")]
async fn csp_and_axe_in_light() {
    csp_and_axe(Theme::Light).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn csp_and_axe_in_dark() {
    csp_and_axe(Theme::Dark).await;
}

async fn csp_and_axe(theme: Theme) {
    let desktop = Desktop::new(theme);
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    person.has_focus_on("button: Start a drill").await;
    inspect(person, "first-run").await;
    person.activates("button: Connect your stores").await;
    person.sees("Name of the workspace").await;
    inspect(person, "first-run-connect").await;

    person.activates("button: Start a drill").await;
    let whole = |page: &str| page.contains("wallet.instant_transfer") && page.contains("Halt");
    person.reads_until("the cockpit", SOON, whole).await;
    inspect(person, "cockpit").await;
    assert_eq!(axe::hidden_below(person).await, 0, "below 1280x800");

    person.press("Control+Shift+h").await;
    person.sees("Hold to stop").await;
    inspect(person, "stop-sheet").await;
    person.types("A drill of every room.").await;
    person.activates("button: Stop without holding").await;
    person.has_focus_on("button: Yes, stop").await;
    inspect(person, "stop-sheet-confirm").await;
    person.press("Enter").await;
    person.sees("3 of 3 confirmed").await;
    inspect(person, "outcomes").await;

    person.activates("button: Draft customer notice").await;
    person.sees("Word for word, on each channel").await;
    inspect(person, "notice").await;
    person.activates("button: Ask for approval").await;
    person.activates("button: Open the approval window").await;
    let main = person.turns_to_new_window().await;
    axe::watch(person).await;
    person.sees("The notice, word for word").await;
    inspect_here(person, "approval").await;
    person.activates("button: Reject").await;
    person.sees("Why do you reject it?").await;
    inspect_here(person, "approval-reject").await;
    axe::no_violation(person).await;
    person.turns_to(main).await;
    inspect(person, "notices").await;
    person.press(room::COCKPIT).await;
    person.sees("Review").await;
    inspect(person, "cockpit-stopped").await;

    person.press(room::HEALTH).await;
    person.sees("Standing orders").await;
    inspect(person, "health").await;

    person.press(room::LOG).await;
    person.sees("every signature and link checked").await;
    inspect(person, "log").await;
    person.press("/").await;
    person.press("Down").await;
    person.press("Enter").await;
    person.sees("Signature and link checked").await;
    inspect(person, "log-entry").await;
    person.press("Escape").await;

    person.press(room::PEOPLE).await;
    person.sees("this is you").await;
    inspect(person, "people").await;

    person.press(room::SETTINGS).await;
    person.sees("Connections").await;
    inspect(person, "settings").await;
    person.press("?").await;
    person.sees("What a stop does not do").await;
    inspect(person, "help").await;
    person.press("Control+k").await;
    person.sees_role("option", "Decision log").await;
    inspect(person, "palette").await;
    axe::no_violation(person).await;
    app.quit().await;
}

/// Looks at a room of the main window in each size.
async fn inspect(person: &Person, room: &str) {
    for (width, height) in SIZES {
        person.resizes(width, height).await;
        inspect_here(person, &format!("{room}-{width}x{height}")).await;
    }
}

async fn inspect_here(person: &Person, room: &str) {
    let room = format!("{room}-{}", person.theme.name());
    person.takes_picture(&room).await;
    assert_eq!(
        person.is_dark().await,
        person.theme == Theme::Dark,
        "the colours of {room}"
    );
    axe::finds_nothing(person, &room).await;
    axe::nothing_sticks_out(person, &room).await;
}
