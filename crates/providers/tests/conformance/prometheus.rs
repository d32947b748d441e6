//! Prometheus' traps. Must not know the adapter's inside.

use cockpit_domain::provider::ErrorKind;
use cockpit_domain::rule::{HealthRule, Judgement};
use cockpit_domain::signal::{Measure, Signal};
use cockpit_domain::{Service, Time};
use cockpit_providers::{Adapter, connect};
use serde_json::json;

use crate::stage::{EPOCH_MS, Stage, settings};

const HOUR_MS: u64 = 3_600_000;

fn of<'a>(signals: &'a [Signal], version: &str, measure: Measure) -> &'a Signal {
    signals
        .iter()
        .find(|it| it.platform == "Android" && it.version == version && it.measure == measure)
        .unwrap()
}

/// A connection with some fields otherwise.
fn with(stage: &Stage, fields: &[(&str, &str)]) -> Box<dyn Adapter> {
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Prometheus);
    for (key, value) in fields {
        plain.insert((*key).to_owned(), (*value).to_owned());
    }
    connect(Service::Prometheus, &plain, &secret, &stage.http).unwrap()
}

async fn sessions(stage: &Stage, fields: &[(&str, &str)]) -> Vec<Signal> {
    let all = with(stage, fields).signals().await.unwrap();
    all.into_iter()
        .filter(|it| it.measure == Measure::CrashFreeSessions)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_share_has_its_value_sample_interval_age_and_source() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Prometheus);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    let signals = adapter.signals().await.unwrap();
    for measure in [
        Measure::CrashFreeSessions,
        Measure::CrashFreeUsers,
        Measure::FreezeFreeUsers,
        Measure::NamedShare,
    ] {
        for version in ["8.4.0", "8.3.2"] {
            let it = of(&signals, version, measure);
            assert!(
                it.value.is_some_and(|it| (0.99..1.0).contains(&it)),
                "{it:?}"
            );
            assert!(it.sample.is_some_and(|it| it > 1_000), "{it:?}");
            assert_eq!(
                (it.interval_ms, it.source),
                (HOUR_MS / 4, Some(Service::Prometheus))
            );
            assert_eq!(it.data_until, Some(Time::from_ms(EPOCH_MS)));
            // A day of intervals that meet, each with what was counted in it.
            assert_eq!(it.series.len(), 97);
            assert!(
                it.series
                    .windows(2)
                    .all(|two| two[0].at + it.interval_ms == two[1].at)
            );
            assert!(
                it.course()
                    .intervals
                    .iter()
                    .filter(|it| it.count.is_some())
                    .count()
                    > 90
            );
        }
    }
    let share = of(&signals, "8.4.0", Measure::NamedShare);
    assert_eq!(share.name(), "Payments that succeed");
    assert!(adapter.targets().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_number_is_no_figure_and_never_healthy() {
    let stage = Stage::new();
    let signals = stage.connect(Service::Prometheus).signals().await.unwrap();
    // Nobody uses 8.5.0: none of none is NaN.
    let nobody = of(&signals, "8.5.0", Measure::CrashFreeSessions);
    assert_eq!((nobody.value, nobody.data_until), (None, None));
    let now = Time::from_ms(EPOCH_MS);
    let judged = HealthRule::standard().judge(nobody, now);
    assert!(matches!(judged, Judgement::CannotSay(why) if why.contains("no data")));
    for infinite in [
        "app:crash_free_sessions:ratio / 0",
        "0 - app:sessions:count / 0",
    ] {
        for it in sessions(&stage, &[("crash_free_sessions", infinite)]).await {
            assert_eq!((it.value, it.data_until), (None, None), "{infinite}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_no_data_and_the_check_says_so() {
    let stage = Stage::new();
    let unknown = [("crash_free_sessions", "nobody_records_this")];
    assert!(sessions(&stage, &unknown).await.is_empty());
    let check = with(&stage, &unknown).check().await.unwrap();
    assert!(check.items[0].ok);
    assert!(
        check.items[0].sentence.contains("not the same as healthy"),
        "{check:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn per_cent_and_fractions_are_told_apart() {
    let stage = Stage::new();
    let query = "app:crash_free_sessions:ratio * 100";
    let percent = sessions(
        &stage,
        &[("crash_free_sessions", query), ("unit", "percent")],
    )
    .await;
    let fraction = sessions(&stage, &[]).await;
    let value = |all: &[Signal]| of(all, "8.4.0", Measure::CrashFreeSessions).value.unwrap();
    assert!((value(&percent) - value(&fraction)).abs() < 1e-9);
    // 99.8 where a fraction is promised is no figure, and the check says what to do.
    let swapped = [("crash_free_sessions", query)];
    let signals = sessions(&stage, &swapped).await;
    assert!(signals.iter().all(|it| it.value.is_none()));
    let check = with(&stage, &swapped).check().await.unwrap();
    assert!(!check.items[0].ok);
    assert!(check.items[0].sentence.contains("no fraction"), "{check:?}");
    assert!(check.items[0].sentence.contains("percent"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn a_version_is_a_label_or_a_place_in_the_query() {
    let stage = Stage::new();
    let query = "app:crash_free_sessions:ratio{version=\"{version}\",platform=\"{platform}\"}";
    let sample = "app:sessions:count{version=\"{version}\",platform=\"{platform}\"}";
    let asked = [
        ("crash_free_sessions", query),
        ("sessions", sample),
        ("versions", "8.4.0, 8.3.2"),
    ];
    let signals = sessions(&stage, &asked).await;
    assert_eq!(signals.len(), 4, "{signals:?}");
    assert!(
        signals
            .iter()
            .all(|it| it.value.is_some() && it.sample.is_some())
    );
    // A version cannot end the text that it stands in.
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Prometheus);
    plain.insert("versions".to_owned(), "8.4.0\"} or vector(1)".to_owned());
    let error = connect(Service::Prometheus, &plain, &secret, &stage.http).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
}

#[tokio::test(start_paused = true)]
async fn two_series_of_one_version_are_no_figure_because_shares_do_not_add_up() {
    let stage = Stage::scenario("version-mix");
    let split = [(
        "crash_free_sessions",
        "app:crash_free_sessions:ratio:by_phone",
    )];
    for it in sessions(&stage, &split).await {
        assert_eq!(it.value, None, "{it:?}");
    }
    let check = with(&stage, &split).check().await.unwrap();
    assert!(
        check.items[0].sentence.contains("more than one series"),
        "{check:?}"
    );
    // A number without labels is of no version.
    let adapter = with(&stage, &[("crash_free_sessions", "1 - 0.002")]);
    let check = adapter.check().await.unwrap();
    assert!(check.items[0].sentence.contains("no label"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_count_there_is_a_figure_that_no_rule_judges() {
    let stage = Stage::scenario("crash-spike");
    let alone = [("sessions", "")];
    let signals = sessions(&stage, &alone).await;
    let it = of(&signals, "8.4.0", Measure::CrashFreeSessions);
    assert!(it.value.is_some_and(|it| it < 0.995) && it.sample.is_none());
    let judged = HealthRule::standard().judge(it, Time::from_ms(EPOCH_MS));
    assert!(matches!(judged, Judgement::CannotSay(_)), "{judged:?}");
}

#[tokio::test(start_paused = true)]
async fn a_figure_that_stopped_coming_stands_with_its_own_age() {
    let stage = Stage::scenario("data-gap");
    let signals = sessions(&stage, &[]).await;
    let it = of(&signals, "8.3.2", Measure::CrashFreeSessions);
    let age_ms = it
        .data_until
        .map(|until| it.read_at.ms_since(until))
        .unwrap();
    assert!((3 * HOUR_MS..5 * HOUR_MS).contains(&age_ms), "{age_ms}");
    let judged = HealthRule::standard().judge(it, it.read_at);
    assert!(matches!(judged, Judgement::CannotSay(why) if why.contains("too old")));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_in_words_and_name_the_query() {
    let stage = Stage::new();
    let broken = with(&stage, &[("crash_free_sessions", "sum(by (version) app")]);
    let error = broken.signals().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(
        error
            .sentence
            .starts_with("Crash-free sessions: Prometheus cannot read"),
        "{error:?}"
    );
    assert!(
        error.sentence.contains("parse error") && error.hint.is_some(),
        "{error:?}"
    );
    let check = broken.check().await.unwrap();
    assert!(!check.items[0].ok && check.items[2].ok, "{check:?}");
    for (knob, kind, words) in [
        ("too_many_samples", ErrorKind::Rejected, "too many samples"),
        ("overloaded", ErrorKind::Server, "timed out"),
    ] {
        let stage = Stage::new();
        stage.knobs(json!({"service": "prometheus", knob: true}));
        let error = stage
            .connect(Service::Prometheus)
            .signals()
            .await
            .unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.sentence.contains(words), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_that_holds_an_error_is_none() {
    let stage = Stage::new();
    let http = stage
        .answering(|_| json!({"status": "error", "errorType": "execution", "error": "it broke"}));
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Prometheus);
    let adapter = connect(Service::Prometheus, &plain, &secret, &http).unwrap();
    let error = adapter.signals().await.unwrap_err();
    assert!(
        error.kind == ErrorKind::Rejected && error.sentence.contains("it broke"),
        "{error:?}"
    );
    for strange in [json!({"status": "success"}), json!({"a": 1}), json!([])] {
        let http = stage.answering(move |_| strange.clone());
        let adapter = connect(Service::Prometheus, &plain, &secret, &http).unwrap();
        assert_eq!(
            adapter.signals().await.unwrap_err().kind,
            ErrorKind::Protocol
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_and_a_password_do_as_well_as_a_token() {
    let stage = Stage::new();
    let (mut plain, mut secret) = settings(&stage.sandbox.connections(), Service::Prometheus);
    let token = secret.remove("token").unwrap();
    let bare = connect(Service::Prometheus, &plain, &secret, &stage.http).unwrap();
    let error = bare.signals().await.unwrap_err();
    assert!(
        error.kind == ErrorKind::Unauthorized && error.hint.is_some(),
        "{error:?}"
    );
    plain.insert("user".to_owned(), "cockpit".to_owned());
    secret.insert("password".to_owned(), token.clone());
    let named = connect(Service::Prometheus, &plain, &secret, &stage.http).unwrap();
    assert!(!named.signals().await.unwrap().is_empty());
    secret.insert("token".to_owned(), token);
    let both = connect(Service::Prometheus, &plain, &secret, &stage.http).unwrap_err();
    assert!(both.sentence.contains("one of both"), "{both:?}");
}
