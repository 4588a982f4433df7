//! Value objects that every layer shares: typed ids, statuses, scores, messages, time and pages.
//!
//! Nothing here decides, stores or sends. Each type knows its own text form and its own range, so that no other
//! layer has to check either again.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod case;
mod criteria;
mod hub;
mod id;
mod message;
mod page;
mod score;
mod status;
mod text;
mod time;
mod writer;

pub use case::{Case, GREATEST_NUMBER};
pub use criteria::Criteria;
pub use hub::{Hub, UnknownHub};
pub use id::{
    AccessId, AgentConfigurationId, ApiKeyId, CustomId, DetectorId, EvaluationId, FileId, HarnessId,
    InvalidId, InviteId, NodeId, NoticeId, ProbeId, PromptId, ResponseId, ScenarioId, StageId, TeamId,
    TestId, TokenId, UserId, Version, WorkerId,
};
pub use message::{Message, Role};
pub use page::{Direction, Page};
pub use score::{Graded, Score, mean};
pub use status::{
    AgentStatus, ApiKeyStatus, ConfigField, DenialReason, EvaluationStatus, Family, HarnessScoring,
    HarnessStatus, HarnessType, InviteStatus, LineageKind, MediaType, Persona, ProbeScoring, ProbeStatus,
    ResponseStatus, ScenarioScoring, Source, StageStatus, TeamRole, TestStatus, UnknownWord, UserStatus,
};
pub use text::{
    AddressFault, EXPECTED_GOAL, MAX_INDEXED_BYTES, TextFault, check_email, check_text, fold_key, word_at,
};
pub use time::Time;
pub use writer::Writer;
