//! A team's credential for one hub. Secrets live in the vault; events hold where, and what may be told of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, ConfigField, Hub, UserId};
use url::Url;

/// A secret that the vault keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Where the vault keeps it.
    pub secret_ref: String,
    /// First and last two characters, the rest stars.
    pub mask: String,
    /// The same for the same secret in the same team, and nothing to work back from. Empty for a secret that was kept
    /// before there were fingerprints.
    pub fingerprint: String,
}

/// What stands in one field of a hub config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    Clear(String),
    Kept(Kept),
}

/// What some hubs need beside, or in place of, a value.
pub type HubConfig = BTreeMap<ConfigField, Setting>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyEvent {
    Created {
        created_by: UserId,
        name: Sealed<String>,
        /// Digest of the normalised name, for its reservation.
        name_digest: String,
        hub: Hub,
        /// At most so many calls …
        rate_limit_per_interval: u32,
        /// … in so many seconds.
        rate_limit_interval: u32,
        url: Option<String>,
        /// Absent where the hub config takes its place.
        value: Option<Kept>,
        config: HubConfig,
    },
    Renamed {
        name: Sealed<String>,
        name_digest: String,
    },
    LimitsChanged {
        rate_limit_per_interval: u32,
        rate_limit_interval: u32,
    },
    /// The value is another one; the former is destroyed.
    SecretRotated {
        value: Kept,
    },
    /// These fields hold something else; former secrets are destroyed.
    HubConfigChanged {
        config: HubConfig,
    },
    StatusChanged {
        status: ApiKeyStatus,
    },
    Deleted {},
}

impl Event for ApiKeyEvent {
    const CONTEXT: &'static str = "api_key";

    fn version(&self) -> u32 {
        match self {
            // Version 1 had reference and mask of its value side by side, and no config.
            Self::Created { .. } => 2,
            Self::Renamed { .. }
            | Self::LimitsChanged { .. }
            | Self::SecretRotated { .. }
            | Self::HubConfigChanged { .. }
            | Self::StatusChanged { .. }
            | Self::Deleted {} => 1,
        }
    }
}

impl ApiKeyEvent {
    /// Where the secrets are that it brought.
    pub fn secret_refs(&self) -> Vec<&str> {
        match self {
            Self::Created { value, config, .. } => secret_refs(value.as_ref(), config),
            Self::SecretRotated { value } => vec![&value.secret_ref],
            Self::HubConfigChanged { config } => secret_refs(None, config),
            Self::Renamed { .. }
            | Self::LimitsChanged { .. }
            | Self::StatusChanged { .. }
            | Self::Deleted {} => Vec::new(),
        }
    }
}

fn kept<'a>(value: Option<&'a Kept>, config: &'a HubConfig) -> impl Iterator<Item = &'a Kept> {
    value.into_iter().chain(config.values().filter_map(|setting| match setting {
        Setting::Kept(kept) => Some(kept),
        Setting::Clear(_) => None,
    }))
}

fn secret_refs<'a>(value: Option<&'a Kept>, config: &'a HubConfig) -> Vec<&'a str> {
    kept(value, config).map(|kept| kept.secret_ref.as_str()).collect()
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: Sealed<String>,
    pub name_digest: String,
    pub hub: Hub,
    pub rate_limit_per_interval: u32,
    pub rate_limit_interval: u32,
    pub url: Option<String>,
    pub value: Option<Kept>,
    pub config: HubConfig,
    pub status: ApiKeyStatus,
}

impl Key {
    /// Tells this credential from others of the team: the fingerprint of its value, or of every secret in its config.
    pub fn fingerprint(&self) -> String {
        if let Some(value) = &self.value {
            return value.fingerprint.clone();
        }
        kept(None, &self.config).map(|kept| kept.fingerprint.as_str()).collect::<Vec<_>>().join("-")
    }

    /// Whether its secret may be sent to this address: one of the origin that an admin stored with it, else of the hub's
    /// public one. Where neither is known, only who asks can say it.
    pub fn vouches_for(&self, address: &str) -> bool {
        match self.url.as_deref().or(self.hub.default_url()) {
            Some(own) => is_same_origin(own, address),
            None => self.hub.needs_url(),
        }
    }

    /// Where the secrets are that it has now.
    pub fn secret_refs(&self) -> Vec<&str> {
        secret_refs(self.value.as_ref(), &self.config)
    }
}

/// Whether scheme, host and port are the same.
fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |address: &str| Url::parse(address.trim()).ok().map(|url| url.origin());
    origin(one).is_some_and(|own| origin(other) == Some(own))
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ApiKey {
    #[default]
    Absent,
    Stored(Box<Key>),
    Deleted,
}

impl ApiKey {
    /// What is known of it, unless it is absent or deleted.
    pub const fn key(&self) -> Option<&Key> {
        match self {
            Self::Stored(key) => Some(key),
            Self::Absent | Self::Deleted => None,
        }
    }
}

impl State for ApiKey {
    const STREAM: &'static str = "api_key";
    type Id = Owned<ApiKeyId>;
    type Event = ApiKeyEvent;

    fn apply(&mut self, event: &ApiKeyEvent) {
        if let ApiKeyEvent::Created {
            created_by: _,
            name,
            name_digest,
            hub,
            rate_limit_per_interval,
            rate_limit_interval,
            url,
            value,
            config,
        } = event
        {
            *self = Self::Stored(Box::new(Key {
                name: name.clone(),
                name_digest: name_digest.clone(),
                hub: *hub,
                rate_limit_per_interval: *rate_limit_per_interval,
                rate_limit_interval: *rate_limit_interval,
                url: url.clone(),
                value: value.clone(),
                config: config.clone(),
                status: ApiKeyStatus::Active,
            }));
        }
        let Self::Stored(key) = self else { return };
        match event {
            ApiKeyEvent::Created { .. } => {}
            ApiKeyEvent::Renamed { name, name_digest } => {
                key.name = name.clone();
                key.name_digest.clone_from(name_digest);
            }
            ApiKeyEvent::LimitsChanged { rate_limit_per_interval, rate_limit_interval } => {
                key.rate_limit_per_interval = *rate_limit_per_interval;
                key.rate_limit_interval = *rate_limit_interval;
            }
            ApiKeyEvent::SecretRotated { value } => key.value = Some(value.clone()),
            ApiKeyEvent::HubConfigChanged { config } => key.config.extend(config.clone()),
            ApiKeyEvent::StatusChanged { status } => key.status = *status,
            ApiKeyEvent::Deleted {} => *self = Self::Deleted,
        }
    }

    fn subject(id: &Owned<ApiKeyId>) -> String {
        format!("team:{}", id.team)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hub: Hub, url: Option<&str>) -> Key {
        Key {
            name: Sealed::Open("main".into()),
            name_digest: String::new(),
            hub,
            rate_limit_per_interval: 60,
            rate_limit_interval: 10,
            url: url.map(str::to_owned),
            value: None,
            config: HubConfig::new(),
            status: ApiKeyStatus::Active,
        }
    }

    #[test]
    fn a_secret_goes_to_the_origin_of_its_key_else_of_its_hub_and_nowhere_else() {
        let own = Some("https://models.example/v1");
        let table = [
            (Hub::OpenAi, None, "https://api.openai.com/v1/chat/completions", true),
            (Hub::OpenAi, None, "https://api.openai.com:443", true),
            (Hub::OpenAi, None, "http://api.openai.com/v1", false),
            (Hub::OpenAi, None, "https://api.openai.com:8443/v1", false),
            (Hub::OpenAi, None, "https://api.openai.com.sink.example/v1", false),
            (Hub::OpenAi, None, "https://api.openai.com@sink.example/v1", false),
            (Hub::OpenAi, None, "https://sink.example/v1", false),
            (Hub::OpenAi, own, " https://MODELS.example/v2", true),
            (Hub::OpenAi, own, "https://api.openai.com/v1", false),
            (Hub::Custom, own, "https://models.example", true),
            (Hub::Custom, own, "https://sink.example/v1", false),
            (Hub::Custom, own, "", false),
            (Hub::Custom, None, "https://sink.example/v1", true),
            (Hub::Anthropic, None, "https://sink.example/v1", false),
        ];
        for (hub, url, address, may) in table {
            assert_eq!(key(hub, url).vouches_for(address), may, "{hub} at {url:?}: {address}");
        }
    }
}
