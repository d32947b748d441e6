//! How acts stand and ended, in words. From the ledger and the executor; never from intent.

use cockpit_say::{mark, said, say};

use super::{
    Badge, Icon, Live, OutcomeView, OutcomeWord, PressTargetView, PressView, Tone, approvals,
    asker, badge,
};
use crate::attempt::may_be_sent;
use crate::event::Outcome;
use crate::state::{IntentRecord, Standing, State};
use crate::target::TargetState;
use crate::time::Time;
use crate::words;

/// How one intent stands.
pub fn of_record(id: &str, record: &IntentRecord, live: &Live, now: Time) -> OutcomeView {
    let intent = &record.intent;
    let plain = |outcome, badge, sentence: String| OutcomeView {
        outcome,
        badge,
        ms: None,
        before: Some(words::state(&intent.pre.state)),
        after: None,
        read_back: false,
        sentence,
    };
    match record.standing() {
        Standing::Waiting if now > intent.expires_at => plain(
            OutcomeWord::Refused,
            badge(Tone::Bad, Icon::Alert, say!("Expired")),
            say!("It expired before it was approved. Nothing is in effect.").to_owned(),
        ),
        Standing::Waiting => plain(
            OutcomeWord::Waiting,
            badge(Tone::Wait, Icon::Waiting, say!("Waiting for approval")),
            say!(
                "Not in effect. It needs {} until {}.",
                approvals(record.missing_persons()),
                words::clock(intent.expires_at)
            ),
        ),
        Standing::Rejected => plain(
            OutcomeWord::Refused,
            badge(Tone::Bad, Icon::Alert, say!("Rejected")),
            record.rejected.as_ref().map_or(String::new(), |(_, why)| {
                let why = why.trim_end_matches('.');
                say!("Rejected: {why}. Nothing is in effect.")
            }),
        ),
        Standing::Withdrawn => plain(
            OutcomeWord::Refused,
            badge(Tone::Neutral, Icon::Idle, say!("Taken back")),
            say!("Its asker took it back. Nothing was sent.").to_owned(),
        ),
        Standing::Ended(_) => ended(record),
        Standing::Ready => match (&record.result, live.doing.get(id)) {
            // "Queued, not in effect" is not said of what is on its way.
            (Some((result, _)), Some(doing))
                if result.outcome == Outcome::Queued && may_be_sent(doing) =>
            {
                let sentence = say!(
                    "{doing}. It may be in effect; it was not observed yet.",
                    doing = said(doing)
                );
                plain(OutcomeWord::Unknown, working(doing), sentence)
            }
            (Some(_), Some(_) | None) => ended(record),
            (None, None) if !live.device.is_empty() && record.device != live.device => {
                let sentence = say!(
                    "The laptop that asked carries it out when it reads the shared \
                                log. Not yet observed."
                );
                let doing = mark!("Waiting for the laptop that asked");
                plain(OutcomeWord::Working, working(doing), sentence.to_owned())
            }
            (None, doing) => {
                let doing = doing.map_or(mark!("Reading the target"), String::as_str);
                let sentence = say!("{doing}. Not yet observed.", doing = said(doing));
                plain(OutcomeWord::Working, working(doing), sentence)
            }
        },
    }
}

fn working(doing: &str) -> Badge {
    badge(Tone::Wait, Icon::Waiting, format!("{}…", said(doing)))
}

/// A press with each of its targets.
pub fn press(state: &State, live: &Live, press: &str, now: Time) -> Option<PressView> {
    let ids = state.presses.get(press)?;
    let records: Vec<(&String, &IntentRecord)> = ids
        .iter()
        .filter_map(|id| Some((id, state.intents.get(id)?)))
        .collect();
    let (_, first) = records.first()?;
    let targets: Vec<PressTargetView> = records
        .iter()
        .map(|(id, record)| PressTargetView {
            target: record.intent.target.0.clone(),
            intent: (*id).clone(),
            title: record.intent.title.clone(),
            from: words::state(&record.intent.pre.state),
            to: words::desired(&record.intent.desired, &record.intent.pre.state),
            outcome: of_record(id, record, live, now),
        })
        .collect();
    let settled = targets.iter().all(|target| match target.outcome.outcome {
        OutcomeWord::Working => false,
        // Nothing more happens by itself while a person is waited for.
        OutcomeWord::Waiting
        | OutcomeWord::Confirmed
        | OutcomeWord::Refused
        | OutcomeWord::Stale
        | OutcomeWord::Unknown
        | OutcomeWord::Failed
        | OutcomeWord::Queued => true,
    });
    let confirmed = targets
        .iter()
        .filter(|target| target.outcome.outcome == OutcomeWord::Confirmed)
        .count();
    Some(PressView {
        press: press.to_owned(),
        title: first.intent.press_title.clone(),
        reason: first.intent.reason.clone(),
        asked_at: first.intent.asked_at.to_string(),
        asked_by: asker(state, live, &first.by),
        signed_by: say!("device {}", super::short(&first.device)),
        summary: say!("{confirmed} of {} confirmed", targets.len()),
        settled,
        targets,
    })
}

fn ended(record: &IntentRecord) -> OutcomeView {
    let Some((result, _)) = &record.result else {
        return OutcomeView {
            outcome: OutcomeWord::Working,
            badge: badge(Tone::Wait, Icon::Waiting, say!("Working…")),
            ms: None,
            before: None,
            after: None,
            read_back: false,
            sentence: String::new(),
        };
    };
    let (outcome, badge) = word(result.outcome, result.ms);
    OutcomeView {
        outcome,
        badge,
        ms: Some(result.ms),
        before: result.before.as_ref().map(words::state),
        after: result.after.as_ref().map(words::state),
        read_back: result.after.as_ref().is_some_and(TargetState::is_read),
        sentence: result.sentence.clone(),
    }
}

fn word(outcome: Outcome, ms: u64) -> (OutcomeWord, Badge) {
    match outcome {
        Outcome::Confirmed => (
            OutcomeWord::Confirmed,
            badge(
                Tone::Good,
                Icon::Done,
                say!("Confirmed · {}", words::span(ms)),
            ),
        ),
        Outcome::Refused => (
            OutcomeWord::Refused,
            badge(Tone::Bad, Icon::Alert, "Refused"),
        ),
        Outcome::Stale => (
            OutcomeWord::Stale,
            badge(Tone::Wait, Icon::Alert, say!("Stale: it moved")),
        ),
        Outcome::Unknown => (
            OutcomeWord::Unknown,
            badge(Tone::Wait, Icon::Unknown, say!("Unknown, asking again")),
        ),
        Outcome::Failed => (OutcomeWord::Failed, badge(Tone::Bad, Icon::Alert, "Failed")),
        Outcome::Queued => (
            OutcomeWord::Queued,
            badge(Tone::Wait, Icon::Waiting, say!("Queued, not in effect")),
        ),
    }
}
