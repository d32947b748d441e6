//! What no person sees but every person needs: that nothing breaks the page's content policy,
//! that assistive technology can read it, and that nothing sticks out. Knows no room.

use std::fs;

use cockpit_tests::repository;
use serde_json::{Value, json};

use crate::{
    desktop::{Desktop, Theme},
    person::Person,
};

/// Reports what breaks the content policy from here on.
const WATCH: &str = r"
if (window.brokenPolicy) return;
window.brokenPolicy = [];
const add = (what) => window.brokenPolicy.push(what);
addEventListener('securitypolicyviolation', (event) => {
    // Tauri's own script for the isolation frame; the page's are named by their file.
    if (event.effectiveDirective === 'style-src-elem' && event.sourceFile === 'user-script') return;
    add(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
});
addEventListener('error', (event) => add(`error: ${event.message}`));
addEventListener('unhandledrejection', (event) => {
    // The notification plugin's own script asks for what no window of ours may ask for.
    if (!`${event.reason}`.startsWith('notification.is_permission_granted not allowed'))
        add(`rejected: ${event.reason}`);
});
for (const level of ['error', 'warn']) {
    const before = console[level];
    console[level] = (...words) => { add(`console: ${words.join(' ')}`); before(...words); };
}
";

/// What was reported, and what stands on the page against the policy. The latter also finds what
/// came before the watch, and was shut out then.
const BROKEN: &str = r"
// Tauri's isolation frame, and the style that would hide it, which the policy shuts out.
const frame = '__tauri_isolation__';
const inline = [...document.querySelectorAll('style, script:not([src])')]
    .filter((e) => e.textContent.trim() !== `#${frame} { display: none !important }`);
const far = [...document.querySelectorAll(`[src]:not(iframe#${frame}), link[href]`)]
    .filter((e) => new URL(e.src || e.href).origin !== location.origin);
const handlers = [...document.querySelectorAll('*')]
    .filter((e) => e.getAttributeNames().some((one) => one.startsWith('on')));
return [...window.brokenPolicy, ...[...inline, ...far, ...handlers].map((e) => e.outerHTML)];
";

/// Begins to watch this window.
pub async fn watch(person: &Person) {
    person.look_up(WATCH, vec![]).await;
}

/// Nothing broke the content policy, and the page complained of nothing.
pub async fn no_violation(person: &Person) {
    let broken = person.look_up(BROKEN, vec![]).await;
    assert_eq!(broken, json!([]), "the page breaks its policy");
}

/// axe finds nothing serious.
pub async fn finds_nothing(person: &Person, room: &str) {
    assert_eq!(findings(person).await, json!([]), "axe in {room}");
}

async fn findings(person: &Person) -> Value {
    let source = repository::file("ui/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(source).expect("the page's packages are installed");
    let install = format!("if (!window.axe) {{ {source} }}");
    person.look_up(&install, vec![]).await;
    let run = "const done = arguments[0];
        const where = (node) => `${node.html} ${node.failureSummary}`;
        window.axe.run(document, { resultTypes: ['violations'] }).then(
            ({ violations }) => done(violations
                .filter((one) => ['serious', 'critical'].includes(one.impact))
                .map((one) => `${one.id}: ${one.nodes.map(where).join(' | ')}`)),
            (error) => done([String(error)]))";
    let found = person.client.execute_async(run, vec![]).await;
    found.expect("axe runs in the page")
}

/// Nothing is wider than its room.
pub async fn nothing_sticks_out(person: &Person, room: &str) {
    let wide = person
        .look_up(
            "return [document.documentElement, document.body, ...document.querySelectorAll('.scroll')]
                .filter((e) => e.scrollWidth > e.clientWidth)
                .map((e) => `${e.localName} ${e.className}: ${e.scrollWidth} in ${e.clientWidth}`)",
            vec![],
        )
        .await;
    assert_eq!(wide, json!([]), "sideways scrolling in {room}");
}

/// How much of the room is below the window's edge, in pixels.
pub async fn hidden_below(person: &Person) -> u64 {
    let script = "const e = document.querySelector('main');
        return Math.max(0, e.scrollHeight - e.clientHeight)";
    let hidden = person.look_up(script, vec![]).await;
    hidden.as_u64().expect("pixels are a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_seen() {
    let desktop = Desktop::new(Theme::Light);
    let app = desktop.open().await;
    let person = &app.person;
    let style = "const style = document.createElement('style');
        style.textContent = 'body { color: red }'; document.head.append(style)";
    person.look_up(style, vec![]).await;
    watch(person).await;
    let early = person.look_up(BROKEN, vec![]).await;
    assert_eq!(early.as_array().map(Vec::len), Some(1), "{early}");
    person.look_up(style, vec![]).await;
    person
        .waits("the late complaint", async || {
            let broken = person.look_up("return window.brokenPolicy", vec![]).await;
            broken.as_array().is_some_and(|list| list.len() == 1)
        })
        .await;

    finds_nothing(person, "the first run").await;
    let nameless = "document.querySelector('main').append(document.createElement('button'))";
    person.look_up(nameless, vec![]).await;
    assert_ne!(findings(person).await, json!([]));
    app.quit().await;
}
