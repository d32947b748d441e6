//! Ed25519 keys of devices. Hides the curve; must not know where a key is kept.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use crate::id::DeviceId;

/// Why a public key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the base64 of 32 bytes.
    #[error("a public key is the base64 of 32 bytes")]
    Encoding,
    /// The bytes are not a point of the curve in its one encoding.
    #[error("the bytes are not an Ed25519 public key")]
    NotAPoint,
    /// A key under which anybody can make signatures that hold.
    #[error("the key is a weak one: anybody could sign under it")]
    Weak,
}

/// The secret key of a device. Wiped from memory when dropped, never shown.
pub struct DeviceKey {
    signing: SigningKey,
}

impl DeviceKey {
    /// The key that belongs to a 32-byte secret seed (RFC 8032 §5.1.5). The
    /// caller keeps and wipes its own copy of the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            signing: SigningKey::from_bytes(seed),
        }
    }

    /// The half that everybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey {
            verifying: self.signing.verifying_key(),
        }
    }

    /// The id of the device.
    pub fn device_id(&self) -> DeviceId {
        self.public().device_id()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.signing.sign(message).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({}, secret)", self.device_id())
    }
}

/// A public key that is fit for use: on the curve, in its one encoding, not weak.
/// Written as standard base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    verifying: VerifyingKey,
}

impl PublicKey {
    /// # Errors
    /// The bytes are no point of the curve, a second encoding of one, or a weak key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let verifying = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        if verifying.is_weak() {
            return Err(KeyError::Weak);
        }
        // Decompression takes y modulo p, so a few points have a second encoding.
        if verifying.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NotAPoint);
        }
        Ok(Self { verifying })
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.verifying.as_bytes()
    }

    /// The id of the device that holds the secret half.
    pub fn device_id(&self) -> DeviceId {
        DeviceId::of_public_key(self.as_bytes())
    }

    /// Strict verification: replicas must agree on every signature for ever, so
    /// there is no batch and no lenient form.
    pub(crate) fn holds(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.verifying.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD.decode(text).map_err(|_| KeyError::Encoding)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| KeyError::Encoding)?;
        Self::from_bytes(&bytes)
    }
}

/// The 64 bytes of an Ed25519 signature. Written as standard base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The 64 bytes, R then S.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Reads the one spelling of 64 bytes in base64, with its padding.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8032_test_1() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            .unwrap();
        let key = DeviceKey::from_seed(&seed.try_into().unwrap());
        assert_eq!(
            hex::encode(key.public().as_bytes()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        let signature = key.sign(b"");
        assert_eq!(
            hex::encode(signature.as_bytes()),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
        assert!(key.public().holds(b"", &signature));
        assert!(!key.public().holds(b"x", &signature));
    }

    #[test]
    fn the_secret_is_not_shown() {
        let key = DeviceKey::from_seed(&[7; 32]);
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("DeviceKey({}, secret)", key.device_id()));
    }

    #[test]
    fn a_public_key_reads_back() {
        let public = DeviceKey::from_seed(&[7; 32]).public();
        assert_eq!(public.to_string().parse::<PublicKey>().unwrap(), public);
        assert_eq!("AAAA".parse::<PublicKey>(), Err(KeyError::Encoding));
        assert_eq!("".parse::<PublicKey>(), Err(KeyError::Encoding));
    }

    #[test]
    fn weak_and_odd_keys_are_refused() {
        let mut identity = [0u8; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Weak)); // order 4
        let mut not_a_point = [0u8; 32];
        not_a_point[0] = 2;
        assert_eq!(
            PublicKey::from_bytes(&not_a_point),
            Err(KeyError::NotAPoint)
        );
        // y = p + 3 spells y = 3 a second time.
        let mut second = [0xff; 32];
        second[0] = 0xf0;
        second[31] = 0x7f;
        assert_eq!(PublicKey::from_bytes(&second), Err(KeyError::NotAPoint));
    }
}
