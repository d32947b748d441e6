//! Resources as Apple's documents show them. Must not know who may read them.

use serde_json::{Value, json};

use super::phased::Phased;
use super::{APP_ID, Version};
use crate::clock::rfc3339;

pub(super) fn app(url: &str) -> Value {
    let own = format!("{url}/v1/apps/{APP_ID}");
    json!({
        "type": "apps",
        "id": APP_ID,
        "attributes": {
            "name": "Northwind Wallet",
            "bundleId": super::BUNDLE_ID,
            "sku": "NORTHWIND-WALLET",
            "primaryLocale": "en-GB",
            "isOrEverWasMadeForKids": false,
            "contentRightsDeclaration": "DOES_NOT_USE_THIRD_PARTY_CONTENT",
        },
        "relationships": {
            "appStoreVersions": {"links": related(&own, "appStoreVersions")},
        },
        "links": {"self": own},
    })
}

pub(super) fn version(version: &Version, include: &[&str], url: &str) -> Value {
    let own = format!("{url}/v1/appStoreVersions/{}", version.id);
    let mut build = json!({"links": related(&own, "build")});
    if include.contains(&"build") {
        build["data"] = json!({"type": "builds", "id": version.build_id});
    }
    let mut phased = json!({"links": related(&own, "appStoreVersionPhasedRelease")});
    if include.contains(&"appStoreVersionPhasedRelease") {
        phased["data"] = match &version.phased {
            Some(phased) => json!({"type": "appStoreVersionPhasedReleases", "id": phased.id}),
            None => Value::Null,
        };
    }
    let mut relationships = json!({"build": build, "appStoreVersionPhasedRelease": phased});
    if include.contains(&"app") {
        relationships["app"] = json!({"data": {"type": "apps", "id": APP_ID}});
    }
    json!({
        "type": "appStoreVersions",
        "id": version.id,
        "attributes": {
            "platform": "IOS",
            "versionString": version.name,
            "appStoreState": version.store_state(),
            "appVersionState": version.state,
            "copyright": "Northwind Sandbox Ltd",
            "reviewType": "APP_STORE",
            "releaseType": "AFTER_APPROVAL",
            "earliestReleaseDate": null,
            "usesIdfa": null,
            "downloadable": true,
            "createdDate": rfc3339(version.created_ms),
        },
        "relationships": relationships,
        "links": {"self": own},
    })
}

pub(super) fn build(version: &Version, url: &str) -> Value {
    let own = format!("{url}/v1/builds/{}", version.build_id);
    json!({
        "type": "builds",
        "id": version.build_id,
        "attributes": {
            "version": version.build,
            "uploadedDate": rfc3339(version.created_ms),
            "expired": false,
            "processingState": "VALID",
            "minOsVersion": "17.0",
            "usesNonExemptEncryption": false,
        },
        "links": {"self": own},
    })
}

pub(super) fn phased(phased: &Phased, now_ms: i64, url: &str) -> Value {
    json!({
        "type": "appStoreVersionPhasedReleases",
        "id": phased.id,
        "attributes": {
            "phasedReleaseState": phased.state.wire(),
            "startDate": phased.start_ms.map(rfc3339),
            "totalPauseDuration": phased.pause_days(now_ms),
            "currentDayNumber": phased.day(now_ms),
        },
        "links": {"self": format!("{url}/v1/appStoreVersionPhasedReleases/{}", phased.id)},
    })
}

fn related(own: &str, name: &str) -> Value {
    json!({"self": format!("{own}/relationships/{name}"), "related": format!("{own}/{name}")})
}
