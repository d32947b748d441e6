//! What is said of a claim in a text: the reason and the way out, in words. Must not know how a
//! claim is found.

use cockpit_say::say;

use super::face::{Rule, Weight};

/// A kind of claim that a list of words finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Unfilled,
    NeverAgain,
    Guarantee,
    Calm,
    AllClear,
    FixTime,
    NoHarm,
    Blame,
    Privacy,
}

impl Claim {
    /// Every kind, the one that says most about the same words first.
    pub(super) const ALL: [Self; 9] = [
        Self::Unfilled,
        Self::NeverAgain,
        Self::FixTime,
        Self::AllClear,
        Self::NoHarm,
        Self::Guarantee,
        Self::Calm,
        Self::Blame,
        Self::Privacy,
    ];

    /// Its section in the word lists.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::Unfilled => "unfilled",
            Self::NeverAgain => "never_again",
            Self::Guarantee => "guarantee",
            Self::Calm => "calm",
            Self::AllClear => "all_clear",
            Self::FixTime => "fix_time",
            Self::NoHarm => "no_harm",
            Self::Blame => "blame",
            Self::Privacy => "privacy",
        }
    }

    pub(super) fn rule(self) -> Rule {
        match self {
            Self::Unfilled => Rule::Unfilled,
            Self::NeverAgain
            | Self::Guarantee
            | Self::Calm
            | Self::AllClear
            | Self::FixTime
            | Self::NoHarm => Rule::Overpromise,
            Self::Blame => Rule::Blame,
            Self::Privacy => Rule::Privacy,
        }
    }

    pub(super) fn weight(self) -> Weight {
        match self.rule() {
            Rule::Privacy => Weight::Legal,
            Rule::Unfilled
            | Rule::Overpromise
            | Rule::MissingUncertainty
            | Rule::MissingNextUpdate
            | Rule::UnkeptNextUpdate
            | Rule::MissingLink
            | Rule::PersonNamed
            | Rule::Blame
            | Rule::ReadingGrade
            | Rule::ChannelLimit => Weight::Blocking,
        }
    }

    /// What is wrong with "words".
    pub(super) fn reason(self, words: &str) -> String {
        match self {
            Self::Unfilled => say!("\"{words}\" is a place for words that nobody filled in."),
            Self::NeverAgain => {
                say!("\"{words}\" promises that it never happens again; nobody can keep that.")
            }
            Self::Guarantee => say!("\"{words}\" guarantees what nobody can observe yet."),
            Self::Calm => say!(
                "\"{words}\" tells people what to feel; if it gets worse, they will not believe \
                 the next notice."
            ),
            Self::AllClear => say!(
                "\"{words}\" says that it is over, and the phase is not resolved: it was not \
                 observed for everybody."
            ),
            Self::FixTime => {
                say!("\"{words}\" promises when it will be fixed; that time cannot be kept.")
            }
            Self::NoHarm => say!(
                "\"{words}\" rules out harm as a plain fact before the cause is dealt with and \
                 watched."
            ),
            Self::Blame => say!("\"{words}\" blames somebody."),
            Self::Privacy => say!(
                "\"{words}\" speaks of people's data reaching others; what is said of that has \
                 legal effect."
            ),
        }
    }

    /// What to do.
    pub(super) fn fix(self) -> &'static str {
        match self {
            Self::Unfilled => say!("Write what belongs there, or take the sentence out."),
            Self::NeverAgain => say!("Say which safeguard you are adding and what it does."),
            Self::Guarantee => say!("Say what was observed, or when you will know."),
            Self::Calm => say!("Say what is known and what people can do."),
            Self::AllClear => say!("Say what was changed, and that it is being watched."),
            Self::FixTime => say!("Promise the time of the next update, not that of the fix."),
            Self::NoHarm => say!("Say what you have checked so far, and what not."),
            Self::Blame => say!("Say what happened and what is done; take responsibility."),
            Self::Privacy => {
                say!("Ask legal to approve these exact words before anything is sent.")
            }
        }
    }
}
