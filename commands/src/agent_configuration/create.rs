//! Keeping a new target.

use touchstone_aggregates::agent_configuration::{AgentConfiguration, AgentConfigurationEvent};
use touchstone_aggregates::api_key::ApiKey;
use touchstone_kernel::{Claim, Command, Meta, Owned};
use touchstone_vocabulary::{AgentConfigurationId, ApiKeyId, TeamId};

use super::{AgentConfigurationRefusal, Draft, check, holds, name_claim};
use crate::caller;

/// Keeps a target under an id that the client chose. Its name is taken in the team as long as it is active. The same
/// id with the same content changes nothing, whatever has become of it since; with other content it is a conflict.
#[derive(Debug, Clone)]
pub struct CreateAgentConfiguration {
    pub team: TeamId,
    pub id: AgentConfigurationId,
    pub draft: Draft,
}

impl Command for CreateAgentConfiguration {
    type On = AgentConfiguration;
    type Wants = ApiKey;
    type Refusal = AgentConfigurationRefusal;

    fn stream(&self) -> Owned<AgentConfigurationId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &AgentConfiguration) -> Vec<Owned<ApiKeyId>> {
        self.draft.api_key.map(|id| Owned::new(self.team, id)).into_iter().collect()
    }

    fn decide(
        &self,
        state: &AgentConfiguration,
        facts: &[ApiKey],
        meta: &Meta,
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        let agent = self.draft.agent();
        match state {
            AgentConfiguration::Absent => {
                check(&agent)?;
                holds(&agent, facts.first())?;
                Ok(vec![AgentConfigurationEvent::Created { created_by: caller(meta), agent }])
            }
            AgentConfiguration::Active(known) | AgentConfiguration::Archived(known) => {
                if known.first == agent { Ok(Vec::new()) } else { Err(AgentConfigurationRefusal::IdTaken) }
            }
        }
    }

    fn claims(&self, _: &AgentConfiguration, events: &[AgentConfigurationEvent]) -> Vec<Claim> {
        if events.is_empty() { Vec::new() } else { vec![name_claim(self.team, &self.draft.agent(), true)] }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_aggregates::api_key::ApiKeyEvent;
    use touchstone_kernel::testing::{given, meta};
    use touchstone_kernel::{Kind, Refusal, State};
    use touchstone_vocabulary::ConfigField;
    use uuid::Uuid;

    use super::super::fixtures::{archived, create, created, draft};
    use super::*;
    use crate::agent_configuration::AgentHubConfig;

    #[test]
    fn the_same_content_again_changes_nothing_and_other_content_conflicts() {
        let other = CreateAgentConfiguration { draft: Draft { model: "n".into(), ..draft() }, ..create() };
        assert_eq!(created().len(), 1);
        for past in [created(), archived()] {
            given::<AgentConfiguration>(&past).when(&create()).then_nothing();
            given::<AgentConfiguration>(&past).when(&other).then_refused(&AgentConfigurationRefusal::IdTaken);
        }
    }

    #[test]
    fn a_name_is_taken_by_what_is_new_only() {
        let taken = create().claims(&AgentConfiguration::Absent, &created());
        assert!(taken.len() == 1 && taken[0].take);
        assert!(create().claims(&AgentConfiguration::fold(&created()), &[]).is_empty());
    }

    #[test]
    fn each_bad_field_is_named_and_some_may_be_empty() {
        let long = "a".repeat(2000);
        let config = AgentHubConfig::from([(ConfigField::AgentId, Some(long.clone()))]);
        for (draft, field) in [
            (Draft { name: " ".into(), ..draft() }, "agent_name"),
            (Draft { model: long.clone(), ..draft() }, "model_name"),
            (Draft { url: Some(long), ..draft() }, "agent_url"),
            (Draft { hub_config: Some(config), ..draft() }, "hub_config"),
        ] {
            let command = CreateAgentConfiguration { draft, ..create() };
            let refusal = given::<AgentConfiguration>(&[]).when(&command).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
        let bare = Draft { model: String::new(), system_prompt: None, ..draft() };
        let bare = CreateAgentConfiguration { draft: bare, ..create() };
        assert_eq!(given::<AgentConfiguration>(&[]).when(&bare).result().unwrap().len(), 1);
    }

    #[test]
    fn a_key_that_it_names_must_be_there() {
        let id = ApiKeyId(Uuid::from_u128(9));
        let create = CreateAgentConfiguration { draft: Draft { api_key: Some(id), ..draft() }, ..create() };
        assert_eq!(create.wants(&AgentConfiguration::Absent).len(), 1);
        let refused = Err(AgentConfigurationRefusal::NoSuchKey);
        let decided = |keys: &[ApiKey]| create.decide(&AgentConfiguration::Absent, keys, &meta());
        assert_eq!(decided(&[ApiKey::Absent]), refused);
        let key = crate::api_key_created();
        assert_eq!(decided(&[ApiKey::fold(&key)]).unwrap().len(), 1);
        let gone = [key, vec![ApiKeyEvent::Deleted {}]].concat();
        assert_eq!(decided(&[ApiKey::fold(&gone)]), refused);
    }
}
