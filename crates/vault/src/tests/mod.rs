//! One contract for the vault, held by every kind of table.

mod contract;
mod rewrapping;
mod sealed_everywhere;

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use touchstone_vocabulary::TeamId;
use uuid::Uuid;

use crate::{KeyEncryptionKey, Tables, Vault};

const POSTGRES: &str = include_str!("../../../../migrations/postgres/0002_vault.sql");
const SQLITE: &str = include_str!("../../../../migrations/sqlite/0002_vault.sql");

/// Tables of one kind, and what must live as long as they do.
struct Backend {
    tables: Tables,
    scratch: Option<tempfile::TempDir>,
}

impl Backend {
    async fn all() -> [Self; 3] {
        [Self { tables: Tables::memory(), scratch: None }, Self::sqlite().await, Self::postgres().await]
    }

    async fn sqlite() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", scratch.path().join("vault.db").display());
        let options = SqliteConnectOptions::from_str(&url).unwrap().create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.unwrap();
        sqlx::raw_sql(SQLITE).execute(&write).await.unwrap();
        let read = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        Self { tables: Tables::Sqlite { write, read }, scratch: Some(scratch) }
    }

    async fn postgres() -> Self {
        let url = touchstone_servers::postgres().await.database().await;
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        sqlx::raw_sql(POSTGRES).execute(&pool).await.unwrap();
        Self { tables: Tables::Postgres(pool), scratch: None }
    }

    fn vault(&self, kek: &KeyEncryptionKey) -> Vault {
        Vault::new(self.tables.clone(), kek.clone())
    }
}

fn team() -> TeamId {
    TeamId(Uuid::from_u128(7))
}

fn plain(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(ExposeSecret::expose_secret)
}
