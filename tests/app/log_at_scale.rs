//! A decision log of many entries in the window: wherever a person scrolls or jumps, rows stand
//! there once it has come to rest, in their order, and memory stays bounded. Knows nothing of how
//! the page reads them.
//!
//! The workspace is kept in the target folder between runs: a million entries take some eight
//! minutes to make, unoptimised. `COCKPIT_LOG_ENTRIES=100000` asks for fewer while somebody tries
//! something out.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use cockpit_tests::{many, memory};
use serde_json::{Value, json};

use crate::{
    desktop::{Desktop, Theme, processes, target},
    person::{Person, room},
};

const ENTRIES: i64 = 1_000_000;
/// Rows in the page at most: those in sight in the largest window, and a few around them.
const DRAWN_MAX: u64 = 80;
/// How much the app and all its processes may grow while somebody scrolls to and fro.
const GROWTH_MIB_MAX: f64 = 96.0;

#[tokio::test(flavor = "multi_thread")]
async fn wherever_it_comes_to_rest_rows_stand_there() {
    let asked = std::env::var("COCKPIT_LOG_ENTRIES").ok();
    let entries = asked.and_then(|it| it.parse().ok()).unwrap_or(ENTRIES);
    let kept = many::kept(&target().join("many"), entries).await;
    many::looked_after(&kept);
    let desktop = Desktop::new(Theme::Light);
    symlink(&kept, desktop.workspace()).expect("our own folder can be written");
    let app = desktop.open().await;
    let person = &app.person;
    person.press(room::LOG).await;
    let last = u64::try_from(entries).expect("there are entries");
    let top = rests(person).await;
    assert!(top.newest >= last, "{top:?}");
    let newest = top.newest;

    // By keys, from the search on.
    person.press("/").await;
    person.press("Down").await;
    person.press("End").await;
    assert_eq!(rests(person).await.oldest, 1, "End");
    // The first one goes to the top row in sight.
    person.press("PageUp").await;
    person.press("PageUp").await;
    let above = rests(person).await;
    assert!(above.oldest > 1, "{above:?}");
    person.press("Home").await;
    assert_eq!(rests(person).await.newest, newest, "Home");
    let mut before = top;
    for _ in 0..12 {
        person.press("PageDown").await;
        let now = rests(person).await;
        assert!(now.newest <= before.newest, "{before:?} {now:?}");
        before = now;
    }
    assert!(before.newest < newest, "{before:?}");

    // By the thumb: the middle first, so that what is kept once is kept already.
    drags(person, 0.5).await;
    let middle = rests(person).await.newest;
    assert!(
        middle.abs_diff(newest / 2) < newest / 1_000 + 100,
        "{middle}"
    );
    let root = process_of(&desktop.workspace());
    let memory_before = memory::tree_mib(root);
    let mut seed = 7_u64;
    for _ in 0..15 {
        // Many places are passed over at once, and one is come to rest at.
        for _ in 0..10 {
            seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
            drags(person, seed as f64 / f64::from(1_u32 << 31)).await;
        }
        rests(person).await;
    }
    let grown = memory::tree_mib(root) - memory_before;
    assert!(grown < GROWTH_MIB_MAX, "{grown:.0} MiB more");
    drags(person, 1.0).await;
    assert_eq!(rests(person).await.oldest, 1, "the end");
    drags(person, 0.0).await;
    assert_eq!(rests(person).await.newest, newest, "the top");
    person.takes_picture("log-at-scale").await;

    // Narrowed to some of them, page follows page.
    person.press("/").await;
    person.types("crash").await;
    person.sees("so far").await;
    person.press("Down").await;
    let mut before = rests(person).await;
    for _ in 0..8 {
        person.press("End").await;
        let now = rests(person).await;
        assert!(now.oldest < before.oldest, "{before:?} {now:?}");
        before = now;
    }
    person.press("Home").await;
    rests(person).await;
    app.quit().await;
}

/// What is in sight.
#[derive(Debug)]
struct Sight {
    newest: u64,
    oldest: u64,
}

/// Waits until the list has come to rest: every row in sight has its entry, they stand in their
/// order and cover the list from its head to its foot.
async fn rests(person: &Person) -> Sight {
    let script = r"
        const grid = document.querySelector('[data-testid=log-rows]');
        if (!grid) return null;
        const box = grid.getBoundingClientRect();
        const head = grid.querySelector('[role=row]').getBoundingClientRect();
        const all = [...grid.querySelectorAll('[data-testid=log-row]')];
        const drawn = all.map((row) => [row.getBoundingClientRect(), row])
            .filter(([at]) => at.bottom > head.bottom + 1 && at.top < box.bottom - 1);
        if (drawn.length === 0) return null;
        return {
            drawn: all.length,
            blank: drawn.filter(([, row]) => !row.dataset.position).length,
            // Nothing between the head and the first row, nor below the last one.
            gap: Math.max(drawn[0][0].top - head.bottom, 0)
                + Math.max(box.bottom - drawn.at(-1)[0].bottom, 0),
            positions: drawn.map(([, row]) => Number(row.dataset.position)),
            at: grid.scrollTop,
        };";
    let mut before = Value::Null;
    // What a key does is painted some frames after it.
    let frames = "const done = arguments[0]; let left = 12;
        const next = () => left-- <= 0 ? done() : requestAnimationFrame(next); next();";
    let rests = async |seen: &mut Value| {
        let painted = person.client.execute_async(frames, vec![]).await;
        painted.expect("the page paints");
        let now = person.look_up(script, vec![]).await;
        let same = now == *seen && now["blank"] == json!(0);
        *seen = now;
        same
    };
    let started = std::time::Instant::now();
    while !rests(&mut before).await {
        assert!(
            started.elapsed() < crate::person::SOON,
            "the list does not come to rest: {before}"
        );
    }
    assert!(before["drawn"].as_u64() <= Some(DRAWN_MAX), "{before}");
    assert!(before["gap"].as_f64() < Some(2.0), "{before}");
    let positions = before["positions"].as_array().expect("rows are in sight");
    let positions: Vec<u64> = positions.iter().filter_map(Value::as_u64).collect();
    assert!(
        positions.windows(2).all(|pair| pair[0] > pair[1]),
        "{positions:?}"
    );
    Sight {
        newest: positions[0],
        oldest: positions[positions.len() - 1],
    }
}

/// Drags the thumb to a share of its way.
async fn drags(person: &Person, share: f64) {
    let script = r"
        const grid = document.querySelector('[data-testid=log-rows]');
        grid.scrollTop = arguments[0] * (grid.scrollHeight - grid.clientHeight);";
    person.look_up(script, vec![json!(share)]).await;
}

/// The app that works on a workspace.
fn process_of(workspace: &Path) -> u32 {
    let wanted = format!("COCKPIT_WORKSPACE={}", workspace.display());
    let is_it = |process: &Path| {
        let program = fs::read_link(process.join("exe")).unwrap_or_default();
        let variables = fs::read(process.join("environ")).unwrap_or_default();
        program.ends_with("release-cockpit")
            && variables
                .split(|byte| *byte == 0)
                .any(|one| one == wanted.as_bytes())
    };
    let found = processes().find(|process| is_it(process));
    let name = found.as_deref().and_then(Path::file_name);
    let id = name.and_then(|name| name.to_str()?.parse().ok());
    id.expect("the app runs")
}
