//! An app on Galaxy Store: its binaries, the staged rollout among them, and whether it is for sale.
//! Must not know HTTP.

use serde_json::{Value, json};

pub(super) const CONTENT: &str = "000007654321";

/// Why something is refused, in Samsung's words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: &str) -> Refusal {
        Refusal {
            code,
            message: message.to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
struct Binary {
    seq: u32,
    code: u32,
    name: &'static str,
    rollout: &'static str,
}

#[derive(Debug)]
pub(super) struct Content {
    status: &'static str,
    binaries: Vec<Binary>,
    rate: u64,
    countries: Vec<(String, u64)>,
    /// A version in review stands in a listing of its own.
    submitted: bool,
}

impl Default for Content {
    fn default() -> Self {
        let binary = |seq, code, name, rollout| Binary {
            seq,
            code,
            name,
            rollout,
        };
        Self {
            status: "FOR_SALE",
            binaries: vec![
                binary(1, 83_207, "8.3.2", "DISABLED"),
                binary(2, 84_012, "8.4.0", "ENABLED"),
            ],
            rate: 20,
            countries: Vec::new(),
            submitted: false,
        }
    }
}

impl Content {
    /// `contentInfo`: what is for sale, and what is being changed.
    pub(super) fn listings(&self, package: &str) -> Value {
        let listed = |seq: u32, code: u32, name: &str| {
            json!({
                "fileName": format!("wallet-{name}.apk"),
                "binarySeq": seq.to_string(),
                "versionCode": code.to_string(),
                "versionName": name,
                "packageName": package,
                "nativePlatforms": null,
                "apiminSdkVersion": "26",
                "iapSdk": "N",
                "gms": "Y",
                "filekey": null,
            })
        };
        let listing = |status: &str, binaries: Vec<Value>| {
            json!({
                "contentId": CONTENT,
                "appTitle": "Northwind Wallet",
                "contentStatus": status,
                "defaultLanguageCode": "ENG",
                "applicationType": "android",
                "binaryList": binaries,
                "publicationType": "01",
            })
        };
        let sold: Vec<Value> = self
            .binaries
            .iter()
            .map(|it| listed(it.seq, it.code, it.name))
            .collect();
        let mut all = vec![listing(self.status, sold)];
        if self.submitted {
            all.push(listing(
                "READY_FOR_REVIEW",
                vec![listed(3, 85_001, "8.5.0")],
            ));
        }
        Value::Array(all)
    }

    pub(super) fn binaries(&self, app_status: Option<&str>) -> Result<Value, Refusal> {
        self.has(app_status)?;
        let binaries: Vec<Value> = self
            .binaries
            .iter()
            .map(|it| {
                json!({
                    "seq": it.seq,
                    "versionCode": it.code.to_string(),
                    "fileName": format!("wallet-{}.apk", it.name),
                    "fileSize": "7.04 MB",
                    "rolloutStatus": it.rollout,
                    "appStatus": "SALE",
                })
            })
            .collect();
        Ok(json!({ "binaries": binaries }))
    }

    pub(super) fn rate(&self, app_status: Option<&str>) -> Result<Value, Refusal> {
        self.has(app_status)?;
        self.rolling()?;
        let countries: Vec<Value> = self
            .countries
            .iter()
            .map(|(code, rate)| json!({"countryCode": code, "rolloutRate": rate}))
            .collect();
        Ok(json!({"rolloutRate": self.rate, "countries": countries}))
    }

    fn has(&self, app_status: Option<&str>) -> Result<(), Refusal> {
        match app_status {
            None | Some("SALE") => Ok(()),
            Some("REGISTRATION") if self.submitted => Ok(()),
            Some(_) => Err(Refusal::new("3100", "Not found for contentId")),
        }
    }

    fn rolling(&self) -> Result<(), Refusal> {
        if self.binaries.iter().any(|it| it.rollout != "DISABLED") {
            return Ok(());
        }
        Err(Refusal::new(
            "3208",
            "There are currently no binaries set to roll out for this content",
        ))
    }

    /// The share only rises; turning it off gives the release to everybody.
    pub(super) fn set_rate(&mut self, body: &Value) -> Result<(), Refusal> {
        if body["appStatus"] != "SALE" {
            return Err(Refusal::new("3100", "Not found for contentId"));
        }
        self.rolling()?;
        if self.status != "FOR_SALE" || self.binaries.iter().any(|it| it.rollout == "PAUSED") {
            return Err(Refusal::new(
                "3206",
                "The staged rollout API is not available in the current application status",
            ));
        }
        match body["function"].as_str() {
            Some("DISABLE_ROLLOUT") => {
                if self.countries.iter().any(|(_, rate)| *rate > self.rate) {
                    return Err(Refusal::new(
                        "3105",
                        "Check the errorMessage to see if the rollout rate value for each country is valid",
                    ));
                }
                self.complete();
                Ok(())
            }
            Some("ENABLE_ROLLOUT") => {
                let rate = body["rolloutRate"]
                    .as_u64()
                    .filter(|rate| *rate <= 100)
                    .ok_or_else(|| Refusal::new("1000", "bad request (Invalid Parameters)"))?;
                if rate < self.rate {
                    return Err(Refusal::new(
                        "3103",
                        "If a staged rollout has begun, the rollout rate cannot be reduced",
                    ));
                }
                if rate == self.rate {
                    return Err(Refusal::new(
                        "3104",
                        "The rollout rate cannot be set to a value smaller than the previous setting value",
                    ));
                }
                self.rate = rate;
                Ok(())
            }
            _ => Err(Refusal::new("1000", "bad request (Invalid Parameters)")),
        }
    }

    fn complete(&mut self) {
        for binary in &mut self.binaries {
            binary.rollout = "DISABLED";
        }
        self.countries.clear();
    }

    /// What was suspended is not put on sale again from here.
    pub(super) fn set_status(&mut self, status: &str) -> Result<(), Refusal> {
        match (self.status, status) {
            ("FOR_SALE", "SUSPENDED") => {
                self.status = "SUSPENDED";
                Ok(())
            }
            _ => Err(Refusal::new(
                "4106",
                "Failed to distribute content (request error)",
            )),
        }
    }

    /// What a person does in Seller Portal.
    pub(super) fn by_hand(&mut self, act: &str, body: &Value) -> Result<(), Refusal> {
        let rate = body["rate"].as_u64().unwrap_or(50);
        let mark = |binaries: &mut Vec<Binary>, from: &str, to: &'static str| {
            for binary in binaries.iter_mut().filter(|it| it.rollout == from) {
                binary.rollout = to;
            }
        };
        match act {
            "pause" => mark(&mut self.binaries, "ENABLED", "PAUSED"),
            "go_on" => mark(&mut self.binaries, "PAUSED", "ENABLED"),
            "raise" => self.rate = rate,
            "country" => self.countries.push(("KOR".to_owned(), rate)),
            "submit" => self.submitted = true,
            "suspend_sale" => self.status = "SUSPENDED",
            "sell_again" => self.status = "FOR_SALE",
            _ => self.complete(),
        }
        Ok(())
    }

    pub(super) fn truth(&self) -> Value {
        let binaries: serde_json::Map<String, Value> = self
            .binaries
            .iter()
            .map(|it| (it.name.to_owned(), json!(it.rollout)))
            .collect();
        json!({
            "status": self.status,
            "binaries": binaries,
            "rate": self.rate,
            "countries": self.countries,
        })
    }
}
