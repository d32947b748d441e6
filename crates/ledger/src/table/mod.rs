//! The tables, one file each with its migrations, row, reader and writer. No
//! table knows another, but for the position that they share.

pub(crate) mod cache;
pub(crate) mod entries;
pub(crate) mod log_index;
pub(crate) mod log_list;
pub(crate) mod outbox;
pub(crate) mod settings;
pub(crate) mod slots;
pub(crate) mod snapshot;
pub(crate) mod words;
