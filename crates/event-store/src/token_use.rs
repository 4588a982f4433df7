//! When tokens were last used: an operational table, neither log nor projection. A use is no event, because there are as
//! many as there are requests. And which were revoked, by their streams: that holds whether or not anybody projects.

use std::collections::HashMap;

use touchstone_kernel::{Global, Pending, Revocations, TokenUse, Unavailable};
use touchstone_vocabulary::{Time, TokenId};
use uuid::Uuid;

use crate::database::Database;
use crate::{Store, StoreError};

impl TokenUse for Store {
    fn used(&self, token: TokenId, at: Time) -> Pending<'_, Result<(), Unavailable>> {
        Box::pin(async move { Ok(self.save_use(token, at).await?) })
    }
}

impl Revocations for Store {
    fn is_revoked(&self, token: TokenId) -> Pending<'_, Result<bool, Unavailable>> {
        Box::pin(async move {
            let events = self.backend().stream("token", &Global(token).to_string(), 0).await?;
            Ok(events.iter().any(|event| event.name == "token.revoked"))
        })
    }
}

impl Store {
    async fn save_use(&self, token: TokenId, at: Time) -> Result<(), StoreError> {
        match self.database() {
            Database::Postgres { write, .. } => {
                sqlx::query(
                    "insert into token_use (token_id, last_used_at) values ($1, $2) on conflict (token_id) \
                     do update set last_used_at = greatest(token_use.last_used_at, excluded.last_used_at)",
                )
                .bind(token.0)
                .bind(at.micros())
                .execute(write)
                .await?;
            }
            Database::Sqlite { write, .. } => {
                sqlx::query(
                    "insert into token_use (token_id, last_used_at) values (?, ?) on conflict (token_id) \
                     do update set last_used_at = max(last_used_at, excluded.last_used_at)",
                )
                .bind(token.0)
                .bind(at.micros())
                .execute(write)
                .await?;
            }
            // Gone with the process, and so is whoever would ask.
            Database::Memory(_) => {}
        }
        Ok(())
    }

    /// When each token was last used, give or take a minute; tokens that never were are absent.
    pub async fn token_uses(&self) -> Result<HashMap<TokenId, Time>, StoreError> {
        const SQL: &str = "select token_id, last_used_at from token_use";
        let rows: Vec<(Uuid, i64)> = match self.database() {
            Database::Postgres { write, .. } => sqlx::query_as(SQL).fetch_all(write).await?,
            Database::Sqlite { read, .. } => sqlx::query_as(SQL).fetch_all(read).await?,
            Database::Memory(_) => Vec::new(),
        };
        Ok(rows.into_iter().map(|(id, at)| (TokenId(id), Time(at))).collect())
    }
}
