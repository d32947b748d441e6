//! The health room: figures, rules with what they say of them, standing orders with what is left,
//! and a rule on past figures. Must not know how a figure was read.

use cockpit_say::{said, say};

use super::cockpit::signal_view;
use super::{
    Age, Badge, ChangeSheetView, HealthRuleView, HealthSignalView, HealthView, Icon, Live,
    OrderView, RuleStateView, RuleTestView, RuleTestsView, RuleView, TestPointView, Tone, age,
    asker, badge, capital, in_flight_version, order_log, ratings,
};
use crate::decide::may_not_ask;
use crate::policy::ActKind;
use crate::rule::{
    Breach, HealthRule, History, Judgement, KeptCourse, OrderRecord, Pairing, RuleOutcome,
    StandingOrder, WouldHaveFired, to_bps,
};
use crate::signal::{Interval, Signal, anomalies};
use crate::state::State;
use crate::target::Service;
use crate::time::Time;
use crate::words;

/// Health rules, in words.
pub fn rules(state: &State) -> Vec<RuleView> {
    let rules = state.rules.iter();
    rules
        .map(|rule| RuleView {
            sentence: order_log::rule_words(rule),
        })
        .collect()
}

/// The health room at `now`.
pub fn health(state: &State, live: &Live, now: Time) -> HealthView {
    let in_flight = in_flight_version(state, live);
    let mut signals: Vec<&Signal> = live.signals.iter().collect();
    signals.sort_by_key(|it| Some(&it.version) != in_flight.as_ref());
    let of_workspace = state.rules.iter().map(|rule| (rule, None));
    let of_orders = state
        .orders
        .iter()
        .filter(|(_, it)| it.ended_because(now).is_none())
        .map(|(id, it)| (&it.order.rule, Some(id.clone())));
    let mut orders: Vec<(&String, &OrderRecord)> = state.orders.iter().collect();
    orders.sort_by_key(|(_, it)| std::cmp::Reverse((it.ended_because(now).is_none(), it.position)));
    HealthView {
        now: now.to_string(),
        signals: signals
            .into_iter()
            .map(|signal| HealthSignalView {
                title: format!("{} {}", signal.platform, signal.version),
                source: source(signal.source),
                signal: signal_view(state, signal, now),
                odd: anomalies(signal, &live.signals)
                    .iter()
                    .map(|it| it.sentence().to_owned())
                    .collect(),
                said: signal.said.clone(),
            })
            .collect(),
        ratings: ratings::ratings(live, in_flight.as_deref()),
        rating_problems: ratings::problems(live),
        rules: of_workspace
            .chain(of_orders)
            .map(|(rule, order)| HealthRuleView {
                name: rule.name.clone(),
                sentence: order_log::rule_words(rule),
                leads_to: rule.outcome.words().to_owned(),
                rule: rule.clone(),
                order,
                states: live
                    .signals
                    .iter()
                    .filter(|signal| signal.measure == rule.measure)
                    .map(|signal| rule_state(live, rule, signal, now))
                    .collect(),
            })
            .collect(),
        orders: orders
            .into_iter()
            .map(|(id, record)| order(state, live, id, record, now))
            .collect(),
        why_not: may_not_ask(state, &live.actor, ActKind::Stop)
            .map(|why| format!("{}.", capital(&why))),
    }
}

fn source(service: Option<Service>) -> String {
    service
        .map_or(say!("a source that was not kept"), Service::name)
        .to_owned()
}

fn rule_state(live: &Live, rule: &HealthRule, signal: &Signal, now: Time) -> RuleStateView {
    let judged = rule.judge_beside(signal, &live.signals, &live.courses, now);
    let (badge, why) = match &judged {
        Judgement::Breach(it) => (breached(), capital(&it.beyond())),
        Judgement::Holds => (badge(Tone::Good, Icon::Done, say!("Armed")), String::new()),
        Judgement::CannotSay(why) => (
            badge(Tone::Wait, Icon::Unknown, say!("Cannot judge")),
            capital(why),
        ),
    };
    let unit = said(signal.measure.unit());
    RuleStateView {
        title: titled(&signal.platform, &signal.version, signal.source),
        badge,
        value: signal.value.map_or(say!("no data").to_owned(), |it| {
            words::percent_2(to_bps(it))
        }),
        threshold: threshold(rule),
        sample: match signal.sample {
            Some(count) => say!(
                "{} {unit} in the newest interval; {} are needed",
                words::grouped(count),
                words::grouped(rule.sample_min)
            ),
            None => say!("no {unit}; {} are needed", words::grouped(rule.sample_min)),
        },
        age: Age {
            stale_after_ms: u32::try_from(rule.data_age_ms_max).unwrap_or(u32::MAX),
            ..age(signal.data_until, 0, None)
        },
        why,
    }
}

fn breached() -> Badge {
    badge(Tone::Bad, Icon::Alert, say!("Breached"))
}

fn titled(platform: &str, version: &str, service: Option<Service>) -> String {
    format!("{platform} {version} · {}", source(service))
}

fn threshold(rule: &HealthRule) -> String {
    match &rule.previous {
        None => format!(
            "{} {}",
            rule.comparator.words().0,
            words::percent_2(rule.floor_bps)
        ),
        Some(it) => say!(
            "worse than the release before by {} points",
            words::hundredths(it.worse_by_bps)
        ),
    }
}

fn order(state: &State, live: &Live, id: &str, it: &OrderRecord, now: Time) -> OrderView {
    let ended = it.ended_because(now);
    let most = u64::from(it.fires_max());
    let fired = it.fired.len() as u64;
    OrderView {
        order: id.to_owned(),
        title: say!(
            "{}: stop when “{}” is breached",
            it.order
                .platform
                .as_deref()
                .unwrap_or(say!("Android and iOS")),
            it.order.rule.name
        ),
        rule: order_log::rule_words(&it.order.rule),
        badge: match ended {
            None => badge(Tone::Good, Icon::Progress, say!("Holds")),
            Some(_) => badge(Tone::Neutral, Icon::Idle, say!("Ended")),
        },
        signed: say!("signed by {}", asker(state, live, &it.by)),
        signed_at: it.at.to_string(),
        reason: it.order.reason.clone(),
        left: match &ended {
            None => say!(
                "{} and {} of {most} breaches left",
                words::span(it.until().ms_since(now)),
                most.saturating_sub(fired)
            ),
            Some(why) => say!("It holds no more: {why}."),
        },
        until: it.until().to_string(),
        fired: it.fired.clone(),
        holds: ended.is_none(),
    }
}

/// What a rule would have said of the releases whose figures were kept.
pub fn rule_tests(live: &Live, rule: &HealthRule) -> RuleTestsView {
    let of_measure: Vec<&KeptCourse> = live
        .courses
        .all()
        .iter()
        .filter(|it| it.measure == rule.measure)
        .collect();
    let mut tests: Vec<RuleTestView> = of_measure
        .iter()
        .filter_map(|own| {
            let (history, fired) = live.courses.test(rule, own)?;
            let title = titled(&own.platform, &own.course.version, own.source);
            Some(test_view(rule, title, &history, fired.as_ref()))
        })
        .collect();
    tests.sort_by(|a, b| b.title.cmp(&a.title));
    let fired = tests.iter().filter(|it| it.fired_at.is_some()).count();
    let summary = match (of_measure.is_empty(), tests.len(), fired) {
        (true, ..) => say!(
            "No past figures of {} are known, so nothing can be said of what it would have done.",
            rule.measure.name().to_lowercase()
        ),
        (false, 0, _) => say!(
            "No release has an earlier one to compare with, so nothing can be said of what it \
             would have done."
        )
        .to_owned(),
        (false, 1, 0) => {
            say!("It would not have fired on the 1 release whose figures are known.").to_owned()
        }
        (false, 1, _) => {
            say!("It would have fired on the 1 release whose figures are known.").to_owned()
        }
        (false, all, 0) => {
            say!("It would not have fired on any of the {all} releases whose figures are known.")
        }
        (false, all, some) => {
            say!("It would have fired on {some} of the {all} releases whose figures are known.")
        }
    };
    RuleTestsView {
        sentence: order_log::rule_words(rule),
        leads_to: rule.outcome.words().to_owned(),
        problem: rule.problem().map(|why| format!("{}.", capital(why))),
        tests,
        summary,
    }
}

/// What a rule would have said of these figures.
pub fn rule_test(rule: &HealthRule, history: &History) -> RuleTestView {
    let fired = crate::rule::would_have_fired(rule, history);
    let title = format!("{} {}", history.platform, history.new.version);
    test_view(rule, title, history, fired.as_ref())
}

fn test_view(
    rule: &HealthRule,
    title: String,
    history: &History,
    fired: Option<&WouldHaveFired>,
) -> RuleTestView {
    let intervals = &history.new.intervals;
    let before = |nth: usize, it: &Interval| {
        rule.previous?;
        let earlier = history.earlier.first()?;
        match history.pairing {
            Pairing::SameHours => earlier.intervals.iter().find(|other| other.at == it.at),
            Pairing::SameStage => {
                let place = intervals
                    .iter()
                    .take(nth)
                    .filter(|other| other.stage_bps == it.stage_bps && other.count.is_some())
                    .count();
                earlier
                    .intervals
                    .iter()
                    .filter(|other| other.stage_bps == it.stage_bps && other.count.is_some())
                    .nth(place)
            }
        }
    };
    let share = |it: &Interval| {
        let bps = it.count?.good_bps()?;
        Some(f64::from(bps) / 10_000.0)
    };
    let unit = said(rule.measure.unit());
    let points = intervals.iter().enumerate().map(|(nth, it)| TestPointView {
        at: it.at.to_string(),
        value: share(it),
        before: before(nth, it).and_then(share),
        sample: it.count.map_or_else(
            || say!("no data").to_owned(),
            |count| format!("{} {unit}", words::grouped(count.all)),
        ),
    });
    let of: Vec<String> = history
        .earlier
        .iter()
        .map(|it| it.version.clone())
        .collect();
    let fired_point = fired
        .and_then(|fired| intervals.iter().position(|it| it.until == fired.at))
        .and_then(|place| u32::try_from(place).ok());
    RuleTestView {
        title,
        fired_at: fired.map(|fired| fired.at.to_string()),
        sentence: fired.map_or_else(
            || {
                say!(
                    "Would not have fired on these {} intervals of {}.",
                    words::grouped(intervals.len() as u64),
                    history.new.version
                )
            },
            WouldHaveFired::sentence,
        ),
        beside: match &rule.previous {
            None => String::new(),
            Some(_) => say!(
                "Compared with {} {}.",
                words::listed(&of),
                history.pairing.words()
            ),
        },
        limit: rule
            .previous
            .is_none()
            .then(|| f64::from(rule.floor_bps) / 10_000.0),
        points: points.collect(),
        fired_point,
    }
}

/// Whether the rule of a breach proposes a stop.
pub(super) fn proposes_stop(state: &State, breach: &Breach, now: Time) -> bool {
    let mut rules = state.rules_in_force(now).into_iter();
    rules.any(|rule| rule.name == breach.rule && rule.outcome == RuleOutcome::Proposal)
}

/// Why a stop of a version is proposed, in words that a person may take over; nothing when no
/// rule proposes one.
pub(super) fn proposed_reason(state: &State, version: &str, now: Time) -> Option<String> {
    let standing = state
        .breaches
        .values()
        .map(|it| &it.breach)
        .find(|it| it.version == version && proposes_stop(state, it, now))?;
    Some(say!(
        "Health rule “{}”: {} {} at {}, {}",
        standing.rule,
        standing.platform,
        standing.name().to_lowercase(),
        words::percent_2(standing.value_bps),
        standing.against()
    ))
}

/// A standing order before it is signed.
pub fn order_sheet(
    state: &State,
    live: &Live,
    order: &StandingOrder,
    why_not: Option<String>,
) -> ChangeSheetView {
    let persons = state.persons_needed(ActKind::Stop);
    ChangeSheetView {
        title: say!("Sign a standing order on “{}”?", order.rule.name),
        facts: order_log::order_facts(order),
        needs: say!(
            "It holds at once. When its rule is breached, this cockpit asks for the stop; {}",
            if persons > 1 {
                say!("every approval that the policy wants is still wanted.")
            } else {
                say!("no person presses a button then.")
            }
        ),
        proof: say!(
            "signs with this laptop's key · ledger head {}",
            super::short(&live.ledger.head)
        ),
        why_not,
    }
}
