//! The ledger's state in words: what is proven, and since when. Must not know how it is checked.

use cockpit_say::{count, say};

use crate::views::{Badge, Icon, LedgerLive, LedgerStatus, Live, Tone, badge, short};
use crate::words;

/// State of the ledger, in words.
pub fn ledger_status(live: &Live) -> LedgerStatus {
    let it = &live.ledger;
    let (badge, sentence) = in_words(it);
    let sentence = match &it.mended {
        Some(mended) => format!("{sentence} {mended}"),
        None => sentence,
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

fn in_words(it: &LedgerLive) -> (Badge, String) {
    if let Some(what) = &it.broken {
        return (
            badge(Tone::Bad, Icon::Alert, say!("Broken")),
            say!("{what} Acts are refused until the log is mended; reading goes on."),
        );
    }
    let entries = words::grouped(it.entries);
    let devices = count!(it.devices, "device", "devices");
    let since = it.since.map(|at| say!(" since {}", words::day(at)));
    let all = say!(
        "{entries} entries from {devices}{}",
        since.unwrap_or_default()
    );
    if let Some(done) = it.checking {
        return (
            badge(Tone::Wait, Icon::Waiting, say!("Checking")),
            say!("Checking {} of {all}.", words::grouped(done)),
        );
    }
    if it.checked_at.is_none() {
        return (
            badge(Tone::Wait, Icon::Unknown, say!("Not checked yet")),
            say!("{entries} entries, not checked yet."),
        );
    }
    let sentence = match it.checked_tail.filter(|tail| *tail < it.entries) {
        None => say!("{all}, every signature and link checked."),
        Some(tail) => {
            let whole = match it.whole_checked_at {
                Some(at) => say!("all of them were last checked on {}", words::day(at)),
                None => say!("all of them were not checked here yet").to_owned(),
            };
            say!(
                "{all}; the newest {} were checked, every signature and link; {whole}.",
                words::grouped(tail)
            )
        }
    };
    (badge(Tone::Good, Icon::Done, say!("Intact")), sentence)
}

/// What is to be known of the log of slots beside the entries.
fn with_the_log(it: &LedgerLive, mut badge: Badge, mut sentence: String) -> (Badge, String) {
    if it.void_slots > 0 {
        let (slots, are) = match it.void_slots {
            1 => (say!("1 slot").to_owned(), say!("is void and admits")),
            more => (say!("{more} slots"), say!("are void and admit")),
        };
        sentence.push_str(&say!(" {slots} of the log {are} nothing."));
    }
    if let Some(problem) = &it.log_problem {
        sentence.push_str(&say!(" The log of slots is not in step: {problem}"));
        if badge.tone == Tone::Good {
            badge = super::super::badge(Tone::Wait, Icon::Alert, say!("Log not in step"));
        }
    }
    (badge, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    #[test]
    fn it_says_what_is_proven_and_since_when() {
        let noon = Time::from_ms(1_767_614_400_000);
        let mut live = Live {
            ledger: LedgerLive {
                entries: 1_000_000,
                devices: 2,
                since: Some(noon),
                checked_at: Some(noon),
                ..LedgerLive::default()
            },
            ..Live::default()
        };
        let says = |live: &Live| ledger_status(live).sentence.replace('\u{a0}', " ");
        let all = "1 000 000 entries from 2 devices since 2026-01-05";
        let checked = "every signature and link";
        assert_eq!(says(&live), format!("{all}, {checked} checked."));
        live.ledger.checked_tail = Some(1_000);
        let tail = format!("{all}; the newest 1 000 were checked, {checked};");
        assert_eq!(
            says(&live),
            format!("{tail} all of them were not checked here yet.")
        );
        live.ledger.whole_checked_at = Some(noon);
        assert_eq!(
            says(&live),
            format!("{tail} all of them were last checked on 2026-01-05.")
        );
        live.ledger.mended = Some("The database was made again.".to_owned());
        assert!(says(&live).ends_with("2026-01-05. The database was made again."));
        live.ledger.checking = Some(250_000);
        assert!(says(&live).starts_with(&format!("Checking 250 000 of {all}.")));
        live.ledger.broken = Some("Entry 7 was removed.".to_owned());
        assert!(says(&live).starts_with("Entry 7 was removed. Acts are refused until"));
    }
}
