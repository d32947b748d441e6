//! That a keyboard is enough: every control is reached, the focus can be seen and comes back to
//! where it was. Knows no rule of the app.

use serde_json::{Value, json};

use crate::{
    axe,
    desktop::{Desktop, Theme},
    person::{Person, SOON, room},
};

/// More stops than the cockpit has.
const STOPS_MAX: usize = 80;

#[tokio::test(flavor = "multi_thread")]
async fn keyboard_alone() {
    let desktop = Desktop::new(Theme::Light);
    let app = desktop.open().await;
    let person = &app.person;
    axe::watch(person).await;
    person.has_focus_on("button: Start a drill").await;
    person.press("Enter").await;
    let whole = |page: &str| page.contains("wallet.instant_transfer") && page.contains("Halt");
    person.reads_until("the cockpit", SOON, whole).await;

    every_control_is_reached(person).await;
    rooms_are_reached_by_arrows(person).await;
    the_sheet_keeps_the_focus_and_gives_it_back(person).await;
    the_palette_opens_rooms_and_gives_the_focus_back(person).await;
    a_slash_searches_the_log(person).await;
    the_theme_is_chosen(person).await;
    axe::no_violation(person).await;
    app.quit().await;
}

async fn every_control_is_reached(person: &Person) {
    person
        .look_up(
            "window.reached = new Set(); document.activeElement.blur()",
            vec![],
        )
        .await;
    let step = "const e = document.activeElement;
        if (e === document.body || window.reached.has(e)) return null;
        window.reached.add(e);
        const look = getComputedStyle(e);
        const line = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1;
        return { name: `${role(e)}: ${name(e)}`, visible: line && e.matches(':focus-visible') }";
    let mut stops = Vec::new();
    for _ in 0..STOPS_MAX {
        person.press("Tab").await;
        let stop = person.look_up(step, vec![]).await;
        if stop == Value::Null {
            break;
        }
        assert_eq!(
            stop["visible"],
            json!(true),
            "the focus is not seen: {stop}"
        );
        stops.push(stop["name"].clone());
    }
    assert!(stops.len() < STOPS_MAX, "Tab never comes round: {stops:?}");
    // A group that arrow keys move in is one stop.
    let missed = "const controls = document.querySelectorAll('a[href], button, input, select,'
            + 'textarea, [tabindex], [role=switch]');
        return [...controls].filter(seen)
            .filter((e) => !window.reached.has(e) && !e.closest('nav, [role=radiogroup]'))
            .map((e) => `${role(e)}: ${name(e)}`)";
    let missed = person.look_up(missed, vec![]).await;
    assert_eq!(missed, json!([]), "Tab reaches only {stops:#?}");
}

async fn rooms_are_reached_by_arrows(person: &Person) {
    person.tabs_to("button: Cockpit").await;
    person.press("Down").await;
    person.has_focus_on("button: Health").await;
    person.press("Down").await;
    person.has_focus_on("button: Notices").await;
    person.press("Enter").await;
    person.sees("No notice yet").await;
    person.press(room::COCKPIT).await;
    person.sees("Live releases").await;
}

async fn the_sheet_keeps_the_focus_and_gives_it_back(person: &Person) {
    person.tabs_to("button: Stop 8.4.0").await;
    person.press("Enter").await;
    person.has_focus_on("field: Reason").await;
    let inside = "return document.activeElement.closest('[role=dialog]') !== null";
    for _ in 0..12 {
        person.press("Tab").await;
        let inside = person.look_up(inside, vec![]).await;
        assert_eq!(inside, json!(true), "Tab leaves the open sheet");
    }
    person.press("Escape").await;
    person.has_focus_on("button: Stop 8.4.0").await;
    let page = person.reads().await;
    assert!(!page.contains("Hold to stop"), "the sheet is still there");
}

async fn the_palette_opens_rooms_and_gives_the_focus_back(person: &Person) {
    person.tabs_to("button: Search or jump to").await;
    person.press("Control+k").await;
    person.has_focus_on("combobox: ").await;
    person.press("Escape").await;
    person.has_focus_on("button: Search or jump to").await;
    for (typed, seen) in [
        ("settings", "Health rules"),
        ("decision log", "Verify again"),
        ("notices", "No notice yet"),
        ("help", "What a stop does not do"),
        ("cockpit", "Live releases"),
    ] {
        choose(person, typed).await;
        person.sees(seen).await;
    }
}

async fn a_slash_searches_the_log(person: &Person) {
    person.press("/").await;
    person.has_focus_on("field: Search the log").await;
    person.types("unleash").await;
    person.sees("1 of ").await;
    let rows = person.rows().await;
    assert!(
        rows.len() == 2 && rows[1].contains("Unleash"),
        "a head and one row: {rows:#?}"
    );
}

async fn the_theme_is_chosen(person: &Person) {
    choose(person, "theme: dark").await;
    person
        .waits("a dark page", async || person.is_dark().await)
        .await;
}

/// Opens the palette, types and takes the first that fits.
async fn choose(person: &Person, typed: &str) {
    person.press("Control+k").await;
    person.has_focus_on("combobox: ").await;
    person.types(typed).await;
    person.press("Enter").await;
}
