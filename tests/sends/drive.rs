//! One run from its seed to what was reported of each send: the executor's part, with its durable
//! facts in plain values. Must not judge.

use std::pin::pin;
use std::time::Duration;

use cockpit_domain::attempt::{Attempt, Came, Step};
use cockpit_domain::event::{EffectResult, Intent, Outcome};
use cockpit_domain::notice::{About, Audience, Locale};
use cockpit_domain::policy::ActKind;
use cockpit_domain::provider::{Applied, Effect, ProviderError, Reading, Receipt};
use cockpit_domain::target::{Notice, Phase, Posted};
use cockpit_domain::{Desired, Service, TargetId, Time};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::plan::{CHANNELS, Dice, Kill, Plan, SENDS_A_RUN};
use crate::stage::{Process, Stage};

/// A notice waits at most so long for its channel.
const EXPIRES_MS: u64 = 10 * 60 * 1_000;
/// An unknown one is watched for so long after that was said.
const WATCHED_MS: u64 = 4 * 60 * 1_000;
/// Whatever is on its way arrives within this.
const LANDS_MS: u64 = 3 * 60 * 1_000;

type Answered = Result<Receipt, ProviderError>;

/// What was recorded of one run.
pub struct Run {
    pub sends: Vec<Send>,
    pub truth: Value,
    pub requests: u64,
}

/// One notice to one channel.
pub struct Send {
    pub service: Service,
    pub notice: Notice,
    pub plan: Plan,
    /// Everything that was reported, in order.
    pub results: Vec<EffectResult>,
    pub killed: bool,
    pub doubled: bool,
}

pub fn run(seed: u64) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(play(seed))
}

async fn play(seed: u64) -> Run {
    let mut dice = Dice::new(seed);
    let stage = Stage::new(seed, dice.pick(&[0, 20, 100, 400, 900]));
    let channels = CHANNELS.map(|service| {
        let dice = Dice::new(seed.wrapping_mul(31).wrapping_add(service as u64));
        channel(&stage, service, seed, dice)
    });
    let channels = join_all(channels).await;
    pass_ms(LANDS_MS).await;
    let requests = channels.iter().map(|(_, requests)| requests).sum();
    Run {
        sends: channels.into_iter().flat_map(|(sends, _)| sends).collect(),
        truth: stage.sandbox.truth(),
        requests,
    }
}

/// The notices of one incident to one channel, one after the other, as they come in an incident.
async fn channel(stage: &Stage, service: Service, seed: u64, mut dice: Dice) -> (Vec<Send>, u64) {
    let mut process = Process::new(stage, service);
    let (mut sends, mut requests) = (Vec::new(), 0);
    // The first that was seen to stand there; later ones answer it.
    let mut story: Option<Posted> = None;
    let target = loop {
        if let Ok(targets) = process.adapter.targets().await {
            break targets[0].id.clone();
        }
    };
    for number in 0..SENDS_A_RUN / CHANNELS.len() as u64 {
        let plan = Plan::of(&mut dice, service);
        let mut send = Send {
            service,
            notice: notice(seed, number),
            plan,
            results: Vec::new(),
            killed: false,
            doubled: false,
        };
        let story_so_far = story.clone();
        one(
            stage,
            &target,
            &mut process,
            &mut send,
            &mut requests,
            story_so_far,
        )
        .await;
        let last = send.results.last();
        if let Some(last) = last.filter(|it| story.is_none() && it.outcome == Outcome::Confirmed) {
            story = Some(Posted {
                key: send.notice.key.clone(),
                id: last.provider_request_id.clone(),
            });
        }
        pass_ms(send.plan.pause_ms).await;
        sends.push(send);
    }
    requests += process.wire.requests();
    (sends, requests)
}

fn notice(seed: u64, number: u64) -> Notice {
    let about = About {
        incident: format!("{seed:020x}"),
        update: u32::try_from(number).unwrap(),
        audience: Audience::Customers,
        locale: Locale::En,
        draft: "draft".to_owned(),
        template: "template".to_owned(),
        envelope: None,
        next_update_at: None,
    };
    let phase = if number == 9 {
        Phase::Resolved
    } else {
        Phase::Investigating
    };
    Notice {
        key: about.key(phase),
        title: format!("Transfers, notice {seed}-{number}"),
        body: format!("This is the text of notice {seed}-{number}. We write again soon."),
        phase,
        notify_subscribers: false,
        about: Some(about),
    }
}

async fn one(
    stage: &Stage,
    target: &TargetId,
    process: &mut Process,
    send: &mut Send,
    requests: &mut u64,
    story: Option<Posted>,
) {
    // What the asker saw is read while all is well.
    let seen = loop {
        match process.adapter.observe(target, Reading::Fresh).await {
            Ok(seen) => break seen,
            Err(_) => pass_ms(2_000).await,
        }
    };
    let asked_at = stage.now();
    let intent = Intent {
        press: send.notice.key.clone(),
        press_title: format!("Publish “{}”", send.notice.title),
        act: ActKind::Publish,
        app: String::new(),
        target: target.clone(),
        title: send.notice.title.clone(),
        desired: Desired::Published {
            notice: send.notice.clone(),
        },
        pre: seen,
        asked_at,
        expires_at: asked_at + EXPIRES_MS,
        persons: 1,
        explicit: false,
        reason: "Tell customers.".to_owned(),
        evidence: Vec::new(),
        order: None,
    };
    for fault in &send.plan.faults {
        stage.control("fault", fault);
    }
    process.wire.repeat(send.plan.repeated);
    if send.service == Service::Smtp {
        let twice = send.plan.relayed_twice;
        stage.control(
            "knobs",
            &json!({"service": "smtp", "delivers_twice": twice}),
        );
    }
    let gone = json!([send.service.key()]);
    if send.plan.offline_ms.is_some() {
        stage.control("offline", &json!({"services": gone, "on": true}));
    }
    let mut durable = Durable::default();
    let mut attempt = Attempt::new(send.notice.key.clone(), intent.clone(), stage.now());
    loop {
        if let Some(first) = &story {
            process.adapter.answers(&send.notice, first);
        }
        let plan = &send.plan;
        let comes_back = async {
            if let Some(ms) = plan.offline_ms {
                pass_ms(ms.saturating_sub(stage.now().ms_since(asked_at))).await;
                stage.control("offline", &json!({"services": gone, "on": false}));
            }
            std::future::pending::<()>().await
        };
        let ended = tokio::select! {
            ended = carry(stage, process, &mut attempt, &mut durable, plan) => ended,
            () = comes_back => unreachable!("it waits for ever"),
        };
        if ended == Ended::Watched {
            break;
        }
        // A process that begins anew knows what was made durable, and nothing else.
        send.killed = true;
        *requests += process.wire.requests();
        *process = Process::new(stage, send.service);
        process.wire.repeat(plan.repeated);
        pass_ms(1_000).await;
        attempt = Attempt::resume(
            send.notice.key.clone(),
            intent.clone(),
            stage.now(),
            attempt.number(),
            durable.started_at,
            durable.results.last().map(|it| it.outcome),
        );
    }
    stage.control("offline", &json!({"services": gone, "on": false}));
    stage
        .sandbox
        .control("DELETE", "/_sandbox/fault", &json!({}));
    process.wire.repeat(false);
    send.doubled = durable.doubled;
    send.results = durable.results;
}

/// What survives the end of the process.
#[derive(Default)]
struct Durable {
    started_at: Option<Time>,
    results: Vec<EffectResult>,
    killed: bool,
    doubled: bool,
    unknown_at: Option<Time>,
}

#[derive(PartialEq, Eq)]
enum Ended {
    /// It ended, or was watched for long enough.
    Watched,
    Killed,
}

async fn carry(
    stage: &Stage,
    process: &Process,
    attempt: &mut Attempt,
    durable: &mut Durable,
    plan: &Plan,
) -> Ended {
    loop {
        let now = stage.now();
        let watched = durable
            .unknown_at
            .is_some_and(|at| now.ms_since(at) > WATCHED_MS);
        if watched {
            return Ended::Watched;
        }
        if attempt.deadline().is_some_and(|(due, _)| now >= due) {
            attempt.handle(Came::DeadlinePassed, now);
        }
        let dies = |at: Kill, durable: &mut Durable| {
            let dies = plan.kill == Some(at) && !durable.killed;
            durable.killed |= dies;
            dies
        };
        match attempt.next(now) {
            Step::Claim { .. } | Step::Admit => attempt.handle(Came::Claimed, now),
            Step::Observe(reading) => {
                let intent = attempt.intent();
                if let Desired::Published { notice } = &intent.desired {
                    process.adapter.look_for(notice, intent.asked_at);
                }
                let target = intent.target.clone();
                let call = process.adapter.observe(&target, reading);
                let came = match in_time(stage, attempt, durable, call).await {
                    Ok(seen) => Came::Observed(seen),
                    Err(error) => Came::NotObserved(error),
                };
                attempt.handle(came, stage.now());
            }
            Step::Start => {
                if dies(Kill::BeforeStart, durable) {
                    return Ended::Killed;
                }
                durable.started_at = Some(now);
                if dies(Kill::AfterStart, durable) {
                    return Ended::Killed;
                }
                attempt.handle(Came::Started, now);
            }
            Step::Send(before) => {
                let effect = Effect {
                    key: attempt.intent_id().to_owned(),
                    target: attempt.intent().target.clone(),
                    desired: attempt.intent().desired.clone(),
                    before: *before,
                    head: String::new(),
                };
                let call = async {
                    if plan.doubled {
                        let twice = join(
                            process.adapter.apply(&effect),
                            process.adapter.apply(&effect),
                        );
                        one_of(twice.await)
                    } else {
                        process.adapter.apply(&effect).await
                    }
                };
                durable.doubled |= plan.doubled;
                let came = match plan.kill {
                    Some(Kill::WhileSending(ms)) if !durable.killed => {
                        durable.killed = true;
                        tokio::select! {
                            biased;
                            came = call => came,
                            () = pass_ms(ms) => return Ended::Killed,
                        }
                    }
                    Some(_) | None => in_time(stage, attempt, durable, call).await,
                };
                if dies(Kill::AfterSend, durable) {
                    return Ended::Killed;
                }
                let came = match came {
                    Ok(receipt) => Came::Sent(receipt),
                    Err(error) => Came::NotSent(error),
                };
                attempt.handle(came, stage.now());
            }
            Step::Report(result) => {
                if dies(Kill::BeforeResult, durable) {
                    return Ended::Killed;
                }
                if report(attempt, durable, *result, now) {
                    return Ended::Watched;
                }
            }
            Step::Wait { until, .. } => {
                let due = attempt.deadline().map_or(until, |(due, _)| due.min(until));
                pass_ms(due.ms_since(now).max(1)).await;
            }
            Step::Done => return Ended::Watched,
        }
    }
}

/// What two tasks know together of the one effect that both carried out.
fn one_of(twice: (Answered, Answered)) -> Answered {
    match twice {
        (Ok(receipt), _) | (_, Ok(receipt)) => Ok(receipt),
        (Err(_), Err(other)) if other.applied == Applied::Unknown => Err(other),
        (Err(one), Err(_)) => Err(one),
    }
}

/// A call, and the verdict that is owed while it takes long.
async fn in_time<T>(
    stage: &Stage,
    attempt: &mut Attempt,
    durable: &mut Durable,
    call: impl Future<Output = T>,
) -> T {
    let mut call = pin!(call);
    if let Some((due, _)) = attempt.deadline() {
        tokio::select! {
            biased;
            came = &mut call => return came,
            () = pass_ms(due.ms_since(stage.now())) => {}
        }
        attempt.handle(Came::DeadlinePassed, stage.now());
        if let Step::Report(result) = attempt.next(stage.now()) {
            report(attempt, durable, *result, stage.now());
        }
    }
    call.await
}

/// Makes a result durable. Gives whether it is the last.
fn report(attempt: &mut Attempt, durable: &mut Durable, result: EffectResult, now: Time) -> bool {
    let outcome = result.outcome;
    durable.results.push(result);
    match outcome {
        Outcome::Unknown => {
            durable.unknown_at.get_or_insert(now);
        }
        // It is known after all that nothing was taken, and it goes on.
        Outcome::Queued => durable.unknown_at = None,
        Outcome::Confirmed | Outcome::Refused | Outcome::Stale | Outcome::Failed => {}
    }
    attempt.handle(Came::Reported, now);
    outcome.is_final()
}

/// Lets sandbox time pass; the runtime jumps over what nobody uses.
pub async fn pass_ms(ms: u64) {
    let never = std::future::pending::<()>();
    let _ = tokio::time::timeout(Duration::from_millis(ms), never).await;
}
