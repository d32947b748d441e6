//! `cockpit rule` and `cockpit order`: what calls for a stop, and what may stop by itself. Must not
//! decide anything.

use cockpit_engine::Handle;
use cockpit_engine::api::{
    Act, Approval, ChangeArg, Done, EndOrderArgs, EndRuleArgs, Nothing, Problem, Proposed, Query,
    RuleTestArgs, SetRuleArgs, SignOrderArgs,
};
use cockpit_engine::domain::rule::{HealthRule, RuleOutcome};
use cockpit_engine::domain::views::{HealthView, OrderView, RuleTestsView};
use cockpit_say::say;
use serde_json::json;

use crate::args;
use crate::commands::{refresh, say, workspace};
use crate::output::{self, Exit};

/// Runs a rule command.
pub async fn rules(command: args::Rule) -> Result<Exit, Problem> {
    match command {
        args::Rule::List(args) => {
            let handle = workspace(&args.workspace).await?;
            refresh(&handle).await?;
            let view = health(&handle).await?;
            if args.json {
                output::document(&json!({ "rules": view.rules }));
            } else {
                list(&view);
            }
            Ok(Exit::AsAsked)
        }
        args::Rule::Set(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let outcome = match args.propose {
                true => RuleOutcome::Proposal,
                false => RuleOutcome::Alarm,
            };
            let act = Act::SetRule(SetRuleArgs {
                rule: meant(&args.rule, outcome)?,
                reason: args.reason,
            });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
        args::Rule::Test(args) => {
            let rule = meant(&args.rule, RuleOutcome::Alarm)?;
            let handle = workspace(&args.at.workspace).await?;
            refresh(&handle).await?;
            let asked = Query::RuleTest(RuleTestArgs { rule });
            let view: RuleTestsView = handle.ask(asked).await?;
            if args.at.json {
                output::document(&json!(view));
            } else {
                tested(&view);
            }
            Ok(match view.problem {
                None => Exit::AsAsked,
                Some(_) => Exit::NotAsAsked,
            })
        }
        args::Rule::End(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let act = Act::EndRule(EndRuleArgs {
                rule: args.name,
                reason: args.reason,
            });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
    }
}

/// Runs a standing order command.
pub async fn orders(command: args::Order) -> Result<Exit, Problem> {
    match command {
        args::Order::List(args) => {
            let handle = workspace(&args.workspace).await?;
            let orders = health(&handle).await?.orders;
            if args.json {
                output::document(&json!({ "orders": orders }));
                return Ok(Exit::AsAsked);
            }
            orders.iter().for_each(order);
            if orders.is_empty() {
                output::line(say!("No standing order was signed."));
            }
            Ok(Exit::AsAsked)
        }
        args::Order::Sign(args) => {
            let rule = meant(&args.rule, RuleOutcome::Stop)?;
            let handle = workspace(&args.at.workspace).await?;
            let act = Act::SignOrder(SignOrderArgs {
                rule,
                platform: args.platform.map(|it| it.name().to_owned()),
                hours: args.hours,
                fires_max: args.fires,
                reason: args.reason,
            });
            let proposed: Proposed = handle.do_it(act).await?;
            let change = proposed.change;
            let signed = handle
                .approve(Approval::SignChange(ChangeArg { change }))
                .await?;
            let words = signed["sentence"].as_str().unwrap_or("Signed.").to_owned();
            say(args.at.json, &words);
            Ok(Exit::AsAsked)
        }
        args::Order::End(args) => {
            let handle = workspace(&args.at.workspace).await?;
            let order = find(&handle, &args.order).await?;
            let act = Act::EndOrder(EndOrderArgs {
                order,
                reason: args.reason,
            });
            let done: Done = handle.do_it(act).await?;
            say(args.at.json, &done.sentence);
            Ok(Exit::AsAsked)
        }
    }
}

async fn health(handle: &Handle) -> Result<HealthView, Problem> {
    handle.ask(Query::Health(Nothing {})).await
}

fn meant(words: &args::RuleWords, outcome: RuleOutcome) -> Result<HealthRule, Problem> {
    match (words.below, words.above, words.worse_by) {
        (None, None, None) => Err(Problem::new(
            "bad_input",
            say!("A rule needs --below, --above or --worse-by. Nothing was changed."),
        )),
        (_, _, _) => Ok(words.rule(outcome)),
    }
}

fn list(view: &HealthView) {
    for rule in &view.rules {
        output::line(&say!("{} · leads to {}", rule.name, rule.leads_to));
        output::line(&format!("  {}", rule.sentence));
        for state in &rule.states {
            output::line(&format!(
                "  {}  {} · {} · {}{}",
                state.badge.words,
                state.title,
                state.value,
                state.sample,
                match state.why.is_empty() {
                    true => String::new(),
                    false => format!(" · {}", state.why),
                }
            ));
        }
        if rule.states.is_empty() {
            output::line(say!("  No figure is read that it looks at."));
        }
    }
    if view.rules.is_empty() {
        output::line(say!("No rule is set: no figure raises an alarm."));
    }
    let odd = view.signals.iter().flat_map(|it| &it.odd);
    odd.for_each(|it| output::line(&say!("Odd: {it}")));
    for it in &view.ratings {
        output::line(&say!(
            "Reviews, {} · {}: {} · {} · {}",
            it.title,
            it.source,
            it.stars,
            it.sample,
            it.trend
        ));
    }
    for problem in &view.rating_problems {
        output::line(problem);
    }
}

fn tested(view: &RuleTestsView) {
    output::line(&view.sentence);
    if let Some(problem) = &view.problem {
        output::line(problem);
    }
    for test in &view.tests {
        output::line(&format!(
            "  {}: {} {}",
            test.title, test.sentence, test.beside
        ));
    }
    output::line(&view.summary);
}

fn order(it: &OrderView) {
    output::line(&format!(
        "{}  {} · {}",
        it.order.get(..8).unwrap_or(&it.order),
        it.badge.words,
        it.title
    ));
    output::line(&format!("          {}", it.left));
    output::line(&format!("          {}: {}", it.signed, it.reason));
}

async fn find(handle: &Handle, digits: &str) -> Result<String, Problem> {
    let orders = health(handle).await?.orders;
    let mut found = orders.into_iter().filter(|it| it.order.starts_with(digits));
    match (found.next(), found.next()) {
        (Some(it), None) => Ok(it.order),
        (Some(_) | None, _) => Err(Problem::new(
            "not_found",
            say!("No standing order begins with '{digits}', or more than one does."),
        )
        .hint(say!("See `cockpit order list`."))),
    }
}
