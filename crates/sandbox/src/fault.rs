//! Which fault strikes which request. Must not know how a fault is carried out.

use serde_json::Value;

use crate::dice;
use crate::wire::Service;

/// How long nothing comes before the connection is closed, in sandbox milliseconds.
pub(crate) const HANG_MS: u64 = 120_000;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// This status with the service's own error body; nothing takes effect.
    Status(u16),
    /// Nothing happens and nothing comes.
    Hang,
    /// The request takes effect; its answer never comes.
    LostReply,
    /// The request takes effect; the connection closes instead of an answer.
    LostReplyClose,
    /// The open Play edit dies just before the request is looked at.
    EditDeleted,
    /// The connection closes; nothing takes effect.
    Close,
    /// This many milliseconds more.
    Slow(u64),
    /// A page that is not the service's: status 200, HTML; nothing takes effect.
    Garbage,
}

impl Fault {
    pub(crate) fn parse(text: &str) -> Result<Fault, String> {
        let (kind, argument) = text.split_once(':').unwrap_or((text, ""));
        match (kind, argument) {
            ("status", code) => match code.parse() {
                Ok(code) if (400..600).contains(&code) => Ok(Fault::Status(code)),
                _ => Err(format!(
                    "status needs a code from 400 to 599, not \"{code}\""
                )),
            },
            ("slow", ms) => ms
                .parse()
                .map(Fault::Slow)
                .map_err(|_| format!("slow needs milliseconds, not \"{ms}\"")),
            ("hang", "") => Ok(Fault::Hang),
            ("lost_reply", "" | "hang") => Ok(Fault::LostReply),
            ("lost_reply", "close") => Ok(Fault::LostReplyClose),
            ("edit_deleted", "") => Ok(Fault::EditDeleted),
            ("close", "") => Ok(Fault::Close),
            ("garbage", "") => Ok(Fault::Garbage),
            _ => Err(format!(
                "unknown fault \"{text}\"; known: status:<code>, hang, lost_reply, lost_reply:close, edit_deleted, close, slow:<ms>, garbage"
            )),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Fault::Status(code) => format!("status:{code}"),
            Fault::Hang => "hang".to_owned(),
            Fault::LostReply => "lost_reply".to_owned(),
            Fault::LostReplyClose => "lost_reply:close".to_owned(),
            Fault::EditDeleted => "edit_deleted".to_owned(),
            Fault::Close => "close".to_owned(),
            Fault::Slow(ms) => format!("slow:{ms}"),
            Fault::Garbage => "garbage".to_owned(),
        }
    }
}

/// A fault and the requests it waits for.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// None: any service.
    pub service: Option<Service>,
    /// Part of "METHOD path?query"; empty: any request.
    pub part: String,
    pub fault: Fault,
    /// How often it still strikes.
    pub times: u64,
    /// How many matching requests pass before it strikes.
    pub after: u64,
    /// Whole seconds for a `Retry-After` header.
    pub retry_after_s: Option<u64>,
}

impl Rule {
    pub(crate) fn parse(body: &Value) -> Result<Rule, String> {
        let service = match body.get("service").and_then(Value::as_str) {
            None | Some("all" | "") => None,
            Some(name) => {
                Some(Service::by_name(name).ok_or_else(|| format!("unknown service \"{name}\""))?)
            }
        };
        let fault = body
            .get("fault")
            .and_then(Value::as_str)
            .ok_or("\"fault\" is missing")?;
        Ok(Rule {
            service,
            part: body
                .get("match")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            fault: Fault::parse(fault)?,
            times: body.get("times").and_then(Value::as_u64).unwrap_or(1),
            after: body.get("after").and_then(Value::as_u64).unwrap_or(0),
            retry_after_s: body.get("retry_after_s").and_then(Value::as_u64),
        })
    }
}

/// The rules in force, and the seeded bad luck of the flaky scenario.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    flaky: bool,
    /// How often each request was seen, so that luck does not depend on the order of others.
    seen: std::collections::BTreeMap<String, u64>,
}

/// A fault that strikes one request.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub fault: Fault,
    pub retry_after_s: Option<u64>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.flaky = false;
    }

    pub(crate) fn set_flaky(&mut self, on: bool) {
        self.flaky = on;
    }

    pub(crate) fn in_force(&self) -> Vec<Value> {
        self.rules
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "service": rule.service.map_or("all", Service::name),
                    "match": rule.part, "fault": rule.fault.name(),
                    "times": rule.times, "after": rule.after,
                })
            })
            .collect()
    }

    /// The fault for a request, counting it down. The first matching rule strikes.
    pub(crate) fn strike(&mut self, seed: u64, service: Service, line: &str) -> Option<Strike> {
        for rule in &mut self.rules {
            let meant =
                rule.service.is_none_or(|meant| meant == service) && line.contains(&rule.part);
            if !meant {
                continue;
            }
            if rule.after > 0 {
                rule.after -= 1;
                continue;
            }
            rule.times = rule.times.saturating_sub(1);
            let strike = Strike {
                fault: rule.fault.clone(),
                retry_after_s: rule.retry_after_s,
            };
            self.rules.retain(|rule| rule.times > 0);
            return Some(strike);
        }
        if self.flaky {
            self.bad_luck(seed, service, line)
        } else {
            None
        }
    }

    fn bad_luck(&mut self, seed: u64, service: Service, line: &str) -> Option<Strike> {
        // Ids differ between runs of a client; the path without them does not.
        let shape: String = line
            .chars()
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect();
        let label = format!("{}{shape}", service.name());
        let seen = self.seen.entry(label.clone()).or_default();
        *seen += 1;
        let luck = dice::chance(seed, &format!("{label}{seen}"));
        let (fault, retry_after_s) = match luck {
            luck if luck < 0.06 => (Fault::Status(429), Some(1)),
            luck if luck < 0.12 => (Fault::Status(503), None),
            luck if luck < 0.15 => (Fault::Status(500), None),
            luck if luck < 0.23 => (Fault::Slow(2_000), None),
            _ => return None,
        };
        Some(Strike {
            fault,
            retry_after_s,
        })
    }
}
