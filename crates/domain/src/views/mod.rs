//! What a window or a command line shows: ready sentences, allowed acts, ages.
//! Everything here is computed; the page decides nothing. Must not know how it is drawn.

mod approval;
mod cockpit;
mod cover;
mod health;
mod left_behind;
mod live;
mod log;
mod model;
mod notices;
mod order_log;
mod outcome;
mod people;
mod people_log;
mod ratings;
mod ready;
mod stop;
mod tell_log;
mod tray;

pub use approval::intent;
pub use cockpit::{cockpit, ledger_status};
pub use health::{health, order_sheet, rule_test, rule_tests, rules};
pub use left_behind::{left_behind, recovery_of};
pub use live::{
    Budget, LedgerLive, Live, RatingsLive, SIGNAL_STALE_MS, STALE_MS, ServiceLive, TargetLive,
};
pub use log::{
    LogLine, WITHOUT_FORCE, entry_facts, kind_words, log_line, log_row, outcome_words,
    without_force,
};
pub use model::*;
pub use notices::{
    Channel, channels, draft as notice_draft, envelope_sheet, lands_in_notices, no_channel,
    notices, open_incident, owed_views, posts_of, ready_again, ready_to_ask,
};
pub use outcome::{of_record, press};
pub use people::{Sha256, change_event, change_sheet, mandate_preview, people_room};
pub use ready::service_light;
pub use stop::{evidence, in_flight_version, stop_sheet, stoppable};
pub use tray::{Mood, TrayView, tray};

use cockpit_say::say;

use crate::state::State;
use crate::time::Time;
pub use crate::words::capital;

fn age(at: Option<Time>, stale_after_ms: u32, problem: Option<&str>) -> Age {
    Age {
        at: at.map(|at| at.to_string()),
        stale_after_ms,
        problem: problem.map(ToOwned::to_owned),
    }
}

fn badge(tone: Tone, icon: Icon, words: impl Into<String>) -> Badge {
    Badge {
        tone,
        icon,
        words: words.into(),
    }
}

/// Who asked, as the person at this laptop reads it.
fn asker(state: &State, live: &Live, person: &str) -> String {
    if person == live.actor {
        say!("you").to_owned()
    } else {
        state
            .people
            .get(person)
            .map_or(say!("somebody").to_owned(), |it| it.name.clone())
    }
}

/// "1 approval", "2 approvals".
fn approvals(count: u8) -> String {
    match count {
        1 => say!("1 approval").to_owned(),
        count => say!("{count} approvals"),
    }
}

fn short(hex: &str) -> String {
    match (hex.get(..4), hex.get(hex.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) if hex.len() > 8 => format!("{first}…{last}"),
        (Some(_) | None, Some(_) | None) => hex.to_owned(),
    }
}
