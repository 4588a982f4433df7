//! A team's API keys: name, hub, limits, masks, and where the vault keeps what is masked. A deleted key leaves no row.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use touchstone_aggregates::api_key::{ApiKeyEvent, HubConfig, Kept, Setting};
use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{ApiKeyStatus, ConfigField};

use crate::batch::{Key, clean, document};
use crate::fold::{Folded, fold};

/// Fills the table of API keys.
pub struct ApiKeyRows;

/// One row, in the order of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct ApiKey {
    team_id: String,
    id: String,
    ordinal: i64,
    name: String,
    hub: String,
    rate_limit_per_interval: i64,
    rate_limit_interval: i64,
    url: Option<String>,
    mask: String,
    value_ref: Option<String>,
    config: String,
    status: String,
    created_by: String,
    created_at: i64,
    stream_version: i64,
}

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
    "value_ref",
    "config",
    "status",
    "created_by",
    "created_at",
    "stream_version",
];

/// One field of a hub config in its document.
#[derive(Serialize, Deserialize)]
struct Field {
    /// The text, or the mask of a secret.
    shown: String,
    /// Where the vault keeps a secret.
    secret_ref: Option<String>,
}

impl From<&Setting> for Field {
    fn from(setting: &Setting) -> Self {
        match setting {
            Setting::Clear(shown) => Self { shown: clean(shown), secret_ref: None },
            Setting::Kept(Kept { secret_ref, mask, fingerprint: _ }) => {
                Self { shown: clean(mask), secret_ref: Some(secret_ref.clone()) }
            }
        }
    }
}

impl ApiKey {
    fn keep(&mut self, value: &Kept) {
        self.mask = clean(&value.mask);
        self.value_ref = Some(value.secret_ref.clone());
    }

    fn merge(&mut self, config: &HubConfig) -> Result<(), ApplyError> {
        let mut all: BTreeMap<ConfigField, Field> = serde_json::from_str(&self.config)
            .map_err(|fault| ApplyError::Data(format!("a config is unreadable: {fault}")))?;
        all.extend(config.iter().map(|(field, setting)| (*field, setting.into())));
        self.config = document(&all)?;
        Ok(())
    }
}

impl Folded for ApiKey {
    const TABLE: &'static str = "rm_api_key";
    const COLUMNS: &'static [&'static str] = COLUMNS;
    type Event = ApiKeyEvent;

    fn key(&self) -> Key {
        (self.team_id.clone(), self.id.clone())
    }

    fn begun(key: &Key, recorded: &Recorded, event: &ApiKeyEvent) -> Result<Option<Self>, ApplyError> {
        let ApiKeyEvent::Created {
            created_by,
            name,
            name_digest: _,
            hub,
            rate_limit_per_interval,
            rate_limit_interval,
            url,
            value,
            config,
        } = event
        else {
            return Ok(None);
        };
        let (team_id, id) = key.clone();
        let mut row = Self {
            team_id,
            id,
            ordinal: recorded.envelope.seq,
            name: clean(name.text()),
            hub: hub.as_str().to_owned(),
            rate_limit_per_interval: i64::from(*rate_limit_per_interval),
            rate_limit_interval: i64::from(*rate_limit_interval),
            url: url.as_deref().map(clean),
            mask: String::new(),
            value_ref: None,
            config: "{}".to_owned(),
            status: ApiKeyStatus::Active.as_str().to_owned(),
            created_by: created_by.to_string(),
            created_at: recorded.at().secs(),
            stream_version: recorded.envelope.sequence,
        };
        if let Some(value) = value {
            row.keep(value);
        }
        row.merge(config)?;
        Ok(Some(row))
    }

    fn follow(&mut self, recorded: &Recorded, event: ApiKeyEvent) -> Result<bool, ApplyError> {
        self.stream_version = recorded.envelope.sequence;
        match event {
            ApiKeyEvent::Created { .. } => {}
            ApiKeyEvent::Renamed { name, name_digest: _ } => self.name = clean(name.text()),
            ApiKeyEvent::LimitsChanged { rate_limit_per_interval, rate_limit_interval } => {
                self.rate_limit_per_interval = i64::from(rate_limit_per_interval);
                self.rate_limit_interval = i64::from(rate_limit_interval);
            }
            ApiKeyEvent::SecretRotated { value } => self.keep(&value),
            ApiKeyEvent::HubConfigChanged { config } => self.merge(&config)?,
            ApiKeyEvent::StatusChanged { status } => status.as_str().clone_into(&mut self.status),
            ApiKeyEvent::Deleted {} => return Ok(false),
        }
        Ok(true)
    }

    fn args(self) -> Vec<Arg> {
        vec![
            Arg::Text(self.team_id),
            Arg::Text(self.id),
            Arg::Int(self.ordinal),
            Arg::Text(self.name),
            Arg::Text(self.hub),
            Arg::Int(self.rate_limit_per_interval),
            Arg::Int(self.rate_limit_interval),
            Arg::OptText(self.url),
            Arg::Text(self.mask),
            Arg::OptText(self.value_ref),
            Arg::Text(self.config),
            Arg::Text(self.status),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::Int(self.stream_version),
        ]
    }
}

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
        fold::<ApiKey>(tx, events).await
    }
}
