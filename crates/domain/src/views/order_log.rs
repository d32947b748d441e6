//! Standing orders and health rules in the log. Must not know who may sign or set one.

use cockpit_say::{said, say};

use super::Fact;
use super::log::LogLine;
use crate::rule::{Breach, HealthRule, OrderEvent, RuleEvent, StandingOrder};
use crate::signal::Count;
use crate::words;

pub(super) fn line(event: &OrderEvent) -> LogLine {
    let (decision, target, reason) = match event {
        OrderEvent::Signed(it) => (
            say!("Signed a standing order"),
            it.in_words(),
            it.reason.clone(),
        ),
        OrderEvent::Ended { reason, .. } => (
            say!("Ended a standing order"),
            String::new(),
            reason.clone(),
        ),
    };
    LogLine {
        app: String::new(),
        target,
        decision: decision.to_owned(),
        reason,
        outcome: String::new(),
        by_person: true,
    }
}

pub(super) fn facts(event: &OrderEvent) -> Vec<Fact> {
    match event {
        OrderEvent::Signed(it) => order_facts(it),
        OrderEvent::Ended { order, reason } => named(vec![
            (say!("Order"), order.clone()),
            (say!("Says"), reason.clone()),
        ]),
    }
}

pub(super) fn order_facts(it: &StandingOrder) -> Vec<Fact> {
    named(vec![
        (say!("Order"), it.in_words()),
        (say!("Rule"), rule_words(&it.rule)),
        (say!("Says"), it.reason.clone()),
    ])
}

pub(super) fn rule_line(event: &RuleEvent) -> LogLine {
    let (decision, target, reason) = match event {
        RuleEvent::Set { rule, reason } => (say!("Set a health rule"), rule.name.clone(), reason),
        RuleEvent::Ended { rule, reason } => (say!("Ended a health rule"), rule.clone(), reason),
    };
    LogLine {
        app: String::new(),
        target,
        decision: decision.to_owned(),
        reason: reason.clone(),
        outcome: String::new(),
        by_person: true,
    }
}

pub(super) fn rule_facts(event: &RuleEvent) -> Vec<Fact> {
    named(match event {
        RuleEvent::Set { rule, reason } => vec![
            (say!("Name"), rule.name.clone()),
            (say!("Rule"), rule_words(rule)),
            (say!("Leads to"), rule.outcome.words().to_owned()),
            (say!("Says"), reason.clone()),
        ],
        RuleEvent::Ended { rule, reason } => {
            vec![(say!("Name"), rule.clone()), (say!("Says"), reason.clone())]
        }
    })
}

/// Everything that a breach was judged by.
pub(super) fn breach_facts(it: &Breach) -> Vec<Fact> {
    let unit = said(it.measure.unit());
    let of = |count: Count| {
        say!(
            "{} crashed of {} {unit}",
            words::grouped(count.bad),
            words::grouped(count.all)
        )
    };
    let mut facts = vec![
        (say!("About"), format!("{} {}", it.platform, it.version)),
        (say!("Rule"), it.rule.clone()),
        (
            say!("Measured"),
            format!("{} {}", it.name(), words::percent_2(it.value_bps)),
        ),
        (say!("Which is"), it.against()),
        (
            say!("Sample"),
            format!("{} {unit}", words::grouped(it.sample)),
        ),
        (say!("Beyond it since"), words::moment(it.since)),
        (say!("Data until"), words::moment(it.data_until)),
    ];
    if let Some(seen) = &it.evidence {
        facts.extend([
            (
                say!("Compared"),
                say!(
                    "with {} {}, {} pairs of intervals",
                    words::listed(&seen.before),
                    seen.pairing.words(),
                    seen.pairs
                ),
            ),
            (say!("This release"), of(seen.new)),
            (say!("Before"), of(seen.old)),
            (say!("This release, newest"), of(seen.newest_new)),
            (say!("Before, newest"), of(seen.newest_old)),
            (
                say!("Evidence"),
                say!(
                    "{} times likelier when it is worse; {} are needed",
                    words::grouped(seen.times_likelier),
                    words::grouped(u64::from(10_000_u32.div_ceil(seen.error_bps.max(1))))
                ),
            ),
        ]);
    }
    named(facts)
}

fn named(facts: Vec<(&str, String)>) -> Vec<Fact> {
    let fact = |(name, value): (&str, String)| Fact {
        name: name.to_owned(),
        value,
    };
    facts.into_iter().map(fact).collect()
}

/// A health rule as a sentence.
pub(super) fn rule_words(rule: &HealthRule) -> String {
    let sample = format!(
        "{} {}",
        words::grouped(rule.sample_min),
        said(rule.measure.unit())
    );
    let over = rule.window_ms.map(words::span);
    let age = words::span(rule.data_age_ms_max);
    let name = rule.measure.name();
    match &rule.previous {
        None => {
            let within = match over {
                None => say!("in the newest interval").to_owned(),
                Some(span) => say!("in the newest {span}"),
            };
            say!(
                "{name}: breached {} {} with at least {sample} {within}; data older than {age} \
                 cannot trigger it.",
                rule.comparator.words().0,
                words::percent_2(rule.floor_bps)
            )
        }
        Some(it) => say!(
            "{name}: breached when worse than the release before by {} points, with at \
             least {sample}, and wrong for at most {} of releases that are no worse; data older \
             than {age} cannot trigger it.",
            words::hundredths(it.worse_by_bps),
            words::percent_2(it.error_bps)
        ),
    }
}
