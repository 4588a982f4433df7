//! The roles of PostgreSQL in whose names the service works.
//!
//! Nobody logs in as one of them; the login role is a member of both. It owns the log, the vault and what is beside
//! them. The *reader* reads for callers: row security does not hold for owners, so it owns nothing. The *projector* owns
//! the read tables and writes them and how far they have come, and neither reads nor writes anything else.

use std::str::FromStr;
use std::sync::Arc;

use sqlx::{Connection as _, PgConnection};

use crate::StoreError;

/// The name of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role(Arc<str>);

/// Not a name that can stand in a statement as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role name: use up to 63 of a-z, 0-9 and _, not starting with a digit")]
pub struct InvalidRole(String);

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let plain = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let is_name = plain && (1..=63).contains(&text.len()) && !text.as_bytes()[0].is_ascii_digit();
        if is_name { Ok(Self(text.into())) } else { Err(InvalidRole(text.chars().take(80).collect())) }
    }
}

impl Role {
    /// As it stands in statements.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// What makes it and lets a login act as it.
    fn statements(&self, login: &str) -> [String; 2] {
        [format!("create role {} nologin", self.0), format!("grant {} to {login}", self.0)]
    }

    /// Makes it, where it is not there and the login may do that; tells whether the login may act as it.
    async fn is_ready(&self, connection: &mut PgConnection) -> Result<bool, StoreError> {
        if self.is_assumable(connection).await? {
            return Ok(true);
        }
        for statement in self.statements("current_user") {
            match sqlx::raw_sql(&statement).execute(&mut *connection).await {
                Ok(_) => {}
                // It exists, another process makes it just now, or we may not: seen below.
                Err(sqlx::Error::Database(fault))
                    if matches!(fault.code().as_deref(), Some("42710" | "23505" | "42501" | "42704")) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        self.is_assumable(connection).await
    }

    async fn is_assumable(&self, connection: &mut PgConnection) -> Result<bool, StoreError> {
        match sqlx::raw_sql(&format!("set role {}", self.0)).execute(&mut *connection).await {
            Ok(_) => {
                sqlx::raw_sql("reset role").execute(connection).await?;
                Ok(true)
            }
            // There is no such role, or it is not ours to take.
            Err(sqlx::Error::Database(fault))
                if matches!(fault.code().as_deref(), Some("22023" | "42501")) =>
            {
                Ok(false)
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

/// The roles of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    pub reader: Role,
    pub projector: Role,
}

impl Default for Roles {
    fn default() -> Self {
        Self { reader: Role("touchstone_reader".into()), projector: Role("touchstone_projector".into()) }
    }
}

/// What the projectors write beside the read tables.
const OF_PROJECTORS: &str = "progress, projection, generation, dead_letter, relay_progress";

/// Live read tables, and those under construction.
const READ_TABLES: &str =
    "n.nspname = current_schema() and c.relkind = 'r' and c.relname ~ '^(rm|[gv][0-9]+)_'";

impl Roles {
    /// Makes the roles and lets the login role act as them, where that is not so and the login role may do it.
    pub(crate) async fn ensure(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let mut lacking = Vec::new();
        for role in [&self.reader, &self.projector] {
            if !role.is_ready(connection).await? {
                let login: String = sqlx::query_scalar("select quote_ident(current_user)")
                    .fetch_one(&mut *connection)
                    .await?;
                lacking.extend(role.statements(&login));
            }
        }
        if lacking.is_empty() { Ok(()) } else { Err(StoreError::Roles(lacking.join("; "))) }
    }

    /// Gives the projector what it writes: also read tables that the login made, or restored from a backup.
    pub(crate) async fn settle(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let name = self.projector.name();
        if self.is_settled(connection).await? {
            return Ok(());
        }
        let mut tx = connection.begin().await?;
        // Processes that start at the same time wait for each other here.
        sqlx::raw_sql("lock table progress in share row exclusive mode").execute(&mut *tx).await?;
        let statements = format!(
            "grant select, insert, update, delete on {OF_PROJECTORS} to {name};
             do $$
             declare read_table regclass;
             begin
               execute format('grant usage, create on schema %I to {name}', current_schema());
               for read_table in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where {READ_TABLES} and pg_get_userbyid(c.relowner) <> '{name}'
               loop
                 execute format('alter table %s owner to {name}', read_table);
               end loop;
             end $$"
        );
        sqlx::raw_sql(&statements).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn is_settled(&self, connection: &mut PgConnection) -> Result<bool, StoreError> {
        let sql = format!(
            "select has_schema_privilege($1, current_schema(), 'create') \
             and (select bool_and(has_table_privilege($1, one, 'delete')) \
                  from unnest(string_to_array('{OF_PROJECTORS}', ', ')) as one) \
             and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                             where {READ_TABLES} and pg_get_userbyid(c.relowner) <> $1)"
        );
        Ok(sqlx::query_scalar(&sql).bind(self.projector.name()).fetch_one(connection).await?)
    }
}
