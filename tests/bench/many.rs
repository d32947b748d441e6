//! A ledger of a million entries: finding something in it, and opening it. Knows nothing of how
//! that is made quick.

use std::path::Path;
use std::sync::Arc;

use cockpit_domain::Time;
use cockpit_domain::views::{CockpitView, LogPage};
use cockpit_engine::api::{AppArgs, LogArgs, Query};
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Engine, Handle, Http, Options, clock, desk, reqwest_transport};
use cockpit_ledger::{Ledger, LogFilter};
use cockpit_tests::many;

use crate::{
    sample::Sample,
    table::{Row, Target},
};

const ENTRIES: i64 = 1_000_000;
const FEW: i64 = 1_000;
const SEARCHES: usize = 400;
const OPENINGS: usize = 15;
const PAGE: usize = 50;
const SEARCH_MS_MAX: f64 = 10.0;
const FILTER_MS_MAX: f64 = 50.0;
const OPENING_RATIO_MAX: f64 = 1.3;

/// Measures in folders below `folder`. `COCKPIT_BENCH_ENTRIES` asks for fewer than a million.
pub async fn measure(folder: &Path) -> Vec<Row> {
    let asked = std::env::var("COCKPIT_BENCH_ENTRIES").ok();
    let entries = asked.and_then(|it| it.parse().ok()).unwrap_or(ENTRIES);
    let (large, small) = (folder.join("large"), folder.join("small"));
    for (place, entries) in [(&large, entries), (&small, FEW)] {
        std::fs::create_dir(place).expect("the folder can be written");
        many::workspace(place, entries);
        // The first start reads everything, and leaves what the next ones begin from.
        let first = open(place, many::wish()).await;
        first.close().await.expect("a workspace can be closed");
    }
    println!("\nA log of {entries} entries: {SEARCHES} pages of {PAGE} lines of each kind");
    let mut rows = found(&large, entries);
    rows.push(opened(&large, &small, entries).await);
    rows
}

fn found(place: &Path, entries: i64) -> Vec<Row> {
    let ledger = Ledger::open(place.join("ledger.db"), many::BEGINS_MS).expect("it opens");
    let words = [
        "crash",
        "stop trans",
        "google 8.3",
        "read back off",
        "mira",
        "report 77",
    ];
    let all = LogFilter::default();
    let mut searches = Sample::new();
    for nth in 0..SEARCHES {
        let typed = words[nth % words.len()];
        searches.time_ms(|| ledger.search(typed, None, &all, PAGE).expect("it is read"));
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

/// From the start of the engine until the main screen and the newest page of the log are there.
async fn opened(large: &Path, small: &Path, entries: i64) -> Row {
    let [mut ours, mut peers] = [const { Sample::new() }; 2];
    for nth in 0..=OPENINGS {
        for (place, sample) in [(large, &mut ours), (small, &mut peers)] {
            let start = std::time::Instant::now();
            let handle = open(place, Wish::Memory).await;
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

async fn open(place: &Path, keychain: Wish) -> Handle {
    let clock = clock::runtime(Time::from_ms(many::BEGINS_MS));
    let http = reqwest_transport().expect("a transport can be made");
    Engine::start(Options {
        folder: place.to_owned(),
        keychain,
        http: Http::new(http, Arc::clone(&clock)),
        clock,
        desk: Arc::new(desk::NoDesk),
        poll: false,
    })
    .await
    .expect("the workspace opens")
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
