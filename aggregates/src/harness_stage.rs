//! A stage: the draft of a custom harness, and how far its making has come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{
    CustomId, Family, FileId, Hub, MediaType, PromptId, Source, StageId, StageStatus, Time, UserId, Version,
    Writer,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HarnessStageEvent {
    Created {
        created_by: UserId,
        harness: CustomId,
        draft: Draft,
    },
    Updated {
        changes: Draft,
    },
    /// Somebody may bring a file.
    FileRequested {
        file: FileId,
        requested_by: UserId,
        category: Source,
        /// Without folders.
        name: Sealed<String>,
        media: MediaType,
        /// Bytes.
        size: u64,
        /// MD5 in base64.
        checksum: Sealed<String>,
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
    FileDeleted {
        file: FileId,
    },
    GenerationRequested {
        wish: Wish,
    },
    GenerationProgressed {
        status: StageStatus,
        /// For people.
        message: String,
    },
    /// A model was asked to say some prompts in words of its own. What was not usable is not there.
    PromptsWorded {
        /// Which of the portions that the prompts are asked for in.
        portion: u32,
        writer: Writer,
        /// By prompt: what it asks now.
        wordings: Sealed<BTreeMap<PromptId, String>>,
        /// Why the model answered nothing at all; then it is asked no more.
        fault: Option<String>,
    },
    GenerationCompleted {
        version: Version,
        /// For people: what was made, and whose words it is in. Empty where nobody said it.
        said: String,
    },
    GenerationFailed {
        /// One sentence for people: what was wrong and what to do.
        cause: String,
    },
    Deleted {},
}

impl Event for HarnessStageEvent {
    const CONTEXT: &'static str = "harness_stage";

    fn version(&self) -> u32 {
        match self {
            // Version 1 had nothing for people.
            Self::GenerationCompleted { .. } => 2,
            Self::Created { .. }
            | Self::Updated { .. }
            | Self::FileRequested { .. }
            | Self::FileVerified { .. }
            | Self::FileDeleted { .. }
            | Self::GenerationRequested { .. }
            | Self::GenerationProgressed { .. }
            | Self::PromptsWorded { .. }
            | Self::GenerationFailed { .. }
            | Self::Deleted {} => 1,
        }
    }
}

/// What a harness is to be made from. What is absent was not said, or stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub name: Option<Sealed<String>>,
    pub sources: Option<Vec<Source>>,
    pub system_prompt: Option<Sealed<String>>,
    /// Where the knowledge lies.
    pub bucket: Option<Sealed<String>>,
    pub function: Option<Function>,
    pub personas: Option<Vec<String>>,
    /// A model that somebody named for it …
    pub model: Option<String>,
    /// … and where that is. No key is named, so neither is asked.
    pub hub: Option<Hub>,
    pub max_output_tokens: Option<u32>,
}

/// A function that the agent calls. Schemas stay as they were sent: JSON, or the text of a Python literal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    pub input_schema: Sealed<String>,
    pub output_schema: Sealed<String>,
    pub route: Option<Sealed<String>>,
}

/// Which prompts, and how many of each family; a family that is not named is not wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// Of personas, for each goal.
    pub prompts: BTreeMap<Family, u32>,
    pub persona_goals: u32,
    pub description: Sealed<String>,
}

impl Draft {
    /// The draft with these changes.
    #[must_use]
    pub fn with(&self, changes: &Self) -> Self {
        fn newer<T: Clone>(changed: Option<&T>, old: Option<&T>) -> Option<T> {
            changed.or(old).cloned()
        }
        Self {
            name: newer(changes.name.as_ref(), self.name.as_ref()),
            sources: newer(changes.sources.as_ref(), self.sources.as_ref()),
            system_prompt: newer(changes.system_prompt.as_ref(), self.system_prompt.as_ref()),
            bucket: newer(changes.bucket.as_ref(), self.bucket.as_ref()),
            function: newer(changes.function.as_ref(), self.function.as_ref()),
            personas: newer(changes.personas.as_ref(), self.personas.as_ref()),
            model: newer(changes.model.as_ref(), self.model.as_ref()),
            hub: newer(changes.hub.as_ref(), self.hub.as_ref()),
            max_output_tokens: newer(changes.max_output_tokens.as_ref(), self.max_output_tokens.as_ref()),
        }
    }
}

/// A file, and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFile {
    pub category: Source,
    pub name: Sealed<String>,
    pub media: MediaType,
    /// Until when it may be brought.
    pub until: Time,
    /// BLAKE3 in hexadecimal, once it came in.
    pub digest: Option<Sealed<String>>,
}

/// What a model made of one portion of prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Worded {
    pub writer: Writer,
    pub wordings: Sealed<BTreeMap<PromptId, String>>,
    pub fault: Option<String>,
}

/// A draft, its files, and the harness that it is to become.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub harness: CustomId,
    pub draft: Draft,
    pub files: BTreeMap<FileId, StageFile>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum HarnessStage {
    #[default]
    Absent,
    /// May still be changed.
    Draft(Plan),
    Generating {
        plan: Plan,
        wish: Wish,
        status: StageStatus,
        /// By portion.
        worded: BTreeMap<u32, Worded>,
    },
    Completed {
        plan: Plan,
        version: Version,
    },
    Failed(Plan),
    Deleted,
}

impl HarnessStage {
    /// What it is about, unless there is no such stage.
    pub const fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Absent | Self::Deleted => None,
            Self::Draft(plan)
            | Self::Generating { plan, .. }
            | Self::Completed { plan, .. }
            | Self::Failed(plan) => Some(plan),
        }
    }

    const fn plan_mut(&mut self) -> Option<&mut Plan> {
        match self {
            Self::Absent | Self::Deleted => None,
            Self::Draft(plan)
            | Self::Generating { plan, .. }
            | Self::Completed { plan, .. }
            | Self::Failed(plan) => Some(plan),
        }
    }
}

impl State for HarnessStage {
    const STREAM: &'static str = "harness_stage";
    type Id = Owned<StageId>;
    type Event = HarnessStageEvent;

    fn apply(&mut self, event: &HarnessStageEvent) {
        let plan = self.plan().cloned();
        match (event, plan) {
            (HarnessStageEvent::Created { created_by: _, harness, draft }, _) => {
                let (draft, files) = (draft.clone(), BTreeMap::new());
                *self = Self::Draft(Plan { harness: *harness, draft, files });
            }
            (HarnessStageEvent::FileRequested { file, category, name, media, expires_at, .. }, _) => {
                if let Some(plan) = self.plan_mut() {
                    let (category, name, media, until) = (*category, name.clone(), *media, *expires_at);
                    plan.files.insert(*file, StageFile { category, name, media, until, digest: None });
                }
            }
            (HarnessStageEvent::FileVerified { file, digest, .. }, _) => {
                if let Some(known) = self.plan_mut().and_then(|plan| plan.files.get_mut(file)) {
                    known.digest = Some(digest.clone());
                }
            }
            (HarnessStageEvent::FileDeleted { file }, _) => {
                if let Some(plan) = self.plan_mut() {
                    plan.files.remove(file);
                }
            }
            (HarnessStageEvent::Updated { changes }, Some(plan)) => {
                *self = Self::Draft(Plan { draft: plan.draft.with(changes), ..plan });
            }
            (HarnessStageEvent::GenerationRequested { wish }, Some(plan)) => {
                let (wish, status, worded) = (wish.clone(), StageStatus::Starting, BTreeMap::new());
                *self = Self::Generating { plan, wish, status, worded };
            }
            (HarnessStageEvent::GenerationProgressed { status: reached, message: _ }, _) => {
                if let Self::Generating { status, .. } = self {
                    *status = *reached;
                }
            }
            (HarnessStageEvent::PromptsWorded { portion, writer, wordings, fault }, _) => {
                if let Self::Generating { worded, .. } = self {
                    let (writer, wordings, fault) = (writer.clone(), wordings.clone(), fault.clone());
                    worded.insert(*portion, Worded { writer, wordings, fault });
                }
            }
            (HarnessStageEvent::GenerationCompleted { version, said: _ }, Some(plan)) => {
                *self = Self::Completed { plan, version: version.clone() };
            }
            (HarnessStageEvent::GenerationFailed { cause: _ }, Some(plan)) => *self = Self::Failed(plan),
            (HarnessStageEvent::Deleted {}, _) => *self = Self::Deleted,
            // Nothing follows on a stage that there is not.
            (
                HarnessStageEvent::Updated { .. }
                | HarnessStageEvent::GenerationRequested { .. }
                | HarnessStageEvent::GenerationCompleted { .. }
                | HarnessStageEvent::GenerationFailed { .. },
                None,
            ) => {}
        }
    }

    fn subject(id: &Owned<StageId>) -> String {
        format!("team:{}", id.team)
    }
}
