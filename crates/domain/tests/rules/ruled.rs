//! Health rules as entries: who may set and end one, and what becomes of what stood. Knows no
//! rule's inside.

use cockpit_domain::decide::{Command, Follow, Refusal, RefusalKind};
use cockpit_domain::event::Event;
use cockpit_domain::rule::{
    Breach, Comparator, Comparison, HealthRule, RuleOutcome, StandingOrder,
};
use cockpit_domain::views::{entry_facts, log_line};

use crate::cases::{AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, workspace};
use crate::comparing::{breach_of, compares, history};

fn floor() -> HealthRule {
    HealthRule {
        name: "payments floor".to_owned(),
        floor_bps: 9_900,
        outcome: RuleOutcome::Proposal,
        ..HealthRule::standard()
    }
}

fn set(rule: HealthRule) -> Command {
    Command::SetRule {
        rule: Box::new(rule),
        reason: "the old one cried wolf".to_owned(),
    }
}

fn end(rule: &str) -> Command {
    Command::EndRule {
        rule: rule.to_owned(),
        reason: "nobody needs it".to_owned(),
    }
}

fn names(all: &Workspace) -> Vec<&str> {
    all.state.rules.iter().map(|it| it.name.as_str()).collect()
}

fn why(refused: Result<String, Refusal>) -> String {
    refused.expect_err("it is refused").sentence
}

fn breach_under(rule: &str) -> Breach {
    Breach {
        rule: rule.to_owned(),
        platform: "Android".to_owned(),
        version: "8.4.0".to_owned(),
        measure: HealthRule::standard().measure,
        value_bps: 9_820,
        floor_bps: 9_950,
        sample: 4_000,
        since: NOON - 60_000,
        data_until: NOON,
        comparator: Comparator::Below,
        evidence: None,
        named: None,
        source: None,
    }
}

#[test]
fn a_rule_of_the_workspace_takes_the_place_of_the_first_one_of_its_name() {
    let mut all = workspace(&[LEAD, CARE]);
    assert_eq!(names(&all), ["crash floor"]);
    all.does(LEAD, NOON, set(floor()))
        .expect("a lead may set one");
    assert_eq!(names(&all), ["crash floor", "payments floor"]);
    let stricter = HealthRule {
        floor_bps: 9_980,
        ..HealthRule::standard()
    };
    all.does(LEAD, NOON, set(stricter.clone()))
        .expect("a lead may");
    assert_eq!(names(&all), ["crash floor", "payments floor"]);
    assert_eq!(all.state.rules[0], stricter);
    let again = all.does(LEAD, NOON, set(stricter)).expect_err("it is so");
    assert_eq!(again.kind, RefusalKind::AlreadySo);
    all.does(LEAD, NOON, end("crash floor"))
        .expect("a lead may end it");
    assert_eq!(names(&all), ["payments floor"]);
    assert!(why(all.does(LEAD, NOON, end("crash floor"))).contains("no rule of this name"));
    assert_eq!(all.state.rejected, []);
}

#[test]
fn whoever_may_ask_for_a_stop_says_what_calls_for_one() {
    let mut all = workspace(&[LEAD, CARE, AUDITOR]);
    for nobody in [CARE, AUDITOR] {
        for command in [set(floor()), end("crash floor")] {
            let refused = all.does(nobody, NOON, command).expect_err("may not");
            assert_eq!(refused.kind, RefusalKind::NotAllowed);
        }
    }
    let rule = Box::new(floor());
    let reason = "forged".to_owned();
    let forged = cockpit_domain::rule::RuleEvent::Set { rule, reason };
    all.force(CARE, NOON, Event::Rule(forged));
    assert_eq!(names(&all), ["crash floor"]);
    assert_eq!(all.state.rejected.len(), 1);
}

#[test]
fn what_stood_under_other_words_stands_no_more() {
    for command in [
        end("crash floor"),
        set(HealthRule {
            floor_bps: 9_700,
            ..HealthRule::standard()
        }),
    ] {
        let mut all = workspace(&[LEAD]);
        let seen = Command::SeeBreach(breach_under("crash floor"));
        all.does(LEAD, NOON, seen).expect("it may be seen");
        all.does(LEAD, NOON, Command::SeeBreach(breach_under("another")))
            .expect("it may be seen");
        all.does(LEAD, NOON, command).expect("a lead may");
        let left: Vec<_> = all.state.breaches.keys().map(|it| it.2.as_str()).collect();
        assert_eq!(left, ["another"]);
    }
}

#[test]
fn a_rule_that_nobody_could_mean_is_refused_with_its_reason() {
    let mut all = workspace(&[LEAD]);
    let off = |change: fn(&mut HealthRule)| {
        let mut rule = floor();
        change(&mut rule);
        rule
    };
    for (rule, says) in [
        (off(|it| it.name = " ".to_owned()), "has a name"),
        (off(|it| it.name = "a".repeat(61)), "at most 60"),
        (off(|it| it.outcome = RuleOutcome::Stop), "standing order"),
        (off(|it| it.sample_min = 0), "minimum sample"),
        (off(|it| it.data_age_ms_max = 10), "greatest age"),
        (off(|it| it.window_ms = Some(0)), "thirty days"),
        (off(|it| it.floor_bps = 0), "can be missed"),
        (off(|it| it.floor_bps = 10_001), "can be missed"),
        (
            off(|it| {
                it.previous = Some(Comparison {
                    worse_by_bps: 0,
                    error_bps: 100,
                });
            }),
            "has a difference",
        ),
    ] {
        let why = why(all.does(LEAD, NOON, set(rule)));
        assert!(why.contains(says), "{why} has no “{says}”");
        assert!(why.ends_with("The rules are as they were."), "{why}");
    }
    let silent = Command::SetRule {
        rule: Box::new(floor()),
        reason: " ".to_owned(),
    };
    assert!(why(all.does(LEAD, NOON, silent)).contains("A reason is needed"));
    assert_eq!(all.entries.len(), 1);
}

#[test]
fn a_rule_under_the_name_of_an_order_gives_the_order_nothing() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let order = StandingOrder {
        rule: compares(),
        platform: None,
        until: NOON + 60_000,
        fires_max: 2,
        reason: "tonight".to_owned(),
    };
    let id = all
        .does(LEAD, NOON, Command::SignOrder(Box::new(order)))
        .expect("a lead may sign");
    let mut lax = compares();
    lax.outcome = RuleOutcome::Alarm;
    assert!(
        why(all.does(LEAD, NOON, set(lax))).contains("A standing order has a rule of this name")
    );
    // What another version let through was judged by other bounds than what was signed.
    let counts = |bad| vec![Some((bad, 2_000)); 12];
    let mut breach = breach_of(compares().judge_history(&history(&counts(14), &counts(2)), NOON));
    if let Some(seen) = breach.evidence.as_mut() {
        seen.error_bps += 1;
    }
    let key = breach.key();
    all.force(LEAD, NOON, Event::BreachSeen(breach));
    let follow = Command::FollowOrder(Box::new(Follow {
        order: id,
        breach: key,
        app: "com.northwind.wallet".to_owned(),
        targets: Vec::new(),
    }));
    assert!(why(all.does(LEAD, NOON, follow)).contains("it is about another breach"));
}

#[test]
fn rules_come_back_from_their_bodies_and_are_told_in_words() {
    let mut all = workspace(&[LEAD]);
    all.does(LEAD, NOON, set(floor())).expect("a lead may");
    all.does(LEAD, NOON, end("payments floor"))
        .expect("a lead may");
    let told: Vec<(&str, String)> = all.entries[1..]
        .iter()
        .map(|it| (it.event.kind(), log_line(&it.event).decision))
        .collect();
    assert_eq!(
        told,
        [
            ("rule.set", "Set a health rule".to_owned()),
            ("rule.end", "Ended a health rule".to_owned()),
        ]
    );
    for entry in &all.entries {
        let body = entry.event.to_body();
        let read = Event::parse(entry.event.kind(), &body);
        assert_eq!(read.as_ref(), Ok(&entry.event));
    }
    let facts = entry_facts(&all.entries[1].event);
    let words: Vec<&str> = facts.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(
        words,
        [
            "payments floor",
            "Crash-free sessions: breached below 99.00 % with at least 500 sessions in the newest \
             interval; data older than 2 h cannot trigger it.",
            "the proposal of a stop",
            "the old one cried wolf",
        ]
    );
}
