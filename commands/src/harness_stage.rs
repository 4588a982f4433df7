//! Drafting a custom harness, asking for it, and telling how its making goes.

mod draft;
mod file;
mod generate;
#[cfg(test)]
mod tests;

use touchstone_aggregates::harness_stage::{HarnessStage, Plan};
use touchstone_kernel::{Kind, Refusal};
use touchstone_vocabulary::{CustomId, Family, Persona, Source, TextFault};

pub use draft::{CreateStage, DeleteStage, TakeDownStage, UpdateStage};
pub use file::{DeleteStageFile, FileContent, RequestStageFile, TakeStageFile};
pub use generate::{CompleteGeneration, FailGeneration, ProgressGeneration, RequestGeneration, WordPrompts};
pub use touchstone_aggregates::harness_stage::{Draft, Function, Wish};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HarnessStageRefusal {
    #[error("there is no such stage")]
    NoSuchStage,
    #[error("{0}")]
    BadText(TextFault, &'static str),
    #[error("the making of this harness has begun; make a new stage to change it")]
    Begun,
    #[error("this harness is being made; wait until its stage is COMPLETED or ERROR")]
    Running,
    #[error("the making of this harness is over")]
    Over,
    #[error("choose at least one kind of prompts, with a count above 0")]
    NothingChosen,
    #[error("must be between 0 and {}", .0.most())]
    TooMany(Family),
    #[error("must be between 1 and {MOST_GOALS}")]
    BadGoals,
    #[error("the source {0} needs {need}; send it to the stage first", need = needed(*.0))]
    SourceIncomplete(Source),
    #[error("{0} prompts need {means} in the stage", means = means(*.0))]
    NothingToGoBy(Family),
    #[error("an agent system prompt is needed; send it to the stage first")]
    NoSystemPrompt,
    #[error("persona_ids must be among {}", Persona::listed())]
    UnknownPersona,
    #[error("there is no such file")]
    NoSuchFile,
    #[error("this file came in already")]
    FileTaken,
    #[error("a stage has at most {MOST_FILES} files; delete one first")]
    TooManyFiles,
}

/// Files of a stage, counting those that may still be brought.
pub const MOST_FILES: usize = 500;

/// Most goals that the personas of one harness can have.
pub const MOST_GOALS: u32 = 10;
/// How many they have when nobody says.
pub const USUAL_GOALS: u32 = 5;

const fn needed(source: Source) -> &'static str {
    match source {
        Source::AgentPolicy => "a policy",
        Source::KnowledgeBase => "rag_params",
        Source::FunctionRoute => "function_route_params",
        Source::Persona => "persona_params",
    }
}

const fn means(family: Family) -> &'static str {
    match family {
        Family::Tool => "function_route_params",
        Family::Persona => "persona_params",
        Family::Security
        | Family::Toxicity
        | Family::Stereotype
        | Family::Correctness
        | Family::Adherence
        | Family::Exfil
        | Family::Consistency => "a system prompt",
    }
}

impl Refusal for HarnessStageRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchStage | Self::NoSuchFile => Kind::Missing,
            Self::Begun | Self::Running | Self::Over | Self::FileTaken | Self::TooManyFiles => Kind::Conflict,
            Self::BadText(..)
            | Self::UnknownPersona
            | Self::NothingChosen
            | Self::TooMany(_)
            | Self::BadGoals
            | Self::SourceIncomplete(_)
            | Self::NothingToGoBy(_)
            | Self::NoSystemPrompt => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadText(_, field) => Some(field),
            Self::UnknownPersona => Some("persona_params"),
            Self::NothingChosen | Self::TooMany(_) | Self::BadGoals => Some("eval_config_input"),
            Self::SourceIncomplete(_) | Self::NothingToGoBy(_) | Self::NoSystemPrompt => {
                Some("harness_staging_id")
            }
            Self::NoSuchStage
            | Self::Begun
            | Self::Running
            | Self::Over
            | Self::NoSuchFile
            | Self::FileTaken
            | Self::TooManyFiles => None,
        }
    }
}

/// A stage is found only under its own harness.
fn of_harness(state: &HarnessStage, harness: CustomId) -> Result<(), HarnessStageRefusal> {
    match state.plan() {
        Some(plan) if plan.harness == harness => Ok(()),
        Some(_) | None => Err(HarnessStageRefusal::NoSuchStage),
    }
}

/// The plan of a stage that may still be changed.
fn open(state: &HarnessStage) -> Result<&Plan, HarnessStageRefusal> {
    match state {
        HarnessStage::Draft(plan) => Ok(plan),
        HarnessStage::Absent | HarnessStage::Deleted => Err(HarnessStageRefusal::NoSuchStage),
        HarnessStage::Generating { .. } | HarnessStage::Completed { .. } | HarnessStage::Failed(_) => {
            Err(HarnessStageRefusal::Begun)
        }
    }
}
