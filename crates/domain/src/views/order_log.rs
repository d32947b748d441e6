//! Standing orders and health rules in the log. Must not know who may sign or set one.

use super::Fact;
use super::log::LogLine;
use crate::rule::{Breach, HealthRule, OrderEvent, RuleEvent, StandingOrder};
use crate::signal::Count;
use crate::words;

pub(super) fn line(event: &OrderEvent) -> LogLine {
    let (decision, target, reason) = match event {
        OrderEvent::Signed(it) => ("Signed a standing order", it.in_words(), it.reason.clone()),
        OrderEvent::Ended { reason, .. } => {
            ("Ended a standing order", String::new(), reason.clone())
        }
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
        OrderEvent::Ended { order, reason } => {
            named(vec![("Order", order.clone()), ("Says", reason.clone())])
        }
    }
}

pub(super) fn order_facts(it: &StandingOrder) -> Vec<Fact> {
    named(vec![
        ("Order", it.in_words()),
        ("Rule", rule_words(&it.rule)),
        ("Says", it.reason.clone()),
    ])
}

pub(super) fn rule_line(event: &RuleEvent) -> LogLine {
    let (decision, target, reason) = match event {
        RuleEvent::Set { rule, reason } => ("Set a health rule", rule.name.clone(), reason),
        RuleEvent::Ended { rule, reason } => ("Ended a health rule", rule.clone(), reason),
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
            ("Name", rule.name.clone()),
            ("Rule", rule_words(rule)),
            ("Leads to", rule.outcome.words().to_owned()),
            ("Says", reason.clone()),
        ],
        RuleEvent::Ended { rule, reason } => {
            vec![("Name", rule.clone()), ("Says", reason.clone())]
        }
    })
}

/// Everything that a breach was judged by.
pub(super) fn breach_facts(it: &Breach) -> Vec<Fact> {
    let unit = it.measure.unit();
    let of = |count: Count| {
        format!(
            "{} crashed of {} {unit}",
            words::grouped(count.bad),
            words::grouped(count.all)
        )
    };
    let mut facts = vec![
        ("About", format!("{} {}", it.platform, it.version)),
        ("Rule", it.rule.clone()),
        (
            "Measured",
            format!("{} {}", it.name(), words::percent_2(it.value_bps)),
        ),
        ("Which is", it.against()),
        ("Sample", format!("{} {unit}", words::grouped(it.sample))),
        ("Beyond it since", it.since.to_string()),
        ("Data until", it.data_until.to_string()),
    ];
    if let Some(seen) = &it.evidence {
        facts.extend([
            (
                "Compared",
                format!(
                    "with {} {}, {} pairs of intervals",
                    words::listed(&seen.before),
                    seen.pairing.words(),
                    seen.pairs
                ),
            ),
            ("This release", of(seen.new)),
            ("Before", of(seen.old)),
            ("This release, newest", of(seen.newest_new)),
            ("Before, newest", of(seen.newest_old)),
            (
                "Evidence",
                format!(
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
        rule.measure.unit()
    );
    let over = rule.window_ms.map(words::span);
    let age = words::span(rule.data_age_ms_max);
    let name = rule.measure.name();
    match &rule.previous {
        None => {
            let within = match over {
                None => "in the newest interval".to_owned(),
                Some(span) => format!("in the newest {span}"),
            };
            format!(
                "{name}: breached {} {} with at least {sample} {within}; data older than {age} \
                 cannot trigger it.",
                rule.comparator.words().0,
                words::percent_2(rule.floor_bps)
            )
        }
        Some(it) => format!(
            "{name}: breached when worse than the release before by {}.{:02} points, with at \
             least {sample}, and wrong for at most {} of releases that are no worse; data older \
             than {age} cannot trigger it.",
            it.worse_by_bps / 100,
            it.worse_by_bps % 100,
            words::percent_2(it.error_bps)
        ),
    }
}
