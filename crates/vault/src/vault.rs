//! Secrets by reference, data keys by subject.

use std::time::Duration;

use moka::future::Cache;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use touchstone_vocabulary::TeamId;

use crate::cipher::{Cipher, RawKey, random_key};
use crate::data_key::DataKey;
use crate::error::VaultError;
use crate::kek::{KeyEncryptionKey, Keys};
use crate::tables::{DataKeyRow, SecretRow, Tables, Wrapped};

/// A key destroyed by another process is gone here after this at the latest.
const FRESH: Duration = Duration::from_secs(5);
const CACHED_KEYS: u64 = 10_000;

/// The subject whose only job is to tie the database to its key-encryption key from the first start on.
const ANCHOR: &str = "vault";

/// Cloning is cheap; clones share the cache.
#[derive(Clone)]
pub struct Vault {
    tables: Tables,
    kek: KeyEncryptionKey,
    /// Only opens.
    second: Option<KeyEncryptionKey>,
    known: Cache<String, Known>,
}

/// What the cache remembers of a subject. That one is unknown is not remembered: another process may make its key.
#[derive(Clone)]
enum Known {
    Held(DataKey),
    Destroyed,
}

impl Known {
    fn into_key(self) -> Option<DataKey> {
        match self {
            Self::Held(key) => Some(key),
            Self::Destroyed => None,
        }
    }
}

impl Vault {
    #[must_use]
    pub fn new(tables: Tables, kek: KeyEncryptionKey) -> Self {
        let known = Cache::builder().max_capacity(CACHED_KEYS).time_to_live(FRESH).build();
        Self { tables, kek, second: None, known }
    }

    /// One that also opens what was sealed under a second key.
    #[must_use]
    pub fn with_second(self, second: Option<KeyEncryptionKey>) -> Self {
        Self { second, ..self }
    }

    /// The vault of a server: reads the keys, makes a key file on the first start, and refuses when it is missing or
    /// another one although something is sealed. From then on the database and the key belong together.
    pub async fn open(tables: Tables, keys: &Keys) -> Result<Self, VaultError> {
        let kek = match keys.current.load()? {
            Some(kek) => kek,
            None if tables.holds_other_than(["", ""]).await? => return Err(keys.current.missing()),
            None => keys.current.load_or_create()?,
        };
        let second = match &keys.second {
            Some(source) => Some(source.load()?.ok_or_else(|| source.missing())?),
            None => None,
        };
        let vault = Self::new(tables, kek).with_second(second);
        vault.check().await?;
        // Two servers with a key file each may come here at once. One of them writes this row, the other is refused.
        let _anchored = vault.data_key_or_create(ANCHOR).await?;
        Ok(vault)
    }

    /// Refuses with [`VaultError::WrongKey`] when anything is sealed under another key-encryption key than ours.
    pub async fn check(&self) -> Result<(), VaultError> {
        let second = self.second.as_ref().unwrap_or(&self.kek);
        if self.tables.holds_other_than([self.kek.id(), second.id()]).await? {
            Err(VaultError::WrongKey)
        } else {
            Ok(())
        }
    }

    /// Seals a value under a key of its own and returns the reference by which it is found again. Each call makes a new
    /// one, so a caller that fails afterwards destroys it.
    pub async fn put_secret(
        &self,
        team: TeamId,
        id: &str,
        field: &str,
        value: &SecretString,
    ) -> Result<String, VaultError> {
        let secret_ref = format!("secret_{:032x}", rand::random::<u128>());
        let place = place(team, id, field);
        let key = random_key();
        let sealed = Cipher::new(&key).seal(&place, value.expose_secret().as_bytes());
        // The key is bound to its row and the value to its place, so neither opens anywhere else.
        let key = self.wrap(&secret_place(&secret_ref), &key);
        let row = SecretRow { key, sealed };
        self.tables.put_secret(&secret_ref, row).await?;
        Ok(secret_ref)
    }

    /// The value; `None` when the reference is unknown or destroyed. Under another team, id or field than it was put, or
    /// from a row that was moved here, it does not open: [`VaultError::Altered`].
    pub async fn secret(
        &self,
        secret_ref: &str,
        team: TeamId,
        id: &str,
        field: &str,
    ) -> Result<Option<SecretString>, VaultError> {
        let Some(row) = self.tables.secret(secret_ref).await? else { return Ok(None) };
        let place = place(team, id, field);
        let key = self.unwrap(&secret_place(secret_ref), &row.key)?;
        let plain =
            Cipher::new(&key).open(&place, &row.sealed).map(Zeroizing::new).ok_or(VaultError::Altered)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Altered)?;
        Ok(Some(SecretString::from(text)))
    }

    /// Removes the value and its key. Repeating it changes nothing.
    pub async fn destroy_secret(&self, secret_ref: &str) -> Result<(), VaultError> {
        Ok(self.tables.destroy_secret(secret_ref).await?)
    }

    /// What tells a secret from the others of its team: 32 hexadecimal digits, the same for the same text. Whoever has
    /// only the database cannot even try texts out.
    pub async fn fingerprint(&self, team: TeamId, value: &SecretString) -> Result<String, VaultError> {
        let subject = format!("fingerprint:{team}");
        let key = self.data_key_or_create(&subject).await?.ok_or(VaultError::Altered)?;
        let tag = key.tag(value.expose_secret().as_bytes());
        Ok(tag[..16].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
    }

    /// The subject's key; `None` when it is unknown or destroyed. At most 5 s old.
    pub async fn data_key(&self, subject: &str) -> Result<Option<DataKey>, VaultError> {
        match self.known.get(subject).await {
            Some(known) => Ok(known.into_key()),
            None => Ok(self.read(subject).await?.and_then(Known::into_key)),
        }
    }

    /// The subject's key, made now if the subject was never heard of; `None` when it was destroyed. Callers that race,
    /// in whatever process, get the same key.
    pub async fn data_key_or_create(&self, subject: &str) -> Result<Option<DataKey>, VaultError> {
        if let Some(known) = self.known.get(subject).await {
            return Ok(known.into_key());
        }
        if let Some(known) = self.read(subject).await? {
            return Ok(known.into_key());
        }
        let wrapped = self.wrap(&key_place(subject), &random_key());
        self.tables.put_data_key(subject, wrapped).await?;
        Ok(self.read(subject).await?.and_then(Known::into_key))
    }

    /// Makes everything sealed under the subject's key unreadable, for ever and even if the key was never made: here at
    /// once, in other processes within 5 s. Repeating it changes nothing.
    pub async fn destroy_data_key(&self, subject: &str) -> Result<(), VaultError> {
        self.tables.destroy_data_key(subject).await?;
        self.known.insert(subject.to_owned(), Known::Destroyed).await;
        Ok(())
    }

    async fn read(&self, subject: &str) -> Result<Option<Known>, VaultError> {
        let known = match self.tables.data_key(subject).await? {
            None => return Ok(None),
            Some(DataKeyRow::Destroyed) => Known::Destroyed,
            Some(DataKeyRow::Held(row)) => {
                Known::Held(DataKey::new(&self.unwrap(&key_place(subject), &row)?))
            }
        };
        // Never over a newer entry: the key may have been destroyed since the row was read.
        Ok(Some(self.known.entry_by_ref(subject).or_insert(known).await.into_value()))
    }

    #[cfg(test)]
    pub(crate) fn kek(&self) -> &KeyEncryptionKey {
        &self.kek
    }

    pub(crate) const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Names the key under which everything new is wrapped.
    pub(crate) fn kek_id(&self) -> &str {
        self.kek.id()
    }

    pub(crate) fn wrap(&self, place: &[u8], key: &RawKey) -> Wrapped {
        Wrapped { kek_id: self.kek.id().to_owned(), wrapped_key: self.kek.cipher().wrap(place, key) }
    }

    /// The key in a row, under whichever of our keys it was wrapped.
    pub(crate) fn unwrap(&self, place: &[u8], row: &Wrapped) -> Result<RawKey, VaultError> {
        let ours = [Some(&self.kek), self.second.as_ref()];
        let kek =
            ours.into_iter().flatten().find(|kek| kek.id() == row.kek_id).ok_or(VaultError::WrongKey)?;
        kek.cipher().unwrap_key(place, &row.wrapped_key).ok_or(VaultError::Altered)
    }
}

/// Where a secret belongs. Each part says its length first, so that no two places read the same.
fn place(team: TeamId, id: &str, field: &str) -> Vec<u8> {
    format!("secret|{team}|{}|{id}|{}|{field}", id.len(), field.len()).into_bytes()
}

pub(crate) fn secret_place(secret_ref: &str) -> Vec<u8> {
    format!("secret_key|{secret_ref}").into_bytes()
}

pub(crate) fn key_place(subject: &str) -> Vec<u8> {
    format!("data_key|{subject}").into_bytes()
}
