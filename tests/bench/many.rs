//! A ledger of a million entries: finding something in it, carrying its lines away, and opening it.
//! Knows nothing of how that is made quick.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use cockpit_domain::views::{CockpitView, LogPage};
use cockpit_engine::api::{AppArgs, ExportArgs, LogArgs, Query};
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Handle, ListForm};
use cockpit_ledger::{Ledger, LogFilter};
use cockpit_tests::many;

use crate::{
    sample::Sample,
    table::{Row, Target},
};

const ENTRIES: i64 = 1_000_000;
const FEW: i64 = 1_000;
const SEARCHES: usize = 480;
const OPENINGS: usize = 15;
const LISTS: usize = 3;
const PAGE: usize = 50;
const SEARCH_MS_MAX: f64 = 10.0;
const FILTER_MS_MAX: f64 = 50.0;
const OPENING_RATIO_MAX: f64 = 1.3;
const LIST_RATIO_MIN: f64 = 0.6;

/// What people type: words of many lines and of few, of one kind and of several, letter by letter,
/// and what stands nowhere.
const TYPED: [&str; 12] = [
    "crash",
    "stop trans",
    "google 8.3",
    "read back off",
    "mira",
    "report 77",
    "c",
    "cr",
    "confirm",
    "opening transfer report 4711",
    "8.12.49",
    "payment",
];

/// Measures on workspaces that are kept beside `folder`, in which it may write.
/// `COCKPIT_BENCH_ENTRIES` asks for fewer than a million.
pub async fn measure(folder: &Path) -> Vec<Row> {
    let asked = std::env::var("COCKPIT_BENCH_ENTRIES").ok();
    let entries = asked.and_then(|it| it.parse().ok()).unwrap_or(ENTRIES);
    let home = folder.parent().unwrap_or(folder).join("many");
    let large = many::kept(&home, entries).await;
    let small = many::kept(&home, FEW).await;
    println!("\nA log of {entries} entries: {SEARCHES} pages of {PAGE} lines of each kind");
    let mut rows = found(&large, entries);
    rows.extend(listed(&large, folder, entries).await);
    rows.push(opened(&large, &small, entries).await);
    rows
}

fn found(place: &Path, entries: i64) -> Vec<Row> {
    let ledger = Ledger::open(place.join("ledger.db"), many::BEGINS_MS).expect("it opens");
    let all = LogFilter::default();
    let mut searches = Sample::new();
    for typed in TYPED {
        let mut of_these = Sample::new();
        for nth in 0..SEARCHES / TYPED.len() {
            let before = (nth % 4 == 3).then_some(entries / 2);
            of_these.time_ms(|| {
                ledger
                    .search(typed, before, &all, PAGE)
                    .expect("it is read")
            });
        }
        let [half, most] = [0.5, 0.99].map(|share| of_these.quantile(share));
        println!("  {typed:30} {half:7.2} ms, 99th percentile {most:.2} ms");
        searches.extend(of_these);
    }
    let mut pages = Sample::new();
    for nth in 0..SEARCHES {
        let (filter, before) = filter(nth, entries);
        pages.time_ms(|| ledger.log_page(before, &filter, PAGE).expect("it is read"));
    }
    vec![
        limit("search, newest 50, p99", &searches, SEARCH_MS_MAX),
        limit("filter page, p99", &pages, FILTER_MS_MAX),
    ]
}

/// Filters that leave much, little and nothing, from the newest line and from the middle.
fn filter(nth: usize, entries: i64) -> (LogFilter, Option<i64>) {
    let some = |text: &str| Some(text.to_owned());
    let middle = many::BEGINS_MS + entries / 2 * many::STEP_MS;
    let day = 24 * 60 * 60 * 1_000;
    let all = LogFilter::default;
    let filter = match nth % 8 {
        0 => LogFilter {
            kinds: vec!["ledger.genesis".to_owned()],
            ..all()
        },
        1 => LogFilter {
            kinds: vec!["breach.seen".to_owned(), "breach.cleared".to_owned()],
            ..all()
        },
        2 => LogFilter {
            outcome: some("confirmed"),
            ..all()
        },
        3 => LogFilter {
            from_ms: Some(middle),
            before_ms: Some(middle + day),
            ..all()
        },
        4 => LogFilter {
            kinds: vec!["intent.request".to_owned()],
            app: some("com.northwind.wallet"),
            from_ms: Some(middle),
            before_ms: Some(middle + day),
            ..all()
        },
        5 => LogFilter {
            outcome: some("without_force"),
            ..all()
        },
        6 => LogFilter {
            before_ms: Some(many::BEGINS_MS + day),
            outcome: some("confirmed"),
            ..all()
        },
        _ => LogFilter {
            kinds: vec!["ledger.genesis".to_owned()],
            from_ms: Some(middle),
            ..all()
        },
    };
    let before = (nth % 16 >= 8).then_some(entries / 2);
    (filter, before)
}

/// All lines of the log in a file on the disk, against SQLite's own shell on the same table.
async fn listed(place: &Path, folder: &Path, entries: i64) -> Vec<Row> {
    if !shell(&["--version"], None) {
        println!(
            "  lists are left out: there is no sqlite3 on this machine (package `sqlite3`) to \
             compare with"
        );
        return Vec::new();
    }
    let handle = many::open(place, Wish::Memory, entries).await;
    let forms = [
        ("list as CSV, lines a second", ListForm::Csv, "-csv"),
        ("list as JSON, lines a second", ListForm::Jsonl, "-json"),
    ];
    // First, while nothing that was freed is left to be used again.
    #[cfg(target_os = "linux")]
    let mut rows = vec![memory_of_a_list(&handle, folder)];
    #[cfg(not(target_os = "linux"))]
    let mut rows = Vec::new();
    for (what, form, option) in forms {
        let [mut ours, mut peers] = [const { Sample::new() }; 2];
        for nth in 0..LISTS {
            let (mine, theirs) = (folder.join("ours"), folder.join("theirs"));
            let start = Instant::now();
            let made = handle.list(ExportArgs::default(), form, mine.clone()).await;
            let made = made.expect("the list can be written");
            ours.add(start.elapsed().as_secs_f64());
            assert_eq!(i64::try_from(made.lines), Ok(entries));
            peers.add(theirs_in_seconds(place, option, &theirs));
            if nth == 0 {
                let size = |path| fs::metadata(path).map_or(0, |it| it.len() / (1 << 20));
                println!(
                    "  {what}: {} MiB, theirs {} MiB",
                    size(&mine),
                    size(&theirs)
                );
            }
            for path in [mine, theirs] {
                fs::remove_file(path).expect("it was written");
            }
        }
        let rate = |sample: &Sample| entries as f64 / sample.median();
        let ratio = rate(&ours) / rate(&peers);
        rows.push(Row {
            what,
            measured: format!("{:.0}", rate(&ours)),
            peer: format!("{:.0}", rate(&peers)),
            ratio,
            target: Some(Target {
                words: format!("{LIST_RATIO_MIN:.2} at least"),
                met: ratio >= LIST_RATIO_MIN,
            }),
        });
    }
    rows
}

/// What a list needs beyond what the open workspace needs; the same for any number of lines.
#[cfg(target_os = "linux")]
fn memory_of_a_list(handle: &Handle, folder: &Path) -> Row {
    let runtime = tokio::runtime::Handle::current();
    let place = folder.join("ours");
    let (_, mib) = cockpit_tests::memory::grows_mib(|| {
        tokio::task::block_in_place(|| {
            let list = handle.list(ExportArgs::default(), ListForm::Csv, place.clone());
            runtime.block_on(list).expect("the list can be written")
        })
    });
    fs::remove_file(place).expect("it was written");
    Row {
        what: "list, memory at its peak",
        measured: format!("{mib:.1} MiB"),
        peer: "none".to_owned(),
        ratio: f64::NAN,
        target: None,
    }
}

/// The same columns of the same lines, until they are on the disk.
fn theirs_in_seconds(place: &Path, option: &str, file: &Path) -> f64 {
    let sql = "SELECT position, at_ms, kind, person, app, title, target, outcome, text
               FROM log_index ORDER BY position DESC";
    let database = place.join("ledger.db");
    let database = database.to_str().expect("our own folder has a plain name");
    let start = Instant::now();
    let out = File::create(file).expect("the folder can be written");
    let copy = out.try_clone().expect("an open file has a second handle");
    let asked = ["-batch", "-readonly", "-header", option, database, sql];
    assert!(shell(&asked, Some(out)), "the shell reads our table");
    copy.sync_all().expect("the disk takes it");
    start.elapsed().as_secs_f64()
}

/// Runs SQLite's own shell; says whether it did what it was asked.
fn shell(asked: &[&str], out: Option<File>) -> bool {
    let mut shell = Command::new("sqlite3");
    shell.args(asked).stdin(Stdio::null());
    shell.stdout(out.map_or_else(Stdio::null, Stdio::from));
    shell.status().is_ok_and(|status| status.success())
}

/// From the start of the engine until the main screen and the newest page of the log are there.
async fn opened(large: &Path, small: &Path, entries: i64) -> Row {
    let [mut ours, mut peers] = [const { Sample::new() }; 2];
    for nth in 0..=OPENINGS {
        for (place, entries, sample) in [(large, entries, &mut ours), (small, FEW, &mut peers)] {
            let start = Instant::now();
            let handle = many::open(place, Wish::Memory, entries).await;
            let _: CockpitView = handle
                .ask(Query::Cockpit(AppArgs::default()))
                .await
                .expect("the screen is there");
            let _: LogPage = handle
                .ask(Query::Log(LogArgs::default()))
                .await
                .expect("the log is there");
            // The first one of each fills caches.
            if nth > 0 {
                sample.add(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let ratio = ours.median() / peers.median();
    println!("  opening {entries} entries beside opening {FEW}, {OPENINGS} times each in turns");
    Row {
        what: "opening many entries, p50",
        measured: format!("{:.1} ms", ours.median()),
        peer: format!("{:.1} ms", peers.median()),
        ratio,
        target: Target::ratio(OPENING_RATIO_MAX, ratio),
    }
}

fn limit(what: &'static str, sample: &Sample, most_ms: f64) -> Row {
    let measured = sample.quantile(0.99);
    Row {
        what,
        measured: format!("{measured:.2} ms"),
        peer: format!("{most_ms:.0} ms"),
        ratio: measured / most_ms,
        target: Target::ratio(1.0, measured / most_ms),
    }
}
