//! A change of one target: what it offers, and to ask for one of these. Must not decide anything.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, AppArgs, ChangeArgs, Pressed, Problem, Query};
use cockpit_engine::domain::provider::Verb;
use cockpit_engine::domain::store::EMBEDDED;
use cockpit_engine::domain::views::{ActView, CockpitView};
use cockpit_engine::domain::{Desired, TargetId};
use cockpit_say::say;
use serde_json::{Value, json};

use crate::args;
use crate::commands::{SETTLE_MS, refresh, workspace};
use crate::output::{self, Exit};

/// Lists what a target offers, or asks for one of it.
pub async fn run(args: args::ChangeOfTarget) -> Result<Exit, Problem> {
    let handle = workspace(&args.at.workspace).await?;
    refresh(&handle).await?;
    let view: CockpitView = handle.ask(Query::Cockpit(AppArgs::default())).await?;
    let offers = offers(&view, &args.target)?;
    let Some(wanted) = args.act else {
        list(&offers, args.at.json);
        return Ok(Exit::AsAsked);
    };
    let reason = args.reason.ok_or_else(|| {
        bad_input(say!(
            "Say why with --reason; it goes into the log. Nothing was asked for."
        ))
    })?;
    let offer = offers.iter().find(|it| key(it) == wanted);
    let offer = offer.ok_or_else(|| {
        bad_input(say!(
            "{} offers no {wanted} now. Nothing was asked for.",
            args.target
        ))
        .hint(match offers.as_slice() {
            [] => say!("It offers nothing that can be asked for now.").to_owned(),
            offers => {
                let keys: Vec<&str> = offers.iter().map(|it| key(it)).collect();
                say!("It offers: {}.", keys.join(", "))
            }
        })
    })?;
    let desired = match (args.fraction, &offer.desired) {
        // The offer holds the next usual step for the window's form; nobody has chosen it here.
        (None, _) if offer.verb == Verb::SetFraction => {
            return Err(bad_input(say!(
                "Say how many people get it with --fraction. Nothing was asked for."
            )));
        }
        (None, desired) => desired.clone(),
        (Some(fraction), Desired::RollingOut { .. }) => Desired::RollingOut {
            fraction_bps: Some(basis_points(fraction)?),
        },
        (Some(_), _) => {
            return Err(bad_input(say!(
                "{wanted} takes no --fraction. Nothing was asked for."
            )));
        }
    };
    let target = TargetId(args.target);
    ask(&handle, target, desired, reason, args.at.json).await
}

/// Asks for a change, waits for its outcome and says it.
pub async fn ask(
    handle: &Handle,
    target: TargetId,
    desired: Desired,
    reason: String,
    as_json: bool,
) -> Result<Exit, Problem> {
    let act = Act::Change(ChangeArgs {
        target,
        desired,
        reason,
    });
    let pressed: Pressed = handle.do_it(act).await?;
    let view = handle.settled(&pressed, SETTLE_MS).await?;
    Ok(output::press(&view, as_json))
}

/// A share as it is typed, in hundredths of a per cent.
pub fn basis_points(fraction: f64) -> Result<u32, Problem> {
    if fraction > 0.0 && fraction < 1.0 {
        // The range is checked, so the cast is exact.
        Ok((fraction * 10_000.0).round() as u32)
    } else {
        Err(bad_input(say!(
            "A fraction lies above 0 and below 1. Nothing was changed."
        )))
    }
}

fn offers<'a>(view: &'a CockpitView, target: &str) -> Result<Vec<&'a ActView>, Problem> {
    let release = view.releases.iter().find(|it| it.target == target);
    let flag = view.flags.iter().find(|it| it.target == target);
    match (release, flag) {
        (Some(release), _) => Ok(release.acts.iter().collect()),
        (None, Some(flag)) => Ok(vec![&flag.act]),
        (None, None) => Err(bad_input(say!(
            "There is no target {target} here. Nothing was asked for."
        ))
        .hint(say!("Take one as `cockpit status` shows it."))),
    }
}

fn list(offers: &[&ActView], as_json: bool) {
    if as_json {
        let acts: Vec<Value> = offers
            .iter()
            .map(|it| {
                json!({
                    "act": key(it),
                    "name": it.name,
                    "sentence": it.sentence,
                    "needs": it.needs,
                    "why_not": it.why_not,
                })
            })
            .collect();
        return output::document(&json!({ "acts": acts }));
    }
    if offers.is_empty() {
        output::line(say!("It offers nothing that can be asked for now."));
    }
    for it in offers {
        output::line(&format!("{}{}  {}", key(it), share(it), it.name));
        output::line(&format!("  {}", it.sentence));
        match &it.why_not {
            Some(why) => output::line(&say!("  Not now: {why}.")),
            None => output::line(&say!("  Needs: {}.", it.needs)),
        }
    }
}

/// The share that the offer's sentence is about, as it is typed.
fn share(offer: &ActView) -> String {
    match (offer.verb, &offer.desired) {
        (
            Verb::SetFraction,
            Desired::RollingOut {
                fraction_bps: Some(bps),
            },
        ) => format!(" --fraction {}", f64::from(*bps) / 10_000.0),
        _ => String::new(),
    }
}

/// An offer as it is typed. What has the same verb is told apart by where it leads.
fn key(offer: &ActView) -> &'static str {
    match offer.verb {
        Verb::RollBack if leads_to_build(&offer.desired) => "roll-back-to-build",
        Verb::Recover if offer.desired == Desired::NotAsked => "stop-asking",
        Verb::Recover => "ask-to-update",
        Verb::Stop => "stop",
        Verb::Resume => "resume",
        Verb::SetFraction => "set-fraction",
        Verb::Complete => "complete",
        Verb::Release => "release",
        Verb::RemoveFromSale => "remove-from-sale",
        Verb::RollBack => "roll-back",
        Verb::TurnOn => "turn-on",
        Verb::TurnOff => "turn-off",
        Verb::Publish => "publish",
    }
}

fn leads_to_build(desired: &Desired) -> bool {
    matches!(desired, Desired::RolledBack { update } if update == EMBEDDED)
}

fn bad_input(sentence: impl Into<String>) -> Problem {
    Problem::new("bad_input", sentence)
}
