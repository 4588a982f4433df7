//! The hash chain over the log: each event's hash covers the one before, so one changed byte breaks all that follow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// BLAKE3, 32 bytes; shown as hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

/// What is stored of an event and therefore hashed: everything but its physical position.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    pub event_id: Uuid,
    pub context: &'a str,
    pub stream: &'a str,
    pub sequence: i64,
    pub name: &'a str,
    pub version: &'a str,
    pub payload: &'a str,
    pub metadata: &'a str,
    /// Microseconds.
    pub recorded_at: i64,
}

impl ChainHash {
    /// The hash before the first event.
    pub const GENESIS: Self = Self([0; 32]);

    /// `blake3(prev ‖ seq ‖ stored)`, each text preceded by its length so that no two events share an encoding.
    #[must_use]
    pub fn next(self, seq: i64, stored: &Stored<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(&seq.to_be_bytes());
        hasher.update(stored.event_id.as_bytes());
        hasher.update(&stored.sequence.to_be_bytes());
        hasher.update(&stored.recorded_at.to_be_bytes());
        for text in
            [stored.context, stored.stream, stored.name, stored.version, stored.payload, stored.metadata]
        {
            hasher.update(&(text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// From the 32 bytes of a table column.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

impl FromStr for ChainHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        blake3::Hash::from_hex(text).map(|h| Self(*h.as_bytes())).map_err(|_| "not a hash".to_owned())
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: Stored<'_> = Stored {
        event_id: Uuid::from_u128(1),
        context: "evaluation",
        stream: "t/e",
        sequence: 1,
        name: "evaluation.canceled",
        version: "1",
        payload: "{}",
        metadata: "{}",
        recorded_at: 5,
    };

    #[test]
    fn whatever_is_changed_changes_the_hash() {
        let hash = ChainHash::GENESIS.next(1, &STORED);
        let changed = [
            ChainHash::GENESIS.next(2, &STORED),
            hash.next(1, &STORED),
            ChainHash::GENESIS.next(1, &Stored { event_id: Uuid::from_u128(2), ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { context: "probe_run", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { stream: "t/f", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { sequence: 2, ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { name: "evaluation.deleted", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { version: "2", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { payload: "{ }", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { metadata: "{ }", ..STORED }),
            ChainHash::GENESIS.next(1, &Stored { recorded_at: 6, ..STORED }),
        ];
        assert!(changed.iter().all(|other| *other != hash));
    }

    #[test]
    fn text_that_moves_from_one_field_to_the_next_changes_the_hash() {
        let one = Stored { payload: "ab", metadata: "c", ..STORED };
        let other = Stored { payload: "a", metadata: "bc", ..STORED };
        assert_ne!(ChainHash::GENESIS.next(1, &one), ChainHash::GENESIS.next(1, &other));
    }

    #[test]
    fn a_hash_reads_back_from_its_text() {
        let hash = ChainHash::GENESIS.next(1, &STORED);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("beef".parse::<ChainHash>().is_err());
    }
}
