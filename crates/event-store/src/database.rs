//! Which database holds everything, and how its connections are set.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, PgPool, SqlitePool};
use touchstone_vault::Tables;

use crate::StoreError;
use crate::memory::MemoryLog;
use crate::role::Roles;

macro_rules! migrations {
    ($folder:literal) => {
        [
            (1, "event log", include_str!(concat!("../../../migrations/", $folder, "/0001_event_log.sql"))),
            (2, "vault", include_str!(concat!("../../../migrations/", $folder, "/0002_vault.sql"))),
            (3, "read store", include_str!(concat!("../../../migrations/", $folder, "/0003_read_store.sql"))),
            (4, "walls", include_str!(concat!("../../../migrations/", $folder, "/0004_walls.sql"))),
            (5, "token use", include_str!(concat!("../../../migrations/", $folder, "/0005_token_use.sql"))),
            (6, "request", include_str!(concat!("../../../migrations/", $folder, "/0006_request.sql"))),
            (11, "benchmark", include_str!(concat!("../../../migrations/", $folder, "/0011_benchmark.sql"))),
            (14, "place", include_str!(concat!("../../../migrations/", $folder, "/0014_place.sql"))),
        ]
    };
}

type Migrations = &'static [(i64, &'static str, &'static str)];

const POSTGRES: Migrations = &migrations!("postgres");
const SQLITE: Migrations = &migrations!("sqlite");

/// How long anybody waits for a connection before the database counts as unreachable.
/// A connection that was in use so lately is not asked whether it still lives.
const TRUSTED: Duration = Duration::from_secs(1);
const ACQUIRE: Duration = Duration::from_secs(10);

/// The one database of an installation: log, vault, read tables and operational tables.
#[derive(Clone)]
pub enum Database {
    Sqlite {
        /// Exactly one connection: SQLite has one writer.
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres {
        /// As the login, which owns the log and the vault and may act as the projector.
        write: PgPool,
        /// As the reader, who may look at read tables only, and there only at the rows of one team.
        read: PgPool,
        roles: Roles,
    },
    /// Gone with the process; for tests.
    Memory(Memory),
}

/// The log and the vault's tables in memory.
#[derive(Clone)]
pub struct Memory {
    pub(crate) log: Arc<MemoryLog>,
    vault: Tables,
}

impl Database {
    /// Connects. `sqlite:<path>` makes the file where it is absent; tables are made by [`Database::migrate`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_for(url, Roles::default()).await
    }

    /// The same with other names for the roles on PostgreSQL.
    pub async fn open_for(url: &str, roles: Roles) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::sqlite(path.strip_prefix("//").unwrap_or(path)).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::postgres(url, roles).await
        } else {
            Err(StoreError::Url)
        }
    }

    #[must_use]
    pub fn memory() -> Self {
        Self::Memory(Memory { log: Arc::default(), vault: Tables::memory() })
    }

    async fn sqlite(path: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // Other processes append too: a subcommand beside the server, or the other way round.
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            // Batches are megabytes: the default checkpoint after 4 MiB would come with every few of them.
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864")
            // What is deleted is overwritten, not only forgotten.
            .pragma("secure_delete", "on")
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
        let write = pool
            .clone()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        let read = pool
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .connect_with(
                // Each connection has a cache of its own; the system's holds the pages once for all of them.
                options.create_if_missing(false).pragma("query_only", "on").pragma("cache_size", "-4000"),
            )
            .await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Moves everything out of SQLite's write-ahead log and empties it, so that no older version of a deleted row
    /// stays there. False when a reader was in the way: try again. The other databases have nothing to do.
    pub async fn scrub(&self) -> Result<bool, StoreError> {
        let Self::Sqlite { write, .. } = self else { return Ok(true) };
        let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(write).await?;
        Ok(busy == 0)
    }

    /// Closes every connection; the last one folds SQLite's write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Memory(_) => {}
        }
    }

    async fn postgres(url: &str, roles: Roles) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Url)?
            .application_name("touchstone")
            .statement_cache_capacity(256)
            .options([
                // The sequencer's horizon is held back by every open transaction that has written.
                ("idle_in_transaction_session_timeout", "5s"),
                ("synchronous_commit", "on"),
                ("default_transaction_isolation", "read\\ committed"),
            ])
            .disable_statement_logging();
        // sqlx asks every connection whether it still lives before it lends it: a round trip each time.
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE)
                .test_before_acquire(false)
                .before_acquire(|connection, state| {
                    Box::pin(async move { Ok(state.idle_for < TRUSTED || connection.ping().await.is_ok()) })
                })
        };
        // The arrays of an append are large and its plan never depends on them: planning anew would copy them.
        let write = pool(12)
            .connect_with(options.clone().options([("plan_cache_mode", "force_generic_plan")]))
            .await?;
        // From its first moment a connection is the reader's, and `reset role` leads back to the reader. The role may
        // not exist before the first migration.
        let reading =
            options.options([("role", roles.reader.name()), ("default_transaction_read_only", "on")]);
        let read = pool(10).connect_lazy_with(reading);
        Ok(Self::Postgres { write, read, roles })
    }

    /// Brings the tables to this version, under a lock: several processes may try at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Postgres { write, roles, .. } => {
                let mut connection = write.acquire().await?;
                roles.ensure(&mut connection).await?;
                migrator(POSTGRES).run_direct(&mut *connection).await.map_err(StoreError::Migration)?;
                roles.settle(&mut connection).await
            }
            Self::Sqlite { write, .. } => {
                // The migrator's own transactions become savepoints of this one, which holds the write lock.
                let mut tx = write.begin_with("begin immediate").await?;
                migrator(SQLITE).run_direct(&mut *tx).await.map_err(StoreError::Migration)?;
                Ok(tx.commit().await?)
            }
            Self::Memory(_) => Ok(()),
        }
    }

    /// Whether whoever is logged in passes row security by, which takes the wall between teams away.
    pub async fn passes_row_security(&self) -> Result<bool, StoreError> {
        let Self::Postgres { write, .. } = self else { return Ok(false) };
        let sql = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user";
        Ok(sqlx::query_scalar(sql).fetch_one(write).await?)
    }

    /// Where the vault keeps its rows: in the same database.
    #[must_use]
    pub fn vault_tables(&self) -> Tables {
        match self {
            Self::Postgres { write, .. } => Tables::Postgres(write.clone()),
            Self::Sqlite { write, read } => Tables::Sqlite { write: write.clone(), read: read.clone() },
            Self::Memory(memory) => memory.vault.clone(),
        }
    }
}

fn migrator(migrations: Migrations) -> Migrator {
    let migrations = migrations
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(*version, (*name).into(), MigrationType::Simple, (*sql).into(), false)
        })
        .collect::<Vec<_>>();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}
