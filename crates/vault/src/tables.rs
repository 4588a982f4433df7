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

/// One of the two tables, and the column that names its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowKind {
    table: &'static str,
    name: &'static str,
}

impl RowKind {
    pub(crate) const SECRET: Self = Self { table: "secret", name: "secret_ref" };
    pub(crate) const DATA_KEY: Self = Self { table: "data_key", name: "subject" };
}

impl MemoryTables {
    fn keys(&self, kind: RowKind) -> Vec<(String, Wrapped)> {
        if kind == RowKind::SECRET {
            return self.secrets.iter().map(|(name, row)| (name.clone(), row.key.clone())).collect();
        }
        let held = self.data_keys.iter().filter_map(|(name, row)| match row {
            DataKeyRow::Held(key) => Some((name.clone(), key.clone())),
            DataKeyRow::Destroyed => None,
        });
        held.collect()
    }

    fn key(&mut self, kind: RowKind, name: &str) -> Option<&mut Wrapped> {
        if kind == RowKind::SECRET {
            return self.secrets.get_mut(name).map(|row| &mut row.key);
        }
        match self.data_keys.get_mut(name)? {
            DataKeyRow::Held(key) => Some(key),
            DataKeyRow::Destroyed => None,
        }
    }
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
const ANOTHER_KEK: &str = "select kek_id from secret where kek_id <> $1 and kek_id <> $2
    union all select kek_id from data_key where kek_id <> $1 and kek_id <> $2 limit 1";

const OUTDATED: &str = "select (select count(*) from secret where kek_id <> $1)
    + (select count(*) from data_key where kek_id <> $1)";

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

    /// The next rows after a name that were not wrapped under this key, by name.
    pub(crate) async fn outdated(
        &self,
        kind: RowKind,
        kek_id: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Wrapped)>, sqlx::Error> {
        on!(
            self,
            pool: read,
            {
                let RowKind { table, name } = kind;
                let sql = format!(
                    "select {name}, kek_id, wrapped_key from {table} where kek_id <> $1 and {name} > $2 \
                     order by {name} limit {limit}"
                );
                let query = sqlx::query_as::<_, (String, String, String)>(&sql).bind(kek_id).bind(after);
                let rows = query.fetch_all(pool).await?.into_iter();
                Ok(rows.map(|(name, kek_id, wrapped_key)| (name, Wrapped { kek_id, wrapped_key })).collect())
            },
            |memory| {
                let mut rows = memory.keys(kind);
                rows.retain(|(name, key)| key.kek_id != kek_id && name.as_str() > after);
                rows.sort_by(|one, other| one.0.cmp(&other.0));
                rows.truncate(limit);
                Ok(rows)
            }
        )
    }

    pub(crate) async fn count_outdated(&self, kek_id: &str) -> Result<u64, sqlx::Error> {
        on!(
            self,
            pool: read,
            {
                let count: i64 = sqlx::query_scalar(OUTDATED).bind(kek_id).fetch_one(pool).await?;
                Ok(count.unsigned_abs())
            },
            |memory| {
                let all = [RowKind::SECRET, RowKind::DATA_KEY].map(|kind| memory.keys(kind)).concat();
                Ok(all.iter().filter(|(_, key)| key.kek_id != kek_id).count() as u64)
            }
        )
    }

    /// Puts other wrappings in the place of those that still stand; tells how many did. Each change is a name, what
    /// stood there, and what shall.
    pub(crate) async fn rewrap(
        &self,
        kind: RowKind,
        changes: &[(String, Wrapped, Wrapped)],
    ) -> Result<u64, sqlx::Error> {
        if changes.is_empty() {
            return Ok(0);
        }
        on!(
            self,
            pool: write,
            {
                let RowKind { table, name } = kind;
                let rows: Vec<String> = (0..changes.len())
                    .map(|row| format!("(${}, ${}, ${}, ${})", 4 * row + 1, 4 * row + 2, 4 * row + 3, 4 * row + 4))
                    .collect();
                let sql = format!(
                    "update {table} set kek_id = v.column3, wrapped_key = v.column4 from (values {}) as v \
                     where {name} = v.column1 and wrapped_key = v.column2",
                    rows.join(", ")
                );
                let mut query = sqlx::query(&sql);
                for (name, old, new) in changes {
                    query = query.bind(name).bind(&old.wrapped_key).bind(&new.kek_id).bind(&new.wrapped_key);
                }
                Ok(query.execute(pool).await?.rows_affected())
            },
            |memory| {
                let mut changed = 0;
                for (name, old, new) in changes {
                    if let Some(key) = memory.key(kind, name)
                        && key.wrapped_key == old.wrapped_key
                    {
                        *key = new.clone();
                        changed += 1;
                    }
                }
                Ok(changed)
            }
        )
    }

    /// Whether anything is sealed under another key-encryption key than these.
    pub(crate) async fn holds_other_than(&self, kek_ids: [&str; 2]) -> Result<bool, sqlx::Error> {
        on!(
            self,
            pool: read,
            {
                let query = sqlx::query_scalar::<_, String>(ANOTHER_KEK).bind(kek_ids[0]).bind(kek_ids[1]);
                let found = query.fetch_optional(pool).await?;
                Ok(found.is_some())
            },
            |memory| {
                let held = memory.data_keys.values().filter_map(|row| match row {
                    DataKeyRow::Held(key) => Some(&key.kek_id),
                    DataKeyRow::Destroyed => None,
                });
                Ok(memory.secrets.values().map(|row| &row.key.kek_id).chain(held).any(|id| !kek_ids.contains(&id.as_str())))
            }
        )
    }
}
