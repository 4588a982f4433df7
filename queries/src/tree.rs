//! What the three levels of a result tree share: token sums, and which probes stand below which scenario.

use std::collections::{BTreeMap, BTreeSet};

use touchstone_read_store::{Db, ReadError};
use touchstone_vocabulary::TeamId;

use crate::sql::{Sql, parsed};

#[derive(Debug, Clone, Copy, Default)]
pub struct Tokens {
    pub prompt: i64,
    pub completion: i64,
}

/// Token sums of one evaluation.
pub struct Tree {
    probes: BTreeMap<String, Tokens>,
    scenarios: BTreeMap<String, Vec<String>>,
}

#[derive(sqlx::FromRow)]
struct CountRow {
    config_id: String,
    prompt_tokens: i64,
    completion_tokens: i64,
}

#[derive(sqlx::FromRow)]
struct ScenarioRow {
    config_id: String,
    probe_config_ids: String,
}

impl Tree {
    pub async fn load(db: &Db, team: TeamId, evaluation: &str) -> Result<Self, ReadError> {
        let (text, args) = Sql::new(
            "select config_id, prompt_tokens, completion_tokens from rm_probe_count where team_id = ",
        )
        .bind(team.to_string())
        .push(" and evaluation_id = ")
        .bind(evaluation)
        .parts();
        let counts: Vec<CountRow> = db.team(team).all(&text, args).await?;
        let (text, args) = Sql::new("select config_id, probe_config_ids from rm_scenario where team_id = ")
            .bind(team.to_string())
            .push(" and evaluation_id = ")
            .bind(evaluation)
            .parts();
        let scenarios: Vec<ScenarioRow> = db.team(team).all(&text, args).await?;
        Ok(Self {
            probes: counts
                .into_iter()
                .map(|c| (c.config_id, Tokens { prompt: c.prompt_tokens, completion: c.completion_tokens }))
                .collect(),
            scenarios: scenarios.into_iter().map(|s| (s.config_id, parsed(&s.probe_config_ids))).collect(),
        })
    }

    /// The sum over these probes, each once.
    pub fn of_probes<'a>(&self, probes: impl IntoIterator<Item = &'a String>) -> Tokens {
        let distinct: BTreeSet<&String> = probes.into_iter().collect();
        distinct.into_iter().filter_map(|probe| self.probes.get(probe)).fold(
            Tokens::default(),
            |sum, tokens| Tokens {
                prompt: sum.prompt + tokens.prompt,
                completion: sum.completion + tokens.completion,
            },
        )
    }

    /// The sum over all probes below these scenarios, each once.
    pub fn of_scenarios(&self, scenarios: &[String]) -> Tokens {
        self.of_probes(scenarios.iter().filter_map(|scenario| self.scenarios.get(scenario)).flatten())
    }
}
