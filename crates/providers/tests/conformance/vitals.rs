//! Traps of Android vitals and Crashlytics. Must not know an adapter's inside.

use cockpit_domain::provider::ErrorKind;
use cockpit_domain::rule::{HealthRule, Judgement};
use cockpit_domain::signal::{Measure, Signal};
use cockpit_domain::{Service, Time};
use cockpit_providers::connect;
use serde_json::{Value, json};

use crate::stage::{EPOCH_MS, Stage, settings};

const HOUR_MS: u64 = 3_600_000;

fn of<'a>(signals: &'a [Signal], platform: &str, version: &str, measure: Measure) -> &'a Signal {
    signals
        .iter()
        .find(|it| it.platform == platform && it.version == version && it.measure == measure)
        .unwrap()
}

async fn vitals(stage: &Stage) -> Vec<Signal> {
    let adapter = stage.connect(Service::PlayReporting);
    adapter.signals().await.unwrap()
}

async fn crashlytics(stage: &Stage) -> Vec<Signal> {
    let adapter = stage.connect(Service::Crashlytics);
    adapter.signals().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn play_gives_crash_free_and_freeze_free_users_of_each_release_that_is_out() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::PlayReporting);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    assert!(
        check.items[0]
            .sentence
            .contains("by the hour until 2026-11-23T15:00"),
        "{check:?}"
    );
    assert!(
        check.items[0]
            .sentence
            .contains("by the day until 2026-11-22T08:00"),
        "{check:?}"
    );
    let signals = vitals(&stage).await;
    for measure in [Measure::CrashFreeUsers, Measure::FreezeFreeUsers] {
        for version in ["8.4.0", "8.3.2"] {
            let it = of(&signals, "Android", version, measure);
            assert!(
                it.value.is_some_and(|it| (0.99..1.0).contains(&it)),
                "{it:?}"
            );
            assert_eq!((it.interval_ms, it.series.len()), (HOUR_MS, 48));
            // Rounded by Google.
            assert!(
                it.sample.is_some_and(|it| it > 1_000 && it % 100 == 0),
                "{it:?}"
            );
            let age_ms = it.data_until.map(|until| it.read_at.ms_since(until));
            // As old as Google says, and the seconds that reading took.
            let since = 3 * HOUR_MS + HOUR_MS / 2;
            assert!(
                age_ms.is_some_and(|ms| (since..since + 5_000).contains(&ms)),
                "{age_ms:?}"
            );
        }
    }
    assert!(adapter.targets().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn play_is_asked_how_fresh_it_is_before_it_is_asked_for_rows() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::PlayReporting);
    let first = adapter.signals().await.unwrap();
    let asked = stage.requests();
    let place = |part: &str| asked.iter().position(|it| it.contains(part)).unwrap();
    assert!(place("GET /v1beta1/apps/com.northwind.wallet/crashRateMetricSet") < place(":query"));
    assert!(
        asked.iter().filter(|it| it.contains(":query")).count() == 2,
        "{asked:?}"
    );
    // Google's own client sends the first question too, and holds it to its description.
    let crashes = include_str!("../../../../tests/google_client/vitals_query.json");
    let mut crashes: Value = serde_json::from_str(crashes).unwrap();
    crashes["metrics"][0] = json!("userPerceivedAnrRate");
    assert_eq!(stage.wire.newest_body(), crashes);
    // While nothing is newer only that is asked, within the 10 queries of a second.
    stage.pass_ms(8_000).await;
    let again = adapter.signals().await.unwrap();
    assert_eq!(stage.requests().len(), asked.len() + 2);
    assert!(again[0].read_at > first[0].read_at);
    assert_eq!(again[0].value, first[0].value);
    stage.pass_ms(HOUR_MS).await;
    stage.sandbox.control("DELETE", "/_sandbox/log", &json!({}));
    let newer = adapter.signals().await.unwrap();
    assert!(newer[0].data_until > again[0].data_until);
    assert_eq!(stage.count(":query"), 2);
}

#[tokio::test(start_paused = true)]
async fn plays_rows_that_are_kept_back_are_no_data_and_not_zero_crashes() {
    let stage = Stage::new();
    let signals = vitals(&stage).await;
    // Out on the internal track, and nobody is counted.
    let few = of(&signals, "Android", "8.4.1", Measure::CrashFreeUsers);
    assert_eq!((few.value, few.sample, few.data_until), (None, None, None));
    let rule = HealthRule {
        measure: Measure::CrashFreeUsers,
        ..HealthRule::standard()
    };
    let judged = rule.judge(few, Time::from_ms(EPOCH_MS));
    assert!(matches!(judged, Judgement::CannotSay(why) if why.contains("no data")));
}

#[tokio::test(start_paused = true)]
async fn plays_days_begin_in_los_angeles_and_stand_in_where_there_are_no_hours() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "play_reporting", "hourly": false}));
    let signals = vitals(&stage).await;
    let it = of(&signals, "Android", "8.3.2", Measure::CrashFreeUsers);
    assert_eq!((it.interval_ms, it.series.len()), (24 * HOUR_MS, 28));
    assert!(it.value.is_some());
    let until = it.data_until.map(|it| it.to_string());
    assert_eq!(until.as_deref(), Some("2026-11-22T08:00:00.000Z"));
    // Before clocks went back midnight was an hour earlier.
    assert!(
        it.series[0].at.to_string().starts_with("2026-10-25T07:00"),
        "{:?}",
        it.series[0]
    );
}

/// Crashlytics says 99.8, Sentry 0.998 and Play 0.002 of the same people.
#[tokio::test(start_paused = true)]
async fn percent_and_fraction_are_one_unit_whoever_counts() {
    let stage = Stage::new();
    for (service, platform) in [
        (Service::Sentry, "Android"),
        (Service::Crashlytics, "Android"),
        (Service::Prometheus, "Android"),
        (Service::PlayReporting, "Android"),
        (Service::Sentry, "iOS"),
        (Service::Crashlytics, "iOS"),
    ] {
        let signals = stage.connect(service).signals().await.unwrap();
        let it = of(&signals, platform, "8.3.2", Measure::CrashFreeUsers);
        let value = it.value.unwrap();
        assert!((0.997..0.9985).contains(&value), "{service:?}: {value}");
        assert_eq!(it.source, Some(service));
    }
}

/// In no source is what is missing healthy, or zero.
#[tokio::test(start_paused = true)]
async fn missing_rows_and_nulls_are_no_data_whoever_counts() {
    let stage = Stage::scenario("data-gap");
    for service in [
        Service::Sentry,
        Service::Crashlytics,
        Service::Prometheus,
        Service::PlayReporting,
    ] {
        let signals = stage.connect(service).signals().await.unwrap();
        let it = of(&signals, "Android", "8.4.0", Measure::CrashFreeUsers);
        // The hours of the gap have no figure, and the one before them stands with its own age.
        let gap = Time::from_ms(EPOCH_MS - 3 * 3_600_000);
        let inside = it.series.iter().filter(|point| point.at >= gap);
        assert!(
            inside.clone().all(|point| point.value.is_none()),
            "{service:?}"
        );
        let age_ms = it.data_until.map(|until| it.read_at.ms_since(until));
        assert!(
            age_ms.is_some_and(|age_ms| age_ms >= 3 * HOUR_MS),
            "{service:?}"
        );
        let rule = HealthRule {
            measure: Measure::CrashFreeUsers,
            ..HealthRule::standard()
        };
        let judged = rule.judge(it, it.read_at);
        assert!(
            matches!(judged, Judgement::CannotSay(_)),
            "{service:?} {judged:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_google_finds_itself_stands_beside_the_figures() {
    let stage = Stage::scenario("slow-burn");
    let signals = vitals(&stage).await;
    let it = of(&signals, "Android", "8.4.0", Measure::CrashFreeUsers);
    let said = it.said.join("\n");
    assert!(
        said.contains(
            "Google itself finds crash-free users of 8.4.0 unusually low since 2026-11-23T12:00"
        ),
        "{said}"
    );
    assert!(
        said.contains("The most frequent crash of 8.4.0: java.lang.NullPointerException in"),
        "{said}"
    );
    // That it cannot be read costs no figure.
    let stage = Stage::new();
    stage.fault("/anomalies", "status:500", 20);
    let signals = vitals(&stage).await;
    assert!(signals.iter().any(|it| it.value.is_some()));
    assert!(
        signals[0].said[0].contains("could not be read"),
        "{:?}",
        signals[0].said
    );
    let signals = crashlytics(&Stage::scenario("slow-burn")).await;
    let said: Vec<&String> = signals.iter().flat_map(|it| &it.said).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("8.4.0 (84012): TransferSheet.onCreateView"),
        "{said:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn play_refuses_in_words() {
    for (knob, kind, words) in [
        ("permitted", ErrorKind::Forbidden, "View app information"),
        ("turned_on", ErrorKind::NeedsPerson, "is not turned on"),
    ] {
        let stage = Stage::new();
        stage.knobs(json!({"service": "play_reporting", knob: false}));
        let error = stage
            .connect(Service::PlayReporting)
            .signals()
            .await
            .unwrap_err();
        assert_eq!(error.kind, kind);
        let said = format!(
            "{} {}",
            error.sentence,
            error.hint.as_deref().unwrap_or_default()
        );
        assert!(said.contains(words), "{said}");
    }
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::PlayReporting);
    plain.insert("package".to_owned(), "com.unknown".to_owned());
    let other = connect(Service::PlayReporting, &plain, &secret, &stage.http).unwrap();
    assert_eq!(other.signals().await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn crashlytics_gives_both_shares_by_the_hour_and_says_that_it_is_an_alpha() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Crashlytics);
    let check = adapter.check().await.unwrap();
    assert!(
        check.items.len() == 2 && check.items.iter().all(|item| item.ok),
        "{check:?}"
    );
    assert!(
        check
            .items
            .iter()
            .all(|item| item.sentence.contains("alpha")),
        "{check:?}"
    );
    assert!(Service::Crashlytics.name().contains("alpha"));
    assert!(
        cockpit_providers::form(Service::Crashlytics)
            .purpose
            .contains("alpha")
    );
    let signals = crashlytics(&stage).await;
    for platform in ["Android", "iOS"] {
        for measure in [Measure::CrashFreeSessions, Measure::CrashFreeUsers] {
            let it = of(&signals, platform, "8.4.0", measure);
            assert!(
                it.value.is_some_and(|it| (0.99..1.0).contains(&it)),
                "{it:?}"
            );
            assert!(it.sample.is_some_and(|it| it > 1_000), "{it:?}");
            assert_eq!((it.interval_ms, it.series.len()), (HOUR_MS, 25));
            assert_eq!(it.data_until, Some(it.read_at));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn crashlytics_without_counts_gives_no_figure() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "crashlytics", "analytics": false}));
    let signals = crashlytics(&stage).await;
    assert!(!signals.is_empty());
    for it in signals {
        assert_eq!(
            (it.value, it.sample, it.data_until),
            (None, None, None),
            "{it:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn crash_reports_that_come_late_make_the_newest_hours_look_better() {
    let stage = Stage::scenario("late-data");
    let signals = crashlytics(&stage).await;
    let it = of(&signals, "Android", "8.4.0", Measure::CrashFreeSessions);
    let newest = it
        .series
        .iter()
        .rev()
        .skip(1)
        .find_map(|it| it.value)
        .unwrap();
    let before = it
        .series
        .iter()
        .rev()
        .nth(3)
        .and_then(|it| it.value)
        .unwrap();
    assert!(newest > before + 0.004, "{newest} {before}");
    // Read again later, the same hour is worse.
    let at = it.series.iter().rev().nth(1).map(|it| it.at).unwrap();
    stage.pass_ms(4 * HOUR_MS).await;
    let signals = crashlytics(&stage).await;
    let it = of(&signals, "Android", "8.4.0", Measure::CrashFreeSessions);
    let later = it
        .series
        .iter()
        .find(|it| it.at == at)
        .and_then(|it| it.value)
        .unwrap();
    assert!(later < newest - 0.004, "{later} {newest}");
}

#[tokio::test(start_paused = true)]
async fn every_source_follows_the_same_trouble() {
    for (scenario, falls) in [("calm", false), ("slow-burn", true), ("version-mix", true)] {
        let stage = Stage::scenario(scenario);
        for service in [
            Service::Sentry,
            Service::Crashlytics,
            Service::Prometheus,
            Service::PlayReporting,
        ] {
            let signals = stage.connect(service).signals().await.unwrap();
            let value = |version: &str| {
                of(&signals, "Android", version, Measure::CrashFreeUsers)
                    .value
                    .unwrap()
            };
            let apart = value("8.3.2") - value("8.4.0");
            assert_eq!(apart > 0.003, falls, "{scenario} {service:?}: {apart}");
        }
    }
}
