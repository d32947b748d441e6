//! Sentry's traps. Must not know the adapter's inside.

use cockpit_domain::Service;
use cockpit_domain::provider::ErrorKind;
use cockpit_domain::signal::{Measure, Signal};

use crate::stage::Stage;

fn of<'a>(signals: &'a [Signal], platform: &str, version: &str) -> &'a Signal {
    signals
        .iter()
        .find(|it| {
            it.platform == platform
                && it.version == version
                && it.measure == Measure::CrashFreeSessions
        })
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_release_has_both_figures_with_their_age() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Sentry);
    let check = adapter.check().await.unwrap();
    assert!(
        check.items.len() == 2 && check.items.iter().all(|item| item.ok),
        "{check:?}"
    );
    let signals = adapter.signals().await.unwrap();
    assert_eq!(signals.len(), 8, "{signals:?}");
    for signal in &signals {
        assert!(
            signal
                .value
                .is_some_and(|value| (0.9..=1.0).contains(&value)),
            "{signal:?}"
        );
        assert!(signal.sample.is_some_and(|sample| sample > 0));
        assert!(
            signal
                .data_until
                .is_some_and(|until| until <= signal.read_at)
        );
        assert!(signal.series.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!((24..=25).contains(&signal.series.len()));
    }
    assert!(adapter.targets().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_crash_spike_shows_in_its_release_alone() {
    let stage = Stage::scenario("crash-spike");
    let adapter = stage.connect(Service::Sentry);
    let signals = adapter.signals().await.unwrap();
    for platform in ["Android", "iOS"] {
        let bad = of(&signals, platform, "8.4.0").value.unwrap();
        let good = of(&signals, platform, "8.3.2").value.unwrap();
        assert!(bad < good - 0.005, "{platform}: {bad} {good}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_typed_and_other_adapters_have_no_figures() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Sentry);
    for (status, kind) in [
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
    ] {
        let stage = Stage::new();
        let adapter = stage.connect(Service::Sentry);
        stage.fault("/api/0/", &format!("status:{status}"), 20);
        assert_eq!(adapter.signals().await.unwrap_err().kind, kind);
    }
    let asked = stage.wire.requests();
    for other in Service::ALL
        .into_iter()
        .map(|other| stage.connect(other))
        .filter(|other| !other.capability().signals)
    {
        assert!(other.signals().await.unwrap().is_empty());
    }
    drop(adapter);
    assert_eq!(stage.wire.requests(), asked);
}
