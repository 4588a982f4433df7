//! What can go wrong between the log and its database, and what a caller learns of it.

use touchstone_kernel::{Rejection, Unavailable, WireFault};
use touchstone_vault::VaultError;

/// The log could not be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database url must start with sqlite: or postgres://")]
    Url,
    /// Also when the database refuses: nothing is known of what the statement would have done.
    #[error("the event log's database did not answer")]
    Unavailable(#[source] sqlx::Error),
    #[error("the database could not be brought to this version's tables")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The role that reads is missing and cannot be made.
    #[error("a role that this login acts as is not ready; as a superuser of the database run: {0};")]
    Roles(String),
    #[error("sealed texts cannot be handled just now")]
    Vault(#[from] VaultError),
    #[error("the event log is damaged: {0}")]
    Corrupt(String),
    #[error(
        "this database was restored into another PostgreSQL cluster; run `touchstone log after-restore` before the server"
    )]
    Restored,
    #[error("the event log was closed")]
    Closed,
}

impl From<sqlx::Error> for StoreError {
    fn from(fault: sqlx::Error) -> Self {
        match fault {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(fault.to_string()),
            other => Self::Unavailable(other),
        }
    }
}

impl From<WireFault> for StoreError {
    fn from(fault: WireFault) -> Self {
        Self::Corrupt(fault.to_string())
    }
}

impl From<StoreError> for Rejection {
    fn from(fault: StoreError) -> Self {
        match fault {
            StoreError::Corrupt(what) => Self::Corrupt(what),
            other => Self::Unavailable(sentence(&other)),
        }
    }
}

impl From<StoreError> for Unavailable {
    fn from(fault: StoreError) -> Self {
        Self(sentence(&fault))
    }
}

/// The error with its causes, for the ports that carry text only.
fn sentence(fault: &StoreError) -> String {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
