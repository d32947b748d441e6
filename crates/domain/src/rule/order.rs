//! Standing orders: a rule that may press stop by itself, signed, bounded in number and expiring.
//! An order adds no authority: the laptop that follows it belongs to somebody who may ask for the
//! stop, and every approval that the mandate wants is still wanted. Must not know how a target is
//! stopped.

use cockpit_say::{count, say};
use serde::{Deserialize, Serialize};

use super::{Breach, ERROR_BPS_MAX, HealthRule, RuleOutcome};
use crate::state::{Admitted, State};
use crate::time::Time;
use crate::words;

/// The longest time that an order may hold, in milliseconds.
pub const ORDER_LASTS_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Most breaches that an order may follow.
pub const ORDER_FIRES_MAX: u32 = 10;

/// What a person lets the cockpit do by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingOrder {
    /// The rule, word for word: what was signed is what is judged.
    pub rule: HealthRule,
    /// Android or iOS; absent: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// It holds up to this time.
    pub until: Time,
    /// Breaches that it may follow.
    pub fires_max: u32,
    /// Why.
    pub reason: String,
}

/// Something about a standing order, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum OrderEvent {
    /// A person signs an order.
    #[serde(rename = "order.sign")]
    Signed(Box<StandingOrder>),
    /// A person ends it before its time.
    #[serde(rename = "order.end")]
    Ended {
        /// The order's entry, in hex.
        order: String,
        /// Why.
        reason: String,
    },
}

impl OrderEvent {
    /// Every kind, in the order of the variants.
    pub const KINDS: [&str; 2] = ["order.sign", "order.end"];

    /// The entry's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Signed(_) => "order.sign",
            Self::Ended { .. } => "order.end",
        }
    }
}

/// Under which order, and for which breach, the cockpit asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRef {
    /// The order's entry, in hex.
    pub order: String,
    /// Position of the breach's entry.
    pub entry: u64,
    /// The breach, with its figures.
    pub breach: Box<Breach>,
}

/// An order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// The order.
    pub order: StandingOrder,
    /// Who signed it.
    pub by: String,
    /// When it was signed, as far as that is believed.
    pub at: Time,
    /// Position of its entry.
    pub position: u64,
    /// Who ended it, and why.
    pub ended: Option<(String, String)>,
    /// Positions of the breaches that it followed.
    pub fired: Vec<u64>,
}

impl OrderRecord {
    /// The last moment at which it holds: what it says, and never longer than an order may.
    pub fn until(&self) -> Time {
        self.order.until.min(self.at + ORDER_LASTS_MS_MAX)
    }

    /// Breaches that it may follow: what it says, and never more than an order may.
    pub fn fires_max(&self) -> u32 {
        self.order.fires_max.min(ORDER_FIRES_MAX)
    }

    /// Why it does not hold at `now`; `None` when it does.
    pub fn ended_because(&self, now: Time) -> Option<String> {
        if let Some((_, reason)) = &self.ended {
            return Some(say!("it was ended: {reason}"));
        }
        if now > self.until() {
            return Some(say!("it held until {}", words::moment(self.until())));
        }
        let most = self.fires_max();
        (self.fired.len() as u64 >= u64::from(most)).then(|| {
            let breaches = count!(most, "breach", "breaches");
            say!("it has followed {breaches}, which is all that it may")
        })
    }
}

impl StandingOrder {
    /// What it says, on one line.
    pub fn in_words(&self) -> String {
        say!(
            "{}: stop when “{}” is breached, until {}, at most {}",
            self.platform.as_deref().unwrap_or(say!("Android and iOS")),
            self.rule.name,
            words::moment(self.until),
            count!(self.fires_max, "time", "times")
        )
    }

    /// Why this cannot be an order that is signed at `now`; `None` when it can.
    pub fn problem(&self, now: Time) -> Option<&'static str> {
        let Some(comparison) = &self.rule.previous else {
            return Some(say!(
                "a rule that stops by itself compares with the release before"
            ));
        };
        if self.rule.outcome != RuleOutcome::Stop {
            return Some(say!("the rule does not ask for a stop"));
        }
        if comparison.worse_by_bps == 0
            || !(1..=ERROR_BPS_MAX).contains(&comparison.error_bps)
            || self.rule.sample_min == 0
        {
            return Some(say!(
                "a rule that stops by itself has a difference, a minimum sample, and an error \
                 between 0.01 % and 5 %"
            ));
        }
        if self.rule.name.trim().is_empty() || self.reason.trim().is_empty() {
            return Some(say!("an order needs a reason, and its rule a name"));
        }
        if self.until <= now || self.until > now + ORDER_LASTS_MS_MAX {
            return Some(say!("an order ends within 30 days"));
        }
        if !(1..=ORDER_FIRES_MAX).contains(&self.fires_max) {
            return Some(say!("an order follows 1 to 10 breaches"));
        }
        None
    }
}

impl State {
    /// The rules that are judged at `now`: the workspace's own and those of orders that hold.
    pub fn rules_in_force(&self, now: Time) -> Vec<&HealthRule> {
        let of_orders = self
            .orders
            .values()
            .filter(|it| it.ended_because(now).is_none());
        self.rules
            .iter()
            .chain(of_orders.map(|it| &it.order.rule))
            .collect()
    }

    /// The orders that may follow this standing breach at `now`, by entry.
    pub fn orders_for(&self, breach: &Breach, now: Time) -> Vec<&String> {
        let entries = self.orders.iter();
        entries
            .filter(|(id, _)| self.order_objects(id, breach, now).is_none())
            .map(|(id, _)| id)
            .collect()
    }

    /// Why an order does not follow a breach at `now`; `None` when it does.
    pub fn order_objects(&self, order: &str, breach: &Breach, now: Time) -> Option<String> {
        let Some(record) = self.orders.get(order) else {
            return Some(say!("there is no such standing order").to_owned());
        };
        let Some(standing) = self.breaches.get(&breach.key()) else {
            return Some(say!("no such breach stands").to_owned());
        };
        if record.fired.contains(&standing.position) {
            return Some(say!("it has followed this breach already").to_owned());
        }
        if let Some(why) = record.ended_because(now) {
            return Some(why);
        }
        let signer_may = self
            .people
            .get(&record.by)
            .is_some_and(|person| self.may_order(person));
        if !signer_may {
            return Some(say!("who signed it may not stop any more").to_owned());
        }
        let rule = &record.order.rule;
        let other = record.order.platform.as_ref();
        // A breach that was judged by a laxer rule of the same name is not what was signed.
        let as_signed = standing
            .breach
            .evidence
            .as_ref()
            .zip(rule.previous)
            .is_some_and(|(seen, signed)| {
                seen.worse_by_bps >= signed.worse_by_bps && seen.error_bps <= signed.error_bps
            });
        if standing.breach.rule != rule.name
            || !as_signed
            || other.is_some_and(|it| *it != standing.breach.platform)
        {
            return Some(say!("it is about another breach").to_owned());
        }
        (now.ms_since(standing.breach.data_until) > rule.data_age_ms_max)
            .then(|| say!("the figures are too old to follow").to_owned())
    }

    pub(crate) fn take_order(
        &mut self,
        entry: &Admitted,
        event: &OrderEvent,
    ) -> Result<(), String> {
        let person = self.actor(&entry.device)?;
        if !self.may_order(person) {
            return Err(say!("{} may not ask for a stop", person.name));
        }
        let by = person.id.clone();
        match event {
            OrderEvent::Signed(order) => {
                let record = OrderRecord {
                    order: order.as_ref().clone(),
                    by,
                    at: entry.moment().best(),
                    position: entry.position,
                    ended: None,
                    fired: Vec::new(),
                };
                self.orders.insert(entry.id.clone(), record);
            }
            OrderEvent::Ended { order, reason } => {
                if let Some(record) = self.orders.get_mut(order) {
                    record.ended.get_or_insert((by, reason.clone()));
                }
            }
        }
        Ok(())
    }

    /// Remembers that an order was followed: one breach may ask for several targets.
    pub(crate) fn note_firing(&mut self, under: &OrderRef) {
        if let Some(record) = self.orders.get_mut(&under.order)
            && !record.fired.contains(&under.entry)
        {
            record.fired.push(under.entry);
        }
    }
}
