//! Releases by name, what Google finds unusual, and error issues. Must not know rates by the row.

use serde_json::{Value, json};

use super::civil::{Period, civil};
use super::query::codes;
use super::{PACKAGE, PlayReporting, Set, failure, invalid};
use crate::clock::rfc3339;
use crate::health::{DAY_MS, HOUR_MS, Phones, Platform, RELEASES};
use crate::history::Scene;
use crate::wire::{Answer, Call};

/// What is out on each track. A release that nobody named is called by its code and version.
pub(super) fn filter_options() -> Value {
    json!({"tracks": [
        {"displayName": "Production", "type": "Production", "servingReleases": [
            {"displayName": "8.4.0", "versionCodes": ["84012"]},
            {"displayName": "83207 (8.3.2)", "versionCodes": ["83207"]},
        ]},
        {"displayName": "Internal testing", "type": "Internal", "servingReleases": [
            {"displayName": "8.4.1", "versionCodes": ["84103"]},
        ]},
    ]})
}

pub(super) fn anomalies(
    own: &PlayReporting,
    call: &Call,
    scene: &Scene<'_>,
) -> Result<Answer, Answer> {
    let filter = call.query("filter").unwrap_or_default();
    if !filter.is_empty() && !filter.starts_with("activeBetween(") {
        return Err(invalid("Invalid filter expression."));
    }
    let until_ms = own.fresh_until(Period::Hourly, scene.now_ms);
    let found = scene.health.worse_since().and_then(|since_ms| {
        let from_ms = Period::Hourly.floor(since_ms);
        let release = &RELEASES[0];
        let count = scene
            .health
            .count(release, Phones::All, from_ms, until_ms, scene.now_ms);
        let rate = count.crashed_users / count.users;
        // It looks back, so what began just now is not found yet.
        (until_ms > from_ms && rate > 0.003_2).then(|| {
            json!({"anomalies": [{
                "name": format!("apps/{PACKAGE}/anomalies/1"),
                "metricSet": format!("apps/{PACKAGE}/{}", Set::Crashes.name()),
                "timelineSpec": {
                    "aggregationPeriod": "HOURLY",
                    "startTime": civil(from_ms, Period::Hourly),
                    "endTime": civil(until_ms, Period::Hourly),
                },
                "dimensions": [{"dimension": "versionCode", "int64Value": release.build}],
                "metric": {
                    "metric": "userPerceivedCrashRate",
                    "decimalValue": {"value": format!("{rate:.6}")},
                },
            }]})
        })
    });
    Ok(Answer::json(200, &found.unwrap_or_else(|| json!({}))))
}

pub(super) fn issues(call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
    let filter = call.query("filter").unwrap_or_default();
    let codes = codes(filter).map_err(|why| invalid(&why))?;
    let order = call.query("orderBy").unwrap_or("errorReportCount desc");
    let known = ["errorReportCount", "distinctUsers"];
    if !order
        .split_once(' ')
        .is_some_and(|(field, way)| known.contains(&field) && ["asc", "desc"].contains(&way))
    {
        return Err(invalid("Invalid order_by."));
    }
    let release = RELEASES.iter().find(|it| {
        it.platform == Platform::Android
            && (codes.is_empty() || codes.iter().any(|code| code == it.build))
    });
    let Some(release) = release else {
        return Ok(Answer::json(200, &json!({})));
    };
    let from_ms = scene.now_ms - DAY_MS;
    let count = scene
        .health
        .count(release, Phones::All, from_ms, scene.now_ms, scene.now_ms);
    if count.crashed_users == 0.0 {
        return Ok(Answer::json(200, &json!({})));
    }
    if call.query("pageSize") == Some("-1") {
        return Err(failure(400));
    }
    let whole = |it: f64| (it as i64).to_string();
    let last_hour_ms = Period::Hourly.floor(scene.now_ms) - HOUR_MS;
    Ok(Answer::json(
        200,
        &json!({"errorIssues": [{
            "name": format!("apps/{PACKAGE}/errorIssues/5a9d"),
            "type": "CRASH",
            "cause": "java.lang.NullPointerException",
            "location": "com.northwind.wallet.pay.TransferSheet.onCreateView",
            "errorReportCount": whole(count.crashed * 0.6),
            "distinctUsers": whole(count.crashed_users * 0.6),
            "distinctUsersPercent": {"value": "0.6"},
            "firstAppVersion": {"versionCode": release.build},
            "lastAppVersion": {"versionCode": release.build},
            "firstOsVersion": {"apiLevel": "29"},
            "lastOsVersion": {"apiLevel": "36"},
            "lastErrorReportTime": rfc3339(last_hour_ms),
            "issueUri": "https://play.google.com/console/vitals/issue/5a9d",
        }]}),
    ))
}
