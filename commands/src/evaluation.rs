//! The commands on an evaluation: create, plan, start, score, end, rename, delete.

mod create;
mod end;
mod plan;
mod score;

pub use create::CreateEvaluation;
pub use end::{AbortEvaluation, CancelEvaluation, DeleteEvaluation, Ending};
pub use plan::{PlanEvaluation, RenameEvaluation, RequestStart, RestartEvaluation, StartEvaluation};
pub use score::{CompleteEvaluation, ScoreEvaluation, ScoreLevels, levels};
/// What an evaluation is asked for: part of [`CreateEvaluation`].
pub use touchstone_aggregates::evaluation::{CallParams, Spec};
use touchstone_kernel::{Kind, Refusal};
use touchstone_vocabulary::{ApiKeyId, EvaluationStatus, Hub, TextFault};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationRefusal {
    #[error("there is no such evaluation")]
    NoSuchEvaluation,
    #[error("an evaluation with this id exists with other content; choose another id")]
    IdTaken,
    #[error("there is no API key with id {0}")]
    NoSuchKey(ApiKeyId),
    #[error("harness_config_ids must name at least one harness")]
    NoHarness,
    #[error("the API key is for hub {key}, not for {asked}")]
    OtherHub { key: Hub, asked: Hub },
    #[error("this server does not speak to {hub} yet; it speaks to {spoken}")]
    HubNotSpoken { hub: Hub, spoken: String },
    #[error("hub {0} needs a url, here or on the API key")]
    NoUrl(Hub),
    #[error(
        "the API key is not for this url; leave the url out, or use a key that was stored for its host and port"
    )]
    OtherUrl,
    #[error("{field} {fault}")]
    BadText { field: &'static str, fault: TextFault },
    #[error("{field} must be {range}")]
    OutOfRange { field: &'static str, range: &'static str },
    #[error("the evaluation has already ended as {0}")]
    AlreadyEnded(EvaluationStatus),
    #[error("the evaluation has not ended yet, so there is no score to calculate")]
    StillRunning,
}

impl Refusal for EvaluationRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchEvaluation | Self::NoSuchKey(_) => Kind::Missing,
            Self::IdTaken | Self::AlreadyEnded(_) | Self::StillRunning => Kind::Conflict,
            Self::NoHarness
            | Self::OtherHub { .. }
            | Self::HubNotSpoken { .. }
            | Self::NoUrl(_)
            | Self::OtherUrl
            | Self::BadText { .. }
            | Self::OutOfRange { .. } => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoHarness => Some("harness_config_ids"),
            Self::OtherHub { .. } | Self::HubNotSpoken { .. } => Some("hub"),
            Self::NoUrl(_) | Self::OtherUrl => Some("url"),
            Self::BadText { field, .. } | Self::OutOfRange { field, .. } => Some(field),
            Self::NoSuchEvaluation
            | Self::NoSuchKey(_)
            | Self::IdTaken
            | Self::AlreadyEnded(_)
            | Self::StillRunning => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod fixtures;
