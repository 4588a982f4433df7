//! Reading, and transactions for writing, over either database with one text of SQL.

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use touchstone_event_store::Database;
use touchstone_vocabulary::TeamId;

use crate::{Arg, ReadError, arg};

/// A row of either database; derive `sqlx::FromRow`. Columns are i64, f64, bool, String and options of them.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// The database that holds the read tables.
#[derive(Clone)]
pub struct Db(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
    /// A log in memory has no read tables.
    None,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Pools::Sqlite { .. } => "Db(sqlite)",
            Pools::Postgres(_) => "Db(postgres)",
            Pools::None => "Db(none)",
        })
    }
}

/// What one team may read.
#[derive(Debug, Clone, Copy)]
pub struct TeamDb<'a> {
    db: &'a Db,
    team: TeamId,
}

/// Tells a connection in whose name it reads.
const IN_THE_NAME_OF: &str = "select set_config('touchstone.team', $1, false)";

impl TeamDb<'_> {
    /// All rows of a query, as [`Db::all`].
    pub async fn all<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<R>, ReadError> {
        let Pools::Postgres(pool) = &self.db.0 else { return self.db.all(sql, args).await };
        let args = arg::postgres(args).map_err(|e| encode(&e))?;
        let mut connection = self.connection(pool).await?;
        Ok(sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_all(&mut *connection).await?)
    }

    /// The first row of a query, as [`Db::one`].
    pub async fn one<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Option<R>, ReadError> {
        let Pools::Postgres(pool) = &self.db.0 else { return self.db.one(sql, args).await };
        let args = arg::postgres(args).map_err(|e| encode(&e))?;
        let mut connection = self.connection(pool).await?;
        Ok(sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_optional(&mut *connection).await?)
    }

    async fn connection(&self, pool: &PgPool) -> Result<PoolConnection<Postgres>, ReadError> {
        let mut connection = pool.acquire().await?;
        sqlx::query(IN_THE_NAME_OF).bind(self.team.to_string()).execute(&mut *connection).await?;
        Ok(connection)
    }
}

/// An open transaction of either database. Dropped without commit, it is rolled back.
pub(crate) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

pub(crate) fn no_tables() -> ReadError {
    ReadError::Unavailable("a log in memory has no read tables".to_owned())
}

pub(crate) fn encode(error: &sqlx::error::BoxDynError) -> ReadError {
    ReadError::Data(error.to_string())
}

impl Db {
    #[must_use]
    pub fn new(database: &Database) -> Self {
        Self(match database {
            Database::Sqlite { write, read } => Pools::Sqlite { write: write.clone(), read: read.clone() },
            Database::Postgres(pool) => Pools::Postgres(pool.clone()),
            Database::Memory(_) => Pools::None,
        })
    }

    /// Reading for one team: the caller's. What belongs to another team is not found, whatever a statement says.
    #[must_use]
    pub const fn team(&self, team: TeamId) -> TeamDb<'_> {
        TeamDb { db: self, team }
    }

    /// All rows of a query. Parameters are `$1..$n`, each used once, in order.
    pub async fn all<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<R>, ReadError> {
        Ok(match &self.0 {
            Pools::Sqlite { read, .. } => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(sql, args).fetch_all(read).await?
            }
            Pools::Postgres(pool) => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_all(pool).await?
            }
            Pools::None => return Err(no_tables()),
        })
    }

    /// The first row of a query.
    pub async fn one<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Option<R>, ReadError> {
        Ok(match &self.0 {
            Pools::Sqlite { read, .. } => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(sql, args).fetch_optional(read).await?
            }
            Pools::Postgres(pool) => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_optional(pool).await?
            }
            Pools::None => return Err(no_tables()),
        })
    }

    /// Begins to write. SQLite takes its write lock here, so that nothing read inside can be outdated.
    pub(crate) async fn begin(&self) -> Result<Open, ReadError> {
        Ok(match &self.0 {
            Pools::Sqlite { write, .. } => Open::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                // Rows and progress stand or fall together and can be worked out again: no need to wait for the disk.
                sqlx::query("set local synchronous_commit = off").execute(&mut *tx).await?;
                Open::Postgres(tx)
            }
            Pools::None => return Err(no_tables()),
        })
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.0, Pools::Postgres(_))
    }
}

impl Open {
    pub(crate) async fn commit(self) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}
