//! Hubs: providers of models and agents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::status::ConfigField;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Hub {
    #[serde(rename = "openai")]
    OpenAi,
    #[serde(rename = "anthropic")]
    Anthropic,
    #[serde(rename = "together")]
    Together,
    #[serde(rename = "mistral")]
    Mistral,
    #[serde(rename = "fireworks")]
    Fireworks,
    #[serde(rename = "nvidia")]
    Nvidia,
    #[serde(rename = "vertex")]
    Vertex,
    #[serde(rename = "bedrock")]
    Bedrock,
    #[serde(rename = "bedrock_custom")]
    BedrockCustom,
    #[serde(rename = "digitalocean")]
    DigitalOcean,
    #[serde(rename = "azure")]
    Azure,
    #[serde(rename = "custom")]
    Custom,
    #[serde(rename = "openrouter")]
    OpenRouter,
    #[serde(rename = "bedrockAgents")]
    BedrockAgents,
}

/// The name is no hub of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a hub")]
pub struct UnknownHub(pub String);

impl Hub {
    pub const ALL: &'static [Self] = &[
        Self::OpenAi,
        Self::Anthropic,
        Self::Together,
        Self::Mistral,
        Self::Fireworks,
        Self::Nvidia,
        Self::Vertex,
        Self::Bedrock,
        Self::BedrockCustom,
        Self::DigitalOcean,
        Self::Azure,
        Self::Custom,
        Self::OpenRouter,
        Self::BedrockAgents,
    ];

    /// Those whose wire protocol the engine speaks: OpenAI chat completions.
    pub const SPOKEN: &'static [Self] = &[
        Self::OpenAi,
        Self::Custom,
        Self::Together,
        Self::Mistral,
        Self::Fireworks,
        Self::Nvidia,
        Self::OpenRouter,
        Self::Azure,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Together => "together",
            Self::Mistral => "mistral",
            Self::Fireworks => "fireworks",
            Self::Nvidia => "nvidia",
            Self::Vertex => "vertex",
            Self::Bedrock => "bedrock",
            Self::BedrockCustom => "bedrock_custom",
            Self::DigitalOcean => "digitalocean",
            Self::Azure => "azure",
            Self::Custom => "custom",
            Self::OpenRouter => "openrouter",
            Self::BedrockAgents => "bedrockAgents",
        }
    }

    /// As people read it.
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Together => "Together",
            Self::Mistral => "Mistral",
            Self::Fireworks => "Fireworks",
            Self::Nvidia => "NVIDIA",
            Self::Vertex => "Vertex",
            Self::Bedrock => "Bedrock",
            Self::BedrockCustom => "Bedrock (custom endpoint)",
            Self::DigitalOcean => "DigitalOcean",
            Self::Azure => "Azure",
            Self::Custom => "Custom",
            Self::OpenRouter => "OpenRouter",
            Self::BedrockAgents => "BedrockAgents",
        }
    }

    /// What a key for it needs in place of a value; for most hubs nothing.
    pub const fn config_fields(self) -> &'static [ConfigField] {
        use ConfigField::{
            AccessKey, AgentAliasId, AgentId, AgentKey, ClientId, ClientSecret, ProjectId, RefreshToken,
            Region, SecretAccessKey,
        };
        match self {
            Self::Vertex => &[Region, ProjectId, ClientId, ClientSecret, RefreshToken],
            Self::Bedrock => &[Region, AccessKey, SecretAccessKey],
            Self::BedrockAgents => &[Region, AccessKey, SecretAccessKey, AgentId, AgentAliasId],
            Self::DigitalOcean => &[AgentId, AgentKey],
            Self::OpenAi
            | Self::Anthropic
            | Self::Together
            | Self::Mistral
            | Self::Fireworks
            | Self::Nvidia
            | Self::BedrockCustom
            | Self::Azure
            | Self::Custom
            | Self::OpenRouter => &[],
        }
    }

    /// Its list of models is open to everybody, so that reading it says nothing about a key.
    pub const fn lists_models_openly(self) -> bool {
        matches!(self, Self::OpenRouter | Self::Nvidia)
    }

    pub fn is_spoken(self) -> bool {
        Self::SPOKEN.contains(&self)
    }

    /// The target's address must come from the caller: there is no public default.
    pub const fn needs_url(self) -> bool {
        matches!(self, Self::Custom | Self::Azure | Self::BedrockCustom | Self::DigitalOcean)
    }

    /// Base URL up to and including the version segment, where the provider has one public address.
    pub const fn default_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Together => Some("https://api.together.xyz/v1"),
            Self::Mistral => Some("https://api.mistral.ai/v1"),
            Self::Fireworks => Some("https://api.fireworks.ai/inference/v1"),
            Self::Nvidia => Some("https://integrate.api.nvidia.com/v1"),
            Self::OpenRouter => Some("https://openrouter.ai/api/v1"),
            Self::Anthropic
            | Self::Vertex
            | Self::Bedrock
            | Self::BedrockCustom
            | Self::DigitalOcean
            | Self::Azure
            | Self::Custom
            | Self::BedrockAgents => None,
        }
    }

    /// The spoken hubs as one readable list, for error messages.
    pub fn spoken_names() -> String {
        Self::SPOKEN.iter().map(|h| h.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Hub {
    type Err = UnknownHub;

    fn from_str(text: &str) -> Result<Self, UnknownHub> {
        Self::ALL
            .iter()
            .copied()
            .find(|hub| hub.as_str() == text)
            .ok_or_else(|| UnknownHub(text.chars().take(80).collect()))
    }
}
