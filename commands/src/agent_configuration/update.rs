//! Changing a target.

use touchstone_aggregates::agent_configuration::{Agent, AgentConfiguration, AgentConfigurationEvent, Facts};
use touchstone_aggregates::api_key::ApiKey;
use touchstone_kernel::{Claim, Command, Meta, Owned, Sealed};
use touchstone_vocabulary::{AgentConfigurationId, AgentStatus, ApiKeyId, Hub, TeamId};

use super::{AgentConfigurationRefusal, AgentHubConfig, check, holds, name_claim};
use crate::reservation::name_digest;

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AgentChange {
    pub name: Option<String>,
    pub hub: Option<Hub>,
    pub model: Option<String>,
    /// `Some(None)` takes it away, here and in the next ones.
    pub url: Option<Option<String>>,
    pub api_key: Option<ApiKeyId>,
    pub system_prompt: Option<Option<String>>,
    pub hub_config: Option<AgentHubConfig>,
    /// Only active, which brings an archived one back.
    pub status: Option<AgentStatus>,
}

impl AgentChange {
    /// The target as it is afterwards.
    fn applied(&self, agent: &Agent) -> Agent {
        let mut agent = agent.clone();
        if let Some(name) = self.name.as_ref().filter(|name| agent.name.open() != Some(*name)) {
            agent.name = Sealed::Open(name.clone());
            agent.name_digest = name_digest(name);
        }
        agent.hub = self.hub.unwrap_or(agent.hub);
        agent.model = self.model.clone().unwrap_or(agent.model);
        agent.url = self.url.clone().unwrap_or(agent.url);
        agent.api_key = self.api_key.or(agent.api_key);
        if let Some(prompt) = &self.system_prompt {
            agent.system_prompt = prompt.clone().map(Sealed::Open);
        }
        agent.hub_config = self.hub_config.clone().or(agent.hub_config);
        agent
    }
}

/// Changes a target. What is the same afterwards is no event, so a repetition changes nothing. A new name is taken, and
/// the former freed, in the same append; an archived one that becomes active again takes its name again.
#[derive(Debug, Clone)]
pub struct UpdateAgentConfiguration {
    pub team: TeamId,
    pub id: AgentConfigurationId,
    pub change: AgentChange,
}

impl UpdateAgentConfiguration {
    fn events(
        &self,
        known: &Facts,
        keys: &[ApiKey],
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        let agent = self.change.applied(&known.agent);
        if agent == known.agent {
            return Ok(Vec::new());
        }
        check(&agent)?;
        // One that was deleted since does not stand in the way of other changes.
        if agent.api_key != known.agent.api_key {
            holds(&agent, keys.first())?;
        }
        Ok(vec![AgentConfigurationEvent::Updated { agent }])
    }
}

impl Command for UpdateAgentConfiguration {
    type On = AgentConfiguration;
    type Wants = ApiKey;
    type Refusal = AgentConfigurationRefusal;

    fn stream(&self) -> Owned<AgentConfigurationId> {
        Owned::new(self.team, self.id)
    }

    fn wants(&self, _: &AgentConfiguration) -> Vec<Owned<ApiKeyId>> {
        self.change.api_key.map(|id| Owned::new(self.team, id)).into_iter().collect()
    }

    fn decide(
        &self,
        state: &AgentConfiguration,
        keys: &[ApiKey],
        _: &Meta,
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        let to_active = match self.change.status {
            None => false,
            Some(AgentStatus::Active) => true,
            Some(AgentStatus::Creating | AgentStatus::Archived) => {
                return Err(AgentConfigurationRefusal::OnlyActive);
            }
        };
        match state {
            AgentConfiguration::Absent => Err(AgentConfigurationRefusal::NoSuchAgent),
            AgentConfiguration::Active(known) => self.events(known, keys),
            AgentConfiguration::Archived(known) if to_active => {
                let changes = self.events(known, keys)?;
                Ok([vec![AgentConfigurationEvent::Activated {}], changes].concat())
            }
            AgentConfiguration::Archived(_) => Err(AgentConfigurationRefusal::Archived),
        }
    }

    fn claims(&self, state: &AgentConfiguration, events: &[AgentConfigurationEvent]) -> Vec<Claim> {
        let (held, known) = match state {
            AgentConfiguration::Active(known) => (Some(&known.agent), known),
            AgentConfiguration::Archived(known) => (None, known),
            AgentConfiguration::Absent => return Vec::new(),
        };
        let after = self.change.applied(&known.agent);
        if events.is_empty() || held.is_some_and(|agent| agent.name_digest == after.name_digest) {
            return Vec::new();
        }
        let freed = held.map(|agent| name_claim(self.team, agent, false));
        freed.into_iter().chain([name_claim(self.team, &after, true)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use touchstone_kernel::{Kind, Refusal, State};
    use touchstone_vocabulary::ConfigField;
    use uuid::Uuid;

    use super::super::fixtures::{ID, TEAM, archived, created};
    use super::*;

    fn update(change: AgentChange) -> UpdateAgentConfiguration {
        UpdateAgentConfiguration { team: TEAM, id: ID, change }
    }

    fn everything() -> AgentChange {
        AgentChange {
            name: Some("other".into()),
            hub: Some(Hub::OpenAi),
            model: Some("n".into()),
            url: Some(Some("https://example.org/v1".into())),
            api_key: None,
            system_prompt: Some(None),
            hub_config: Some(AgentHubConfig::from([(ConfigField::AgentId, Some("a".into()))])),
            status: Some(AgentStatus::Active),
        }
    }

    fn claimed(past: &[AgentConfigurationEvent], change: AgentChange) -> Vec<bool> {
        let command = update(change);
        let state = AgentConfiguration::fold(past);
        let events = given::<AgentConfiguration>(past).when(&command).result().unwrap();
        command.claims(&state, &events).iter().map(|claim| claim.take).collect()
    }

    #[test]
    fn what_changes_is_one_event_and_its_repetition_none() {
        let events = given::<AgentConfiguration>(&created()).when(&update(everything())).result().unwrap();
        let [AgentConfigurationEvent::Updated { agent }] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((agent.name.text(), agent.hub, agent.model.as_str()), ("other", Hub::OpenAi, "n"));
        assert!(agent.system_prompt.is_none() && agent.url.is_some() && agent.hub_config.is_some());
        let after = [created(), events].concat();
        given::<AgentConfiguration>(&after).when(&update(everything())).then_nothing();
        given::<AgentConfiguration>(&created()).when(&update(AgentChange::default())).then_nothing();
    }

    #[test]
    fn an_archived_one_must_become_active_to_change() {
        let rename = AgentChange { name: Some("other".into()), ..AgentChange::default() };
        let back = AgentChange { status: Some(AgentStatus::Active), ..AgentChange::default() };
        let archived = archived();
        given::<AgentConfiguration>(&archived)
            .when(&update(rename))
            .then_refused(&AgentConfigurationRefusal::Archived);
        given::<AgentConfiguration>(&archived)
            .when(&update(back))
            .then(&[AgentConfigurationEvent::Activated {}]);
        let both = given::<AgentConfiguration>(&archived).when(&update(everything())).result().unwrap();
        assert_eq!(both.len(), 2);
        given::<AgentConfiguration>(&[])
            .when(&update(everything()))
            .then_refused(&AgentConfigurationRefusal::NoSuchAgent);
        for status in [AgentStatus::Creating, AgentStatus::Archived] {
            let change = AgentChange { status: Some(status), ..AgentChange::default() };
            let refusal = given::<AgentConfiguration>(&created()).when(&update(change)).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some("status")));
        }
    }

    #[test]
    fn names_move_with_what_changes() {
        let rename = |name: &str| AgentChange { name: Some(name.into()), ..AgentChange::default() };
        let back = AgentChange { status: Some(AgentStatus::Active), ..AgentChange::default() };
        assert_eq!(claimed(&created(), rename("other")), [false, true]);
        assert_eq!(
            claimed(&created(), rename("HELPER")),
            [] as [bool; 0],
            "another spelling is the same name"
        );
        assert_eq!(claimed(&created(), back.clone()), [] as [bool; 0]);
        assert_eq!(claimed(&archived(), back), [true]);
        assert_eq!(claimed(&archived(), everything()), [true]);
    }

    #[test]
    fn a_key_must_be_there_when_it_becomes_the_agents() {
        let id = ApiKeyId(Uuid::from_u128(9));
        let change = AgentChange { api_key: Some(id), ..AgentChange::default() };
        given::<AgentConfiguration>(&created())
            .when(&update(change))
            .then_refused(&AgentConfigurationRefusal::NoSuchKey);
    }
}
