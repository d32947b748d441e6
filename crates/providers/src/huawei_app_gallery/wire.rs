//! Huawei's JSON. Must not know our words.
//! Sources: the Publishing API's reference (Querying App Information, Changing Phased Release
//! Status, Updating Phased Release) and answers that users of it recorded. Numbers come as numbers
//! and as texts, also of one field.

use cockpit_domain::Time;
use serde_json::Value;

/// The envelope's verdict; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ret {
    pub code: i64,
}

impl Ret {
    /// Nothing where an answer has no envelope.
    pub(super) fn of(body: &Value) -> Option<Ret> {
        Some(Ret {
            code: number(&body["ret"]["code"])?,
        })
    }
}

/// A whole number, also one that is written as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text that says something, also one that is written as a number.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// `app-info` for one release type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    /// 0 on the shelf … 13 pre-review failed; see [`Info::review`].
    pub release_state: Option<i64>,
    /// The newest version, a draft or one in review among them.
    pub version: Option<String>,
    pub build: Option<String>,
    /// The version that people get.
    pub on_shelf: Option<String>,
    pub on_shelf_build: Option<String>,
    pub phased: Option<Phased>,
}

/// `phasedReleaseInfo`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phased {
    /// `RELEASE`, `SUSPEND`, `DRAFT`, …; empty when it is not said.
    pub state: String,
    /// In hundredths of a per cent.
    pub share_bps: Option<u32>,
    pub ends_at: Option<Time>,
}

impl Info {
    pub(super) fn of(body: &Value) -> Info {
        let app = &body["appInfo"];
        // It stands beside the app's information; some accounts see it inside.
        let phased = [&body["phasedReleaseInfo"], &app["phasedReleaseInfo"]]
            .into_iter()
            .find(|it| it.is_object());
        Info {
            release_state: number(&app["releaseState"]),
            version: text(&app["versionNumber"]),
            build: text(&app["versionCode"]),
            on_shelf: text(&app["onShelfVersionNumber"]),
            on_shelf_build: text(&app["onShelfVersionCode"]),
            phased: phased.map(|it| Phased {
                state: text(&it["state"]).unwrap_or_default().to_ascii_uppercase(),
                share_bps: text(&it["phasedReleasePercent"]).and_then(|text| bps(&text)),
                ends_at: text(&it["phasedReleaseEndTime"]).and_then(|text| moment(&text)),
            }),
        }
    }
}

/// "20.00" per cent in hundredths of one.
pub(super) fn bps(percent: &str) -> Option<u32> {
    let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) {
        return None;
    }
    let mut hundredths = rest.to_owned();
    hundredths.push_str("00");
    let hundredths: u32 = hundredths.get(..2)?.parse().ok()?;
    let found = whole
        .parse::<u32>()
        .ok()?
        .checked_mul(100)?
        .checked_add(hundredths)?;
    (found <= 10_000).then_some(found)
}

/// Hundredths of a per cent as Huawei takes them: "20.00".
pub(super) fn percent(bps: u32) -> String {
    format!("{}.{:02}", bps / 100, bps % 100)
}

/// "2026-12-01T01:01:01+0800": RFC 3339 but for the colon.
fn moment(text: &str) -> Option<Time> {
    let (start, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    match offset.split_at_checked(3) {
        Some((hours, minutes)) if offset.starts_with(['+', '-']) => {
            format!("{start}{hours}:{minutes}").parse().ok()
        }
        Some(_) | None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shares_are_exact_both_ways() {
        for (text, found) in [
            ("20.00", Some(2_000)),
            ("0.50", Some(50)),
            ("0.5", Some(50)),
            ("100", Some(10_000)),
            ("100.01", None),
            ("-1", None),
            ("", None),
            ("a", None),
        ] {
            assert_eq!(bps(text), found, "{text}");
        }
        for share in [1, 50, 99, 100, 2_000, 9_999, 10_000] {
            assert_eq!(bps(&percent(share)), Some(share));
        }
    }

    #[test]
    fn numbers_and_texts_mean_the_same() {
        let body = |code: Value| json!({"ret": {"code": "0"}, "appInfo": {"versionCode": code}});
        for code in [json!(84_012), json!("84012")] {
            assert_eq!(Info::of(&body(code)).build.as_deref(), Some("84012"));
        }
        assert_eq!(Ret::of(&body(json!(1))), Some(Ret { code: 0 }));
        assert_eq!(Ret::of(&json!({})), None);
    }

    #[test]
    fn an_end_is_read_in_its_own_zone() {
        let there = "2026-12-01T08:00:00+0800";
        let utc: Time = "2026-12-01T00:00:00Z".parse().unwrap();
        assert_eq!(moment(there), Some(utc));
        assert_eq!(moment("2026-12-01T00:00:00Z"), Some(utc));
        assert_eq!(moment("soon"), None);
        assert_eq!(moment("+080é"), None);
    }
}
