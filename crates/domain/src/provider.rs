//! What the core and an adapter say to each other. Must not know HTTP.

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::notice::{ChannelKind, kind_of};
use crate::target::{Desired, Notice, Observation, Service, TargetId};

/// How careful a reading must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// To show it: whatever costs least quota and is still true now.
    Poll,
    /// Before a write: what the service holds at this moment.
    Fresh,
    /// After a write, or after a lost reply: from the side that serves people, sharing nothing
    /// with what was read or written before.
    Serving,
}

/// A write that is to be made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The idempotency key: the intent's hash in hex.
    pub key: String,
    /// The target.
    pub target: TargetId,
    /// What it should become.
    pub desired: Desired,
    /// What was observed last, right before.
    pub before: Observation,
    /// The newest entry of this device's chain when it was sent, in hex: what the ledger said then.
    pub head: String,
}

impl Effect {
    /// What stands beside the change where the service takes a comment: which intent it was, and how
    /// far the ledger was.
    pub fn comment(&self) -> String {
        format!("Release Cockpit: {}", self.trace())
    }

    /// The same where our name stands in front already.
    pub fn trace(&self) -> String {
        /// So much of an identifier is enough to find it by.
        const HEAD_CHARS: usize = 16;
        let head: String = self.head.chars().take(HEAD_CHARS).collect();
        if head.is_empty() {
            format!("intent {}", self.key)
        } else {
            format!("intent {}, ledger head {head}", self.key)
        }
    }
}

/// The service accepted a write. This is not yet an observation.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The service's own identifier of the request or of what was made.
    pub provider_request_id: Option<String>,
    /// What else the write did, in words ("sent 3 other console changes to review").
    pub notes: Vec<String>,
}

/// Kinds of failure, told apart because somebody handles each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// No connection could be made: queue what may be queued.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// Told to come back later, or our own bucket is empty.
    RateLimited,
    /// The service failed (5xx).
    Server,
    /// The credential is not accepted.
    Unauthorized,
    /// The credential lacks a permission.
    Forbidden,
    /// The target is not there.
    NotFound,
    /// The target moved between reading and writing: read again.
    Moved,
    /// The service refuses this write in this state.
    Rejected,
    /// A person must act in the service's console first.
    NeedsPerson,
    /// The adapter does not offer this verb for this target.
    Unsupported,
    /// The answer could not be understood.
    Protocol,
}

/// What a failed call may have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// Nothing was changed at the service.
    No,
    /// The write may have taken effect: read back before anything else.
    Unknown,
}

/// A failure at an outside service, in words for a person. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct ProviderError {
    /// The kind to branch on.
    pub kind: ErrorKind,
    /// What it may have done.
    pub applied: Applied,
    /// When to try again at the earliest, in milliseconds from the answer.
    pub retry_after_ms: Option<u64>,
    /// What happened.
    pub sentence: String,
    /// What to do next, when a person can do something.
    pub hint: Option<String>,
}

impl ProviderError {
    /// A failure that changed nothing.
    pub fn new(kind: ErrorKind, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            applied: Applied::No,
            retry_after_ms: None,
            sentence: sentence.into(),
            hint: None,
        }
    }

    /// Adds what a person can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds when to try again.
    #[must_use]
    pub fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// Marks that the write may have taken effect.
    #[must_use]
    pub fn maybe_applied(mut self) -> Self {
        self.applied = Applied::Unknown;
        self
    }
}

/// A verb that an adapter may offer for its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Halt or pause.
    Stop,
    /// Roll out again.
    Resume,
    /// Raise the fraction.
    SetFraction,
    /// Release to everybody.
    Complete,
    /// Put an approved version on sale.
    Release,
    /// Take the whole app off its store.
    RemoveFromSale,
    /// Put an earlier update in place of the newest.
    RollBack,
    /// Ask people who have a version to update, or stop asking them.
    Recover,
    /// Flag on.
    TurnOn,
    /// Flag off.
    TurnOff,
    /// Publish a notice.
    Publish,
}

/// What an adapter can do, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The service.
    pub service: Service,
    /// The verbs it offers. An undeclared one is refused as [`ErrorKind::Unsupported`].
    pub verbs: &'static [Verb],
    /// It gives health signals.
    pub signals: bool,
    /// The service refuses a write when the target moved since it was read.
    pub conditional_write: bool,
}

/// How long a text may be, and in what it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Bytes of UTF-8.
    Bytes(usize),
    /// Unicode scalar values.
    Characters(usize),
    /// Characters as people see them.
    Graphemes(usize),
    /// Characters as people see them, and each address as so many as Mastodon takes it for.
    Posted(usize),
}

/// What an address counts as in a post of Mastodon, however long it is.
const ADDRESS_CHARACTERS: usize = 23;

fn posted(text: &str) -> usize {
    let length = |word: &str| word.graphemes(true).count();
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word
                .trim_end()
                .trim_end_matches(['.', ',', ';', ':', ')', '?']);
            let scheme = bare.find("https://").or_else(|| bare.find("http://"));
            match scheme {
                Some(from) => {
                    length(&word[..from]) + ADDRESS_CHARACTERS + length(&word[bare.len()..])
                }
                None => length(word),
            }
        })
        .sum()
}

impl Length {
    /// The most that is taken.
    pub fn most(self) -> usize {
        match self {
            Self::Bytes(most)
            | Self::Characters(most)
            | Self::Graphemes(most)
            | Self::Posted(most) => most,
        }
    }

    /// How long a text is, counted as the limit is.
    pub fn of(self, text: &str) -> usize {
        match self {
            Self::Bytes(_) => text.len(),
            Self::Characters(_) => text.chars().count(),
            Self::Graphemes(_) => text.graphemes(true).count(),
            Self::Posted(_) => posted(text),
        }
    }

    /// What is counted, for people.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Bytes(_) => say!("bytes"),
            Self::Characters(_) | Self::Graphemes(_) | Self::Posted(_) => say!("characters"),
        }
    }
}

/// What a channel takes of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimits {
    /// The headline's limit; none where the channel has no place for one, and it stands at the
    /// head of the text.
    pub title: Option<Length>,
    /// The text's.
    pub text: &'static [Length],
}

impl TextLimits {
    /// What is too long in a notice, in words.
    pub fn exceeded_by(&self, notice: &Notice) -> Option<String> {
        let over = |part: &str, limit: Length, text: &str| {
            let length = limit.of(text);
            (length > limit.most()).then(|| {
                say!(
                    "its {part} has {length} {}, of at most {}",
                    limit.unit(),
                    limit.most()
                )
            })
        };
        let text = match self.title {
            Some(_) => notice.body.clone(),
            None => notice.as_text(),
        };
        let title = self
            .title
            .and_then(|limit| over(say!("headline"), limit, &notice.title));
        title.or_else(|| {
            self.text
                .iter()
                .find_map(|limit| over(say!("text"), *limit, &text))
        })
    }
}

/// What a service takes of a notice; none when it is no channel.
pub fn text_limits(service: Service) -> Option<TextLimits> {
    kind_of(service).map(limits_of)
}

/// What a kind of channel takes of a notice. Each number's source stands in the README of its
/// adapter; those of e-mail, banner and push are ours, within what the service takes.
pub fn limits_of(kind: ChannelKind) -> TextLimits {
    let (title, text): (Option<Length>, &'static [Length]) = match kind {
        ChannelKind::StatusPage => (Some(Length::Characters(255)), &[Length::Characters(25_000)]),
        ChannelKind::Email => (Some(Length::Characters(200)), &[Length::Bytes(200_000)]),
        ChannelKind::Push => (Some(Length::Graphemes(120)), &[Length::Bytes(3_000)]),
        ChannelKind::Banner => (Some(Length::Graphemes(120)), &[Length::Characters(2_000)]),
        ChannelKind::Slack => (None, &[Length::Characters(40_000)]),
        ChannelKind::Teams => (Some(Length::Characters(500)), &[Length::Bytes(20_000)]),
        ChannelKind::Matrix => (None, &[Length::Bytes(60_000)]),
        ChannelKind::Mastodon => (None, &[Length::Posted(500)]),
        ChannelKind::Bluesky => (None, &[Length::Graphemes(300), Length::Bytes(3_000)]),
    };
    TextLimits { title, text }
}

/// The result of checking a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CredentialCheck {
    /// Each permission that was tried.
    pub items: Vec<CheckItem>,
}

/// One permission that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckItem {
    /// The permission in the service's own words.
    pub permission: String,
    /// Whether it is there.
    pub ok: bool,
    /// What was seen, or what to do when it is missing.
    pub sentence: String,
}

#[cfg(test)]
mod tests {
    use super::Length;

    #[test]
    fn an_address_counts_as_23_in_a_post() {
        let of = |text: &str| Length::Posted(500).of(text);
        let long = format!("https://status.example/{}", "a".repeat(400));
        assert_eq!(of("Paused."), 7);
        assert_eq!(of(&long), 23);
        assert_eq!(of(&format!("More: {long}.")), 6 + 23 + 1);
        assert_eq!(of(&format!("({long})\nThanks")), 1 + 23 + 1 + 1 + 6);
        assert_eq!(of("👩‍👩‍👧 https://s.example/a"), 2 + 23);
    }
}
