//! The log on disk.
//!
//! This crate hides SQLite: crash safety, migrations, backups, full-text search.
//! It must not know what an entry means: callers bring the words to find it by
//! ([`LogIndex`]), and effects are opaque payloads.
//!
//! Only `entries`, the slots that admitted them and the outbox's started rows are truth. `log_index` and its
//! full-text index are projections, which [`Ledger::rebuild`] makes again; the
//! cache holds what providers said and when; settings are small values of this
//! machine.
//!
//! One connection writes, others read, so reading never waits for writing.
//! Every write is one transaction with `synchronous=FULL`: when a call returns
//! `Ok`, what it wrote survives a power cut.

mod backup;
mod connection;
mod error;
mod ledger;
mod place;
mod salvage;
mod schema;
mod store;
mod table;
mod team;
mod verify;

pub use connection::SQLITE_VERSION_MIN;
pub use error::{ErrorKind, LedgerError};
pub use ledger::{Append, Ledger, PAGE_ROWS_MAX};
pub use place::Placed;
pub use salvage::{Salvage, salvage};
pub use schema::{APPLICATION_ID, SCHEMA_VERSION};
pub use table::cache::CacheRow;
pub use table::entries::{RawEntry, StoredEntry};
pub use table::log_index::{LogIndex, LogRow};
pub use table::log_list::{LogChoices, LogFilter};
pub use table::outbox::{OutboxChange, OutboxRow, OutboxState};
pub use table::slots::{LogEnd, SlotKind, SlotRow};
pub use table::snapshot::Snapshot;
pub use team::{Admission, Ordered};
pub use verify::{Damage, DamageReason, Verdict};

#[cfg(test)]
mod tests;
