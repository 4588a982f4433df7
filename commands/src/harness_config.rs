//! Making versions of harnesses, archiving and deleting them.
//!
//! A harness is known by its name: the same name again is the next version of the same harness. Where a name alone is
//! given, the id follows from it ([`id_of_name`]); so two people who make the same name at once make two versions, and
//! no name has to be reserved.

use std::collections::BTreeSet;

use touchstone_aggregates::harness_config::{HarnessConfig, HarnessConfigEvent, Release, Scenario, Standing};
use touchstone_aggregates::probe_config::ProbeConfig;
use touchstone_kernel::{Command, Kind, Meta, Nothing, Owned, Refusal, Sealed};
use touchstone_vocabulary::{
    HarnessId, ProbeId, ScenarioId, TeamId, TextFault, Version, check_text, fold_key,
};
use uuid::Uuid;

use crate::caller;

const MOST_PROBES: usize = 1000;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HarnessConfigRefusal {
    #[error("there is no such harness")]
    NoSuchHarness,
    #[error("the id of a harness must be a uuid, with or without the prefix vijil.harnesses.")]
    BadId,
    #[error("a harness needs at least one probe in each scenario and at most {MOST_PROBES} in all")]
    ProbeCount,
    #[error("the probe {0} is named twice")]
    SameProbe(ProbeId),
    #[error("there is no probe {0}")]
    NoSuchProbe(ProbeId),
    #[error("a harness's {field} {fault}")]
    BadText { field: &'static str, fault: TextFault },
}

impl Refusal for HarnessConfigRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::NoSuchHarness => Kind::Missing,
            Self::BadId
            | Self::ProbeCount
            | Self::SameProbe(_)
            | Self::NoSuchProbe(_)
            | Self::BadText { .. } => Kind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchHarness => None,
            Self::BadId => Some("harness_config_id"),
            Self::ProbeCount | Self::SameProbe(_) | Self::NoSuchProbe(_) => Some("probe_configs"),
            Self::BadText { field, .. } => Some(field),
        }
    }
}

/// The id of the harness with a name, among those that were made by name. Upper and lower case do not differ.
pub fn id_of_name(team: TeamId, name: &str) -> HarnessId {
    HarnessId::own(Uuid::new_v5(&team.0, format!("harness/{}", fold_key(name)).as_bytes()))
}

/// A scenario of a version to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScenario {
    /// `vijil.scenarios.<uuid>`.
    pub id: ScenarioId,
    pub name: String,
    pub description: String,
    pub probes: Vec<ProbeId>,
}

/// Makes the next version of a harness: 1.0.0 at first, then always the next patch. Exactly what the newest version
/// holds, scenario ids included, changes nothing.
#[derive(Debug, Clone)]
pub struct CreateHarnessConfig {
    pub team: TeamId,
    /// `vijil.harnesses.<uuid>`.
    pub id: HarnessId,
    pub name: String,
    pub description: String,
    pub scenarios: Vec<NewScenario>,
}

impl CreateHarnessConfig {
    /// What is wrong with the content, whatever exists.
    pub fn check(&self) -> Result<(), HarnessConfigRefusal> {
        if self.id.uuid().is_none() {
            return Err(HarnessConfigRefusal::BadId);
        }
        let text = |field, text: &str, may_be_empty: bool| match check_text(text) {
            Ok(()) => Ok(()),
            Err(TextFault::Empty) if may_be_empty => Ok(()),
            Err(fault) => Err(HarnessConfigRefusal::BadText { field, fault }),
        };
        text("name", &self.name, false)?;
        text("description", &self.description, true)?;
        for scenario in &self.scenarios {
            text("name", &scenario.name, false)?;
            text("description", &scenario.description, true)?;
        }
        let empty =
            self.scenarios.is_empty() || self.scenarios.iter().any(|scenario| scenario.probes.is_empty());
        if empty || self.probes().count() > MOST_PROBES {
            return Err(HarnessConfigRefusal::ProbeCount);
        }
        let mut seen = BTreeSet::new();
        match self.probes().find(|id| !seen.insert(*id)) {
            Some(again) => Err(HarnessConfigRefusal::SameProbe(again.clone())),
            None => Ok(()),
        }
    }

    fn probes(&self) -> impl Iterator<Item = &ProbeId> {
        self.scenarios.iter().flat_map(|scenario| &scenario.probes)
    }
}

impl Command for CreateHarnessConfig {
    type On = HarnessConfig;
    type Wants = ProbeConfig;
    type Refusal = HarnessConfigRefusal;

    fn stream(&self) -> Owned<HarnessId> {
        Owned::new(self.team, self.id.clone())
    }

    fn wants(&self, _: &HarnessConfig) -> Vec<Owned<ProbeId>> {
        self.probes().map(|id| Owned::new(self.team, id.clone())).collect()
    }

    fn decide(
        &self,
        state: &HarnessConfig,
        facts: &[ProbeConfig],
        meta: &Meta,
    ) -> Result<Vec<HarnessConfigEvent>, HarnessConfigRefusal> {
        self.check()?;
        let mut known = facts.iter();
        for id in self.probes() {
            match known.next() {
                Some(ProbeConfig::Defined(_)) => {}
                Some(ProbeConfig::Absent) | None => {
                    return Err(HarnessConfigRefusal::NoSuchProbe(id.clone()));
                }
            }
        }
        let (name, description) = (Sealed::Open(self.name.clone()), Sealed::Open(self.description.clone()));
        let scenarios: Vec<Scenario> = self
            .scenarios
            .iter()
            .map(|NewScenario { id, name, description, probes }| Scenario {
                id: id.clone(),
                name: Sealed::Open(name.clone()),
                description: Sealed::Open(description.clone()),
                probes: probes.clone(),
            })
            .collect();
        let same = |release: &&Release| {
            release.name == name && release.description == description && release.scenarios == scenarios
        };
        if state.newest().as_ref().is_some_and(same) {
            return Ok(Vec::new());
        }
        let version = Version(format!("1.0.{}", state.releases().len()));
        Ok(vec![HarnessConfigEvent::Created {
            created_by: caller(meta),
            version,
            name,
            description,
            scenarios,
        }])
    }
}

/// Takes a version out of use: nothing new runs it, and what ran stays readable. Archiving again changes nothing.
#[derive(Debug, Clone)]
pub struct ArchiveHarnessConfig {
    pub team: TeamId,
    pub id: HarnessId,
    pub version: Version,
}

impl Command for ArchiveHarnessConfig {
    type On = HarnessConfig;
    type Wants = Nothing;
    type Refusal = HarnessConfigRefusal;

    fn stream(&self) -> Owned<HarnessId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(
        &self,
        state: &HarnessConfig,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessConfigEvent>, HarnessConfigRefusal> {
        let release = state.release(&self.version).ok_or(HarnessConfigRefusal::NoSuchHarness)?;
        Ok(match release.standing {
            Standing::Active => vec![HarnessConfigEvent::Archived { version: self.version.clone() }],
            Standing::Archived | Standing::Deleted => Vec::new(),
        })
    }
}

/// Deletes a version, or all of them. A deleted version is missing, also for a second deletion; its number is not
/// given again.
#[derive(Debug, Clone)]
pub struct DeleteHarnessConfig {
    pub team: TeamId,
    pub id: HarnessId,
    /// All that there are when absent.
    pub version: Option<Version>,
}

impl Command for DeleteHarnessConfig {
    type On = HarnessConfig;
    type Wants = Nothing;
    type Refusal = HarnessConfigRefusal;

    fn stream(&self) -> Owned<HarnessId> {
        Owned::new(self.team, self.id.clone())
    }

    fn decide(
        &self,
        state: &HarnessConfig,
        _: &[Nothing],
        _: &Meta,
    ) -> Result<Vec<HarnessConfigEvent>, HarnessConfigRefusal> {
        let meant = |release: &&Release| self.version.as_ref().is_none_or(|one| release.version == *one);
        let events: Vec<HarnessConfigEvent> = state
            .releases()
            .iter()
            .filter(meant)
            .filter(|release| release.standing != Standing::Deleted)
            .map(|release| HarnessConfigEvent::Deleted { version: release.version.clone() })
            .collect();
        if events.is_empty() { Err(HarnessConfigRefusal::NoSuchHarness) } else { Ok(events) }
    }
}

#[cfg(test)]
mod tests {
    use touchstone_aggregates::probe_config::Definition;
    use touchstone_kernel::testing::given;
    use touchstone_vocabulary::ProbeScoring;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    fn probe() -> ProbeConfig {
        ProbeConfig::Defined(Box::new(Definition {
            name: "p".to_owned().into(),
            description: String::new().into(),
            goals: Vec::new().into(),
            tags: Vec::new(),
            detectors: Vec::new(),
            scoring: ProbeScoring::NaiveMeanMin,
            items: Vec::new(),
        }))
    }

    fn create(scenario: u128) -> CreateHarnessConfig {
        CreateHarnessConfig {
            team: TEAM,
            id: id_of_name(TEAM, "Refunds"),
            name: "Refunds".into(),
            description: "ours".into(),
            scenarios: vec![NewScenario {
                id: ScenarioId::own(Uuid::from_u128(scenario)),
                name: "Refunds".into(),
                description: String::new(),
                probes: vec![ProbeId::own(Uuid::from_u128(5))],
            }],
        }
    }

    fn archive(version: &str) -> ArchiveHarnessConfig {
        ArchiveHarnessConfig { team: TEAM, id: create(1).id, version: version.into() }
    }

    fn delete(version: Option<&str>) -> DeleteHarnessConfig {
        DeleteHarnessConfig { team: TEAM, id: create(1).id, version: version.map(Version::from) }
    }

    fn made(past: &[HarnessConfigEvent], scenario: u128) -> Vec<HarnessConfigEvent> {
        let more = given(past).when_knowing(&create(scenario), &[probe()]).result().unwrap();
        [past, &more].concat()
    }

    fn versions(past: &[HarnessConfigEvent]) -> Vec<String> {
        let made = past.iter().filter_map(|event| match event {
            HarnessConfigEvent::Created { version, .. } => Some(version.to_string()),
            HarnessConfigEvent::Archived { .. } | HarnessConfigEvent::Deleted { .. } => None,
        });
        made.collect()
    }

    #[test]
    fn the_same_name_again_is_the_next_patch_and_a_number_is_never_given_twice() {
        let one = made(&[], 1);
        assert_eq!(made(&one, 1), one, "the very same again");
        let two = made(&one, 2);
        assert_eq!(versions(&two), ["1.0.0", "1.0.1"]);
        let gone = [two, vec![HarnessConfigEvent::Deleted { version: "1.0.1".into() }]].concat();
        assert_eq!(versions(&made(&gone, 2)), ["1.0.0", "1.0.1", "1.0.2"]);
    }

    #[test]
    fn a_name_has_one_id_in_a_team() {
        assert_eq!(id_of_name(TEAM, " refunds"), id_of_name(TEAM, "Refunds"));
        assert_ne!(id_of_name(TEAM, "refunds"), id_of_name(TeamId(Uuid::from_u128(2)), "refunds"));
    }

    #[test]
    fn every_state_answers_archiving_and_deleting() {
        let one = made(&[], 1);
        let archived = [one.clone(), vec![HarnessConfigEvent::Archived { version: "1.0.0".into() }]].concat();
        let deleted = [one.clone(), vec![HarnessConfigEvent::Deleted { version: "1.0.0".into() }]].concat();
        let missing = HarnessConfigRefusal::NoSuchHarness;
        given(&[]).when(&archive("1.0.0")).then_refused(&missing);
        given(&one).when(&archive("1.0.0")).then(&archived[1..]);
        given(&one).when(&archive("1.0.1")).then_refused(&missing);
        given(&archived).when(&archive("1.0.0")).then_nothing();
        given(&deleted).when(&archive("1.0.0")).then_refused(&missing);
        for version in [Some("1.0.0"), None] {
            given(&[]).when(&delete(version)).then_refused(&missing);
            given(&one).when(&delete(version)).then(&deleted[1..]);
            given(&archived).when(&delete(version)).then(&deleted[1..]);
            given(&deleted).when(&delete(version)).then_refused(&missing);
        }
        given(&one).when(&delete(Some("1.0.1"))).then_refused(&missing);
    }

    #[test]
    fn each_bad_field_is_named() {
        let with = |change: fn(&mut CreateHarnessConfig)| {
            let mut command = create(1);
            change(&mut command);
            command
        };
        let table = [
            (with(|c| c.id = "vijil.harnesses.security".into()), "harness_config_id"),
            (with(|c| c.name = String::new()), "name"),
            (with(|c| c.scenarios[0].name = "a\0".into()), "name"),
            (with(|c| c.description = "a".repeat(2000)), "description"),
            (with(|c| c.scenarios.clear()), "probe_configs"),
            (with(|c| c.scenarios[0].probes.clear()), "probe_configs"),
            (with(|c| c.scenarios.push(c.scenarios[0].clone())), "probe_configs"),
        ];
        for (command, field) in table {
            let refusal = given(&[]).when_knowing(&command, &[probe(), probe()]).result().unwrap_err();
            assert_eq!((refusal.kind(), refusal.field()), (Kind::Invalid, Some(field)), "{refusal}");
        }
        let unknown = create(1).scenarios[0].probes[0].clone();
        given(&[])
            .when_knowing(&create(1), &[ProbeConfig::Absent])
            .then_refused(&HarnessConfigRefusal::NoSuchProbe(unknown));
    }
}
