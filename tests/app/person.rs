//! What a person does before the app: reads, presses keys, looks where the focus is. Knows no
//! internals of the page but that it is a page.

use std::{
    fs,
    time::{Duration, Instant},
};

use cockpit_tests::wait::wait_until;
use fantoccini::{
    Client,
    actions::{InputSource as _, KeyAction, KeyActions},
    key::Key,
    wd::WindowHandle,
};
use serde_json::{Value, json};

use crate::desktop::{Theme, target};

/// How long the app may take for anything that it does at once.
pub const SOON: Duration = Duration::from_secs(60);
/// How long for what comes by itself: the breach of the drill begins after a minute.
pub const BY_AND_BY: Duration = Duration::from_secs(240);
/// The keys that open the rooms.
pub mod room {
    pub const COCKPIT: &str = "Control+1";
    pub const HEALTH: &str = "Control+2";
    pub const NOTICES: &str = "Control+3";
    pub const LOG: &str = "Control+4";
    pub const PEOPLE: &str = "Control+5";
    pub const SETTINGS: &str = "Control+6";
}
/// More presses of Tab than any room has stops.
const STOPS_MAX: usize = 120;

/// What is in all scripts: what a thing is called, and whether it can be seen.
const WORDS: &str = r"
const name = (e) => (e.getAttribute('aria-label')
    || [...(e.labels ?? [])].map((l) => l.innerText).join(' ')
    || e.innerText || e.value || '').replace(/\s+/g, ' ').trim();
const roles = { a: 'link', h1: 'heading', h2: 'heading', textarea: 'field', input: 'field' };
const role = (e) => e.getAttribute('role')
    || (e.type === 'checkbox' ? 'checkbox' : roles[e.localName]) || e.localName;
const seen = (e) => e.checkVisibility({ visibilityProperty: true });
";

/// Somebody with a keyboard.
pub struct Person {
    /// The wire to the window.
    pub client: Client,
    /// What the system says about light and dark.
    pub theme: Theme,
}

impl Person {
    /// Sits down.
    pub fn new(client: Client, theme: Theme) -> Self {
        Self { client, theme }
    }

    /// Waits until the page shows anything but that it loads.
    pub async fn wait_for_page(&self) {
        self.sees_any(&[
            "Start a drill",
            "Live releases",
            "Agreed wording",
            "Try again",
        ])
        .await;
    }

    /// Runs a script in the page. For what a person sees and WebDriver has no word for.
    pub async fn look_up(&self, script: &str, args: Vec<Value>) -> Value {
        let script = format!("{WORDS}\n{script}");
        let answer = self.client.execute(&script, args).await;
        answer.unwrap_or_else(|error| panic!("the page did not answer: {error}\n{script}"))
    }

    /// All that is written on the page.
    pub async fn reads(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", vec![]);
        let text = text.await.expect("the page has a text");
        text.as_str().unwrap_or_default().replace('\u{a0}', " ")
    }

    /// Waits until the words stand on the page, and gives the whole page's text.
    pub async fn sees(&self, words: &str) -> String {
        self.sees_any(&[words]).await
    }

    /// Waits until one of the words stands on the page.
    pub async fn sees_any(&self, words: &[&str]) -> String {
        self.reads_until(&format!("{words:?}"), SOON, |page| {
            words.iter().any(|one| page.contains(one))
        })
        .await
    }

    /// Waits until the page's text is as wanted. Shows the text when it never is.
    pub async fn reads_until(
        &self,
        what: &str,
        limit: Duration,
        good: impl Fn(&str) -> bool,
    ) -> String {
        let start = Instant::now();
        let page = wait_until(what, limit * 2, async || {
            let page = self.reads().await;
            if good(&page) {
                Some(Ok(page))
            } else {
                (start.elapsed() > limit).then_some(Err(page))
            }
        })
        .await;
        page.unwrap_or_else(|page| panic!("{what} did not come. The page says:\n{page}"))
    }

    /// Waits until what is asked is so.
    pub async fn waits(&self, what: &str, good: impl AsyncFn() -> bool) {
        wait_until(what, SOON, async || good().await.then_some(())).await;
    }

    /// Whether the page is light on dark.
    pub async fn is_dark(&self) -> bool {
        let script = "const [red, green, blue] = getComputedStyle(document.body)
            .color.match(/[0-9.]+/g).map(Number);
            return red + green + blue > 384";
        self.look_up(script, vec![]).await == json!(true)
    }

    /// Presses a chord such as `Control+Shift+h`.
    pub async fn press(&self, chord: &str) {
        let keys: Vec<char> = chord.split('+').map(key).collect();
        let downs = keys.iter().map(|value| KeyAction::Down { value: *value });
        let ups = keys
            .iter()
            .rev()
            .map(|value| KeyAction::Up { value: *value });
        self.act(downs.chain(ups)).await;
    }

    /// Presses a key without letting it go.
    pub async fn holds(&self, name: &str) {
        self.act([KeyAction::Down { value: key(name) }]).await;
    }

    /// Lets go what is held.
    pub async fn lets_go(&self) {
        let released = self.client.release_actions().await;
        released.expect("the driver lets go of keys");
    }

    /// Types into what has the focus.
    pub async fn types(&self, words: &str) {
        self.act(
            words
                .chars()
                .flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]),
        )
        .await;
    }

    async fn act(&self, keys: impl IntoIterator<Item = KeyAction>) {
        let keyboard = KeyActions::new("keyboard".into());
        let keyboard = keys.into_iter().fold(keyboard, KeyActions::then);
        let acted = self.client.perform_actions(keyboard).await;
        acted.expect("the driver presses keys");
    }

    /// What has the focus: its role and its name, as `button: Start a drill`.
    pub async fn focus(&self) -> String {
        let script = "const e = document.activeElement; return `${role(e)}: ${name(e)}`";
        let focus = self.look_up(script, vec![]).await;
        focus.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the focus is on what is called so; `words` begins with the role.
    pub async fn has_focus_on(&self, words: &str) {
        let start = Instant::now();
        let found = wait_until(words, SOON * 2, async || {
            let focus = self.focus().await;
            if focus.contains(words) {
                Some(Ok(()))
            } else {
                (start.elapsed() > SOON).then_some(Err(focus))
            }
        })
        .await;
        found.unwrap_or_else(|focus| panic!("the focus is on {focus:?}, not on {words:?}"));
    }

    /// Presses Tab until the focus is on what is called so.
    pub async fn tabs_to(&self, words: &str) {
        let mut passed = Vec::new();
        for _ in 0..STOPS_MAX {
            let focus = self.focus().await;
            if focus.contains(words) {
                return;
            }
            passed.push(focus);
            self.press("Tab").await;
        }
        panic!("Tab never reaches {words:?}, only {passed:#?}");
    }

    /// Goes there by Tab and presses Enter.
    pub async fn activates(&self, words: &str) {
        self.tabs_to(words).await;
        self.press("Enter").await;
    }

    /// Waits until something with the role and the name can be seen, anywhere.
    pub async fn sees_role(&self, wanted_role: &str, words: &str) {
        let what = format!("{wanted_role} {words:?}");
        let script = r"return [...document.querySelectorAll('*')].some((e) =>
            seen(e) && role(e) === arguments[0] && name(e).includes(arguments[1]))";
        wait_until(&what, SOON, async || {
            let there = self.look_up(script, vec![json!(wanted_role), json!(words)]);
            (there.await == json!(true)).then_some(())
        })
        .await;
    }

    /// The names of the boxes that are ticked.
    pub async fn ticked(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('input:checked')].map((e) =>
            e.labels[0].innerText)";
        words(&self.look_up(script, vec![]).await)
    }

    /// The rows of a table that are in sight, each as one line.
    pub async fn rows(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[role=row]')].map((e) =>
            [...e.children].map((cell) => cell.innerText).join(' | '))";
        words(&self.look_up(script, vec![]).await)
    }

    /// The windows that are open.
    pub async fn windows(&self) -> Vec<WindowHandle> {
        let windows = self.client.windows().await;
        windows.expect("the driver knows its windows")
    }

    /// Waits for a second window, and turns to it. Gives the one left.
    pub async fn turns_to_new_window(&self) -> WindowHandle {
        let here = self.client.window().await.expect("there is a window");
        self.turns_to_another_than(std::slice::from_ref(&here))
            .await;
        here
    }

    /// Activates what opens a window in the place of one that may be open, and turns to it. Gives
    /// the one left.
    pub async fn opens_with(&self, words: &str) -> WindowHandle {
        let here = self.client.window().await.expect("there is a window");
        let before = self.windows().await;
        self.activates(words).await;
        self.turns_to_another_than(&before).await;
        here
    }

    async fn turns_to_another_than(&self, known: &[WindowHandle]) {
        let start = Instant::now();
        let new = wait_until("another window", SOON * 2, async || {
            let new = self.windows().await;
            match new.into_iter().find(|one| !known.contains(one)) {
                Some(new) => Some(Ok(new)),
                None if start.elapsed() > SOON => Some(Err(self.reads().await)),
                None => None,
            }
        })
        .await;
        let new = new.unwrap_or_else(|page| panic!("no other window came. The page says:\n{page}"));
        self.turns_to(new).await;
    }

    /// Turns to a window.
    pub async fn turns_to(&self, window: WindowHandle) {
        let turned = self.client.switch_to_window(window).await;
        turned.expect("an open window can be turned to");
    }

    /// Makes the window so large, in CSS pixels of its inside.
    pub async fn resizes(&self, width: u32, height: u32) {
        let resized = self.client.set_window_size(width, height).await;
        resized.expect("the window can be resized");
        let wanted = json!([width, height]);
        wait_until("the window's new size", SOON, async || {
            let script = "return [innerWidth, innerHeight]";
            (self.look_up(script, vec![]).await == wanted).then_some(())
        })
        .await;
    }

    /// Saves a picture of the window in `target/look/`.
    pub async fn takes_picture(&self, name: &str) {
        // The picture may lag behind the page by some frames.
        let frames = "const done = arguments[0]; let left = 3;
            const next = () => left-- <= 0 ? done() : requestAnimationFrame(next); next();";
        let painted = self.client.execute_async(frames, vec![]).await;
        painted.expect("the page paints");
        let picture = self.client.screenshot().await;
        let picture = picture.expect("the driver takes a picture");
        let folder = target().join("look");
        fs::create_dir_all(&folder).expect("the target folder can be written");
        let file = folder.join(format!("{name}.png"));
        fs::write(file, picture).expect("the target folder can be written");
    }
}

/// A list of words that a script gave.
fn words(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("the script gives a list");
    let words = list.iter().map(|one| one.as_str().unwrap_or_default());
    words.map(str::to_owned).collect()
}

/// The key that a name stands for.
fn key(name: &str) -> char {
    match name {
        "Control" => Key::Control.into(),
        "Shift" => Key::Shift.into(),
        "Tab" => Key::Tab.into(),
        "Enter" => Key::Enter.into(),
        "Escape" => Key::Escape.into(),
        "Space" => ' ',
        "Down" => Key::Down.into(),
        "Up" => Key::Up.into(),
        "Right" => Key::Right.into(),
        "Home" => Key::Home.into(),
        "End" => Key::End.into(),
        "PageDown" => Key::PageDown.into(),
        "PageUp" => Key::PageUp.into(),
        letter => {
            let mut letters = letter.chars();
            let first = letters.next().expect("a chord names keys");
            assert!(letters.next().is_none(), "{letter:?} is no key");
            first
        }
    }
}
