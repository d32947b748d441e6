//! The export that is under way: how far it is, and that a person has called it off. Must not know
//! what is exported.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use cockpit_say::say;
use tokio::sync::watch;

use crate::api::{Done, ExportProgress, Problem, Tag};
use crate::inner::Inner;

/// One export under way.
#[derive(Debug)]
pub(crate) struct Underway {
    done: AtomicU64,
    total: u64,
    called_off: watch::Sender<bool>,
}

impl Underway {
    /// So much is done; an error once it was called off.
    pub(super) fn step(&self, inner: &Inner, done: u64) -> Result<(), Problem> {
        self.done.store(done, Ordering::Relaxed);
        inner.changed(&[Tag::Export]);
        self.go_on()
    }

    /// An error once it was called off.
    pub(super) fn go_on(&self) -> Result<(), Problem> {
        if *self.called_off.borrow() {
            return Err(called_off());
        }
        Ok(())
    }

    /// Runs a part of the export; ends early when it is called off.
    pub(super) async fn unless_called_off<T>(
        &self,
        part: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let mut heard = self.called_off.subscribe();
        tokio::select! {
            done = part => done,
            _ = heard.wait_for(|called_off| *called_off) => Err(called_off()),
        }
    }
}

/// Keeps the place of the one export until it ends, however it ends.
pub(super) struct Place<'a> {
    inner: &'a Inner,
    pub underway: Arc<Underway>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut place = self
            .inner
            .exporting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *place = None;
        drop(place);
        self.inner.changed(&[Tag::Export]);
    }
}

impl Inner {
    /// Begins an export of `total` steps; there is one at a time.
    pub(super) fn begin_export(&self, total: u64) -> Result<Place<'_>, Problem> {
        let mut place = self
            .exporting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if place.is_some() {
            return Err(Problem::new(
                "refused",
                say!("An export is under way. This one was not begun."),
            )
            .hint(say!("Wait for it, or cancel it.")));
        }
        let underway = Arc::new(Underway {
            done: AtomicU64::new(0),
            total,
            called_off: watch::Sender::new(false),
        });
        *place = Some(Arc::clone(&underway));
        drop(place);
        self.changed(&[Tag::Export]);
        Ok(Place {
            inner: self,
            underway,
        })
    }

    /// How far the export is; none when none is under way.
    pub(crate) fn export_progress(&self) -> ExportProgress {
        let place = self
            .exporting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match place.as_ref() {
            None => ExportProgress::default(),
            Some(it) => ExportProgress {
                running: true,
                done: it.done.load(Ordering::Relaxed).min(it.total),
                total: it.total,
            },
        }
    }

    /// Calls the export off.
    pub(crate) fn cancel_export(&self) -> Result<Done, Problem> {
        let place = self
            .exporting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(it) = place.as_ref() else {
            return Err(Problem::new("not_found", say!("No export is under way.")));
        };
        it.called_off.send_replace(true);
        Ok(Done {
            sentence: say!("The export is being cancelled.").to_owned(),
        })
    }
}

fn called_off() -> Problem {
    Problem::new(
        "cancelled",
        say!("The export was cancelled. Nothing of it was left behind."),
    )
}
