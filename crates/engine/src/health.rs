//! Health figures: what they say of the rules, what standing orders ask for then, and the rules
//! and orders that a person sets, tries out and ends. Must not know how a figure is read.

use std::sync::Arc;

use cockpit_domain::decide::{Command, Follow, judged};
use cockpit_domain::rule::{Breach, Courses, KeptCourse, RuleOutcome, StandingOrder, stage_bps};
use cockpit_domain::signal::Signal;
use cockpit_domain::views::{self, ChangeSheetView, HealthView, Live, RuleTestsView};
use cockpit_domain::{Desired, Service, words};
use cockpit_ledger::CacheRow;
use cockpit_say::say;

use crate::api::{
    Done, EndOrderArgs, EndRuleArgs, Problem, Proposed, RuleTestArgs, SetRuleArgs, SignOrderArgs,
    Tag,
};
use crate::inner::Inner;
use crate::people::Wanted;

/// Where a course is kept.
const COURSE: &str = "course/";

/// What was kept of earlier releases before the last end.
pub(crate) fn load(live: &mut Live, rows: &[CacheRow]) {
    let kept = rows
        .iter()
        .filter(|row| row.key.starts_with(COURSE))
        .filter_map(|row| serde_json::from_value::<KeptCourse>(row.value.clone()).ok());
    live.courses = Courses::of(kept);
}

/// Takes in what a service says of health: shows it, keeps it, seals what it breaches, and asks for
/// what standing orders ask for then.
pub(crate) async fn take_signals(inner: &Arc<Inner>, service: Service, signals: Vec<Signal>) {
    let now = inner.now();
    let (rows, gone) = inner.with_live(|live| {
        let before: Vec<String> = live.courses.all().iter().map(course_key).collect();
        let mut rows = Vec::new();
        for signal in &signals {
            let stage = stage_of(live, signal);
            if let Some(kept) = live.courses.take(signal, stage) {
                rows.push(CacheRow {
                    key: course_key(kept),
                    value: serde_json::to_value(kept).unwrap_or_default(),
                    observed_at_ms: now.as_ms(),
                });
            }
        }
        let left: Vec<String> = live.courses.all().iter().map(course_key).collect();
        rows.retain(|row| left.contains(&row.key));
        let gone: Vec<String> = before
            .into_iter()
            .filter(|key| !left.contains(key))
            .collect();
        // A source speaks for itself: what another one said last stands, with its age.
        live.signals
            .retain(|it| it.source.is_some_and(|source| source != service));
        live.signals.extend(signals);
        rows.push(CacheRow {
            key: "signals".to_owned(),
            value: serde_json::to_value(&live.signals).unwrap_or_default(),
            observed_at_ms: now.as_ms(),
        });
        (rows, gone)
    });
    inner.keep(rows).await;
    inner.forget(gone).await;
    let commands = {
        let state = inner.state();
        inner.with_live(|live| judged(&state, &live.signals, &live.courses, now))
    };
    for command in commands {
        let news = match &command {
            Command::SeeBreach(breach) => Some((title(inner, breach), in_words(breach))),
            _ => None,
        };
        if inner.record(command).await.is_ok() {
            if let Some((title, news)) = news {
                inner.desk.notify(title, &news);
            }
            inner.changed(&[Tag::Observed, Tag::Decided, Tag::Log]);
        }
    }
    follow_orders(inner).await;
}

fn title(inner: &Inner, breach: &Breach) -> &'static str {
    let (state, now) = (inner.state(), inner.now());
    let mut rules = state.rules_in_force(now).into_iter();
    match rules
        .find(|rule| rule.name == breach.rule)
        .map(|rule| rule.outcome)
    {
        Some(RuleOutcome::Proposal) => say!("A stop is proposed"),
        Some(RuleOutcome::Alarm | RuleOutcome::Stop) | None => say!("Breach"),
    }
}

fn in_words(breach: &Breach) -> String {
    format!(
        "{} {}: {} {}, {}",
        breach.platform,
        breach.version,
        breach.name().to_lowercase(),
        words::percent_2(breach.value_bps),
        breach.against()
    )
}

/// How far the release of a signal was out when its store was last read; nothing when no store
/// shows it, or two do not agree.
fn stage_of(live: &Live, signal: &Signal) -> Option<u32> {
    let mut stages: Vec<u32> = live
        .targets
        .values()
        .filter(|it| it.target.platform == signal.platform)
        .filter_map(|it| it.observation.as_ref())
        .filter(|it| words::version(&it.state) == Some(signal.version.as_str()))
        .filter_map(|it| stage_bps(&it.state))
        .collect();
    stages.sort_unstable();
    stages.dedup();
    (stages.len() == 1)
        .then(|| stages.first().copied())
        .flatten()
}

fn course_key(it: &KeptCourse) -> String {
    let measure = serde_json::to_value(it.measure).unwrap_or_default();
    format!(
        "{COURSE}{}/{}/{}/{}",
        it.platform,
        measure.as_str().unwrap_or_default(),
        it.source.map_or("unknown", Service::key),
        it.course.version
    )
}

/// Asks for the stops that standing orders give for the breaches that stand.
async fn follow_orders(inner: &Arc<Inner>) {
    let now = inner.now();
    let follows: Vec<Follow> = {
        let state = inner.state();
        let Some((app, _)) = state.app() else { return };
        let given = state.breaches.iter().flat_map(|(key, standing)| {
            let orders = state.orders_for(&standing.breach, now);
            orders
                .into_iter()
                .map(move |order| (order.clone(), key.clone(), standing.breach.version.clone()))
        });
        inner.with_live(|live| {
            given
                .map(|(order, breach, version)| Follow {
                    order,
                    breach,
                    app: app.clone(),
                    targets: views::stoppable(live, &version)
                        .into_iter()
                        .filter(|(_, desired)| *desired == Desired::Stopped)
                        .map(|(seen, _)| seen)
                        .collect(),
                })
                .filter(|follow| !follow.targets.is_empty())
                .collect()
        })
    };
    for follow in follows {
        let command = Command::FollowOrder(Box::new(follow));
        if inner.record(command).await.is_ok() {
            inner.desk.notify(
                say!("Standing order"),
                say!("A stop was asked for by a standing order."),
            );
            inner.changed(&[Tag::Observed, Tag::Decided, Tag::Log]);
        }
    }
}

impl Inner {
    pub(crate) fn health(&self) -> Result<HealthView, Problem> {
        let (state, now) = (self.state(), self.now());
        let mut view = self.with_live(|live| views::health(&state, live, now));
        drop(state);
        for entry in view.orders.iter_mut().flat_map(|it| it.fired.iter_mut()) {
            self.position_at(entry)?;
        }
        Ok(view)
    }

    pub(crate) fn rule_test(&self, args: &RuleTestArgs) -> RuleTestsView {
        self.with_live(|live| views::rule_tests(live, &args.rule))
    }

    pub(crate) async fn set_rule(self: &Arc<Self>, args: SetRuleArgs) -> Result<Done, Problem> {
        let name = args.rule.name.clone();
        let command = Command::SetRule {
            rule: Box::new(args.rule),
            reason: args.reason,
        };
        self.rules_changed(
            command,
            say!("“{name}” is judged from the next reading on."),
        )
        .await
    }

    pub(crate) async fn end_rule(self: &Arc<Self>, args: EndRuleArgs) -> Result<Done, Problem> {
        let name = args.rule.clone();
        let command = Command::EndRule {
            rule: args.rule,
            reason: args.reason,
        };
        self.rules_changed(command, say!("“{name}” is judged no more."))
            .await
    }

    pub(crate) async fn end_order(self: &Arc<Self>, args: EndOrderArgs) -> Result<Done, Problem> {
        let command = Command::EndOrder {
            order: args.order,
            reason: args.reason,
        };
        let sentence = say!(
            "The standing order has ended. It stops nothing any more; what it has \
                        stopped stays stopped."
        );
        self.rules_changed(command, sentence.to_owned()).await
    }

    async fn rules_changed(
        self: &Arc<Self>,
        command: Command,
        sentence: String,
    ) -> Result<Done, Problem> {
        self.record(command).await?;
        self.changed(&[Tag::Settings, Tag::Observed, Tag::Decided, Tag::Log]);
        Ok(Done { sentence })
    }

    /// Takes down a standing order that the approval window is to sign.
    pub(crate) fn propose_order(&self, args: SignOrderArgs) -> Result<Proposed, Problem> {
        let now = self.now();
        let order = StandingOrder {
            rule: args.rule,
            platform: args.platform,
            until: now + u64::from(args.hours) * 60 * 60 * 1_000,
            fires_max: args.fires_max,
            reason: args.reason.trim().to_owned(),
        };
        self.would_sign(&order)?;
        self.wait_for_signature(Wanted::Order(Box::new(order)))
    }

    fn would_sign(&self, order: &StandingOrder) -> Result<(), Problem> {
        let state = self.state();
        let context = self.context_here();
        let command = Command::SignOrder(Box::new(order.clone()));
        cockpit_domain::decide::decide(&state, &command, &context)?;
        Ok(())
    }

    pub(crate) fn order_sheet(&self, order: &StandingOrder) -> ChangeSheetView {
        let why_not = self.would_sign(order).err().map(|it| it.sentence);
        let state = self.state();
        self.with_live(|live| views::order_sheet(&state, live, order, why_not))
    }

    pub(crate) async fn sign_order(
        self: &Arc<Self>,
        order: Box<StandingOrder>,
    ) -> Result<Done, Problem> {
        let sentence = say!(
            "Signed. The order holds until {} and stands in the log.",
            order.until
        );
        self.rules_changed(Command::SignOrder(order), sentence)
            .await
    }

    fn context_here(&self) -> cockpit_domain::decide::Context {
        let now = self.now();
        self.with_live(|live| cockpit_domain::decide::Context {
            now,
            actor: live.actor.clone(),
            device: live.device.clone(),
            nonce: String::new(),
        })
    }
}
