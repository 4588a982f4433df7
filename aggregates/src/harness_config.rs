//! A harness of a team: one stream for all its versions. A version never changes; it can be archived, so that nothing new
//! runs it, and deleted. Its number is never given again.

use serde::{Deserialize, Serialize};
use touchstone_kernel::{Event, Owned, Sealed, State};
use touchstone_vocabulary::{HarnessId, ProbeId, ScenarioId, UserId, Version};

/// A group of probes with a common subject, part of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    pub id: ScenarioId,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    pub probes: Vec<ProbeId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HarnessConfigEvent {
    Created {
        created_by: UserId,
        version: Version,
        name: Sealed<String>,
        description: Sealed<String>,
        scenarios: Vec<Scenario>,
    },
    Archived {
        version: Version,
    },
    Deleted {
        version: Version,
    },
}

impl Event for HarnessConfigEvent {
    const CONTEXT: &'static str = "harness_config";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    Archived,
    Deleted,
}

/// One version.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    pub version: Version,
    pub standing: Standing,
    pub name: Sealed<String>,
    pub description: Sealed<String>,
    pub scenarios: Vec<Scenario>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum HarnessConfig {
    #[default]
    Absent,
    /// Every version there ever was, oldest first.
    Released(Vec<Release>),
}

impl HarnessConfig {
    pub fn releases(&self) -> &[Release] {
        match self {
            Self::Absent => &[],
            Self::Released(releases) => releases,
        }
    }

    /// A version that has not been deleted.
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases()
            .iter()
            .find(|release| release.version == *version && release.standing != Standing::Deleted)
    }

    /// The newest version that can be run.
    pub fn newest(&self) -> Option<&Release> {
        self.releases().iter().rev().find(|release| release.standing == Standing::Active)
    }

    fn stand(&mut self, version: &Version, standing: Standing) {
        if let Self::Released(releases) = self {
            for release in releases.iter_mut().filter(|release| release.version == *version) {
                release.standing = standing;
            }
        }
    }
}

impl State for HarnessConfig {
    const STREAM: &'static str = "harness_config";
    /// `<team>/vijil.harnesses.<uuid>`.
    type Id = Owned<HarnessId>;
    type Event = HarnessConfigEvent;

    fn apply(&mut self, event: &HarnessConfigEvent) {
        match event {
            HarnessConfigEvent::Created { created_by: _, version, name, description, scenarios } => {
                let mut releases = match std::mem::take(self) {
                    Self::Absent => Vec::new(),
                    Self::Released(releases) => releases,
                };
                releases.push(Release {
                    version: version.clone(),
                    standing: Standing::Active,
                    name: name.clone(),
                    description: description.clone(),
                    scenarios: scenarios.clone(),
                });
                *self = Self::Released(releases);
            }
            HarnessConfigEvent::Archived { version } => self.stand(version, Standing::Archived),
            HarnessConfigEvent::Deleted { version } => self.stand(version, Standing::Deleted),
        }
    }

    fn subject(id: &Owned<HarnessId>) -> String {
        format!("team:{}", id.team)
    }
}
