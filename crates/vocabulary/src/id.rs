//! Ids. A `Uuid` id is random or derived; a name id is a catalogue name such as `vijil.probes.dan.DUDE`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid id: it must be a uuid")]
pub struct InvalidId(pub String);

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId(text.chars().take(80).collect()))
            }
        }
    )+};
}

macro_rules! name_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    )+};
}

uuid_id! {
    /// A tenant.
    TeamId,
    /// A person or service that calls.
    UserId,
    /// One run of harnesses against one target. Chosen by the client, unique in its team.
    EvaluationId,
    /// A team's credential for one hub.
    ApiKeyId,
    /// A bearer token.
    TokenId,
    /// One call to the target: prompt and generation.
    TestId,
    /// The visible outcome of a test.
    ResponseId,
    /// A harness, scenario or probe inside one evaluation (its result id, not its config id).
    NodeId,
    /// A process that claims work.
    WorkerId,
    /// An offer of membership.
    InviteId,
    /// A run of attempts that were denied.
    AccessId,
    /// A public event as somebody sent it.
    NoticeId,
    /// A file that belongs to something of a team.
    FileId,
    /// A named target of a team. Chosen by the client, unique in its team.
    AgentConfigurationId,
}

name_id! {
    /// `vijil.harnesses.<name>`.
    HarnessId,
    /// `vijil.scenarios.<name>`.
    ScenarioId,
    /// `vijil.probes.<module>[.<Class>]`.
    ProbeId,
    /// One conversation of the catalogue.
    PromptId,
    /// `garak.detectors.…`, `autoredteam.detectors.…` or `dome.detectors.…`.
    DetectorId,
    /// A canonical `major.minor.patch` version of the catalogue.
    Version,
}
