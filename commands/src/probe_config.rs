//! Defining probes and changing them.

use std::collections::BTreeSet;

use touchstone_aggregates::probe_config::{Definition, ProbeConfig, ProbeConfigEvent};
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal, Sealed};
use touchstone_vocabulary::{DetectorId, ProbeId, ProbeScoring, PromptId, TeamId, TextFault, check_text};

pub use touchstone_aggregates::probe_config::Item;

use crate::{caller, replaced};

const MOST_PROMPTS: usize = 10_000;
const MOST_DETECTORS: usize = 100;
const MOST_WORDS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeConfigRefusal {
    #[error("there is no such probe")]
    NoSuchProbe,
    #[error("a probe with this id exists with other content; give another id or none")]
    IdTaken,
    #[error("the id of a probe must be a uuid, with or without the prefix vijil.probes.")]
    BadId,
    #[error("a probe needs at least one detector and at most {MOST_DETECTORS}")]
    DetectorCount,
    #[error("the detector {0} is named twice")]
    SameDetector(DetectorId),
    #[error("a probe needs at least one prompt and at most {MOST_PROMPTS}")]
    PromptCount,
    #[error("the prompt {0} is named twice")]
    SamePrompt(PromptId),
    #[error("the weight of the prompt {0} must be a number above 0")]
    BadWeight(PromptId),
    #[error("a probe has at most {MOST_WORDS} {0}")]
    TooMany(&'static str),
    #[error("a probe's {field} {fault}")]
    BadText { field: &'static str, fault: TextFault },
}

impl Refusal for ProbeConfigRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchProbe => Kind::Missing,
            Self::IdTaken => Kind::Conflict,
            Self::BadId
            | Self::DetectorCount
            | Self::SameDetector(_)
            | Self::PromptCount
            | Self::SamePrompt(_)
            | Self::BadWeight(_)
            | Self::TooMany(_)
            | Self::BadText { .. } => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchProbe | Self::IdTaken => None,
            Self::BadId => Some("id"),
            Self::DetectorCount | Self::SameDetector(_) => Some("detector_ids"),
            Self::PromptCount | Self::SamePrompt(_) => Some("prompt_ids"),
            Self::BadWeight(_) => Some("weights"),
            Self::TooMany(field) | Self::BadText { field, .. } => Some(field),
        }
    }
}

/// Defines a probe. The same id with the same content changes nothing; with other content it is a conflict. Whether
/// detectors and prompts exist, and fit each other, is checked before: prompts are never deleted.
#[derive(Debug, Clone)]
pub struct CreateProbeConfig {
    pub team: TeamId,
    /// `vijil.probes.<uuid>`.
    pub id: ProbeId,
    pub name: String,
    pub description: String,
    pub goals: Vec<String>,
    pub tags: Vec<String>,
    pub detectors: Vec<DetectorId>,
    pub scoring: ProbeScoring,
    pub items: Vec<Item>,
}

impl CreateProbeConfig {
    /// What is wrong with the content, whatever exists.
    pub fn check(&self) -> Result<(), ProbeConfigRefusal> {
        if self.id.uuid().is_none() {
            return Err(ProbeConfigRefusal::BadId);
        }
        check_name(&self.name)?;
        check_description(&self.description)?;
        check_words("goals", &self.goals)?;
        check_words("tags", &self.tags)?;
        check_detectors(&self.detectors)?;
        check_items(&self.items)
    }
}

impl Command for CreateProbeConfig {
    type On = ProbeConfig;
    type Wants = Nothing;
    type Refusal = ProbeConfigRefusal;

    fn stream(&self) -> Owned<ProbeId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(
        &self,
        state: &ProbeConfig,
        _: &[Nothing],
        meta: &Meta,
    ) -> Result<Vec<ProbeConfigEvent>, ProbeConfigRefusal> {
        self.check()?;
        let wanted = Definition {
            name: Sealed::Open(self.name.clone()),
            description: Sealed::Open(self.description.clone()),
            goals: Sealed::Open(self.goals.clone()),
            tags: self.tags.clone(),
            detectors: self.detectors.clone(),
            scoring: self.scoring,
            items: self.items.clone(),
        };
        match state {
            ProbeConfig::Absent => {
                let Definition { name, description, goals, tags, detectors, scoring, items } = wanted;
                Ok(vec![ProbeConfigEvent::Created {
                    created_by: caller(meta),
                    name,
                    description,
                    goals,
                    tags,
                    detectors,
                    scoring,
                    items,
                }])
            }
            ProbeConfig::Defined(known) if **known == wanted => Ok(Vec::new()),
            ProbeConfig::Defined(_) => Err(ProbeConfigRefusal::IdTaken),
        }
    }
}

/// Changes a probe in place; what is absent stays. What is the same already changes nothing. Evaluations that were
/// planned before run it as it was.
#[derive(Debug, Clone)]
pub struct UpdateProbeConfig {
    pub team: TeamId,
    pub id: ProbeId,
    pub name: Option<String>,
    pub description: Option<String>,
    pub detectors: Option<Vec<DetectorId>>,
    pub scoring: Option<ProbeScoring>,
    pub items: Option<Vec<Item>>,
}

impl Command for UpdateProbeConfig {
    type On = ProbeConfig;
    type Wants = Nothing;
    type Refusal = ProbeConfigRefusal;

    fn stream(&self) -> Owned<ProbeId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(
        &self,
        state: &ProbeConfig,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<ProbeConfigEvent>, ProbeConfigRefusal> {
        let ProbeConfig::Defined(known) = state else { return Err(ProbeConfigRefusal::NoSuchProbe) };
        self.name.as_deref().map_or(Ok(()), check_name)?;
        self.description.as_deref().map_or(Ok(()), check_description)?;
        self.detectors.as_deref().map_or(Ok(()), check_detectors)?;
        self.items.as_deref().map_or(Ok(()), check_items)?;
        let name = replaced(self.name.as_ref(), &known.name);
        let description = replaced(self.description.as_ref(), &known.description);
        let detectors = self.detectors.clone().filter(|detectors| *detectors != known.detectors);
        let scoring = self.scoring.filter(|scoring| *scoring != known.scoring);
        let items = self.items.clone().filter(|items| *items != known.items);
        let same = name.is_none()
            && description.is_none()
            && detectors.is_none()
            && scoring.is_none()
            && items.is_none();
        if same {
            return Ok(Vec::new());
        }
        Ok(vec![ProbeConfigEvent::Updated { name, description, detectors, scoring, items }])
    }
}

fn check_name(text: &str) -> Result<(), ProbeConfigRefusal> {
    check_text(text).map_err(|fault| ProbeConfigRefusal::BadText { field: "name", fault })
}

fn check_description(text: &str) -> Result<(), ProbeConfigRefusal> {
    match check_text(text) {
        Ok(()) | Err(TextFault::Empty) => Ok(()),
        Err(fault) => Err(ProbeConfigRefusal::BadText { field: "description", fault }),
    }
}

fn check_words(field: &'static str, words: &[String]) -> Result<(), ProbeConfigRefusal> {
    if words.len() > MOST_WORDS {
        return Err(ProbeConfigRefusal::TooMany(field));
    }
    let checked = words.iter().try_for_each(|word| check_text(word));
    checked.map_err(|fault| ProbeConfigRefusal::BadText { field, fault })
}

fn check_detectors(detectors: &[DetectorId]) -> Result<(), ProbeConfigRefusal> {
    if !(1..=MOST_DETECTORS).contains(&detectors.len()) {
        return Err(ProbeConfigRefusal::DetectorCount);
    }
    let mut seen = BTreeSet::new();
    match detectors.iter().find(|id| !seen.insert(*id)) {
        Some(again) => Err(ProbeConfigRefusal::SameDetector(again.clone())),
        None => Ok(()),
    }
}

fn check_items(items: &[Item]) -> Result<(), ProbeConfigRefusal> {
    if !(1..=MOST_PROMPTS).contains(&items.len()) {
        return Err(ProbeConfigRefusal::PromptCount);
    }
    let mut seen = BTreeSet::new();
    for Item { prompt, weight } in items {
        if !seen.insert(prompt) {
            return Err(ProbeConfigRefusal::SamePrompt(prompt.clone()));
        }
        if weight.is_some_and(|weight| !weight.is_finite() || weight <= 0.0) {
            return Err(ProbeConfigRefusal::BadWeight(prompt.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use touchstone_kernel::testing::given;
    use uuid::Uuid;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    fn item(number: u128) -> Item {
        Item { prompt: PromptId(Uuid::from_u128(number).to_string()), weight: None }
    }

    fn create() -> CreateProbeConfig {
        CreateProbeConfig {
            team: TEAM,
            id: ProbeId::own(Uuid::from_u128(5)),
            name: "Refunds".into(),
            description: String::new(),
            goals: vec!["keeps to the policy".into()],
            tags: Vec::new(),
            detectors: vec!["garak.detectors.base.TriggerListDetector".into()],
            scoring: ProbeScoring::NaiveMeanMin,
            items: vec![item(1), item(2)],
        }
    }

    fn keep() -> UpdateProbeConfig {
        UpdateProbeConfig {
            team: TEAM,
            id: create().id,
            name: None,
            description: None,
            detectors: None,
            scoring: None,
            items: None,
        }
    }

    fn created() -> Vec<ProbeConfigEvent> {
        given(&[]).when(&create()).result().unwrap()
    }

    #[test]
    fn the_same_probe_again_changes_nothing_and_another_with_its_id_conflicts() {
        assert_eq!(created().len(), 1);
        given(&created()).when(&create()).then_nothing();
        let other = CreateProbeConfig { items: vec![item(1)], ..create() };
        given(&created()).when(&other).then_refused(&ProbeConfigRefusal::IdTaken);
    }

    #[test]
    fn an_update_records_what_is_other_and_nothing_else() {
        given(&[]).when(&keep()).then_refused(&ProbeConfigRefusal::NoSuchProbe);
        given(&created()).when(&keep()).then_nothing();
        let update = UpdateProbeConfig {
            name: Some("Refunds".into()),
            scoring: Some(ProbeScoring::TinybenchMax),
            items: Some(vec![Item { weight: Some(2.0), ..item(1) }]),
            ..keep()
        };
        let changed = ProbeConfigEvent::Updated {
            name: None,
            description: None,
            detectors: None,
            scoring: Some(ProbeScoring::TinybenchMax),
            items: Some(vec![Item { weight: Some(2.0), ..item(1) }]),
        };
        given(&created()).when(&update).then(std::slice::from_ref(&changed));
        given(&[created(), vec![changed]].concat()).when(&update).then_nothing();
    }

    #[test]
    fn each_bad_field_is_named() {
        let twice = [create().detectors, create().detectors].concat();
        let table = [
            (CreateProbeConfig { id: "vijil.probes.dan.DUDE".into(), ..create() }, "id"),
            (CreateProbeConfig { name: String::new(), ..create() }, "name"),
            (CreateProbeConfig { description: "a\0".into(), ..create() }, "description"),
            (CreateProbeConfig { goals: vec![String::new()], ..create() }, "goals"),
            (CreateProbeConfig { tags: vec!["a".into(); MOST_WORDS + 1], ..create() }, "tags"),
            (CreateProbeConfig { detectors: Vec::new(), ..create() }, "detector_ids"),
            (CreateProbeConfig { detectors: twice, ..create() }, "detector_ids"),
            (CreateProbeConfig { items: Vec::new(), ..create() }, "prompt_ids"),
            (CreateProbeConfig { items: vec![item(1), item(1)], ..create() }, "prompt_ids"),
            (CreateProbeConfig { items: vec![Item { weight: Some(0.0), ..item(1) }], ..create() }, "weights"),
            (
                CreateProbeConfig { items: vec![Item { weight: Some(f64::NAN), ..item(1) }], ..create() },
                "weights",
            ),
        ];
        for (command, field) in table {
            let refusal = given(&[]).when(&command).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
        let table = [
            (UpdateProbeConfig { name: Some(String::new()), ..keep() }, "name"),
            (UpdateProbeConfig { description: Some("a".repeat(2000)), ..keep() }, "description"),
            (UpdateProbeConfig { detectors: Some(Vec::new()), ..keep() }, "detector_ids"),
            (UpdateProbeConfig { items: Some(Vec::new()), ..keep() }, "prompt_ids"),
        ];
        for (command, field) in table {
            let refusal = given(&created()).when(&command).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
    }
}
