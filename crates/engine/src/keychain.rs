//! Where keys and secrets are kept: the computer's own keychain, or a file locked by a
//! passphrase. Never in plain text. Must not know what a secret is for.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cockpit_say::say;
use secrecy::{ExposeSecret, SecretString};

use crate::api::Problem;

/// scrypt work factor of the key file, as a power of two: 32 MiB, and about a tenth of a second
/// of every command.
const WORK_FACTOR: u8 = 15;

/// How keys are to be kept.
#[derive(Clone, Debug)]
pub enum Wish {
    /// A key file that exists, or a passphrase that is given, decides for the file; otherwise the
    /// computer's keychain.
    Auto {
        /// The passphrase of the key file.
        passphrase: Option<SecretString>,
    },
    /// In memory, for tests: gone with the process.
    Memory,
}

/// An open keychain.
#[derive(Debug)]
pub struct Keychain {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Os {
        service: String,
    },
    File {
        path: PathBuf,
        passphrase: SecretString,
        held: Mutex<Held>,
    },
    Memory(Mutex<Held>),
}

/// Secrets by name. Redacted in debug output.
#[derive(Default)]
struct Held(BTreeMap<String, String>);

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// What is needed before a keychain opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is no keychain here that answers: a new passphrase is needed for a key file.
    NeedsNewPassphrase,
    /// There is a key file: its passphrase is needed.
    NeedsPassphrase,
}

/// Why a keychain did not open.
#[derive(Debug)]
pub enum OpenError {
    /// A person must give a passphrase.
    Closed(Closed),
    /// Something else, in words.
    Problem(Problem),
}

impl Keychain {
    /// Opens the keychain of the workspace `id` in `folder`.
    ///
    /// # Errors
    /// A passphrase is needed, or does not open the file.
    pub fn open(folder: &Path, id: &str, wish: &Wish) -> Result<Self, OpenError> {
        let path = folder.join("keys.age");
        let passphrase = match wish {
            Wish::Memory => {
                return Ok(Self {
                    kind: Kind::Memory(Mutex::default()),
                });
            }
            Wish::Auto { passphrase } => passphrase,
        };
        match (path.exists(), passphrase) {
            (_, Some(passphrase)) => Self::open_file(path, passphrase.clone()),
            (true, None) => Err(OpenError::Closed(Closed::NeedsPassphrase)),
            (false, None) => Self::open_os(id).ok_or(OpenError::Closed(Closed::NeedsNewPassphrase)),
        }
    }

    /// Where keys are kept, in words.
    pub fn kept_in(&self) -> &'static str {
        match self.kind {
            Kind::Os { .. } => say!("this computer's keychain"),
            Kind::File { .. } => say!("a file in the workspace folder, locked by your passphrase"),
            Kind::Memory(_) => say!("memory only, until the app closes"),
        }
    }

    /// Reads a note: something that is no secret and belongs beside the keys.
    pub fn note(&self, name: &str) -> Option<String> {
        match &self.kind {
            Kind::File { path, .. } => std::fs::read_to_string(note_path(path, name)).ok(),
            Kind::Os { .. } | Kind::Memory(_) => self
                .get(name)
                .ok()?
                .map(|note| note.expose_secret().to_owned()),
        }
    }

    /// Keeps a note. Beside a key file it is a file of its own, because locking the key file
    /// anew for it would cost as much as opening it.
    ///
    /// # Errors
    /// The keychain does not answer or the note cannot be written; the old one stays.
    pub fn set_note(&self, name: &str, note: String) -> Result<(), Problem> {
        match &self.kind {
            Kind::File { path, .. } => {
                let path = note_path(path, name);
                let next = path.with_extension("next");
                let write = || -> std::io::Result<()> {
                    let mut file = private(&next)?;
                    file.write_all(note.as_bytes())?;
                    file.sync_all()?;
                    std::fs::rename(&next, &path)
                };
                write().map_err(|_| {
                    Problem::new("storage", say!("The {name} could not be written."))
                        .hint(say!("Make room on the disk and make the folder writable."))
                })
            }
            Kind::Os { .. } | Kind::Memory(_) => self.set(&[(name.to_owned(), Some(note.into()))]),
        }
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// The keychain does not answer.
    pub fn get(&self, name: &str) -> Result<Option<SecretString>, Problem> {
        match &self.kind {
            Kind::Os { service } => get_one(service, name),
            Kind::File { held, .. } | Kind::Memory(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(held.0.get(name).cloned().map(SecretString::from))
            }
        }
    }

    /// Keeps a secret, or forgets it when there is none.
    ///
    /// # Errors
    /// The keychain does not answer or the key file cannot be written; the old value stays.
    pub fn set(&self, changes: &[(String, Option<SecretString>)]) -> Result<(), Problem> {
        match &self.kind {
            Kind::Os { service } => set_all(service, changes),
            Kind::File {
                path,
                passphrase,
                held,
            } => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let mut next = held.0.clone();
                apply(&mut next, changes);
                write_file(path, passphrase, &next)?;
                held.0 = next;
                Ok(())
            }
            Kind::Memory(held) => {
                apply(
                    &mut held.lock().unwrap_or_else(PoisonError::into_inner).0,
                    changes,
                );
                Ok(())
            }
        }
    }

    fn open_os(id: &str) -> Option<Self> {
        if keyring_core::get_default_store().is_none() {
            set_os_store()?;
        }
        let service = format!("release-cockpit/{id}");
        // A keychain that is there but cannot be opened must not be found out at the first write.
        let probe = keyring_core::Entry::new(&service, "probe").ok()?;
        match probe.get_password() {
            Ok(_) => {}
            Err(keyring_core::Error::NoEntry) => {
                probe.set_password("probe").ok()?;
                probe.delete_credential().ok()?;
            }
            Err(_) => return None,
        }
        Some(Self {
            kind: Kind::Os { service },
        })
    }

    fn open_file(path: PathBuf, passphrase: SecretString) -> Result<Self, OpenError> {
        let held = if path.exists() {
            read_file(&path, &passphrase).map_err(OpenError::Problem)?
        } else {
            BTreeMap::new()
        };
        Ok(Self {
            kind: Kind::File {
                path,
                passphrase,
                held: Mutex::new(Held(held)),
            },
        })
    }
}

/// A keychain takes one secret at a time: when one fails, what was changed before is put back.
fn set_all(service: &str, changes: &[(String, Option<SecretString>)]) -> Result<(), Problem> {
    let mut before = Vec::with_capacity(changes.len());
    for (name, secret) in changes {
        let done = get_one(service, name).and_then(|old| {
            set_one(service, name, secret.as_ref())?;
            Ok(old)
        });
        match done {
            Ok(old) => before.push((name, old)),
            Err(problem) => {
                for (name, old) in before.iter().rev() {
                    if set_one(service, name, old.as_ref()).is_err() {
                        tracing::warn!("a secret could not be put back as it was");
                    }
                }
                return Err(problem);
            }
        }
    }
    Ok(())
}

fn get_one(service: &str, name: &str) -> Result<Option<SecretString>, Problem> {
    match entry(service, name)?.get_password() {
        Ok(secret) => Ok(Some(secret.into())),
        Err(keyring_core::Error::NoEntry) => Ok(None),
        Err(error) => Err(no_answer(&error)),
    }
}

fn set_one(service: &str, name: &str, secret: Option<&SecretString>) -> Result<(), Problem> {
    let entry = entry(service, name)?;
    let done = match secret {
        Some(secret) => entry.set_password(secret.expose_secret()),
        None => match entry.delete_credential() {
            Err(keyring_core::Error::NoEntry) => Ok(()),
            done => done,
        },
    };
    done.map_err(|error| no_answer(&error))
}

#[cfg(target_os = "linux")]
fn set_os_store() -> Option<()> {
    keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new().ok()?);
    Some(())
}

#[cfg(target_os = "macos")]
fn set_os_store() -> Option<()> {
    keyring_core::set_default_store(apple_native_keyring_store::keychain::Store::new().ok()?);
    Some(())
}

#[cfg(target_os = "windows")]
fn set_os_store() -> Option<()> {
    keyring_core::set_default_store(windows_native_keyring_store::Store::new().ok()?);
    Some(())
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn set_os_store() -> Option<()> {
    None
}

fn apply(held: &mut BTreeMap<String, String>, changes: &[(String, Option<SecretString>)]) {
    for (name, secret) in changes {
        match secret {
            Some(secret) => held.insert(name.clone(), secret.expose_secret().to_owned()),
            None => held.remove(name),
        };
    }
}

fn entry(service: &str, name: &str) -> Result<keyring_core::Entry, Problem> {
    keyring_core::Entry::new(service, name).map_err(|error| no_answer(&error))
}

/// The keychain's own message may quote what it was given, so only its kind is passed on.
fn no_answer(error: &keyring_core::Error) -> Problem {
    let what = match error {
        keyring_core::Error::NoStorageAccess(_) => say!("is locked or refused"),
        keyring_core::Error::PlatformFailure(_) => say!("does not answer"),
        _ => say!("could not do what was asked"),
    };
    Problem {
        kind: "locked".to_owned(),
        sentence: say!("This computer's keychain {what}. No key or secret was read or written."),
        hint: Some(say!("Unlock the keychain, then try again.").to_owned()),
    }
}

fn read_file(path: &Path, passphrase: &SecretString) -> Result<BTreeMap<String, String>, Problem> {
    let broken = |what: &str| Problem {
        kind: "locked".to_owned(),
        sentence: say!("The key file {what}. No key was read; nothing was changed."),
        hint: Some(
            say!("Check the passphrase. Without it the keys cannot be had back.").to_owned(),
        ),
    };
    let sealed = std::fs::read(path).map_err(|_| broken(say!("cannot be read")))?;
    let decryptor =
        age::Decryptor::new(&sealed[..]).map_err(|_| broken(say!("is not a locked key file")))?;
    let identity = age::scrypt::Identity::new(passphrase.clone());
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|_| broken(say!("does not open with this passphrase")))?;
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .map_err(|_| broken(say!("is damaged")))?;
    serde_json::from_str(&text).map_err(|_| broken(say!("is damaged")))
}

fn write_file(
    path: &Path,
    passphrase: &SecretString,
    held: &BTreeMap<String, String>,
) -> Result<(), Problem> {
    let failed = |what: &str| Problem {
        kind: "storage".to_owned(),
        sentence: say!("The key file could not be {what}. The old one is as it was."),
        hint: Some(
            say!("Make room on the disk and make the folder writable, then try again.").to_owned(),
        ),
    };
    let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|_| failed(say!("locked")))?;
    let mut sealed = Vec::new();
    let text = serde_json::to_vec(held).map_err(|_| failed(say!("made")))?;
    let mut writer = encryptor
        .wrap_output(&mut sealed)
        .map_err(|_| failed(say!("locked")))?;
    writer
        .write_all(&text)
        .map_err(|_| failed(say!("locked")))?;
    writer.finish().map_err(|_| failed(say!("locked")))?;
    let next = path.with_extension("age.next");
    let write = || -> std::io::Result<()> {
        let mut file = private(&next)?;
        file.write_all(&sealed)?;
        file.sync_all()?;
        std::fs::rename(&next, path)
    };
    write().map_err(|_| failed(say!("written")))
}

fn note_path(keys: &Path, name: &str) -> PathBuf {
    keys.with_file_name(name)
}

fn private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// 32 bytes as they are kept.
pub fn to_text(bytes: &[u8]) -> SecretString {
    STANDARD.encode(bytes).into()
}

/// 32 bytes as they were kept.
pub fn from_text(text: &SecretString) -> Option<[u8; 32]> {
    STANDARD.decode(text.expose_secret()).ok()?.try_into().ok()
}
