//! Words of health rules and standing orders. Must not know what the commands do.

use clap::{Args, Subcommand, ValueEnum};
use cockpit_engine::domain::rule::{Comparator, Comparison, HealthRule, RuleOutcome};
use cockpit_engine::domain::signal::Measure;
use cockpit_say::say;

use super::Workspace;

const MINUTE_MS: u64 = 60_000;

/// Health rules.
#[derive(Debug, Subcommand)]
pub enum Rule {
    /// Show every rule with what it says of each figure now.
    List(Workspace),
    /// Judge a rule from here on; it takes the place of one with the same name.
    Set(SetRule),
    /// Say when a rule would have fired on the figures that are known. Sets nothing.
    Test(TestRule),
    /// Judge a rule no more.
    End(EndRule),
}

/// Standing orders.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Show every standing order with what is left of it.
    List(Workspace),
    /// Sign an order: a stop without a person at the button, bounded in time and number.
    Sign(SignOrder),
    /// End an order before its time.
    End(EndOrder),
}

/// What a rule looks at, and when it is breached.
#[derive(Debug, Args)]
pub struct RuleWords {
    /// Its name.
    #[arg(long)]
    pub name: String,
    /// What it looks at.
    #[arg(long, value_enum, default_value = "sessions")]
    pub measure: MeasureName,
    /// Breached below this share, in per cent: 99.5.
    #[arg(long, value_name = "PER CENT", value_parser = bps, group = "limit")]
    pub below: Option<u32>,
    /// Breached above this share, in per cent.
    #[arg(long, value_name = "PER CENT", value_parser = bps, group = "limit")]
    pub above: Option<u32>,
    /// Breached when worse than the release before by this, in percentage points: 0.5.
    #[arg(long, value_name = "POINTS", value_parser = bps, group = "limit")]
    pub worse_by: Option<u32>,
    /// How likely a breach may be over the rollout of a release that is no worse, in per cent.
    #[arg(long, value_name = "PER CENT", value_parser = bps, default_value = "1")]
    pub error: u32,
    /// Sessions or people that what is judged must have.
    #[arg(long, default_value_t = 500)]
    pub sample: u64,
    /// Data older than this cannot trigger, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 120)]
    pub max_age: u64,
    /// The newest intervals within this time are judged together, in minutes.
    #[arg(long, value_name = "MINUTES")]
    pub window: Option<u64>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum MeasureName {
    /// Sessions that did not crash.
    Sessions,
    /// People who saw no crash.
    Users,
    /// People whose app never stopped answering (ANR).
    FreezeFree,
    /// The share that a connection named.
    Named,
}

impl From<MeasureName> for Measure {
    fn from(name: MeasureName) -> Self {
        match name {
            MeasureName::Sessions => Self::CrashFreeSessions,
            MeasureName::Users => Self::CrashFreeUsers,
            MeasureName::FreezeFree => Self::FreezeFreeUsers,
            MeasureName::Named => Self::NamedShare,
        }
    }
}

impl RuleWords {
    /// The rule that is meant.
    pub fn rule(&self, outcome: RuleOutcome) -> HealthRule {
        HealthRule {
            name: self.name.trim().to_owned(),
            measure: self.measure.into(),
            floor_bps: self.above.or(self.below).unwrap_or(0),
            sample_min: self.sample,
            data_age_ms_max: self.max_age.saturating_mul(MINUTE_MS),
            comparator: match self.above {
                Some(_) => Comparator::Above,
                None => Comparator::Below,
            },
            window_ms: self.window.map(|it| it.saturating_mul(MINUTE_MS)),
            previous: self.worse_by.map(|worse_by_bps| Comparison {
                worse_by_bps,
                error_bps: self.error,
            }),
            outcome,
        }
    }
}

/// A rule to be set.
#[derive(Debug, Args)]
pub struct SetRule {
    #[command(flatten)]
    pub at: Workspace,
    #[command(flatten)]
    pub rule: RuleWords,
    /// A breach proposes a stop, with its evidence, instead of only raising an alarm.
    #[arg(long)]
    pub propose: bool,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A rule to be tried out.
#[derive(Debug, Args)]
pub struct TestRule {
    #[command(flatten)]
    pub at: Workspace,
    #[command(flatten)]
    pub rule: RuleWords,
}

/// A rule to be ended.
#[derive(Debug, Args)]
pub struct EndRule {
    #[command(flatten)]
    pub at: Workspace,
    /// Its name.
    pub name: String,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// An order to be signed.
#[derive(Debug, Args)]
pub struct SignOrder {
    #[command(flatten)]
    pub at: Workspace,
    #[command(flatten)]
    pub rule: RuleWords,
    /// Only this platform; both without it.
    #[arg(long, value_enum)]
    pub platform: Option<PlatformName>,
    /// For how many hours it holds, 720 at most.
    #[arg(long)]
    pub hours: u32,
    /// How many breaches it may follow, 10 at most.
    #[arg(long, default_value_t = 1)]
    pub fires: u32,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// A platform.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PlatformName {
    /// Android.
    Android,
    /// iOS.
    Ios,
}

impl PlatformName {
    /// As signals name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Android => "Android",
            Self::Ios => "iOS",
        }
    }
}

/// An order to be ended.
#[derive(Debug, Args)]
pub struct EndOrder {
    #[command(flatten)]
    pub at: Workspace,
    /// Its entry, or the first digits of it.
    pub order: String,
    /// Why; it goes into the log.
    #[arg(long)]
    pub reason: String,
}

/// Per cent, or percentage points, in hundredths: "99.5" is 9950.
fn bps(text: &str) -> Result<u32, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<2}");
    let number = |text: &str| {
        text.bytes()
            .all(|it| it.is_ascii_digit())
            .then(|| text.parse::<u32>())
    };
    match (number(whole), number(&digits)) {
        (Some(Ok(whole)), Some(Ok(part))) if digits.len() == 2 && whole <= 100_u32 => {
            Ok(whole * 100 + part)
        }
        (_, _) => {
            Err(say!("write it like 99.5, between 0 and 100, with two decimals at most").to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_to_the_hundredth_and_nothing_else_is() {
        for (text, is) in [("99.5", 9_950), ("0.05", 5), ("100", 10_000), ("0.50", 50)] {
            assert_eq!(bps(text), Ok(is), "{text}");
        }
        for text in ["", "99.555", "-1", "1e2", "101", "half", ".5", "+5"] {
            assert!(bps(text).is_err(), "{text}");
        }
    }
}
