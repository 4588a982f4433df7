//! Reading, and transactions for writing, over either database with one text of SQL.

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use touchstone_event_store::{Database, Role, Roles};
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
    Postgres {
        write: PgPool,
        read: PgPool,
        roles: Roles,
    },
    /// A log in memory has no read tables.
    None,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Pools::Sqlite { .. } => "Db(sqlite)",
            Pools::Postgres { .. } => "Db(postgres)",
            Pools::None => "Db(none)",
        })
    }
}

/// Reading in somebody's name.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    db: &'a Db,
    name: Name,
}

/// In whose name.
#[derive(Debug, Clone, Copy)]
enum Name {
    Team(TeamId),
    /// Nobody's yet: only what is found before a team is known.
    Nobody,
    /// The machinery's own, which sees everything.
    Owner,
}

/// Tells a connection in whose name it reads. It holds until the next reader says another, and every reader does.
const IN_THE_NAME_OF: &str = "select set_config('touchstone.team', $1, false)";

/// Until the end of a transaction. Rows and progress stand or fall together and can be worked out again: no need to wait
/// for the disk.
const AS_PROJECTOR: &str =
    "select set_config('role', $1, true), set_config('synchronous_commit', 'off', true)";

/// What stands for a team where none is known. No team's id reads so.
pub(crate) const NOBODY: &str = "*";

impl View<'_> {
    /// All rows of a query. Parameters are `$1..$n`, each used once, in order.
    pub async fn all<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<R>, ReadError> {
        Ok(match &self.db.0 {
            Pools::Sqlite { read, .. } => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(sql, args).fetch_all(read).await?
            }
            Pools::Postgres { write, read, .. } => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                let mut connection = self.connection(write, read).await?;
                sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_all(&mut *connection).await?
            }
            Pools::None => return Err(no_tables()),
        })
    }

    /// The first row of a query.
    pub async fn one<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Option<R>, ReadError> {
        Ok(match &self.db.0 {
            Pools::Sqlite { read, .. } => {
                let args = arg::sqlite(args).map_err(|e| encode(&e))?;
                sqlx::query_as_with::<Sqlite, R, _>(sql, args).fetch_optional(read).await?
            }
            Pools::Postgres { write, read, .. } => {
                let args = arg::postgres(args).map_err(|e| encode(&e))?;
                let mut connection = self.connection(write, read).await?;
                sqlx::query_as_with::<Postgres, R, _>(sql, args).fetch_optional(&mut *connection).await?
            }
            Pools::None => return Err(no_tables()),
        })
    }

    async fn connection(
        &self,
        owner: &PgPool,
        reader: &PgPool,
    ) -> Result<PoolConnection<Postgres>, ReadError> {
        let name = match self.name {
            Name::Owner => return Ok(owner.acquire().await?),
            Name::Team(team) => team.to_string(),
            Name::Nobody => NOBODY.to_owned(),
        };
        let mut connection = reader.acquire().await?;
        sqlx::query(IN_THE_NAME_OF).bind(name).execute(&mut *connection).await?;
        Ok(connection)
    }
}

/// An open transaction of either database. Dropped without commit, it is rolled back.
pub(crate) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    /// With the role that may read what is made.
    Postgres(Transaction<'static, Postgres>, Role),
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
            Database::Postgres { write, read, roles } => {
                Pools::Postgres { write: write.clone(), read: read.clone(), roles: roles.clone() }
            }
            Database::Memory(_) => Pools::None,
        })
    }

    /// Reading for one team: the caller's. On PostgreSQL what belongs to another team is not found, whatever a
    /// statement says.
    #[must_use]
    pub const fn team(&self, team: TeamId) -> View<'_> {
        View { db: self, name: Name::Team(team) }
    }

    /// All rows of a query about what is found before a team is known; see [`crate::Projection::teamless`].
    pub async fn all<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Vec<R>, ReadError> {
        View { db: self, name: Name::Nobody }.all(sql, args).await
    }

    /// The first row of such a query.
    pub async fn one<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Result<Option<R>, ReadError> {
        View { db: self, name: Name::Nobody }.one(sql, args).await
    }

    /// Reading everything, for the machinery and its tests. Never for a caller.
    #[must_use]
    pub const fn as_owner(&self) -> View<'_> {
        View { db: self, name: Name::Owner }
    }

    /// Begins to write, on PostgreSQL as the projector. SQLite takes its write lock here, so that nothing read inside can be outdated.
    pub(crate) async fn begin(&self) -> Result<Open, ReadError> {
        Ok(match &self.0 {
            Pools::Sqlite { write, .. } => Open::Sqlite(write.begin_with("begin immediate").await?),
            Pools::Postgres { write, roles, .. } => {
                let mut tx = write.begin().await?;
                sqlx::query(AS_PROJECTOR).bind(roles.projector.name()).execute(&mut *tx).await?;
                Open::Postgres(tx, roles.reader.clone())
            }
            Pools::None => return Err(no_tables()),
        })
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.0, Pools::Postgres { .. })
    }
}

impl Open {
    pub(crate) async fn commit(self) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx, _) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), ReadError> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await?,
            Self::Postgres(tx, _) => tx.rollback().await?,
        }
        Ok(())
    }
}
