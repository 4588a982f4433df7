//! Why the vault refused. No message holds key material or a sealed value.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file cannot be read or written.
    #[error("the key file {} cannot be used; check that the directory exists and that this user may read and write it", path.display())]
    KeyFile { path: PathBuf, source: std::io::Error },
    /// The text is not a key-encryption key.
    #[error("the key is not valid: it must be 64 hexadecimal characters; restore it from a backup")]
    InvalidKey,
    /// Something is sealed already, and the key it was sealed under is gone.
    #[error("the key file {} is missing, but the database holds values that were sealed under it; restore the file from a backup", path.display())]
    KeyMissing { path: PathBuf },
    /// Something is sealed under another key-encryption key than the one given.
    #[error(
        "the key does not fit the database: values in it were sealed under another key; give the key that belongs to this database, as the second key where keys are being changed"
    )]
    WrongKey,
    /// A row was changed, moved to another place or asked for under another name.
    #[error(
        "a sealed value cannot be opened: its row was altered or belongs to something else; restore the vault's tables from a backup"
    )]
    Altered,
    /// The tables cannot be reached. Trying again later may help.
    #[error("the vault's tables cannot be reached; check that the database is up and migrated")]
    Unavailable(#[from] sqlx::Error),
}
