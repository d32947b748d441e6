//! Names made of bytes, shown as lower-case hex. Knows nothing of what they name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// A text is not the lower-case hex of the expected length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {hex_chars} lower-case hex characters")]
pub struct IdError {
    /// How many characters the name has.
    pub hex_chars: usize,
}

/// The two digits of each byte: names are written and read for each entry many times.
const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// The value of each digit; of everything else one that no digit has.
const VALUES: [u16; 256] = {
    let mut values = [0x100; 256];
    let mut digit = 0;
    while digit < DIGITS.len() {
        values[DIGITS[digit] as usize] = digit as u16;
        digit += 1;
    }
    values
};

fn spelled(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)])
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// All zeros: "there is none".
            pub const ZERO: Self = Self([0; $bytes]);

            /// Takes the bytes as they are.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes as they are.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// Whether it is [`Self::ZERO`].
            pub fn is_zero(&self) -> bool {
                *self == Self::ZERO
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; $bytes * 2];
                for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
                    *pair = spelled(byte);
                }
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Upper-case hex is refused: one value has one spelling.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let wrong = IdError { hex_chars: $bytes * 2 };
                let (pairs, rest) = text.as_bytes().as_chunks::<2>();
                if pairs.len() != $bytes || !rest.is_empty() {
                    return Err(wrong);
                }
                let mut bytes = [0; $bytes];
                for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
                    // What is no digit has a bit above the four that a digit has.
                    let read = VALUES[usize::from(*high)] << 4 | VALUES[usize::from(*low)];
                    if read > 0xff {
                        return Err(wrong);
                    }
                    *byte = read as u8;
                }
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

hex_id!(
    /// The SHA-256 of an entry's first line.
    EntryId,
    32
);
hex_id!(
    /// The id of a ledger: the id of its genesis entry.
    LedgerId,
    32
);
hex_id!(
    /// The SHA-256 of an entry's second line.
    BodyHash,
    32
);
hex_id!(
    /// The SHA-256 of a slot of the team log.
    SlotHash,
    32
);
hex_id!(
    /// A hash of the tree over all entries: of a leaf, of a node, or the root.
    TreeHash,
    32
);
hex_id!(
    /// The first 8 bytes of the SHA-256 of a device's public key.
    DeviceId,
    8
);

impl From<EntryId> for LedgerId {
    fn from(genesis: EntryId) -> Self {
        Self(genesis.0)
    }
}

impl EntryId {
    /// The id of the entry whose first line (without its line feed) is `line`.
    pub fn of_header_line(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }
}

impl BodyHash {
    /// The hash of a body line (without its line feed).
    pub fn of_body_line(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }
}

impl SlotHash {
    /// The hash of a slot's bytes, all of them, whatever they are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl DeviceId {
    /// The id of the device that holds the key with these public bytes.
    pub fn of_public_key(public: &[u8; 32]) -> Self {
        let digest: [u8; 32] = Sha256::digest(public).into();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        let id: DeviceId = "00ff10a0b1c2d3e4".parse().unwrap();
        assert_eq!(id.to_string(), "00ff10a0b1c2d3e4");
        for bad in [
            "00FF10A0B1C2D3E4",
            "00ff",
            "",
            "00ff10a0b1c2d3eg",
            "00ff10a0b1c2d3e400",
        ] {
            assert_eq!(
                bad.parse::<DeviceId>(),
                Err(IdError { hex_chars: 16 }),
                "{bad}"
            );
        }
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"00ff10a0b1c2d3e4\"");
        assert_eq!(serde_json::from_str::<DeviceId>(&json).unwrap(), id);
    }
}
