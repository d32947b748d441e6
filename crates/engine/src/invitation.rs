//! An invitation as one text that can be copied: where the log lies, how far it was when the
//! invitation was made, and the one-time code. Must not know who may invite or join.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cockpit_say::say;
use cockpit_seal::{BodyHash, LedgerId, Seen};
use serde::{Deserialize, Serialize};

use crate::api::Problem;

/// How every invitation of this version begins.
const PREFIX: &str = "cockpit-invitation-1.";
/// How an invitation of any version begins.
const ANY: &str = "cockpit-invitation-";
/// Longest text that is looked at, in bytes.
const BYTES_MAX: usize = 8 * 1_024;
/// Bytes of the hash at the end, by which a text that was cut in copying is found.
const CHECK_BYTES: usize = 6;

/// What somebody gets who is invited. It gives nothing by itself: an administrator must still
/// compare six words.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// The ledger.
    pub ledger: LedgerId,
    /// The newest slot that whoever invites had verified.
    pub seen: Seen,
    /// The invitation's entry, in hex.
    pub invite: String,
    /// The one-time code.
    pub code: String,
    /// The team folder, as whoever invites names it.
    pub folder: String,
    /// The workspace's name.
    pub workspace: String,
    /// Who invites.
    pub by: String,
    /// Whom it is for; may be empty.
    pub name: String,
}

/// The same as it is written. Keys are short, because people copy it.
#[derive(Serialize, Deserialize)]
struct Written {
    l: String,
    s: u64,
    h: String,
    i: String,
    c: String,
    f: String,
    w: String,
    b: String,
    n: String,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation")
            .field("ledger", &self.ledger)
            .field("invite", &self.invite)
            .finish_non_exhaustive()
    }
}

impl Invitation {
    /// The text that is copied.
    pub fn text(&self) -> String {
        let written = Written {
            l: self.ledger.to_string(),
            s: self.seen.slot,
            h: self.seen.hash.to_string(),
            i: self.invite.clone(),
            c: self.code.clone(),
            f: self.folder.clone(),
            w: self.workspace.clone(),
            b: self.by.clone(),
            n: self.name.clone(),
        };
        let json = serde_json::to_vec(&written).expect("texts and a number are written");
        let payload = URL_SAFE_NO_PAD.encode(json);
        let check = check(&payload);
        format!("{PREFIX}{payload}.{check}")
    }

    /// Reads a text that was copied. White space that a mail put into it is no matter.
    ///
    /// # Errors
    /// It is no invitation, or not a whole one.
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > BYTES_MAX {
            return Err(no_invitation());
        }
        let whole: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let whole = whole.trim_matches(|it| "\"'<>`".contains(it));
        let Some(rest) = whole.strip_prefix(PREFIX) else {
            return Err(match whole.starts_with(ANY) {
                true => Problem::new(
                    "bad_input",
                    say!(
                        "This invitation was made by another version of the app. Nothing was made."
                    ),
                )
                .hint(say!("Bring both laptops to the same version.")),
                false => no_invitation(),
            });
        };
        let (payload, found) = rest.split_once('.').ok_or_else(not_whole)?;
        if check(payload) != found {
            return Err(not_whole());
        }
        let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| not_whole())?;
        let written: Written = serde_json::from_slice(&json).map_err(|_| not_whole())?;
        Ok(Self {
            ledger: written.l.parse().map_err(|_| not_whole())?,
            seen: Seen {
                slot: written.s,
                hash: written.h.parse().map_err(|_| not_whole())?,
            },
            invite: written.i,
            code: written.c,
            folder: written.f,
            workspace: written.w,
            by: written.b,
            name: written.n,
        })
    }
}

fn check(payload: &str) -> String {
    let hash = BodyHash::of_body_line(payload.as_bytes());
    hex::encode(&hash.as_bytes()[..CHECK_BYTES])
}

fn no_invitation() -> Problem {
    Problem::new(
        "bad_input",
        say!("This is not an invitation. Nothing was made."),
    )
    .hint(say!(
        "Copy the whole text that begins with {PREFIX} from whoever invited you."
    ))
}

fn not_whole() -> Problem {
    Problem::new(
        "bad_input",
        say!("The invitation is not whole: letters are missing or were changed. Nothing was made."),
    )
    .hint(say!("Copy the whole text again, to its last letter."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation {
            ledger: LedgerId::from_bytes([7; 32]),
            seen: Seen {
                slot: 12,
                hash: cockpit_seal::SlotHash::from_bytes([9; 32]),
            },
            invite: "ab".repeat(32),
            code: "code-that-is-hidden".to_owned(),
            folder: "/srv/team “north”".to_owned(),
            workspace: "Northwind Wallet".to_owned(),
            by: "Mira".to_owned(),
            name: "Ben".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_also_when_a_mail_broke_its_lines() {
        let text = invitation().text();
        assert_eq!(Invitation::read(&text).unwrap(), invitation());
        let lines: Vec<&str> = text.split_inclusive('0').collect();
        let broken = format!(" \"{}\"\n", lines.join("\r\n "));
        assert_eq!(Invitation::read(&broken).unwrap(), invitation());
    }

    #[test]
    fn every_changed_or_missing_letter_is_found() {
        let text = invitation().text();
        for place in 0..text.len() {
            let mut cut = text.clone();
            cut.remove(place);
            assert!(Invitation::read(&cut).is_err(), "{place}");
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(Invitation::read(&changed).is_err(), "{place}");
        }
        let other = text.replacen("-1.", "-2.", 1);
        let problem = Invitation::read(&other).unwrap_err();
        assert!(problem.sentence.contains("another version"), "{problem:?}");
    }

    #[test]
    fn the_code_is_not_in_debug_text() {
        assert!(!format!("{:?}", invitation()).contains("hidden"));
    }
}
