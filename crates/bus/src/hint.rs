//! Hints: words between processes that make something happen sooner. Whoever misses one finds out from the log.

use serde::{Deserialize, Serialize};
use touchstone_vocabulary::{EvaluationId, TeamId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Somebody cancelled this evaluation: its workers may stop calling at once.
    Cancel { team: TeamId, evaluation: EvaluationId },
    /// The log holds events up to this number.
    Advanced { seq: i64 },
}

/// A hint on its way, with the connection that sent it, which has already told its own process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub origin: String,
    pub hint: Hint,
}
