//! A named target that a team keeps: where it is, with which key it is called, how it is instructed. Its key's secret is
//! the vault's; a secret that was sent along here is not kept, only that there was one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{
    AgentConfigurationId, ApiKeyId, ConfigField, FileId, Hub, MediaType, Time, UserId,
};

/// What a hub wants to know of an agent beside its model. A secret field has no text: it is not kept.
pub type AgentHubConfig = BTreeMap<ConfigField, Option<String>>;

/// What is kept of a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub name: Sealed<String>,
    /// Digest of the normalised name, for its reservation.
    pub name_digest: String,
    pub hub: Hub,
    /// May be empty: some hubs know an agent by its config.
    pub model: String,
    /// By default that of the key, or of the hub.
    pub url: Option<String>,
    pub api_key: Option<ApiKeyId>,
    pub system_prompt: Option<Sealed<String>>,
    pub hub_config: Option<AgentHubConfig>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentConfigurationEvent {
    Created {
        created_by: UserId,
        agent: Agent,
    },
    /// It is this from now on.
    Updated {
        agent: Agent,
    },
    /// Nothing new is evaluated on it, and its name is free.
    Archived {},
    /// It can be used again, under its name.
    Activated {},
    /// Somebody may bring a file.
    FileRequested {
        file: FileId,
        requested_by: UserId,
        /// Without folders.
        name: Sealed<String>,
        media: MediaType,
        /// Bytes, where that was said.
        size: Option<u64>,
        /// MD5 in base64, where that was said.
        checksum: Option<Sealed<String>>,
        expires_at: Time,
    },
    /// The file came in and is what it was said to be.
    FileVerified {
        file: FileId,
        /// Bytes.
        size: u64,
        /// MD5 in base64.
        checksum: Sealed<String>,
        /// BLAKE3 in hexadecimal.
        digest: Sealed<String>,
    },
}

impl Event for AgentConfigurationEvent {
    const CONTEXT: &'static str = "agent_configuration";
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStage {
    Requested { until: Time },
    Verified,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// As it was created: by this a repeated request is recognised.
    pub first: Agent,
    pub agent: Agent,
    pub files: BTreeMap<FileId, FileStage>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum AgentConfiguration {
    #[default]
    Absent,
    Active(Box<Facts>),
    Archived(Box<Facts>),
}

impl AgentConfiguration {
    fn facts_mut(&mut self) -> Option<&mut Facts> {
        match self {
            Self::Active(facts) | Self::Archived(facts) => Some(facts),
            Self::Absent => None,
        }
    }
}

impl State for AgentConfiguration {
    const STREAM: &'static str = "agent_configuration";
    type Id = Owned<AgentConfigurationId>;
    type Event = AgentConfigurationEvent;

    fn apply(&mut self, event: &AgentConfigurationEvent) {
        if let AgentConfigurationEvent::Created { created_by: _, agent } = event {
            let facts = Facts { first: agent.clone(), agent: agent.clone(), files: BTreeMap::new() };
            *self = Self::Active(Box::new(facts));
        }
        let Some(facts) = self.facts_mut() else { return };
        match event {
            AgentConfigurationEvent::Created { .. } => {}
            AgentConfigurationEvent::Updated { agent } => facts.agent = agent.clone(),
            AgentConfigurationEvent::Archived {} => *self = Self::Archived(Box::new(facts.clone())),
            AgentConfigurationEvent::Activated {} => *self = Self::Active(Box::new(facts.clone())),
            AgentConfigurationEvent::FileRequested { file, expires_at, .. } => {
                facts.files.insert(*file, FileStage::Requested { until: *expires_at });
            }
            AgentConfigurationEvent::FileVerified { file, .. } => {
                facts.files.insert(*file, FileStage::Verified);
            }
        }
    }

    fn subject(id: &Owned<AgentConfigurationId>) -> String {
        format!("team:{}", id.team)
    }
}
