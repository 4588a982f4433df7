//! Words with a fixed set of values, spelt as the public API spells them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word outside its enumeration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not one of {allowed}")]
pub struct UnknownWord {
    pub word: String,
    pub allowed: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $(#[serde(rename = $text)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// All of them, for people.
            pub fn listed() -> String {
                Self::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|w| w.as_str() == text).ok_or_else(|| UnknownWord {
                    word: text.chars().take(80).collect(),
                    allowed: Self::listed(),
                })
            }
        }
    )+};
}

words! {
    /// Where an evaluation stands. Deleted ones have no visible status.
    EvaluationStatus {
        Created = "CREATED",
        InProgress = "IN_PROGRESS",
        Completed = "COMPLETED",
        Canceled = "CANCELED",
        Errored = "ERRORED",
        TimedOut = "TIMEOUT",
        Failed = "FAILED",
    }
    ProbeStatus {
        Created = "CREATED",
        InProgress = "IN_PROGRESS",
        Completed = "COMPLETED",
        Error = "ERROR",
        Canceled = "CANCELED",
    }
    TestStatus {
        Created = "CREATED",
        InProgress = "IN_PROGRESS",
        Generated = "GENERATED",
        Error = "ERROR",
        Canceled = "CANCELED",
    }
    ResponseStatus {
        Created = "CREATED",
        Generated = "GENERATED",
        Completed = "COMPLETED",
        Error = "ERROR",
        Canceled = "CANCELED",
        Skip = "SKIP",
    }
    UserStatus { Active = "ACTIVE", Inactive = "INACTIVE" }
    ApiKeyStatus { Active = "active", Inactive = "inactive" }
    /// What some hubs need beside, or in place of, the value of a key.
    ConfigField {
        Region = "region",
        ProjectId = "project_id",
        ClientId = "client_id",
        ClientSecret = "client_secret",
        RefreshToken = "refresh_token",
        AccessKey = "access_key",
        SecretAccessKey = "secret_access_key",
        AgentId = "agent_id",
        AgentAliasId = "agent_alias_id",
        AgentKey = "agent_key",
    }
    /// Where a saved target stands. What is being made is `creating` for a moment; nothing stays so.
    AgentStatus { Creating = "creating", Active = "active", Archived = "archived" }
    /// What a file may be.
    MediaType {
        Pdf = "application/pdf",
        Plain = "text/plain",
        Markdown = "text/markdown",
        Csv = "text/csv",
        Json = "application/json",
    }
    TeamRole { Admin = "admin", User = "user" }
    InviteStatus {
        Pending = "PENDING",
        Accepted = "ACCEPTED",
        Declined = "DECLINED",
        Revoked = "REVOKED",
        Expired = "EXPIRED",
    }
    /// Why somebody who is known was not let through: not for this caller, a token that is no longer good, or a user who
    /// is no member of the token's team any more.
    DenialReason {
        Forbidden = "forbidden",
        TokenRevoked = "token_revoked",
        TokenExpired = "token_expired",
        NoMember = "no_member",
    }
    HarnessType {
        Dimension = "DIMENSION",
        Audit = "AUDIT",
        Scenario = "SCENARIO",
        Custom = "CUSTOM",
        BenchmarkSecurity = "BENCHMARK_SECURITY",
        BenchmarkSafety = "BENCHMARK_SAFETY",
        BenchmarkReliability = "BENCHMARK_RELIABILITY",
    }
    /// Whether a version of a harness can be run.
    HarnessStatus { Active = "ACTIVE", Inactive = "INACTIVE" }
    /// What a generated prompt was made from.
    LineageKind {
        Sentence = "sentence",
        Rule = "rule",
        Persona = "persona",
        Tool = "tool",
        Template = "template",
    }
    /// Where a custom harness stands on its way from draft to being made, in this order.
    StageStatus {
        Created = "CREATED",
        Starting = "STARTING",
        InProgress = "IN_PROGRESS",
        Reading = "READING",
        Creating = "CREATING",
        Saving = "SAVING",
        Completed = "COMPLETED",
        Error = "ERROR",
    }
    /// What a custom harness is made from beside the system prompt.
    Source {
        AgentPolicy = "AGENT_POLICY",
        KnowledgeBase = "KNOWLEDGE_BASE",
        FunctionRoute = "FUNCTION_ROUTE",
        Persona = "PERSONA",
    }
    /// A kind of prompts in a custom harness.
    Family {
        Security = "security",
        Toxicity = "toxicity",
        Stereotype = "stereotype",
        Correctness = "correctness",
        Adherence = "adherence",
        Exfil = "exfil",
        Consistency = "consistency",
        Tool = "tool",
        Persona = "persona",
    }
    /// Somebody who asks in a manner of their own. All are invented.
    Persona {
        Beginner = "beginner",
        Expert = "expert",
        Hurried = "hurried",
        Doubting = "doubting",
        Chatty = "chatty",
        Formal = "formal",
        Terse = "terse",
        Frustrated = "frustrated",
    }
    HarnessScoring { NaiveMean = "naive_mean_harness" }
    ScenarioScoring { NaiveMean = "naive_mean_scenario" }
    /// How a probe combines detectors and responses: `min` needs all detectors to hit, `max` any of them.
    ProbeScoring {
        NaiveMeanMin = "naive_mean_probe_min",
        NaiveMeanMax = "naive_mean_probe_max",
        TinybenchMin = "tinybench_score_probe_min",
        TinybenchMax = "tinybench_score_probe_max",
        Final = "final_score_probe",
        Leaf = "leaf_score_probe",
    }
}

impl EvaluationStatus {
    /// Nothing more will happen to it, except deletion.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Created | Self::InProgress => false,
            Self::Completed | Self::Canceled | Self::Errored | Self::TimedOut | Self::Failed => true,
        }
    }
}

impl MediaType {
    /// What a file's name says that it is.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "pdf" => Some(Self::Pdf),
            "txt" => Some(Self::Plain),
            "md" => Some(Self::Markdown),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl ConfigField {
    /// Only the vault may keep it.
    pub const fn is_secret(self) -> bool {
        match self {
            Self::ClientSecret
            | Self::RefreshToken
            | Self::AccessKey
            | Self::SecretAccessKey
            | Self::AgentKey => true,
            Self::Region | Self::ProjectId | Self::ClientId | Self::AgentId | Self::AgentAliasId => false,
        }
    }
}

impl Family {
    /// How many prompts there are when nobody says; of personas, for each goal.
    pub const fn usual(self) -> u32 {
        match self {
            Self::Security | Self::Toxicity | Self::Stereotype => 20,
            Self::Correctness
            | Self::Adherence
            | Self::Exfil
            | Self::Consistency
            | Self::Tool
            | Self::Persona => 10,
        }
    }

    /// How many prompts there may be; of personas, for each goal.
    pub const fn most(self) -> u32 {
        match self {
            Self::Security => 150,
            Self::Toxicity => 100,
            Self::Stereotype | Self::Correctness | Self::Adherence | Self::Exfil | Self::Consistency => 50,
            Self::Tool | Self::Persona => 25,
        }
    }
}
