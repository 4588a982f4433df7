//! From material and an order to probes with their prompts.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_vocabulary::{
    Criteria, DetectorId, EXPECTED_GOAL, Family, Message, Persona, ProbeId, ProbeScoring, PromptId, Writer,
};
use uuid::Uuid;

use crate::family;
use crate::material::{Lineage, Material};
use crate::schema::SchemaFault;
use crate::wording::Licence;

/// How many prompts of each family.
#[derive(Debug, Clone)]
pub struct Order {
    /// From it all ids follow, so that they are the same when it is made again, and others for another stage.
    pub stage: Uuid,
    /// Of personas, for each goal. A family that is not named is not wanted.
    pub prompts: BTreeMap<Family, u32>,
    pub persona_goals: u32,
}

/// A probe to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    pub id: ProbeId,
    /// `functional.easy`.
    pub name: String,
    pub family: Family,
    pub description: String,
    /// What the probe wants to find out, and what a good answer does.
    pub goals: Vec<String>,
    pub detectors: Vec<DetectorId>,
    pub scoring: ProbeScoring,
    pub prompts: Vec<Prompt>,
}

/// A prompt to be, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub id: PromptId,
    pub messages: Vec<Message>,
    pub criteria: Criteria,
    pub lineage: Lineage,
    /// Whether a model may put it into other words.
    pub licence: Option<Licence>,
    /// The model that did.
    pub writer: Option<Writer>,
}

/// Why a family cannot be made, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmakeable {
    #[error(
        "{0}: there are no sentences of at least five words to ask about; give a longer system prompt or policy"
    )]
    NothingToAsk(Family),
    #[error(
        "{0}: no rule was found; write rules as sentences of their own, in English, with must, must not, may not, never, do not, only or should"
    )]
    NoRules(Family),
    #[error("{0}: the system prompt has no sentence of at least four words to look for in answers")]
    NothingToKeep(Family),
    #[error("{0}: a function is needed; give function_route_params")]
    NoFunction(Family),
    #[error("tool: {0}")]
    Schema(#[from] SchemaFault),
    #[error("persona: at least one persona is needed; there are {}", Persona::listed())]
    NoPersona,
    #[error("persona: there is no persona with this id; there are {}", Persona::listed())]
    UnknownPersona,
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(". "))]
    Nothing(Vec<Self>),
}

/// What was made, and what was not.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub probes: Vec<Probe>,
    /// For people: what was left out, and why.
    pub left_out: Vec<String>,
}

/// All probes of an order, family by family. The same material and order make the same, to the letter. A family that
/// cannot be made is left out; it is an error when all are.
pub fn make(material: &Material, order: &Order) -> Result<Made, Unmakeable> {
    let (mut probes, mut left_out, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (family, count) in order.prompts.iter().filter(|(_, count)| **count > 0) {
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        let goals = usize::try_from(order.persona_goals).unwrap_or(usize::MAX);
        let sketches = match family::sketches(*family, material, count, goals) {
            Ok(sketches) => sketches,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let drawn: Vec<Probe> = sketches
            .into_iter()
            .filter(|sketch| !sketch.drafts.is_empty())
            .map(|sketch| sketch.probe(order.stage))
            .collect();
        let made: usize = drawn.iter().map(|probe| probe.prompts.len()).sum();
        let wanted = if *family == Family::Persona { count.saturating_mul(goals) } else { count };
        if made < wanted {
            left_out
                .push(format!("{family}: {made} of {wanted} prompts; the material has no more to ask about"));
        }
        probes.extend(drawn);
    }
    match faults.as_slice() {
        [fault] if probes.is_empty() => return Err(fault.clone()),
        [_, ..] if probes.is_empty() => return Err(Unmakeable::Nothing(faults)),
        _ => {}
    }
    left_out.splice(0..0, faults.iter().map(ToString::to_string));
    Ok(Made { probes, left_out })
}

/// A probe before its prompts have ids.
pub struct Sketch {
    /// `functional.easy`.
    pub key: String,
    pub family: Family,
    pub goal: &'static str,
    pub expected: &'static str,
    pub description: &'static str,
    pub detectors: Vec<DetectorId>,
    pub scoring: ProbeScoring,
    pub drafts: Vec<Draft>,
}

/// A prompt before it has an id.
pub struct Draft {
    pub system: Option<String>,
    pub ask: String,
    pub criteria: Criteria,
    pub lineage: Lineage,
    pub licence: Option<Licence>,
}

impl Sketch {
    fn probe(self, stage: Uuid) -> Probe {
        let Self { key, family, goal, expected, description, detectors, scoring, drafts } = self;
        let mut asked = BTreeSet::new();
        let prompts = drafts.into_iter().map(|draft| {
            let Draft { system, ask, criteria, lineage, licence } = draft;
            let name = format!("prompt\n{key}\n{}\n{ask}", system.as_deref().unwrap_or_default());
            let id = PromptId(Uuid::new_v5(&stage, name.as_bytes()).to_string());
            let messages = system.map(Message::system).into_iter().chain([Message::user(ask)]).collect();
            Prompt { id, messages, criteria, lineage, licence, writer: None }
        });
        // The same question twice is one question.
        let prompts = prompts.filter(|prompt| asked.insert(prompt.id.clone())).collect();
        Probe {
            id: ProbeId::own(Uuid::new_v5(&stage, format!("probe\n{key}").as_bytes())),
            name: key,
            family,
            description: description.to_owned(),
            goals: vec![goal.to_owned(), format!("{EXPECTED_GOAL}{expected}")],
            detectors,
            scoring,
            prompts,
        }
    }
}
