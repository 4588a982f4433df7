use touchstone_aggregates::harness_stage::{Draft, HarnessStage, HarnessStageEvent};
use touchstone_kernel::{Command, Meta, Nothing, Owned, Sealed};
use touchstone_vocabulary::{CustomId, Persona, StageId, TeamId, TextFault, check_text};

use super::{HarnessStageRefusal, of_harness, open};
use crate::caller;

/// Begins a draft. A harness may have several; the newest counts.
#[derive(Debug, Clone)]
pub struct CreateStage {
    pub team: TeamId,
    pub id: StageId,
    pub harness: CustomId,
    pub draft: Draft,
}

impl Command for CreateStage {
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
        meta: &Meta,
    ) -> Result<Vec<HarnessStageEvent>, HarnessStageRefusal> {
        sound(&self.draft)?;
        match state {
            HarnessStage::Absent => Ok(vec![HarnessStageEvent::Created {
                created_by: caller(meta),
                harness: self.harness,
                draft: self.draft.clone(),
            }]),
            HarnessStage::Draft(_)
            | HarnessStage::Generating { .. }
            | HarnessStage::Completed { .. }
            | HarnessStage::Failed(_)
            | HarnessStage::Deleted => Ok(Vec::new()),
        }
    }
}

/// Changes a draft, as long as its harness is not being made. What is not said stays; what stays is no event.
#[derive(Debug, Clone)]
pub struct UpdateStage {
    pub team: TeamId,
    pub id: StageId,
    pub harness: CustomId,
    pub changes: Draft,
}

impl Command for UpdateStage {
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
        of_harness(state, self.harness)?;
        let plan = open(state)?;
        sound(&self.changes)?;
        if plan.draft.with(&self.changes) == plan.draft {
            return Ok(Vec::new());
        }
        Ok(vec![HarnessStageEvent::Updated { changes: self.changes.clone() }])
    }
}

/// Removes a stage, but not one whose harness is being made. A harness that was made stays. A deleted stage is missing,
/// also for a second deletion.
#[derive(Debug, Clone)]
pub struct DeleteStage {
    pub team: TeamId,
    pub id: StageId,
    pub harness: CustomId,
}

impl Command for DeleteStage {
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
        of_harness(state, self.harness)?;
        match state {
            HarnessStage::Absent | HarnessStage::Deleted => Err(HarnessStageRefusal::NoSuchStage),
            HarnessStage::Generating { .. } => Err(HarnessStageRefusal::Running),
            HarnessStage::Draft(_) | HarnessStage::Completed { .. } | HarnessStage::Failed(_) => {
                Ok(vec![HarnessStageEvent::Deleted {}])
            }
        }
    }
}

/// Takes a stage down with its team, also in the middle of its making. Where there is none, nothing happens.
#[derive(Debug, Clone)]
pub struct TakeDownStage {
    pub team: TeamId,
    pub id: StageId,
}

impl Command for TakeDownStage {
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
        Ok(match state {
            HarnessStage::Absent | HarnessStage::Deleted => Vec::new(),
            HarnessStage::Draft(_)
            | HarnessStage::Generating { .. }
            | HarnessStage::Completed { .. }
            | HarnessStage::Failed(_) => vec![HarnessStageEvent::Deleted {}],
        })
    }
}

/// Whether every text can be stored, and everybody in it is known.
fn sound(draft: &Draft) -> Result<(), HarnessStageRefusal> {
    let whole = |text: Option<&Sealed<String>>, field| match text {
        Some(text) if text.text().contains('\0') => Err(HarnessStageRefusal::BadText(TextFault::Nul, field)),
        Some(_) | None => Ok(()),
    };
    let short = |text: Option<&str>, field| match text.map(check_text) {
        Some(Err(fault)) => Err(HarnessStageRefusal::BadText(fault, field)),
        Some(Ok(())) | None => Ok(()),
    };
    let Draft {
        name,
        sources: _,
        system_prompt,
        bucket,
        function,
        personas,
        model,
        hub: _,
        max_output_tokens: _,
    } = draft;
    short(name.as_ref().map(Sealed::text), "harness_name")?;
    whole(system_prompt.as_ref(), "agent_system_prompt")?;
    short(bucket.as_ref().map(Sealed::text), "rag_params")?;
    for text in function.iter().flat_map(|function| {
        [Some(&function.input_schema), Some(&function.output_schema), function.route.as_ref()]
    }) {
        whole(text, "function_route_params")?;
    }
    if personas.iter().flatten().any(|persona| persona.parse::<Persona>().is_err()) {
        return Err(HarnessStageRefusal::UnknownPersona);
    }
    short(model.as_deref(), "base_model_name")
}
