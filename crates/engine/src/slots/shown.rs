//! Takes slots in one by one, and shows what they changed once. Must not know where they came from.

use std::sync::{Arc, PoisonError};

use cockpit_seal::Fork;

use super::{Log, reader::Reader};
use crate::api::Problem;
use crate::fold;
use crate::inner::Inner;
use crate::record::blocking;

/// Slots that were taken in since the state was folded last.
pub(super) struct Unshown {
    /// Where rejected entries stand whose place in the log was not certain before.
    moved: Vec<i64>,
    /// Entries of others came in.
    foreign: bool,
    forks: Vec<Fork>,
}

impl Inner {
    /// Takes in one slot. The state shows it only after [`Self::show_taken`]: to fold all that is
    /// pending after each of many slots would take hours in a large ledger.
    pub(super) async fn take_slot(
        self: &Arc<Self>,
        log: &mut Log,
        bytes: Vec<u8>,
    ) -> Result<(), Problem> {
        // Nothing is recorded meanwhile: the order of what is pending must not move.
        let writer = self.recorder.writer.lock().await;
        let ledger = Arc::clone(&self.ledger);
        let reader = Reader {
            ledger: Arc::clone(&ledger),
            verifier: log.reader.verifier.clone(),
            admitted: std::mem::take(&mut log.reader.admitted),
        };
        let state = Arc::clone(&self.state);
        let is_first = log.unshown.is_none();
        let (reader, taken, moved) = blocking(move || {
            let mut reader = reader;
            let admitted = reader.verifier.head().tree.size();
            let moved = match is_first {
                true => {
                    let state = state.read().unwrap_or_else(PoisonError::into_inner);
                    fold::not_placed_yet(&ledger, &state, admitted)?
                }
                false => Vec::new(),
            };
            let taken = reader.take(&bytes)?;
            Ok::<_, Problem>((reader, taken, moved))
        })
        .await??;
        log.reader = reader;
        self.saw(&log.reader);
        drop(writer);
        let unshown = log.unshown.get_or_insert(Unshown {
            moved,
            foreign: false,
            forks: Vec::new(),
        });
        unshown.foreign |= taken.foreign;
        unshown.forks.extend(taken.fork.map(|fork| *fork));
        Ok(())
    }

    /// Folds the state anew after slots were taken in, and does what they ask for. False when none
    /// were.
    pub(super) async fn show_taken(self: &Arc<Self>, log: &mut Log) -> Result<bool, Problem> {
        let Some(unshown) = log.unshown.take() else {
            return Ok(false);
        };
        let writer = self.recorder.writer.lock().await;
        let reader = Reader {
            ledger: Arc::clone(&self.ledger),
            verifier: log.reader.verifier.clone(),
            admitted: std::mem::take(&mut log.reader.admitted),
        };
        let (ledger, state) = (Arc::clone(&self.ledger), Arc::clone(&self.state));
        let moved = unshown.moved;
        log.reader = blocking(move || {
            // Own entries too: they have their brackets now.
            let folded = reader.with_pending()?;
            let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
            let before = std::mem::replace(&mut *state, folded);
            fold::list_rejected(&ledger, &state, &before.rejected, &moved)?;
            Ok::<_, Problem>(reader)
        })
        .await??;
        drop(writer);
        for fork in unshown.forks {
            self.publish_fork(&fork).await;
        }
        if unshown.foreign {
            self.others_decided().await?;
        }
        Ok(true)
    }
}
