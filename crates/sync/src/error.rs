//! What can go wrong with a store: a kind to branch on, a sentence to read, a hint to act on.
//! Must not know what was being stored.

use std::path::Path;

use cockpit_say::{mark, said, say};

/// What to do differently about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// It does not answer just now; asking again may help.
    NotReached,
    /// It may not be read or written.
    NotAllowed,
    /// It cannot keep the log of a team.
    Unfit,
}

/// An error of a store. Its text is whole sentences.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct StoreError {
    kind: StoreErrorKind,
    sentence: String,
    hint: &'static str,
}

const RETRY: &str =
    mark!("It is tried again by itself. Check the folder or the network if it stays so.");
const CHOOSE: &str = mark!("Choose a folder on a disk of this computer or on a file server.");

impl StoreError {
    /// What to branch on.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        said(self.hint)
    }

    pub(crate) fn folder(folder: &Path, error: &std::io::Error) -> Self {
        Self {
            kind: match error.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                    StoreErrorKind::NotAllowed
                }
                _ => StoreErrorKind::NotReached,
            },
            sentence: say!(
                "The folder {} cannot be used for the log: {error}. Nothing was shared.",
                folder.display()
            ),
            hint: mark!("Make the folder writable for you, or choose another one."),
        }
    }

    pub(crate) fn store(error: object_store::Error) -> Self {
        let kind = match &error {
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => StoreErrorKind::NotAllowed,
            object_store::Error::NotSupported { .. }
            | object_store::Error::NotImplemented { .. } => StoreErrorKind::Unfit,
            _ => StoreErrorKind::NotReached,
        };
        Self {
            kind,
            sentence: say!(
                "The place of the shared log does not answer as it must: {error}. What is recorded \
                 here is safe and not shared yet."
            ),
            hint: RETRY,
        }
    }

    pub(crate) fn unsure() -> Self {
        Self {
            kind: StoreErrorKind::NotReached,
            sentence: say!(
                "The place of the shared log says that a slot is taken and shows none. What \
                       is recorded here is safe and not shared yet."
            )
            .to_owned(),
            hint: RETRY,
        }
    }

    pub(crate) fn overwrites() -> Self {
        Self {
            kind: StoreErrorKind::Unfit,
            sentence: say!(
                "This place lets a second writer overwrite the first, so it cannot keep the \
                       order of decisions. Nothing was shared."
            )
            .to_owned(),
            hint: CHOOSE,
        }
    }

    pub(crate) fn unfit(why: &str) -> Self {
        Self {
            kind: StoreErrorKind::Unfit,
            sentence: say!("This folder cannot keep the log of a team: {why}. Nothing was shared."),
            hint: CHOOSE,
        }
    }
}
