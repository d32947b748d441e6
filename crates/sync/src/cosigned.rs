//! Heads of the log that devices have seen, each in a file of its own beside the slots:
//! `cosignatures/`, the slot's number in 16 digits, and the device. Must not know what a head says.

use cockpit_seal::DeviceId;
use object_store::path::Path as Name;
use object_store::{ObjectStoreExt as _, PutPayload};

use crate::{SlotStore, StoreError, only_new};

const FOLDER: &str = "cosignatures";
/// A note has less; what is longer is nobody's head.
const BYTES_MAX: u64 = 1 << 20;

impl SlotStore {
    /// Lays down what a device signed of the head after slot `n`. What it laid down there before
    /// stays.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn put_cosigned(
        &self,
        n: u64,
        device: DeviceId,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let payload = PutPayload::from(bytes.to_vec());
        let name = name(n, device);
        match self.objects.put_opts(&name, payload, only_new()).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(StoreError::store(error)),
        }
    }

    /// What a device signed of the head after slot `n`; none when it signed nothing.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn get_cosigned(
        &self,
        n: u64,
        device: DeviceId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.objects.get(&name(n, device)).await {
            Ok(found) if found.meta.size <= BYTES_MAX => found,
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(StoreError::store(error)),
        };
        let bytes = found.bytes().await.map_err(StoreError::store)?;
        Ok(Some(bytes.to_vec()))
    }

    /// The slots after which a device signed the head, in their order.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn cosigned(&self) -> Result<Vec<u64>, StoreError> {
        let folder = Name::from(FOLDER);
        let listed = self.objects.list_with_delimiter(Some(&folder)).await;
        let listed = listed.map_err(StoreError::store)?;
        let numbers = listed.common_prefixes.iter().filter_map(|prefix| {
            let number: u64 = prefix.filename()?.parse().ok()?;
            (of_slot(number) == *prefix).then_some(number)
        });
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The devices that signed the head after slot `n`.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn cosigners(&self, n: u64) -> Result<Vec<DeviceId>, StoreError> {
        let listed = self.objects.list_with_delimiter(Some(&of_slot(n))).await;
        let listed = listed.map_err(StoreError::store)?;
        let devices = listed.objects.iter();
        let mut devices: Vec<DeviceId> = devices
            .filter_map(|it| it.location.filename()?.parse().ok())
            .collect();
        devices.sort_unstable();
        Ok(devices)
    }
}

fn of_slot(n: u64) -> Name {
    Name::from(format!("{FOLDER}/{n:016}"))
}

fn name(n: u64, device: DeviceId) -> Name {
    Name::from(format!("{FOLDER}/{n:016}/{device}"))
}
