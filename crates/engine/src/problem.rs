//! Turns every crate's errors into words for a person. Must not lose what is and is not in effect.

use cockpit_domain::decide::{Refusal, RefusalKind};
use cockpit_domain::provider::ProviderError;
use cockpit_ledger::LedgerError;

use crate::api::Problem;

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: &str, sentence: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            sentence: sentence.into(),
            hint: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.kind {
            RefusalKind::BadInput => "bad_input",
            RefusalKind::Gone => "not_found",
            RefusalKind::NotAllowed
            | RefusalKind::AlreadySo
            | RefusalKind::NotOffered
            | RefusalKind::UnderWay => "refused",
        };
        Self {
            kind: kind.to_owned(),
            sentence: refusal.sentence,
            hint: refusal.hint,
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        Self {
            kind: "provider".to_owned(),
            sentence: error.sentence,
            hint: error.hint,
        }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        Self {
            kind: "storage".to_owned(),
            sentence: error.to_string(),
            hint: error.hint().map(ToOwned::to_owned),
        }
    }
}
