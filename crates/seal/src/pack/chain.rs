//! The next entry of a chain whose bodies may be damaged or not here. Must not know a file.

use crate::entry::{Entry, Header};
use crate::fault::{Broken, Reason};
use crate::fork::SignedHeader;
use crate::id::{EntryId, LedgerId};
use crate::verify::Verifier;

/// An entry of the chain.
#[derive(Default)]
pub(super) struct Next {
    /// As much of it as can be read; nothing where not even its header can.
    pub read: Option<Read>,
    /// What does not hold.
    pub broken: Option<Broken>,
}

/// An entry as far as it can be read.
pub(super) enum Read {
    Whole(Entry),
    WithoutBody(SignedHeader),
}

impl Read {
    pub fn id(&self) -> EntryId {
        match self {
            Self::Whole(it) => it.id(),
            Self::WithoutBody(it) => it.id(),
        }
    }

    pub fn header(&self) -> &Header {
        match self {
            Self::Whole(it) => it.header(),
            Self::WithoutBody(it) => it.header(),
        }
    }

    pub fn ledger(&self) -> LedgerId {
        match self {
            Self::Whole(it) => it.ledger(),
            Self::WithoutBody(it) => it.ledger(),
        }
    }
}

/// Takes the next entry. A body that is damaged breaks its own entry and none after it: what
/// follows stands on the header.
pub(super) fn feed(
    verifier: &mut Verifier,
    header: &[u8],
    body: Option<&[u8]>,
    signature: &[u8],
) -> Next {
    let entry = body.map(|body| Entry::from_lines(header, body, signature));
    let fault = match entry {
        Some(Ok(entry)) => {
            return Next {
                broken: verifier.feed(&entry).err(),
                read: Some(Read::Whole(entry)),
            };
        }
        Some(Err(fault)) => Some(fault),
        None => None,
    };
    let signed = match SignedHeader::from_lines(header, signature) {
        Ok(signed) => signed,
        Err(_) => {
            let broken = verifier.feed_lines(header, body.unwrap_or(b"-"), signature);
            return Next {
                broken: broken.err(),
                ..Next::default()
            };
        }
    };
    let fed = verifier.feed_without_body(&signed);
    let own = fault.map(|fault| Broken {
        position: verifier.position(),
        device: Some(signed.header().device),
        seq: Some(signed.header().seq),
        id: Some(signed.id()),
        reason: Reason::Malformed(fault),
    });
    Next {
        broken: own.or(fed.err()),
        read: Some(Read::WithoutBody(signed)),
    }
}
