//! What must not stand in the log: secrets, and the keys under which the log's texts are sealed.
//!
//! Envelope encryption throughout. Each secret has a random key of its own and each subject of the log (an evaluation,
//! a user, a team) a data key; those keys are stored wrapped by one key-encryption key, which lives beside the database
//! and never in it. Whoever has only the database, a backup or the log reads nothing.
//!
//! Destroying a data key makes everything sealed under it unreadable, for ever: its subject stays behind as a
//! tombstone, so that no later write can bring a key of that name back. Nothing here can be printed or serialized.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod cipher;
mod data_key;
mod error;
mod kek;
mod rewrap;
mod tables;
#[cfg(test)]
mod tests;
mod vault;

pub use data_key::DataKey;
pub use error::VaultError;
pub use kek::{KeyEncryptionKey, KeySource, Keys};
pub use rewrap::Rewrapped;
pub use tables::{MemoryTables, Tables};
pub use vault::Vault;
