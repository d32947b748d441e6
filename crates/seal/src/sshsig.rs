//! Device keys and signatures in the spellings of other tools: OpenSSH and OpenSSL.
//! Must not know what is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

use crate::key::{DeviceKey, PublicKey, Signature};

const KEY_TYPE: &[u8] = b"ssh-ed25519";
const HASH: &[u8] = b"sha512";
const MAGIC: &[u8] = b"SSHSIG";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// The DER of an Ed25519 SubjectPublicKeyInfo up to its 32 bytes (RFC 8410 §4).
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The key as one line of OpenSSH, without comment and line feed.
pub fn ssh_key(key: &PublicKey) -> String {
    format!("ssh-ed25519 {}", STANDARD.encode(key_blob(key)))
}

/// The key as a PEM file that OpenSSL and Node read.
pub fn pem(key: &PublicKey) -> String {
    let der = [&SPKI[..], key.as_bytes()].concat();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(der)
    )
}

/// The line of an `allowed_signers` file of ssh-keygen that allows `key` to sign in `namespace`
/// under the name of its device.
pub fn allowed_signer(key: &PublicKey, namespace: &str) -> String {
    let device = key.device_id();
    format!("{device} namespaces=\"{namespace}\" {}", ssh_key(key))
}

/// Signs as `ssh-keygen -Y sign` does (OpenSSH PROTOCOL.sshsig): the same key, namespace and
/// message give the same text.
pub fn sign(key: &DeviceKey, namespace: &str, message: &[u8]) -> String {
    let signature = key.sign(&signed_bytes(namespace, message));
    let mut blob = MAGIC.to_vec();
    blob.extend(1_u32.to_be_bytes());
    string(&mut blob, &key_blob(&key.public()));
    string(&mut blob, namespace.as_bytes());
    string(&mut blob, b"");
    string(&mut blob, HASH);
    let mut inner = Vec::new();
    string(&mut inner, KEY_TYPE);
    string(&mut inner, signature.as_bytes());
    string(&mut blob, &inner);
    let text = STANDARD.encode(blob);
    let mut armored = format!("{BEGIN}\n");
    for line in text.as_bytes().chunks(70) {
        armored.extend(line.iter().map(|byte| char::from(*byte)));
        armored.push('\n');
    }
    armored + END + "\n"
}

/// Who signed `message` in `namespace`; `None` when nobody did. Whether that key is to be trusted
/// is for the caller. Only what [`sign`] writes is read.
pub fn signer(armored: &str, namespace: &str, message: &[u8]) -> Option<PublicKey> {
    let text = armored.strip_prefix(BEGIN)?.strip_suffix('\n')?;
    let text: String = text.strip_suffix(END)?.split('\n').collect();
    let blob = STANDARD.decode(text).ok()?;
    let mut rest = blob
        .strip_prefix(MAGIC)?
        .strip_prefix(&1_u32.to_be_bytes())?;
    let mut next = || take(&mut rest);
    let (key, given, reserved, hash, inner) = (next()?, next()?, next()?, next()?, next()?);
    if !rest.is_empty() || given != namespace.as_bytes() || !reserved.is_empty() || hash != HASH {
        return None;
    }
    let key = bytes_of::<32>(key)?;
    let key = PublicKey::from_bytes(&key).ok()?;
    let signature = Signature::from_bytes(bytes_of::<64>(inner)?);
    let holds = key.holds(&signed_bytes(namespace, message), &signature);
    holds.then_some(key)
}

fn key_blob(key: &PublicKey) -> Vec<u8> {
    let mut blob = Vec::new();
    string(&mut blob, KEY_TYPE);
    string(&mut blob, key.as_bytes());
    blob
}

fn signed_bytes(namespace: &str, message: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    string(&mut bytes, namespace.as_bytes());
    string(&mut bytes, b"");
    string(&mut bytes, HASH);
    string(&mut bytes, &Sha512::digest(message));
    bytes
}

/// A string of RFC 4251 §5: its length in 4 bytes, then its bytes.
fn string(into: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a name, a key or a hash is short");
    into.extend(length.to_be_bytes());
    into.extend(bytes);
}

fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (bytes, rest) = rest.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

/// What stands behind the type in a key or a signature.
fn bytes_of<const N: usize>(mut blob: &[u8]) -> Option<[u8; N]> {
    let kind = take(&mut blob)?;
    let bytes = take(&mut blob)?;
    (kind == KEY_TYPE && blob.is_empty()).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> DeviceKey {
        DeviceKey::from_seed(&[7; 32])
    }

    #[test]
    fn what_was_signed_names_its_signer_and_nothing_else_does() {
        let armored = sign(&key(), "release-cockpit", b"text\n");
        assert_eq!(
            signer(&armored, "release-cockpit", b"text\n"),
            Some(key().public())
        );
        assert_eq!(signer(&armored, "release-cockpit", b"Text\n"), None);
        assert_eq!(signer(&armored, "file", b"text\n"), None);
        for at in 0..armored.len() {
            let mut bytes = armored.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(flipped) = String::from_utf8(bytes) else {
                continue;
            };
            assert_eq!(
                signer(&flipped, "release-cockpit", b"text\n"),
                None,
                "byte {at}"
            );
        }
    }

    #[test]
    fn the_spellings_of_a_key_stay_as_they_are() {
        // RFC 8032 §7.1, test 1; ssh-keygen -l and openssl pkey -pubin read them.
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let key = DeviceKey::from_seed(&seed.unwrap().try_into().unwrap()).public();
        assert_eq!(
            ssh_key(&key),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
        );
        assert_eq!(
            pem(&key).lines().nth(1),
            Some("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        );
    }
}
