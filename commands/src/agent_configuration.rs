//! Keeping, changing and archiving named targets, and taking in files that belong to them.

mod archive;
mod create;
mod file;
mod update;

pub use archive::ArchiveAgentConfiguration;
pub use create::CreateAgentConfiguration;
pub use file::{FileContent, RequestAgentFile, TakeAgentFile};
/// What a hub wants to know of an agent: a part of [`Draft`] and [`AgentChange`].
pub use touchstone_aggregates::agent_configuration::AgentHubConfig;
use touchstone_aggregates::agent_configuration::{Agent, AgentConfiguration, Facts};
use touchstone_aggregates::api_key::ApiKey;
use touchstone_kernel::{Claim, Kind, Refusal, Sealed, Within};
use touchstone_vocabulary::{ApiKeyId, Hub, TeamId, TextFault, check_text};
pub use update::{AgentChange, UpdateAgentConfiguration};

use crate::reservation::name_digest;

/// Most files of one agent: those that came in, and those that may still come.
pub const MOST_FILES: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentConfigurationRefusal {
    #[error("there is no such agent configuration")]
    NoSuchAgent,
    #[error("there is no such API key")]
    NoSuchKey,
    #[error("{field} {fault}")]
    BadText { field: &'static str, fault: TextFault },
    #[error("an agent configuration with this id exists with other content")]
    IdTaken,
    #[error("this agent configuration is archived; make it active first, or another one")]
    Archived,
    #[error("status can only be set to active; archive it to end its use")]
    OnlyActive,
    #[error("an agent configuration has at most {MOST_FILES} files")]
    TooManyFiles,
    #[error("there is no such file")]
    NoSuchFile,
    #[error("this file has come in already; ask for another upload")]
    FileTaken,
}

impl Refusal for AgentConfigurationRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchAgent | Self::NoSuchKey | Self::NoSuchFile => Kind::Missing,
            Self::IdTaken | Self::Archived | Self::TooManyFiles | Self::FileTaken => Kind::Conflict,
            Self::BadText { .. } | Self::OnlyActive => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadText { field, .. } => Some(field),
            Self::OnlyActive => Some("status"),
            Self::NoSuchAgent
            | Self::NoSuchKey
            | Self::IdTaken
            | Self::Archived
            | Self::TooManyFiles
            | Self::NoSuchFile
            | Self::FileTaken => None,
        }
    }
}

/// A target as somebody describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub name: String,
    pub hub: Hub,
    pub model: String,
    pub url: Option<String>,
    pub api_key: Option<ApiKeyId>,
    pub system_prompt: Option<String>,
    pub hub_config: Option<AgentHubConfig>,
}

impl Draft {
    fn agent(&self) -> Agent {
        Agent {
            name: Sealed::Open(self.name.clone()),
            name_digest: name_digest(&self.name),
            hub: self.hub,
            model: self.model.clone(),
            url: self.url.clone(),
            api_key: self.api_key,
            system_prompt: self.system_prompt.clone().map(Sealed::Open),
            hub_config: self.hub_config.clone(),
        }
    }
}

/// What is wrong with a target, whoever describes it.
fn check(agent: &Agent) -> Result<(), AgentConfigurationRefusal> {
    let text = |field, text: &str, may_be_empty: bool| match check_text(text) {
        Ok(()) => Ok(()),
        Err(TextFault::Empty) if may_be_empty => Ok(()),
        Err(fault) => Err(AgentConfigurationRefusal::BadText { field, fault }),
    };
    text("agent_name", agent.name.text(), false)?;
    text("model_name", &agent.model, true)?;
    text("agent_url", agent.url.as_deref().unwrap_or_default(), true)?;
    for value in agent.hub_config.iter().flat_map(AgentHubConfig::values).flatten() {
        text("hub_config", value, true)?;
    }
    Ok(())
}

/// Whether the key that an agent names is there for its team.
fn holds(agent: &Agent, fact: Option<&ApiKey>) -> Result<(), AgentConfigurationRefusal> {
    match agent.api_key {
        Some(_) if fact.and_then(ApiKey::key).is_none() => Err(AgentConfigurationRefusal::NoSuchKey),
        Some(_) | None => Ok(()),
    }
}

fn name_claim(team: TeamId, agent: &Agent, take: bool) -> Claim {
    Claim {
        within: Within::Team(team),
        scope: "agent_name",
        digest: agent.name_digest.clone(),
        take,
        refusal: "an active agent configuration of this team has this name already; choose another",
        field: "agent_name",
    }
}

/// What is known of an agent that can be worked with.
fn active(state: &AgentConfiguration) -> Result<&Facts, AgentConfigurationRefusal> {
    match state {
        AgentConfiguration::Active(facts) => Ok(facts),
        AgentConfiguration::Archived(_) => Err(AgentConfigurationRefusal::Archived),
        AgentConfiguration::Absent => Err(AgentConfigurationRefusal::NoSuchAgent),
    }
}

#[cfg(test)]
mod fixtures {
    use touchstone_aggregates::agent_configuration::{AgentConfiguration, AgentConfigurationEvent};
    use touchstone_kernel::testing::given;
    use touchstone_vocabulary::{AgentConfigurationId, Hub, TeamId};
    use uuid::Uuid;

    use super::{CreateAgentConfiguration, Draft};

    pub const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    pub const ID: AgentConfigurationId = AgentConfigurationId(Uuid::from_u128(4));

    pub fn draft() -> Draft {
        Draft {
            name: "helper".into(),
            hub: Hub::Custom,
            model: "m".into(),
            url: None,
            api_key: None,
            system_prompt: Some("Keep the word.".into()),
            hub_config: None,
        }
    }

    pub fn create() -> CreateAgentConfiguration {
        CreateAgentConfiguration { team: TEAM, id: ID, draft: draft() }
    }

    pub fn created() -> Vec<AgentConfigurationEvent> {
        given::<AgentConfiguration>(&[]).when(&create()).result().unwrap()
    }

    pub fn archived() -> Vec<AgentConfigurationEvent> {
        [created(), vec![AgentConfigurationEvent::Archived {}]].concat()
    }
}
