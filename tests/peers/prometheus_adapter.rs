//! The Prometheus adapter and its stand-in beside a real server. Knows no engine but its clock.

use std::collections::BTreeMap;

use cockpit_domain::{
    Service,
    provider::ErrorKind,
    rule::{HealthRule, Judgement},
    signal::Signal,
};
use cockpit_engine::clock;
use cockpit_providers::{Adapter, Http, connect, reqwest_transport};
use cockpit_sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::prometheus_server::RealPrometheus;

const SHARE: &str = "1 - sum by (version, platform) (increase(app_crashes_total[{interval}])) / \
                     sum by (version, platform) (increase(app_sessions_total[{interval}]))";
const SESSIONS: &str = "sum by (version, platform) (increase(app_sessions_total[{interval}]))";

fn adapter(url: &str, fields: &[(&str, &str)]) -> Box<dyn Adapter> {
    let mut plain: BTreeMap<String, String> = [
        ("base_url", url),
        ("crash_free_sessions", SHARE),
        ("sessions", SESSIONS),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let more = fields.iter();
    plain.extend(more.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let http = Http::new(reqwest_transport().unwrap(), clock::system());
    connect(Service::Prometheus, &plain, &BTreeMap::new(), &http).unwrap()
}

fn of<'a>(signals: &'a [Signal], version: &str) -> &'a Signal {
    let mut own = signals.iter().filter(|it| it.version == version);
    own.next()
        .unwrap_or_else(|| panic!("{version}: {signals:?}"))
}

#[tokio::test]
async fn rules_hold_and_are_breached_on_what_a_real_server_gives() {
    let server = RealPrometheus::start().await;
    let adapter = adapter(&server.url, &[]);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    assert!(
        check.items[0]
            .sentence
            .contains("Android 8.3.2, Android 8.4.0"),
        "{check:?}"
    );
    let signals = adapter.signals().await.unwrap();
    let bad = of(&signals, "8.4.0");
    assert!(
        bad.value.is_some_and(|it| (0.975..0.985).contains(&it)),
        "{bad:?}"
    );
    assert!(
        bad.sample.is_some_and(|it| (1_200..1_700).contains(&it)),
        "{bad:?}"
    );
    // Hours ago it was well, and the series knows.
    let older = bad.series.iter().rev().nth(12).and_then(|it| it.value);
    assert!(older.is_some_and(|it| it > 0.999), "{bad:?}");
    let hour = HealthRule {
        window_ms: Some(3_600_000),
        ..HealthRule::standard()
    };
    let compares = HealthRule {
        previous: Some(cockpit_domain::rule::Comparison {
            worse_by_bps: 50,
            error_bps: 100,
        }),
        window_ms: Some(2 * 3_600_000),
        ..HealthRule::standard()
    };
    for rule in [HealthRule::standard(), hour, compares] {
        let judged = rule.judge_among(bad, &signals, bad.read_at);
        assert!(matches!(judged, Judgement::Breach(_)), "{judged:?}");
        let good = of(&signals, "8.3.2");
        let judged = rule.judge_among(good, &signals, good.read_at);
        assert!(!matches!(judged, Judgement::Breach(_)), "{judged:?}");
    }
    // What stopped coming keeps its last figure with its own age, and nothing judges it.
    let gone = of(&signals, "8.3.1");
    let age_ms = gone
        .data_until
        .map(|until| gone.read_at.ms_since(until))
        .unwrap();
    assert!(age_ms > 2 * 3_600_000, "{gone:?}");
    let judged = HealthRule::standard().judge(gone, gone.read_at);
    assert!(matches!(judged, Judgement::CannotSay(_)), "{judged:?}");
}

#[tokio::test]
async fn what_a_real_server_calls_no_number_is_no_figure() {
    let server = RealPrometheus::start().await;
    for query in [
        "app_sessions_total * 0 / 0",
        "app_sessions_total / 0",
        "-app_sessions_total / 0",
        "nobody_records_this",
    ] {
        let adapter = adapter(&server.url, &[("crash_free_sessions", query)]);
        let signals = adapter.signals().await.unwrap();
        let none = |it: &Signal| it.value.is_none() && it.data_until.is_none();
        assert!(signals.iter().all(none), "{query}: {signals:?}");
    }
    let percent = format!("100 * ({SHARE})");
    let fields = [("crash_free_sessions", percent.as_str())];
    let swapped = adapter(&server.url, &fields);
    let check = swapped.check().await.unwrap();
    assert!(check.items[0].sentence.contains("no fraction"), "{check:?}");
    let fields = [
        ("crash_free_sessions", percent.as_str()),
        ("unit", "percent"),
    ];
    let signals = adapter(&server.url, &fields).signals().await.unwrap();
    assert!(of(&signals, "8.3.2").value.is_some_and(|it| it > 0.99));
}

#[tokio::test]
async fn what_a_real_server_refuses_is_told_in_its_words() {
    let server = RealPrometheus::start().await;
    for (query, words) in [
        ("sum by (version app_sessions_total", "parse error"),
        (
            "app_sessions_total / on(platform) app_crashes_total",
            "found duplicate series",
        ),
        ("\"a text\"", "invalid expression type"),
    ] {
        let adapter = adapter(&server.url, &[("crash_free_sessions", query)]);
        let error = adapter.signals().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Rejected, "{error:?}");
        assert!(error.sentence.contains(words), "{error:?}");
        assert!(error.hint.is_some());
    }
    let named = [
        (
            "crash_free_sessions",
            "app_sessions_total{version=\"{version}\"} / app_sessions_total",
        ),
        ("versions", "8.4.0"),
    ];
    let signals = adapter(&server.url, &named).signals().await.unwrap();
    assert_eq!(of(&signals, "8.4.0").value, Some(1.0));
    let url = format!("{}/elsewhere", server.url);
    let error = adapter(&url, &[]).signals().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    drop(server);
    let error = adapter(&url, &[]).signals().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
}

/// Status, kind of error and kind of result.
type Shape = (u16, Value, Value);

async fn shape(url: &str, token: &str, path: &str) -> Shape {
    let answer = reqwest::Client::new()
        .get(format!("{url}/api/v1/{path}"))
        .header("authorization", format!("Bearer {token}"))
        .send()
        .await
        .unwrap();
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let kind = body["data"]["resultType"].clone();
    (status, body["errorType"].clone(), kind)
}

#[tokio::test]
async fn the_stand_in_answers_in_the_shapes_of_a_real_server() {
    let server = RealPrometheus::start().await;
    let sandbox = Sandbox::serve(Options::default(), 0).await.unwrap();
    let connection = sandbox.sandbox().connections()["channels"]["prometheus"].clone();
    let token = connection["token"].as_str().unwrap();
    let base = connection["base_url"].as_str().unwrap();
    for path in [
        "query?query=nobody",
        "query?query=1-0.25",
        "query?query=",
        "query?query=sum(",
        "query?query=app{version=",
        "query?query=1&time=yesterday",
        "query_range?query=nobody&start=1000&end=2000&step=15",
        "query_range?query=1&start=1000&end=2000&step=1m",
        "query_range?query=1&start=2000&end=1000&step=15",
        "query_range?query=1&start=1000&end=2000&step=0",
        "query_range?query=1&start=0&end=200000&step=1",
        "query_range?query=1&start=1000&end=2000&step=often",
    ] {
        let real = shape(&server.url, "", path).await;
        assert_eq!(shape(base, token, path).await, real, "{path}");
    }
}
