//! Making, changing and deleting API keys.

mod create;
mod update;

pub use create::{CreateApiKey, DeleteApiKey};
/// What is told of a key's secrets and config: parts of [`CreateApiKey`] and [`UpdateApiKey`].
pub use touchstone_aggregates::api_key::{HubConfig, Kept, Setting};
use touchstone_kernel::{Claim, Kind, Refusal, Within};
use touchstone_vocabulary::{ConfigField, Hub, TeamId, TextFault};
pub use update::{KeyChange, UpdateApiKey};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyRefusal {
    #[error("there is no such API key")]
    NoSuchKey,
    #[error("the key's name {0}")]
    BadName(TextFault),
    #[error("rate_limit_per_interval must be at least 1")]
    NoCalls,
    #[error("rate_limit_interval must be at least 1 second")]
    NoInterval,
    #[error("a key for {0} needs a value")]
    NoValue(Hub),
    #[error("the hub_config of a key for {hub} needs {}", names(.missing))]
    IncompleteConfig { hub: Hub, missing: Vec<ConfigField> },
    #[error("this key is for {0} and stays so; make another key for another hub")]
    HubStays(Hub),
    #[error("an API key with this id exists with other content")]
    IdTaken,
}

fn names(fields: &[ConfigField]) -> String {
    fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ")
}

impl Refusal for ApiKeyRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchKey => Kind::Missing,
            Self::IdTaken => Kind::Conflict,
            Self::BadName(_)
            | Self::NoCalls
            | Self::NoInterval
            | Self::NoValue(_)
            | Self::IncompleteConfig { .. }
            | Self::HubStays(_) => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadName(_) => Some("name"),
            Self::NoCalls => Some("rate_limit_per_interval"),
            Self::NoInterval => Some("rate_limit_interval"),
            Self::NoValue(_) => Some("value"),
            Self::IncompleteConfig { .. } => Some("hub_config"),
            Self::HubStays(_) => Some("hub"),
            Self::NoSuchKey | Self::IdTaken => None,
        }
    }
}

fn name_claim(team: TeamId, digest: String, take: bool) -> Claim {
    Claim {
        within: Within::Team(team),
        scope: "api_key_name",
        digest,
        take,
        refusal: "an API key of this team has this name already; choose another",
        field: "name",
    }
}

/// What may be shown of a secret: its first and last two characters, the rest as stars; all stars under eight.
pub fn mask(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    let count = chars.len();
    if count < 8 {
        return "*".repeat(count);
    }
    let edge = |range: &[char]| range.iter().collect::<String>();
    format!("{}{}{}", edge(&chars[..2]), "*".repeat(count - 4), edge(&chars[count - 2..]))
}

#[cfg(test)]
pub(crate) mod fixtures {
    use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent, HubConfig, Kept, Setting};
    use touchstone_kernel::testing::given;
    use touchstone_vocabulary::{ApiKeyId, ConfigField, Hub, TeamId};
    use uuid::Uuid;

    use super::CreateApiKey;

    pub const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    pub const ID: ApiKeyId = ApiKeyId(Uuid::from_u128(4));

    pub fn kept(secret: &str) -> Kept {
        Kept { secret_ref: format!("ref-{secret}"), mask: "ab****yz".into(), fingerprint: secret.into() }
    }

    pub fn create() -> CreateApiKey {
        CreateApiKey {
            team: TEAM,
            id: ID,
            name: "main".into(),
            hub: Hub::Custom,
            rate_limit_per_interval: 60,
            rate_limit_interval: 10,
            url: None,
            value: Some(kept("first")),
            config: HubConfig::new(),
        }
    }

    pub fn created() -> Vec<ApiKeyEvent> {
        given::<ApiKey>(&[]).when(&create()).result().unwrap()
    }

    pub fn bedrock() -> CreateApiKey {
        let config = HubConfig::from([
            (ConfigField::Region, Setting::Clear("eu-north-1".into())),
            (ConfigField::AccessKey, Setting::Kept(kept("id"))),
            (ConfigField::SecretAccessKey, Setting::Kept(kept("secret"))),
        ]);
        CreateApiKey { hub: Hub::Bedrock, value: None, config, ..create() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_length_and_edges() {
        assert_eq!(mask("abcdefgh"), "ab****gh");
        assert_eq!(mask("short"), "*****");
        assert_eq!(mask(""), "");
    }
}
