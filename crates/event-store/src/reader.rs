//! The role that reads on PostgreSQL.
//!
//! Nobody logs in as it. The login role, which owns every table, is a member of it and reads for callers under its
//! name, because row security does not hold for owners.

use std::str::FromStr;
use std::sync::Arc;

use sqlx::PgConnection;

use crate::StoreError;

/// The name of that role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader(Arc<str>);

/// Not a name that can stand in a statement as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role name: use up to 63 of a-z, 0-9 and _, not starting with a digit")]
pub struct InvalidReader(String);

impl Default for Reader {
    fn default() -> Self {
        Self("touchstone_reader".into())
    }
}

impl FromStr for Reader {
    type Err = InvalidReader;

    fn from_str(text: &str) -> Result<Self, InvalidReader> {
        let plain = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let is_name = plain && (1..=63).contains(&text.len()) && !text.as_bytes()[0].is_ascii_digit();
        if is_name { Ok(Self(text.into())) } else { Err(InvalidReader(text.chars().take(80).collect())) }
    }
}

impl Reader {
    /// As it stands in statements.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Makes the role and lets the login role act as it, where that is not so and the login role may do it.
    pub(crate) async fn ensure(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let (create, grant) = self.statements("current_user");
        if !self.is_assumable(connection).await? {
            for statement in [create, grant] {
                match sqlx::raw_sql(&statement).execute(&mut *connection).await {
                    Ok(_) => {}
                    // It exists, another process makes it just now, or we may not: seen below.
                    Err(sqlx::Error::Database(fault))
                        if matches!(fault.code().as_deref(), Some("42710" | "23505" | "42501" | "42704")) => {
                    }
                    Err(fault) => return Err(fault.into()),
                }
            }
            if !self.is_assumable(connection).await? {
                let login: String =
                    sqlx::query_scalar("select quote_ident(current_user)").fetch_one(connection).await?;
                let (create, grant) = self.statements(&login);
                return Err(StoreError::Reader { create, grant });
            }
        }
        Ok(())
    }

    fn statements(&self, login: &str) -> (String, String) {
        (format!("create role {} nologin", self.0), format!("grant {} to {login}", self.0))
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
