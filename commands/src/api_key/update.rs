//! Changing a key: one event for each facet that is different afterwards.

use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent, HubConfig, Kept, Key, Setting};
use touchstone_kernel::{Claim, Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, Hub, TeamId, check_text};

use super::{ApiKeyRefusal, name_claim};
use crate::reservation::name_digest;

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyChange {
    pub name: Option<String>,
    /// Only the one that it has.
    pub hub: Option<Hub>,
    pub rate_limit_per_interval: Option<u32>,
    pub rate_limit_interval: Option<u32>,
    /// What the vault already keeps.
    pub value: Option<Kept>,
    /// Merged over the fields that the key has.
    pub config: HubConfig,
    pub status: Option<ApiKeyStatus>,
}

/// Changes a key. What is the same afterwards is no event, so a repetition changes nothing. A new name is taken, and
/// the former freed, in the same append.
#[derive(Debug, Clone)]
pub struct UpdateApiKey {
    pub team: TeamId,
    pub id: ApiKeyId,
    pub change: KeyChange,
}

impl UpdateApiKey {
    fn check(&self, key: &Key) -> Result<(), ApiKeyRefusal> {
        let KeyChange { name, hub, rate_limit_per_interval, rate_limit_interval, .. } = &self.change;
        if let Some(name) = name {
            check_text(name).map_err(ApiKeyRefusal::BadName)?;
        }
        if hub.is_some_and(|hub| hub != key.hub) {
            return Err(ApiKeyRefusal::HubStays(key.hub));
        }
        if *rate_limit_per_interval == Some(0) {
            return Err(ApiKeyRefusal::NoCalls);
        }
        if *rate_limit_interval == Some(0) {
            return Err(ApiKeyRefusal::NoInterval);
        }
        Ok(())
    }

    fn events(&self, key: &Key) -> Vec<ApiKeyEvent> {
        let change = &self.change;
        let mut events = Vec::new();
        if let Some(name) = change.name.as_ref().filter(|name| key.name.open() != Some(*name)) {
            events.push(ApiKeyEvent::Renamed {
                name: Sealed::Open(name.clone()),
                name_digest: name_digest(name),
            });
        }
        let calls = change.rate_limit_per_interval.unwrap_or(key.rate_limit_per_interval);
        let interval = change.rate_limit_interval.unwrap_or(key.rate_limit_interval);
        if (calls, interval) != (key.rate_limit_per_interval, key.rate_limit_interval) {
            events.push(ApiKeyEvent::LimitsChanged {
                rate_limit_per_interval: calls,
                rate_limit_interval: interval,
            });
        }
        if let Some(value) = change.value.as_ref().filter(|value| !is_same(key.value.as_ref(), value)) {
            events.push(ApiKeyEvent::SecretRotated { value: value.clone() });
        }
        let config: HubConfig = change
            .config
            .iter()
            .filter(|(field, setting)| !key.config.get(field).is_some_and(|held| holds(held, setting)))
            .map(|(field, setting)| (*field, setting.clone()))
            .collect();
        if !config.is_empty() {
            events.push(ApiKeyEvent::HubConfigChanged { config });
        }
        if let Some(status) = change.status.filter(|status| *status != key.status) {
            events.push(ApiKeyEvent::StatusChanged { status });
        }
        events
    }
}

fn is_same(held: Option<&Kept>, value: &Kept) -> bool {
    held.is_some_and(|held| held.fingerprint == value.fingerprint)
}

fn holds(held: &Setting, setting: &Setting) -> bool {
    match (held, setting) {
        (Setting::Clear(held), Setting::Clear(text)) => held == text,
        (Setting::Kept(held), Setting::Kept(value)) => is_same(Some(held), value),
        (Setting::Clear(_), Setting::Kept(_)) | (Setting::Kept(_), Setting::Clear(_)) => false,
    }
}

impl Command for UpdateApiKey {
    type On = ApiKey;
    type Wants = Nothing;
    type Refusal = ApiKeyRefusal;

    fn stream(&self) -> Owned<ApiKeyId> {
        Owned::new(self.team, self.id)
    }

    fn decide(&self, state: &ApiKey, _: &[Nothing], _: &Meta) -> Result<Vec<ApiKeyEvent>, ApiKeyRefusal> {
        match state {
            ApiKey::Stored(key) => {
                self.check(key)?;
                Ok(self.events(key))
            }
            ApiKey::Absent | ApiKey::Deleted => Err(ApiKeyRefusal::NoSuchKey),
        }
    }

    fn claims(&self, state: &ApiKey, events: &[ApiKeyEvent]) -> Vec<Claim> {
        let former = state.key().map(|key| &key.name_digest);
        let name = events.iter().find_map(|event| match event {
            ApiKeyEvent::Renamed { name_digest, .. } => Some(name_digest),
            ApiKeyEvent::Created { .. }
            | ApiKeyEvent::LimitsChanged { .. }
            | ApiKeyEvent::SecretRotated { .. }
            | ApiKeyEvent::HubConfigChanged { .. }
            | ApiKeyEvent::StatusChanged { .. }
            | ApiKeyEvent::Deleted {} => None,
        });
        match (former, name) {
            (Some(former), Some(name)) if former != name => {
                vec![name_claim(self.team, former.clone(), false), name_claim(self.team, name.clone(), true)]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::{given, meta};
    use touchstone_kernel::{Kind, Refusal, State};
    use touchstone_vocabulary::ConfigField;

    use super::super::fixtures::{ID, TEAM, bedrock, create, kept};
    use super::*;

    fn update(change: KeyChange) -> UpdateApiKey {
        UpdateApiKey { team: TEAM, id: ID, change }
    }

    fn past(create: &super::super::CreateApiKey) -> Vec<ApiKeyEvent> {
        given::<ApiKey>(&[]).when(create).result().unwrap()
    }

    #[test]
    fn each_facet_that_changes_is_an_event_and_its_repetition_none() {
        let past = past(&bedrock());
        let change = KeyChange {
            name: Some("other".into()),
            hub: Some(Hub::Bedrock),
            rate_limit_per_interval: Some(7),
            rate_limit_interval: None,
            value: Some(kept("value")),
            config: HubConfig::from([
                (ConfigField::Region, Setting::Clear("eu-north-1".into())),
                (ConfigField::SecretAccessKey, Setting::Kept(kept("another"))),
            ]),
            status: Some(ApiKeyStatus::Inactive),
        };
        let events = given::<ApiKey>(&past).when(&update(change.clone())).result().unwrap();
        assert_eq!(
            events,
            [
                ApiKeyEvent::Renamed {
                    name: Sealed::Open("other".into()),
                    name_digest: name_digest("other")
                },
                ApiKeyEvent::LimitsChanged { rate_limit_per_interval: 7, rate_limit_interval: 10 },
                ApiKeyEvent::SecretRotated { value: kept("value") },
                ApiKeyEvent::HubConfigChanged {
                    config: HubConfig::from([(ConfigField::SecretAccessKey, Setting::Kept(kept("another")))])
                },
                ApiKeyEvent::StatusChanged { status: ApiKeyStatus::Inactive },
            ]
        );
        let after = [past, events].concat();
        given::<ApiKey>(&after).when(&update(change)).then_nothing();
        let state = ApiKey::fold(&after);
        assert_eq!(state.key().unwrap().secret_refs(), ["ref-value", "ref-id", "ref-another"]);
        assert_eq!(state.key().unwrap().fingerprint(), "value");
    }

    #[test]
    fn the_same_secret_put_once_more_changes_nothing() {
        let again = Kept { secret_ref: "elsewhere".into(), ..kept("first") };
        let change = KeyChange { value: Some(again), ..KeyChange::default() };
        given::<ApiKey>(&past(&create())).when(&update(change)).then_nothing();
    }

    #[test]
    fn a_new_name_is_taken_with_the_former_freed_and_another_spelling_moves_nothing() {
        let state = ApiKey::fold(&past(&create()));
        let claims = |name: &str| {
            let command = update(KeyChange { name: Some(name.into()), ..KeyChange::default() });
            let events = command.decide(&state, &[], &meta()).unwrap();
            let claims = command.claims(&state, &events);
            (events.len(), claims.into_iter().map(|claim| (claim.digest, claim.take)).collect::<Vec<_>>())
        };
        assert_eq!(claims("other"), (1, vec![(name_digest("main"), false), (name_digest("other"), true)]));
        assert_eq!(claims("MAIN"), (1, vec![]));
        assert_eq!(claims("main"), (0, vec![]));
    }

    #[test]
    fn each_bad_field_is_named() {
        let none = KeyChange::default;
        let table = [
            (KeyChange { name: Some(" ".into()), ..none() }, "name"),
            (KeyChange { hub: Some(Hub::OpenAi), ..none() }, "hub"),
            (KeyChange { rate_limit_per_interval: Some(0), ..none() }, "rate_limit_per_interval"),
            (KeyChange { rate_limit_interval: Some(0), ..none() }, "rate_limit_interval"),
        ];
        for (change, field) in table {
            let refusal = given::<ApiKey>(&past(&create())).when(&update(change)).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }

    #[test]
    fn a_key_that_is_absent_or_deleted_is_missing() {
        let gone = [past(&create()), vec![ApiKeyEvent::Deleted {}]].concat();
        for past in [Vec::new(), gone] {
            let command = update(KeyChange { name: Some("x".into()), ..KeyChange::default() });
            given::<ApiKey>(&past).when(&command).then_refused(&ApiKeyRefusal::NoSuchKey);
        }
    }
}
