use std::collections::BTreeMap;

use touchstone_aggregates::harness_stage::{Draft, HarnessStage, HarnessStageEvent, Wish};
use touchstone_kernel::{Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{Family, PromptId, Source, StageId, StageStatus, TeamId, Version, Writer};

use super::{HarnessStageRefusal, MOST_GOALS, open};

/// Asks that the harness be made. The draft must hold what the chosen sources and prompts need. From here on it stays as
/// it is.
#[derive(Debug, Clone)]
pub struct RequestGeneration {
    pub team: TeamId,
    pub id: StageId,
    pub wish: Wish,
}

impl Command for RequestGeneration {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        let plan = open(state)?;
        within_bounds(&self.wish)?;
        complete(&plan.draft, &self.wish)?;
        Ok(vec![HarnessStageEvent::GenerationRequested { wish: self.wish.clone() }])
    }
}

fn within_bounds(wish: &Wish) -> Result<(), HarnessStageRefusal> {
    for (family, count) in &wish.prompts {
        if *count > family.most() {
            return Err(HarnessStageRefusal::TooMany(*family));
        }
    }
    let has_personas = wish.prompts.get(&Family::Persona).is_some_and(|count| *count > 0);
    if has_personas && !(1..=MOST_GOALS).contains(&wish.persona_goals) {
        return Err(HarnessStageRefusal::BadGoals);
    }
    if wish.prompts.values().all(|count| *count == 0) {
        return Err(HarnessStageRefusal::NothingChosen);
    }
    Ok(())
}

/// Whether the draft holds what the sources that it names, and the prompts that are wanted, need.
fn complete(draft: &Draft, wish: &Wish) -> Result<(), HarnessStageRefusal> {
    let has_personas = draft.personas.as_ref().is_some_and(|personas| !personas.is_empty());
    for source in draft.sources.iter().flatten() {
        let there = match source {
            // A policy is a file, or what the system prompt says.
            Source::AgentPolicy => true,
            Source::KnowledgeBase => draft.bucket.is_some(),
            Source::FunctionRoute => draft.function.is_some(),
            Source::Persona => has_personas,
        };
        if !there {
            return Err(HarnessStageRefusal::SourceIncomplete(*source));
        }
    }
    for (family, _) in wish.prompts.iter().filter(|(_, count)| **count > 0) {
        let there = match family {
            // Samples of the standard catalogue.
            Family::Security | Family::Toxicity | Family::Stereotype => true,
            Family::Correctness | Family::Adherence | Family::Exfil | Family::Consistency => {
                if draft.system_prompt.as_ref().map(Sealed::text).is_none_or(|text| text.trim().is_empty()) {
                    return Err(HarnessStageRefusal::NoSystemPrompt);
                }
                true
            }
            Family::Tool => draft.function.is_some(),
            Family::Persona => has_personas,
        };
        if !there {
            return Err(HarnessStageRefusal::NothingToGoBy(*family));
        }
    }
    Ok(())
}

/// Tells how far the making has come. It only goes forward: an earlier step, told again after a crash, is no event.
#[derive(Debug, Clone)]
pub struct ProgressGeneration {
    pub team: TeamId,
    pub id: StageId,
    pub status: StageStatus,
    pub message: String,
}

impl Command for ProgressGeneration {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        let status = running(state)?;
        match self.status {
            StageStatus::Starting
            | StageStatus::InProgress
            | StageStatus::Reading
            | StageStatus::Creating
            | StageStatus::Saving
                if self.status > status =>
            {
                Ok(vec![HarnessStageEvent::GenerationProgressed {
                    status: self.status,
                    message: self.message.clone(),
                }])
            }
            // What begins and ends the making has commands of its own.
            StageStatus::Starting
            | StageStatus::InProgress
            | StageStatus::Reading
            | StageStatus::Creating
            | StageStatus::Saving
            | StageStatus::Created
            | StageStatus::Completed
            | StageStatus::Error => Ok(Vec::new()),
        }
    }
}

/// Keeps what a model made of one portion of prompts, before it is used. A portion that was kept stays as it is, whoever
/// comes later: so a making that is begun again uses the same words, and does not pay for others.
#[derive(Debug, Clone)]
pub struct WordPrompts {
    pub team: TeamId,
    pub id: StageId,
    pub portion: u32,
    pub writer: Writer,
    pub wordings: BTreeMap<PromptId, String>,
    pub fault: Option<String>,
}

impl Command for WordPrompts {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        running(state)?;
        if let HarnessStage::Generating { worded, .. } = state
            && worded.contains_key(&self.portion)
        {
            return Ok(Vec::new());
        }
        Ok(vec![HarnessStageEvent::PromptsWorded {
            portion: self.portion,
            writer: self.writer.clone(),
            wordings: Sealed::Open(self.wordings.clone()),
            fault: self.fault.clone(),
        }])
    }
}

/// The harness is made, in this version. Told again it changes nothing.
#[derive(Debug, Clone)]
pub struct CompleteGeneration {
    pub team: TeamId,
    pub id: StageId,
    pub version: Version,
    /// For people: what was made, and whose words it is in.
    pub said: String,
}

impl Command for CompleteGeneration {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        if let HarnessStage::Completed { version, .. } = state
            && *version == self.version
        {
            return Ok(Vec::new());
        }
        running(state)?;
        Ok(vec![HarnessStageEvent::GenerationCompleted {
            version: self.version.clone(),
            said: self.said.clone(),
        }])
    }
}

/// The harness could not be made. Told again it changes nothing.
#[derive(Debug, Clone)]
pub struct FailGeneration {
    pub team: TeamId,
    pub id: StageId,
    pub cause: String,
}

impl Command for FailGeneration {
    type On = HarnessStage;
    type Wants = Nothing;
    type Refusal = HarnessStageRefusal;

    fn stream(&self) -> Owned<StageId> {
        Owned::new(self.team, self.id)
    }

    fn decide(
        &self,
        state: &HarnessStage,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        if let HarnessStage::Failed(_) = state {
            return Ok(Vec::new());
        }
        running(state)?;
        Ok(vec![HarnessStageEvent::GenerationFailed { cause: self.cause.clone() }])
    }
}

/// How far the making has come, while it goes on.
const fn running(state: &HarnessStage) -> Result<StageStatus, HarnessStageRefusal> {
    match state {
        HarnessStage::Generating { status, .. } => Ok(*status),
        HarnessStage::Absent | HarnessStage::Deleted => Err(HarnessStageRefusal::NoSuchStage),
        HarnessStage::Draft(_) | HarnessStage::Completed { .. } | HarnessStage::Failed(_) => {
            Err(HarnessStageRefusal::Over)
        }
    }
}
