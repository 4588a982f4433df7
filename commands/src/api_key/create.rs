//! A key's beginning and its end.

use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent, HubConfig, Kept};
use touchstone_kernel::{Claim, Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{ApiKeyId, ConfigField, Hub, TeamId, check_text};

use super::{ApiKeyRefusal, name_claim};
use crate::caller;
use crate::reservation::name_digest;

/// Makes a key for a hub, also for one that nothing can be evaluated on yet. Its name is taken in the team until the
/// key is deleted.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    pub team: TeamId,
    pub id: ApiKeyId,
    pub name: String,
    pub hub: Hub,
    pub rate_limit_per_interval: u32,
    pub rate_limit_interval: u32,
    pub url: Option<String>,
    /// What the vault already keeps; hubs with a config do without.
    pub value: Option<Kept>,
    pub config: HubConfig,
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
        if self.rate_limit_per_interval == 0 {
            return Err(ApiKeyRefusal::NoCalls);
        }
        if self.rate_limit_interval == 0 {
            return Err(ApiKeyRefusal::NoInterval);
        }
        let (hub, needed) = (self.hub, self.hub.config_fields());
        let missing: Vec<ConfigField> =
            needed.iter().copied().filter(|field| !self.config.contains_key(field)).collect();
        if !missing.is_empty() {
            return Err(ApiKeyRefusal::IncompleteConfig { hub, missing });
        }
        if needed.is_empty() && self.value.is_none() {
            return Err(ApiKeyRefusal::NoValue(hub));
        }
        match state {
            ApiKey::Absent => Ok(vec![ApiKeyEvent::Created {
                created_by: caller(meta),
                name: Sealed::Open(self.name.clone()),
                name_digest: name_digest(&self.name),
                hub,
                rate_limit_per_interval: self.rate_limit_per_interval,
                rate_limit_interval: self.rate_limit_interval,
                url: self.url.clone(),
                value: self.value.clone(),
                config: self.config.clone(),
            }]),
            ApiKey::Stored(_) | ApiKey::Deleted => Err(ApiKeyRefusal::IdTaken),
        }
    }

    fn claims(&self, _: &ApiKey, _: &[ApiKeyEvent]) -> Vec<Claim> {
        vec![name_claim(self.team, name_digest(&self.name), true)]
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
            ApiKey::Stored(_) => Ok(vec![ApiKeyEvent::Deleted {}]),
            ApiKey::Absent | ApiKey::Deleted => Err(ApiKeyRefusal::NoSuchKey),
        }
    }

    fn claims(&self, state: &ApiKey, _: &[ApiKeyEvent]) -> Vec<Claim> {
        match state {
            ApiKey::Stored(key) => vec![name_claim(self.team, key.name_digest.clone(), false)],
            ApiKey::Absent | ApiKey::Deleted => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_kernel::{Kind, Refusal, State};

    use touchstone_aggregates::api_key::Setting;

    use super::super::fixtures::{ID, TEAM, bedrock, create, kept};
    use super::*;

    const DELETE: DeleteApiKey = DeleteApiKey { team: TEAM, id: ID };

    #[test]
    fn a_key_is_made_deleted_and_then_missing() {
        let made = given::<ApiKey>(&[]).when(&create()).result().unwrap();
        given::<ApiKey>(&made).when(&create()).then_refused(&ApiKeyRefusal::IdTaken);
        given::<ApiKey>(&[]).when(&DELETE).then_refused(&ApiKeyRefusal::NoSuchKey);
        given::<ApiKey>(&made).when(&DELETE).then(&[ApiKeyEvent::Deleted {}]);
        let gone = [made, vec![ApiKeyEvent::Deleted {}]].concat();
        given::<ApiKey>(&gone).when(&DELETE).then_refused(&ApiKeyRefusal::NoSuchKey);
        given::<ApiKey>(&gone).when(&create()).then_refused(&ApiKeyRefusal::IdTaken);
    }

    #[test]
    fn every_hub_takes_a_key_with_all_it_needs_and_none_with_less() {
        for hub in Hub::ALL.iter().copied() {
            let config: HubConfig = hub
                .config_fields()
                .iter()
                .map(|field| {
                    let secret = Setting::Kept(kept(field.as_str()));
                    (*field, if field.is_secret() { secret } else { Setting::Clear("x".into()) })
                })
                .collect();
            let bare = config.is_empty();
            let whole = CreateApiKey { hub, config, value: bare.then(|| kept("value")), ..create() };
            assert_eq!(given::<ApiKey>(&[]).when(&whole).result().unwrap().len(), 1, "{hub}");
            for field in hub.config_fields() {
                let mut less = whole.clone();
                less.config.remove(field);
                let missing = vec![*field];
                given::<ApiKey>(&[])
                    .when(&less)
                    .then_refused(&ApiKeyRefusal::IncompleteConfig { hub, missing });
            }
            if bare {
                let less = CreateApiKey { value: None, ..whole };
                given::<ApiKey>(&[]).when(&less).then_refused(&ApiKeyRefusal::NoValue(hub));
            }
        }
    }

    #[test]
    fn each_bad_field_is_named() {
        let table = [
            (CreateApiKey { name: String::new(), ..create() }, "name"),
            (CreateApiKey { rate_limit_per_interval: 0, ..create() }, "rate_limit_per_interval"),
            (CreateApiKey { rate_limit_interval: 0, ..create() }, "rate_limit_interval"),
            (CreateApiKey { value: None, ..create() }, "value"),
            (CreateApiKey { config: HubConfig::new(), ..bedrock() }, "hub_config"),
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
        let state = ApiKey::fold(&events);
        let freed = DELETE.claims(&state, &[ApiKeyEvent::Deleted {}]);
        assert!(taken[0].take && !freed[0].take);
        assert_eq!(taken[0].digest, freed[0].digest);
    }
}
