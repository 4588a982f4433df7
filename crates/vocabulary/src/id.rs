//! Ids. A `Uuid` id is random or derived; a name id is a catalogue name such as `vijil.probes.dan.DUDE`.

use std::convert::Infallible;
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

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(Self(text.to_owned()))
            }
        }
    )+};
}

/// Ids of suites: those of the catalogue end in a name, a team's own in a uuid.
macro_rules! suite_id {
    ($($name:ident = $prefix:literal),+ $(,)?) => {$(
        impl $name {
            /// What every full id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The id of a team's own.
            pub fn own(id: Uuid) -> Self {
                Self(format!("{}{}", Self::PREFIX, id.as_hyphenated()))
            }

            /// The full id, whether or not it was named with the prefix that all share, a uuid in its one canonical form.
            pub fn named(text: &str) -> Self {
                let text = text.trim();
                let name = text.strip_prefix(Self::PREFIX).unwrap_or(text);
                Uuid::parse_str(name).map_or_else(|_| Self(format!("{}{name}", Self::PREFIX)), Self::own)
            }

            /// What a team's own id ends in; those of the catalogue end in a name.
            pub fn uuid(&self) -> Option<Uuid> {
                Uuid::parse_str(self.0.strip_prefix(Self::PREFIX)?).ok()
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
    /// A draft of a custom harness.
    StageId,
    /// A custom harness under the uuid that the client chose; listed as `vijil.harnesses.<uuid>`.
    CustomId,
}

name_id! {
    /// `vijil.harnesses.<name>`.
    HarnessId,
    /// `vijil.scenarios.<name>`.
    ScenarioId,
    /// `vijil.probes.<module>[.<Class>]`.
    ProbeId,
    /// One conversation, of the catalogue or of a team: a uuid as text.
    PromptId,
    /// `garak.detectors.…`, `autoredteam.detectors.…` or `dome.detectors.…`.
    DetectorId,
    /// A canonical `major.minor.patch` version, of the catalogue or of a team's own harness.
    Version,
}

suite_id! {
    HarnessId = "vijil.harnesses.",
    ScenarioId = "vijil.scenarios.",
    ProbeId = "vijil.probes.",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suites_id_is_the_same_with_and_without_its_prefix() {
        let own = HarnessId::own(Uuid::from_u128(7));
        for text in
            [own.as_str(), " 00000000-0000-0000-0000-000000000007", "00000000000000000000000000000007"]
        {
            assert_eq!(HarnessId::named(text), own);
        }
        assert_eq!(own.uuid(), Some(Uuid::from_u128(7)));
        let standard = HarnessId::from("vijil.harnesses.security");
        assert_eq!((HarnessId::named("security"), standard.uuid()), (standard, None));
    }
}
