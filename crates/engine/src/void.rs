//! Lists the slots that admit nothing, so that none of them is passed over in silence. Must not
//! know what makes a slot void.

use cockpit_domain::views::{VoidSlotView, VoidSlotsView, capital};
use cockpit_ledger::SlotKind;
use cockpit_say::say;

use crate::api::Problem;
use crate::inner::Inner;

/// The newest of them that are shown.
const SHOWN: usize = 100;

impl Inner {
    /// How many there are, as far as they are shown.
    pub(crate) fn count_void_slots(&self) -> Result<usize, Problem> {
        Ok(self.ledger.void_slots(SHOWN)?.len())
    }

    pub(crate) fn void_slots(&self) -> Result<VoidSlotsView, Problem> {
        let rows = self.ledger.void_slots(SHOWN)?;
        let slots: Vec<VoidSlotView> = rows
            .into_iter()
            .filter_map(|row| match row.kind {
                SlotKind::Void { why, bytes } => Some(VoidSlotView {
                    n: row.n,
                    why: capital(&whole(why)),
                    bytes: bytes.len() as u64,
                }),
                SlotKind::Admitting { .. } => None,
            })
            .collect();
        let sentence = (!slots.is_empty()).then(|| {
            say!(
                "What stands in a void slot counts for nobody: every laptop reads it the same \
                  way, and the log goes on after it. Who wrote it had access to the folder of the \
                  log."
            )
            .to_owned()
        });
        Ok(VoidSlotsView { slots, sentence })
    }
}

/// With a full stop.
fn whole(mut why: String) -> String {
    if !why.ends_with('.') {
        why.push('.');
    }
    why
}
