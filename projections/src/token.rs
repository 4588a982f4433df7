//! Bearer tokens by digest, for finding out who calls. A revoked token keeps its row, marked.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use touchstone_aggregates::token::TokenEvent;
use touchstone_kernel::{Global, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{Time, TokenId};

use crate::batch::{event, replacing, stream};

/// Fills the table of tokens.
pub struct TokenRows;

const COLUMNS: &[&str] =
    &["id", "digest", "user_id", "team_id", "is_service", "expires_at", "is_revoked", "created_at"];

#[async_trait]
impl Projection for TokenRows {
    fn name(&self) -> &'static str {
        "token"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_token"]
    }

    fn teamless(&self) -> &'static [&'static str] {
        &["rm_token"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/token.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut rows: BTreeMap<String, Vec<Arg>> = BTreeMap::new();
        let mut revoked: BTreeSet<String> = BTreeSet::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<TokenEvent>()) {
            let id = stream::<Global<TokenId>>(recorded)?.0.to_string();
            let (user, team, digest, expires_at, is_service) = match event::<TokenEvent>(recorded)? {
                TokenEvent::Issued { user, team, digest, expires_at } => {
                    (user, team, digest, expires_at, false)
                }
                TokenEvent::IssuedToService { service, team, digest, expires_at } => {
                    (service, team, digest, expires_at, true)
                }
                TokenEvent::Revoked {} => {
                    revoked.insert(id);
                    continue;
                }
            };
            let row = vec![
                Arg::Text(id.clone()),
                Arg::Text(digest),
                Arg::Text(user.to_string()),
                Arg::Text(team.to_string()),
                Arg::Bool(is_service),
                Arg::OptInt(expires_at.map(Time::secs)),
                Arg::Bool(false),
                Arg::Int(recorded.at().secs()),
            ];
            rows.insert(id, row);
        }
        if !rows.is_empty() {
            let suffix = replacing(&["id"], COLUMNS);
            tx.insert("rm_token", COLUMNS, rows.into_values().collect(), &suffix).await?;
        }
        for id in revoked {
            let sql = "update rm_token set is_revoked = $1 where id = $2";
            tx.run(sql, vec![Arg::Bool(true), Arg::Text(id)]).await?;
        }
        Ok(())
    }
}
