//! The log between laptops: numbered slots in a store that gives each name away once.
//!
//! This crate hides the store: a folder now, an object store later. It must not know what a slot
//! says. The store is trusted for one thing, that the first one to write a number keeps it; every
//! reader checks the rest.

mod cosigned;
mod error;
mod folder;

use std::path::Path;
use std::sync::Arc;

use cockpit_seal::slot::{SLOT_BYTES_MAX, slot_path};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};

pub use error::{StoreError, StoreErrorKind};
pub use folder::unfit_for_a_team;

/// Where the slots of a ledger lie.
#[derive(Debug, Clone)]
pub struct SlotStore {
    objects: Arc<dyn ObjectStore>,
}

/// What became of a slot that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// These bytes stand under the number now.
    Won,
    /// Others were faster: what stands there.
    Lost(Vec<u8>),
}

impl SlotStore {
    /// A folder on this computer; made when it is not there. What is written survives a power cut.
    ///
    /// # Errors
    /// The folder cannot be made or used.
    pub fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::folder(folder, &error))?;
        let objects = LocalFileSystem::new_with_prefix(folder)
            .map_err(StoreError::store)?
            .with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
        })
    }

    /// Over a store of another kind.
    pub fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects }
    }

    /// Whether the store keeps the first of two writers: asked once of each store, with a name of
    /// its own that is taken away again. `tag` makes that name one that nobody else uses.
    ///
    /// # Errors
    /// It gives the same name away twice, or it cannot be written.
    pub async fn check(&self, tag: &str) -> Result<(), StoreError> {
        let name = Name::from(format!("probe/{tag}"));
        let write = async |bytes: &'static [u8]| {
            let payload = PutPayload::from_static(bytes);
            self.objects.put_opts(&name, payload, only_new()).await
        };
        write(b"first").await.map_err(StoreError::store)?;
        let second = write(b"second").await;
        let kept = self.objects.get(&name).await.map_err(StoreError::store)?;
        let kept = kept.bytes().await.map_err(StoreError::store)?;
        self.objects
            .delete(&name)
            .await
            .map_err(StoreError::store)?;
        match (second, kept.as_ref()) {
            (Err(object_store::Error::AlreadyExists { .. }), b"first") => Ok(()),
            _ => Err(StoreError::overwrites()),
        }
    }

    /// The bytes of slot `n`; none when nobody has written it.
    ///
    /// # Errors
    /// The store does not answer, or what stands there is larger than a slot may be.
    pub async fn get(&self, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.objects.get(&name(n)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(StoreError::store(error)),
        };
        // One byte more than a slot may have is enough to find it void.
        if found.meta.size > SLOT_BYTES_MAX as u64 {
            let options = object_store::GetOptions {
                range: Some((0..SLOT_BYTES_MAX as u64 + 1).into()),
                ..object_store::GetOptions::default()
            };
            let found = self.objects.get_opts(&name(n), options).await;
            let bytes = found.map_err(StoreError::store)?.bytes().await;
            return Ok(Some(bytes.map_err(StoreError::store)?.to_vec()));
        }
        let bytes = found.bytes().await.map_err(StoreError::store)?;
        Ok(Some(bytes.to_vec()))
    }

    /// Writes slot `n` unless somebody has. A store that says that the name is taken may speak of
    /// our own write, whose answer was lost; so what stands there decides.
    ///
    /// # Errors
    /// The store does not answer; whether the slot was written is not known then, and asking
    /// again is safe.
    pub async fn put(&self, n: u64, bytes: &[u8]) -> Result<Put, StoreError> {
        let payload = PutPayload::from(bytes.to_vec());
        match self.objects.put_opts(&name(n), payload, only_new()).await {
            Ok(_) => Ok(Put::Won),
            Err(object_store::Error::AlreadyExists { .. }) => match self.get(n).await? {
                Some(there) if there == bytes => Ok(Put::Won),
                Some(there) => Ok(Put::Lost(there)),
                None => Err(StoreError::unsure()),
            },
            Err(error) => Err(StoreError::store(error)),
        }
    }
}

fn name(n: u64) -> Name {
    Name::from(slot_path(n))
}

fn only_new() -> PutOptions {
    PutOptions::from(PutMode::Create)
}
