//! The next entry of a chain whose bodies may be damaged or not here. Must not know a file.

use crate::entry::Entry;
use crate::fault::{Broken, Reason};
use crate::fork::SignedHeader;
use crate::verify::Verifier;

/// An entry as far as it can be read.
#[derive(Default)]
pub(super) struct Next {
    /// All of it.
    pub entry: Option<Entry>,
    /// What was signed.
    pub signed: Option<SignedHeader>,
    /// What does not hold.
    pub broken: Option<Broken>,
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
                signed: Some(SignedHeader::from(&entry)),
                broken: verifier.feed(&entry).err(),
                entry: Some(entry),
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
        entry: None,
        broken: own.or(fed.err()),
        signed: Some(signed),
    }
}
