//! The computer's keychain, with a store that tests can make fail. A binary of its own: the store
//! is one for the whole process. Must not know what a secret is for.

use std::sync::{Mutex, PoisonError};

use cockpit_engine::keychain::{Closed, Keychain, OpenError, Wish};
use keyring_core::{Entry, Error, mock};
use secrecy::{ExposeSecret as _, SecretString};

const ASK: Wish = Wish::Auto { passphrase: None };

/// One test at a time has the store.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    keyring_core::set_default_store(mock::Store::new().unwrap());
    alone
}

fn fail_next(service: &str, name: &str, error: Error) {
    let entry = Entry::new(service, name).unwrap();
    let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
    mock.set_error(error);
}

fn secret(text: &str) -> Option<SecretString> {
    Some(text.to_owned().into())
}

fn held(keychain: &Keychain, name: &str) -> Option<String> {
    let found = keychain.get(name).unwrap();
    found.map(|it| it.expose_secret().to_owned())
}

fn open(folder: &std::path::Path) -> Keychain {
    Keychain::open(folder, "ab12", &ASK).unwrap()
}

#[test]
fn secrets_are_kept_given_back_and_forgotten() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let keychain = open(folder.path());
    assert!(keychain.kept_in().contains("this computer's keychain"));
    let changes = [
        ("a".to_owned(), secret("one")),
        ("b".to_owned(), secret("two")),
    ];
    keychain.set(&changes).unwrap();
    drop(keychain);
    let keychain = open(folder.path());
    assert_eq!(held(&keychain, "a").as_deref(), Some("one"));
    keychain
        .set(&[("a".to_owned(), None), ("never".to_owned(), None)])
        .unwrap();
    assert_eq!(held(&keychain, "a"), None);
    assert_eq!(held(&keychain, "b").as_deref(), Some("two"));
    // Another workspace sees none of it, and no file was made.
    let other = Keychain::open(folder.path(), "cd34", &ASK).unwrap();
    assert_eq!(held(&other, "b"), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_keychain_that_does_not_answer_asks_for_a_passphrase() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let down = || Error::PlatformFailure("no bus: secret-detail".into());
    fail_next("release-cockpit/ab12", "probe", down());
    match Keychain::open(folder.path(), "ab12", &ASK) {
        Err(OpenError::Closed(Closed::NeedsNewPassphrase)) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_locked_keychain_is_told_in_words_without_its_own() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let keychain = open(folder.path());
    keychain.set(&[("a".to_owned(), secret("one"))]).unwrap();
    let locked = || Error::NoStorageAccess("secret-detail".into());
    fail_next("release-cockpit/ab12", "a", locked());
    let problem = keychain.get("a").unwrap_err();
    assert_eq!(problem.kind, "locked");
    assert!(problem.sentence.contains("is locked or refused"));
    assert!(
        !format!("{problem:?}").contains("secret-detail"),
        "{problem:?}"
    );
    assert_eq!(held(&keychain, "a").as_deref(), Some("one"));
}

#[test]
fn a_change_that_fails_halfway_leaves_the_old_values() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let keychain = open(folder.path());
    let old = [
        ("a".to_owned(), secret("old-a")),
        ("c".to_owned(), secret("old-c")),
    ];
    keychain.set(&old).unwrap();
    let new = [
        ("a".to_owned(), secret("new-a")),
        ("b".to_owned(), secret("new-b")),
        ("c".to_owned(), None),
        ("d".to_owned(), secret("new-d")),
    ];
    fail_next(
        "release-cockpit/ab12",
        "d",
        Error::PlatformFailure("full".into()),
    );
    assert!(keychain.set(&new).is_err());
    assert_eq!(held(&keychain, "a").as_deref(), Some("old-a"));
    assert_eq!(held(&keychain, "b"), None);
    assert_eq!(held(&keychain, "c").as_deref(), Some("old-c"));
    keychain.set(&new).unwrap();
    assert_eq!(held(&keychain, "a").as_deref(), Some("new-a"));
    assert_eq!(held(&keychain, "c"), None);
}
