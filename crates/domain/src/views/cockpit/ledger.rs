//! The ledger's state in words. Must not know how it is checked.

use super::count;
use crate::views::{Badge, Icon, LedgerLive, LedgerStatus, Live, Tone, badge, short};
use crate::words;

/// State of the ledger, in words.
pub fn ledger_status(live: &Live) -> LedgerStatus {
    let it = &live.ledger;
    let devices = count(it.devices, "device", "devices");
    let (badge, sentence) = match (&it.broken, it.checking, it.checked_at) {
        (Some(what), _, _) => (
            badge(Tone::Bad, Icon::Alert, "Broken"),
            format!("{what} Acts are refused until the log is repaired; reading goes on."),
        ),
        (None, true, _) => (
            badge(Tone::Wait, Icon::Waiting, "Checking"),
            format!(
                "Checking {} entries from {devices}.",
                words::grouped(it.entries)
            ),
        ),
        (None, false, None) => (
            badge(Tone::Wait, Icon::Unknown, "Not checked yet"),
            format!("{} entries, not checked yet.", words::grouped(it.entries)),
        ),
        (None, false, Some(_)) => (
            badge(Tone::Good, Icon::Done, "Intact"),
            match it.checked_tail {
                Some(tail) if tail < it.entries => format!(
                    "{} entries from {devices}; the newest {} were checked, every signature and \
                     link.",
                    words::grouped(it.entries),
                    words::grouped(tail)
                ),
                Some(_) | None => format!(
                    "{} entries from {devices}, every signature and link checked.",
                    words::grouped(it.entries)
                ),
            },
        ),
    };
    let (badge, sentence) = with_the_log(it, badge, sentence);
    LedgerStatus {
        entries: it.entries,
        badge,
        sentence,
        checked_at: it.checked_at.map(|at| at.to_string()),
        head: short(&it.head),
    }
}

/// What is to be known of the log of slots beside the entries.
fn with_the_log(it: &LedgerLive, mut badge: Badge, mut sentence: String) -> (Badge, String) {
    if it.void_slots > 0 {
        let (slots, are) = match it.void_slots {
            1 => ("1 slot".to_owned(), "is void and admits"),
            more => (format!("{more} slots"), "are void and admit"),
        };
        sentence.push_str(&format!(" {slots} of the log {are} nothing."));
    }
    if let Some(problem) = &it.log_problem {
        sentence.push_str(&format!(" The log of slots is not in step: {problem}"));
        if badge.tone == Tone::Good {
            badge = super::super::badge(Tone::Wait, Icon::Alert, "Log not in step");
        }
    }
    (badge, sentence)
}
