//! Ending the use of a target.

use touchstone_aggregates::agent_configuration::{AgentConfiguration, AgentConfigurationEvent};
use touchstone_kernel::{Claim, Command, Meta, Nothing, Owned};
use touchstone_vocabulary::{AgentConfigurationId, TeamId};

use super::{AgentConfigurationRefusal, name_claim};

/// Archives a target and frees its name. Again, it changes nothing.
#[derive(Debug, Clone)]
pub struct ArchiveAgentConfiguration {
    pub team: TeamId,
    pub id: AgentConfigurationId,
}

impl Command for ArchiveAgentConfiguration {
    type On = AgentConfiguration;
    type Wants = Nothing;
    type Refusal = AgentConfigurationRefusal;

    fn stream(&self) -> Owned<AgentConfigurationId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &AgentConfiguration,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<AgentConfigurationEvent>, AgentConfigurationRefusal> {
        match state {
            AgentConfiguration::Active(_) => Ok(vec![AgentConfigurationEvent::Archived {}]),
            AgentConfiguration::Archived(_) => Ok(Vec::new()),
            AgentConfiguration::Absent => Err(AgentConfigurationRefusal::NoSuchAgent),
        }
    }

    fn claims(&self, state: &AgentConfiguration, _: &[AgentConfigurationEvent]) -> Vec<Claim> {
        match state {
            AgentConfiguration::Active(known) => vec![name_claim(self.team, &known.agent, false)],
            AgentConfiguration::Archived(_) | AgentConfiguration::Absent => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::State;
    use touchstone_kernel::testing::given;

    use super::super::fixtures::{ID, TEAM, archived, created};
    use super::*;

    const ARCHIVE: ArchiveAgentConfiguration = ArchiveAgentConfiguration { team: TEAM, id: ID };

    #[test]
    fn an_active_one_is_archived_once_and_frees_its_name() {
        given::<AgentConfiguration>(&[]).when(&ARCHIVE).then_refused(&AgentConfigurationRefusal::NoSuchAgent);
        given::<AgentConfiguration>(&created()).when(&ARCHIVE).then(&[AgentConfigurationEvent::Archived {}]);
        given::<AgentConfiguration>(&archived()).when(&ARCHIVE).then_nothing();
        let freed = ARCHIVE.claims(&AgentConfiguration::fold(&created()), &[]);
        assert!(freed.len() == 1 && !freed[0].take);
        assert!(ARCHIVE.claims(&AgentConfiguration::fold(&archived()), &[]).is_empty());
    }
}
