//! The vault's two tables, on each database: nothing but rows of ciphertext.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{PgPool, SqlitePool};

/// Where the rows live.
#[derive(Clone)]
pub enum Tables {
    /// `write` has exactly one connection.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
    /// Gone with the process; for tests.
    Memory(Arc<Mutex<MemoryTables>>),
}

/// The rows of [`Tables::memory`].
#[derive(Default)]
pub struct MemoryTables {
    secrets: HashMap<String, SecretRow>,
    data_keys: HashMap<String, DataKeyRow>,
}

#[cfg(test)]
impl MemoryTables {
    /// Copies one secret's row over another's, and one data key's over another's.
    pub(crate) fn copy(rows: &Mutex<Self>, secret: (&str, &str), data_key: (&str, &str)) {
        let mut rows = lock(rows);
        let moved = rows.secrets[secret.0].clone();
        rows.secrets.insert(secret.1.to_owned(), moved);
        let moved = rows.data_keys[data_key.0].clone();
        rows.data_keys.insert(data_key.1.to_owned(), moved);
    }
}

/// A key that was sealed under the key-encryption key of that id.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct Wrapped {
    pub(crate) kek_id: String,
    pub(crate) wrapped_key: String,
}

#[derive(Clone, sqlx::FromRow)]
pub(crate) struct SecretRow {
    #[sqlx(flatten)]
    pub(crate) key: Wrapped,
    pub(crate) sealed: String,
}

/// What is known of a subject.
#[derive(Clone)]
pub(crate) enum DataKeyRow {
    Held(Wrapped),
    Destroyed,
}

impl From<(Option<String>, Option<String>)> for DataKeyRow {
    fn from(row: (Option<String>, Option<String>)) -> Self {
        match row {
            (Some(kek_id), Some(wrapped_key)) => Self::Held(Wrapped { kek_id, wrapped_key }),
            _ => Self::Destroyed,
        }
    }
}

const PUT_SECRET: &str =
    "insert into secret (secret_ref, kek_id, wrapped_key, sealed) values ($1, $2, $3, $4)";
const SECRET: &str = "select kek_id, wrapped_key, sealed from secret where secret_ref = $1";
const DESTROY_SECRET: &str = "delete from secret where secret_ref = $1";
const PUT_DATA_KEY: &str = "insert into data_key (subject, kek_id, wrapped_key) values ($1, $2, $3)
    on conflict (subject) do nothing";
const DATA_KEY: &str = "select kek_id, wrapped_key from data_key where subject = $1";
const DESTROY_DATA_KEY: &str = "insert into data_key (subject) values ($1)
    on conflict (subject) do update set kek_id = null, wrapped_key = null";
const ANOTHER_KEK: &str = "select kek_id from secret where kek_id <> $1
    union all select kek_id from data_key where kek_id <> $1 limit 1";

/// One statement on whichever database there is; the last argument is its twin in memory.
macro_rules! on {
    ($tables:expr, $pool:ident: $sqlite:ident, $run:expr, |$memory:ident| $twin:expr) => {
        match $tables {
            Tables::Sqlite { $sqlite: $pool, .. } => $run,
            Tables::Postgres($pool) => $run,
            Tables::Memory(rows) => {
                #[allow(unused_mut)]
                let mut $memory = lock(rows);
                $twin
            }
        }
    };
}

fn lock(rows: &Mutex<MemoryTables>) -> MutexGuard<'_, MemoryTables> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tables {
    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    pub(crate) async fn put_secret(&self, secret_ref: &str, row: SecretRow) -> Result<(), sqlx::Error> {
        let SecretRow { key, sealed } = &row;
        on!(
            self,
            pool: write,
            {
                let query = sqlx::query(PUT_SECRET).bind(secret_ref).bind(&key.kek_id);
                query.bind(&key.wrapped_key).bind(sealed).execute(pool).await?;
            },
            |memory| {
                memory.secrets.insert(secret_ref.to_owned(), row);
            }
        );
        Ok(())
    }

    pub(crate) async fn secret(&self, secret_ref: &str) -> Result<Option<SecretRow>, sqlx::Error> {
        on!(
            self,
            pool: read,
            sqlx::query_as(SECRET).bind(secret_ref).fetch_optional(pool).await,
            |memory| Ok(memory.secrets.get(secret_ref).cloned())
        )
    }

    pub(crate) async fn destroy_secret(&self, secret_ref: &str) -> Result<(), sqlx::Error> {
        on!(
            self,
            pool: write,
            {
                sqlx::query(DESTROY_SECRET).bind(secret_ref).execute(pool).await?;
            },
            |memory| {
                memory.secrets.remove(secret_ref);
            }
        );
        Ok(())
    }

    /// Does nothing when the subject is known, even as destroyed.
    pub(crate) async fn put_data_key(&self, subject: &str, key: Wrapped) -> Result<(), sqlx::Error> {
        on!(
            self,
            pool: write,
            {
                let query = sqlx::query(PUT_DATA_KEY).bind(subject).bind(&key.kek_id).bind(&key.wrapped_key);
                query.execute(pool).await?;
            },
            |memory| {
                memory.data_keys.entry(subject.to_owned()).or_insert(DataKeyRow::Held(key));
            }
        );
        Ok(())
    }

    pub(crate) async fn data_key(&self, subject: &str) -> Result<Option<DataKeyRow>, sqlx::Error> {
        on!(
            self,
            pool: read,
            {
                let query = sqlx::query_as::<_, (Option<String>, Option<String>)>(DATA_KEY).bind(subject);
                Ok(query.fetch_optional(pool).await?.map(DataKeyRow::from))
            },
            |memory| Ok(memory.data_keys.get(subject).cloned())
        )
    }

    pub(crate) async fn destroy_data_key(&self, subject: &str) -> Result<(), sqlx::Error> {
        on!(
            self,
            pool: write,
            {
                sqlx::query(DESTROY_DATA_KEY).bind(subject).execute(pool).await?;
            },
            |memory| {
                memory.data_keys.insert(subject.to_owned(), DataKeyRow::Destroyed);
            }
        );
        Ok(())
    }

    /// Whether anything is sealed under another key-encryption key than this one.
    pub(crate) async fn holds_other_than(&self, kek_id: &str) -> Result<bool, sqlx::Error> {
        on!(
            self,
            pool: read,
            {
                let found: Option<String> = sqlx::query_scalar(ANOTHER_KEK).bind(kek_id).fetch_optional(pool).await?;
                Ok(found.is_some())
            },
            |memory| {
                let held = memory.data_keys.values().filter_map(|row| match row {
                    DataKeyRow::Held(key) => Some(&key.kek_id),
                    DataKeyRow::Destroyed => None,
                });
                Ok(memory.secrets.values().map(|row| &row.key.kek_id).chain(held).any(|id| id != kek_id))
            }
        )
    }
}
