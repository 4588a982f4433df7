//! Making and deleting API keys.

use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent};
use touchstone_kernel::{Claim, Command, Kind, Meta, Nothing, Owned, Refusal, Sealed, Within};
use touchstone_vocabulary::{ApiKeyId, Hub, TeamId, TextFault, check_text};

use crate::caller;
use crate::reservation::name_digest;

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
    #[error("this server does not speak to {hub} yet; it speaks to {spoken}")]
    HubNotSpoken { hub: Hub, spoken: String },
    #[error("a key for {0} needs a value")]
    NoValue(Hub),
    #[error("an API key with this id exists with other content")]
    IdTaken,
}

impl Refusal for ApiKeyRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchKey => Kind::Missing,
            Self::IdTaken => Kind::Conflict,
            Self::BadName(_)
            | Self::NoCalls
            | Self::NoInterval
            | Self::HubNotSpoken { .. }
            | Self::NoValue(_) => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadName(_) => Some("name"),
            Self::NoCalls => Some("rate_limit_per_interval"),
            Self::NoInterval => Some("rate_limit_interval"),
            Self::HubNotSpoken { .. } => Some("hub"),
            Self::NoValue(_) => Some("value"),
            Self::NoSuchKey | Self::IdTaken => None,
        }
    }
}

const NAME_SCOPE: &str = "api_key_name";
const NAME_TAKEN: &str = "an API key of this team has this name already; choose another";

/// Makes a key for a hub. Its name is taken in the team until the key is deleted.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    pub team: TeamId,
    pub id: ApiKeyId,
    pub name: String,
    pub hub: Hub,
    pub rate_limit_per_interval: u32,
    pub rate_limit_interval: u32,
    pub url: Option<String>,
    /// Where the vault already keeps the secret.
    pub secret_ref: Option<String>,
    pub mask: String,
}

impl Command for CreateApiKey {
    type On = ApiKey;
    type Wants = Nothing;
    type Refusal = ApiKeyRefusal;

    fn stream(&self) -> Owned<ApiKeyId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &ApiKey, _: &[Nothing], meta: &Meta) -> Result<Vec<ApiKeyEvent>, ApiKeyRefusal> {
        check_text(&self.name).map_err(ApiKeyRefusal::BadName)?;
        if !self.hub.is_spoken() {
            return Err(ApiKeyRefusal::HubNotSpoken { hub: self.hub, spoken: Hub::spoken_names() });
        }
        if self.rate_limit_per_interval == 0 {
            return Err(ApiKeyRefusal::NoCalls);
        }
        if self.rate_limit_interval == 0 {
            return Err(ApiKeyRefusal::NoInterval);
        }
        if self.secret_ref.is_none() {
            return Err(ApiKeyRefusal::NoValue(self.hub));
        }
        match state {
            ApiKey::Absent => Ok(vec![ApiKeyEvent::Created {
                created_by: caller(meta),
                name: Sealed::Open(self.name.clone()),
                name_digest: name_digest(&self.name),
                hub: self.hub,
                rate_limit_per_interval: self.rate_limit_per_interval,
                rate_limit_interval: self.rate_limit_interval,
                url: self.url.clone(),
                secret_ref: self.secret_ref.clone(),
                mask: self.mask.clone(),
            }]),
            ApiKey::Active(_) | ApiKey::Deleted => Err(ApiKeyRefusal::IdTaken),
        }
    }

    fn claims(&self, _: &ApiKey, events: &[ApiKeyEvent]) -> Vec<Claim> {
        if events.is_empty() {
            Vec::new()
        } else {
            vec![name_claim(self.team, name_digest(&self.name), true)]
        }
    }
}

/// Deletes a key and frees its name. A deleted key is missing, also for a second deletion.
#[derive(Debug, Clone)]
pub struct DeleteApiKey {
    pub team: TeamId,
    pub id: ApiKeyId,
}

impl Command for DeleteApiKey {
    type On = ApiKey;
    type Wants = Nothing;
    type Refusal = ApiKeyRefusal;

    fn stream(&self) -> Owned<ApiKeyId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &ApiKey, _: &[Nothing], _: &Meta) -> Result<Vec<ApiKeyEvent>, ApiKeyRefusal> {
        match state {
            ApiKey::Active(_) => Ok(vec![ApiKeyEvent::Deleted {}]),
            ApiKey::Absent | ApiKey::Deleted => Err(ApiKeyRefusal::NoSuchKey),
        }
    }

    fn claims(&self, state: &ApiKey, _: &[ApiKeyEvent]) -> Vec<Claim> {
        match state {
            ApiKey::Active(key) => vec![name_claim(self.team, key.name_digest.clone(), false)],
            ApiKey::Absent | ApiKey::Deleted => Vec::new(),
        }
    }
}

fn name_claim(team: TeamId, digest: String, take: bool) -> Claim {
    Claim { within: Within::Team(team), scope: NAME_SCOPE, digest, take, refusal: NAME_TAKEN, field: "name" }
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
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use uuid::Uuid;

    use super::*;

    fn create() -> CreateApiKey {
        CreateApiKey {
            team: TeamId(Uuid::from_u128(1)),
            id: ApiKeyId(Uuid::from_u128(4)),
            name: "main".into(),
            hub: Hub::Custom,
            rate_limit_per_interval: 60,
            rate_limit_interval: 10,
            url: None,
            secret_ref: Some("ref".into()),
            mask: "ab****yz".into(),
        }
    }

    fn delete() -> DeleteApiKey {
        DeleteApiKey { team: TeamId(Uuid::from_u128(1)), id: ApiKeyId(Uuid::from_u128(4)) }
    }

    #[test]
    fn a_key_is_made_deleted_and_then_missing() {
        let made = given::<ApiKey>(&[]).when(&create()).result().unwrap();
        given::<ApiKey>(&made).when(&create()).then_refused(&ApiKeyRefusal::IdTaken);
        given::<ApiKey>(&[]).when(&delete()).then_refused(&ApiKeyRefusal::NoSuchKey);
        given::<ApiKey>(&made).when(&delete()).then(&[ApiKeyEvent::Deleted {}]);
        let gone = [made, vec![ApiKeyEvent::Deleted {}]].concat();
        given::<ApiKey>(&gone).when(&delete()).then_refused(&ApiKeyRefusal::NoSuchKey);
        given::<ApiKey>(&gone).when(&create()).then_refused(&ApiKeyRefusal::IdTaken);
    }

    #[test]
    fn each_bad_field_is_named() {
        let table = [
            (CreateApiKey { name: String::new(), ..create() }, "name"),
            (CreateApiKey { hub: Hub::Vertex, ..create() }, "hub"),
            (CreateApiKey { rate_limit_per_interval: 0, ..create() }, "rate_limit_per_interval"),
            (CreateApiKey { rate_limit_interval: 0, ..create() }, "rate_limit_interval"),
            (CreateApiKey { secret_ref: None, ..create() }, "value"),
        ];
        for (command, field) in table {
            let refusal = given::<ApiKey>(&[]).when(&command).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }

    #[test]
    fn a_name_is_taken_with_the_key_and_freed_with_it() {
        let events = create().decide(&ApiKey::Absent, &[], &meta()).unwrap();
        let taken = create().claims(&ApiKey::Absent, &events);
        let state = touchstone_kernel::State::fold(&events);
        let freed = delete().claims(&state, &[ApiKeyEvent::Deleted {}]);
        assert!(taken[0].take && !freed[0].take);
        assert_eq!(taken[0].digest, freed[0].digest);
    }

    #[test]
    fn a_mask_keeps_length_and_edges() {
        assert_eq!(mask("abcdefgh"), "ab****gh");
        assert_eq!(mask("short"), "*****");
        assert_eq!(mask(""), "");
    }
}
