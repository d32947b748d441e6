//! Each adapter that writes, as the suite needs it: its target, its write, and how the truth shows
//! it. Must not know what is tested.

use cockpit_domain::target::{Notice, Phase};
use cockpit_domain::{Desired, Service};
use serde_json::{Value, json};

/// One adapter's part in the suite.
pub struct Case {
    pub service: Service,
    pub target: &'static str,
    /// The write that is tried.
    pub desired: Desired,
    /// Part of the committing request's "METHOD path?query".
    pub commit: &'static str,
    /// Part of each read's.
    pub read: &'static str,
    /// Whether the write is in effect, by the sandbox's truth.
    pub in_effect: fn(&Value) -> bool,
    /// What somebody else does in the service's console in between.
    pub console: Option<Value>,
    /// A change that the adapter does not offer.
    pub undeclared: Desired,
}

pub fn cases() -> Vec<Case> {
    vec![
        Case {
            service: Service::GooglePlay,
            target: "google_play:com.northwind.wallet/production",
            desired: Desired::Stopped,
            commit: ":commit",
            read: "/tracks/production",
            in_effect: |truth| truth["google_play"]["tracks"]["production"]["status"] == "halted",
            console: Some(json!({"service": "google_play", "action": "raise", "fraction": 0.5})),
            undeclared: Desired::Off,
        },
        Case {
            service: Service::GooglePlay,
            target: "google_play:com.northwind.wallet/recovery/83207/8.3.2",
            desired: Desired::AskedToUpdate,
            commit: ":deploy",
            read: "/appRecoveries?versionCode",
            in_effect: |truth| {
                let mut all = truth["google_play"]["recoveries"]
                    .as_array()
                    .unwrap()
                    .iter();
                all.any(|it| it["status"] == "RECOVERY_STATUS_ACTIVE")
            },
            console: Some(json!({"service": "google_play", "action": "halt"})),
            undeclared: Desired::Off,
        },
        Case {
            service: Service::AppStore,
            target: "app_store:com.northwind.wallet/IOS",
            desired: Desired::Stopped,
            commit: "PATCH /v1/appStoreVersionPhasedReleases",
            read: "/appStoreVersions",
            in_effect: |truth| {
                truth["app_store"]["versions"][0]["phased_release"]["state"] == "PAUSED"
            },
            console: Some(json!({"service": "app_store", "action": "complete"})),
            undeclared: Desired::RollingOut {
                fraction_bps: Some(1_000),
            },
        },
        Case {
            service: Service::HuaweiAppGallery,
            target: "huawei_app_gallery:com.northwind.wallet",
            desired: Desired::Stopped,
            commit: "PUT /api/publish/v2/phased-release",
            read: "GET /api/publish/v2/app-info",
            in_effect: |truth| truth["huawei_app_gallery"]["phased"]["state"] == "SUSPEND",
            console: Some(json!({"service": "huawei_app_gallery", "action": "complete"})),
            undeclared: Desired::RemovedFromSale,
        },
        // It has no stop: what it can do is tried instead.
        Case {
            service: Service::SamsungGalaxyStore,
            target: "samsung_galaxy_store:000007654321",
            desired: Desired::RollingOut {
                fraction_bps: Some(3_000),
            },
            commit: "PUT /seller/v2/content/stagedRolloutRate",
            read: "GET /seller/contentInfo",
            in_effect: |truth| truth["samsung_galaxy_store"]["rate"] == 30,
            console: Some(json!({"service": "samsung_galaxy_store", "action": "suspend_sale"})),
            undeclared: Desired::Stopped,
        },
        Case {
            service: Service::MicrosoftStore,
            target: "microsoft_store:9NWALLET8400",
            desired: Desired::Stopped,
            commit: "haltpackagerollout",
            read: "GET /v1.0/my/applications",
            in_effect: |truth| {
                truth["microsoft_store"]["submissions"][0]["rollout"]["packageRolloutStatus"]
                    == "PackageRolloutStopped"
            },
            console: Some(
                json!({"service": "microsoft_store", "action": "raise", "percentage": 50}),
            ),
            undeclared: Desired::RollingOut { fraction_bps: None },
        },
        Case {
            service: Service::EasUpdate,
            target: "eas_update:0c5e8f3a-51d2-4b7e-9c1f-9a27b6d4e840/production",
            desired: Desired::Stopped,
            commit: "POST /graphql?CockpitPause",
            read: "POST /graphql?CockpitChannel",
            in_effect: |truth| truth["eas_update"]["channels"]["production"]["paused"] == true,
            console: Some(json!({"service": "eas_update", "action": "publish"})),
            undeclared: Desired::RollingOut {
                fraction_bps: Some(1_000),
            },
        },
        Case {
            service: Service::Unleash,
            target: "unleash:default/production/wallet.instant_transfer",
            desired: Desired::Off,
            commit: "/environments/production/off",
            read: "GET /api/admin",
            in_effect: |truth| {
                truth["unleash"]["flags"]["wallet.instant_transfer"]["client_enabled"] == false
            },
            console: None,
            undeclared: Desired::Stopped,
        },
        Case {
            service: Service::LaunchDarkly,
            target: "launchdarkly:northwind/production/instant-transfer",
            desired: Desired::Off,
            commit: "PATCH /api/v2/flags",
            read: "GET /api/v2/flags",
            in_effect: |truth| {
                truth["launchdarkly"]["flags"]["instant-transfer"]["served"] == false
            },
            console: None,
            undeclared: Desired::Stopped,
        },
        Case {
            service: Service::Flagsmith,
            target: "flagsmith:nwsandboxproduction001/instant_transfer",
            desired: Desired::Off,
            commit: "/publish/",
            read: "GET /api/v1/",
            in_effect: |truth| truth["flagsmith"]["flags"]["instant_transfer"]["served"] == false,
            console: None,
            undeclared: Desired::Stopped,
        },
        Case {
            service: Service::Statuspage,
            target: "statuspage:nwstatus2026",
            desired: Desired::Published {
                notice: notice("n-1"),
            },
            commit: "POST /v1/pages",
            read: "GET /v1/pages",
            in_effect: |truth| {
                !truth["statuspage"]["incidents"]
                    .as_array()
                    .unwrap()
                    .is_empty()
            },
            console: None,
            undeclared: Desired::Complete,
        },
        Case {
            service: Service::RemoteConfig,
            target: "remote_config:northwind-sandbox/instant_transfer",
            desired: Desired::Off,
            commit: "PUT /v1/projects",
            read: "GET /v1/projects",
            in_effect: |truth| {
                truth["remote_config"]["flags"]["instant_transfer"]["served"] == false
            },
            console: None,
            undeclared: Desired::Stopped,
        },
        channel(
            Service::Slack,
            "slack:C0NWSTATUS1",
            "POST /api/chat",
            "GET /api/conv",
        ),
        channel(
            Service::Matrix,
            "matrix:!nwstatus:northwind.example",
            "PUT /_matrix",
            "GET /_matrix",
        ),
        channel(
            Service::Mastodon,
            "mastodon:127.0.0.1",
            "POST /api/v1/statuses",
            "GET /api/v1/accounts",
        ),
        channel(
            Service::Bluesky,
            "bluesky:status.northwind.example",
            "putRecord",
            "GET /xrpc",
        ),
        channel(
            Service::RemoteConfig,
            "remote_config:northwind-sandbox/incident_banner",
            "PUT /v1/projects",
            "GET /v1/projects",
        ),
    ]
}

/// A channel takes a notice and nothing else.
fn channel(
    service: Service,
    target: &'static str,
    commit: &'static str,
    read: &'static str,
) -> Case {
    let in_effect: fn(&Value) -> bool = match service {
        Service::Slack => |truth| is_posted(truth, "slack"),
        Service::Matrix => |truth| is_posted(truth, "matrix"),
        Service::Mastodon => |truth| is_posted(truth, "mastodon"),
        Service::Bluesky => |truth| is_posted(truth, "bluesky"),
        Service::RemoteConfig => |truth| is_posted(truth, "remote_config"),
        Service::GooglePlay
        | Service::AppStore
        | Service::HuaweiAppGallery
        | Service::SamsungGalaxyStore
        | Service::MicrosoftStore
        | Service::EasUpdate
        | Service::Unleash
        | Service::LaunchDarkly
        | Service::Flagsmith
        | Service::Sentry
        | Service::Prometheus
        | Service::PlayReporting
        | Service::Crashlytics
        | Service::Statuspage
        | Service::Smtp
        | Service::Fcm
        | Service::Teams => unreachable!("has tests of its own"),
    };
    Case {
        service,
        target,
        desired: Desired::Published {
            notice: notice("n-1"),
        },
        commit,
        read,
        in_effect,
        console: None,
        undeclared: Desired::Stopped,
    }
}

fn is_posted(truth: &Value, service: &str) -> bool {
    !truth[service]["posts"].as_array().unwrap().is_empty()
}

pub fn notice(key: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        title: "Instant transfers are paused".to_owned(),
        body: "We paused instant transfers. Standard transfers work.".to_owned(),
        phase: Phase::Identified,
        notify_subscribers: false,
        about: None,
    }
}
