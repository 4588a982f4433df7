//! A team's API keys: name, hub, limits and mask. A deleted key leaves no row.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use touchstone_aggregates::api_key::ApiKeyEvent;
use touchstone_kernel::{Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::ApiKeyId;

use crate::batch::{Key, clean, event, key, remove, replacing, stream};

/// Fills the table of API keys.
pub struct ApiKeyRows;

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "name",
    "hub",
    "rate_limit_per_interval",
    "rate_limit_interval",
    "url",
    "mask",
    "created_by",
    "created_at",
    "stream_version",
];

#[async_trait]
impl Projection for ApiKeyRows {
    fn name(&self) -> &'static str {
        "api_key"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_api_key"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/api_key.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut rows: BTreeMap<Key, Vec<Arg>> = BTreeMap::new();
        let mut gone: BTreeSet<Key> = BTreeSet::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<ApiKeyEvent>()) {
            let key = key(&stream::<Owned<ApiKeyId>>(recorded)?);
            match event::<ApiKeyEvent>(recorded)? {
                ApiKeyEvent::Created {
                    created_by,
                    name,
                    name_digest: _,
                    hub,
                    rate_limit_per_interval,
                    rate_limit_interval,
                    url,
                    secret_ref: _,
                    mask,
                } => {
                    let row = vec![
                        Arg::Text(key.0.clone()),
                        Arg::Text(key.1.clone()),
                        Arg::Int(recorded.envelope.seq),
                        Arg::Text(clean(name.text())),
                        Arg::Text(hub.as_str().to_owned()),
                        Arg::Int(i64::from(rate_limit_per_interval)),
                        Arg::Int(i64::from(rate_limit_interval)),
                        Arg::OptText(url.as_deref().map(clean)),
                        Arg::Text(clean(&mask)),
                        Arg::Text(created_by.to_string()),
                        Arg::Int(recorded.at().secs()),
                        Arg::Int(recorded.envelope.sequence),
                    ];
                    rows.insert(key, row);
                }
                ApiKeyEvent::Deleted {} => {
                    rows.remove(&key);
                    gone.insert(key);
                }
            }
        }
        remove(tx, &["rm_api_key"], ["team_id", "id"], &gone).await?;
        if !rows.is_empty() {
            let suffix = replacing(&["team_id", "id"], COLUMNS);
            tx.insert("rm_api_key", COLUMNS, rows.into_values().collect(), &suffix).await?;
        }
        Ok(())
    }
}
