//! Evaluations as listed and shown: what was asked, where it stands, and the upper levels of its result tree.
//!
//! An evaluation has tens of events, so its row is read, folded and written whole. Scores of harnesses and scenarios
//! stand in a table of their own, since each recalculation names all of them at once.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use touchstone_aggregates::evaluation::{EvaluationEvent, Levels, Plan, Spec};
use touchstone_kernel::{Owned, Recorded, Sealed};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{EvaluationId, EvaluationStatus, Score, Time, UserId, Version, fold_key};

use crate::batch::{Key, clean, document, event, key, load, order_key, remove, replacing, stream};

/// Fills the tables of evaluations, their tags and the upper levels of their trees.
pub struct EvaluationRows;

/// One row of the main table, in the order of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct Evaluation {
    team_id: String,
    id: String,
    ordinal: i64,
    name: String,
    name_key: String,
    name_order: String,
    hub: String,
    model: String,
    model_order: String,
    url: String,
    api_key_id: String,
    harnesses: String,
    scenarios: String,
    version: String,
    sample_size: Option<i64>,
    is_lite: bool,
    tags: String,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_completion_tokens: Option<i64>,
    generations: i64,
    timeout: Option<f64>,
    system_prompt: Option<String>,
    agent_configuration_id: Option<String>,
    api_key_hash: String,
    created_by: String,
    created_at: i64,
    completed_at: Option<i64>,
    status: String,
    cause: Option<String>,
    score: Option<f64>,
    restart_count: i64,
    total_tests: i64,
    stream_version: i64,
}

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "name",
    "name_key",
    "name_order",
    "hub",
    "model",
    "model_order",
    "url",
    "api_key_id",
    "harnesses",
    "scenarios",
    "version",
    "sample_size",
    "is_lite",
    "tags",
    "temperature",
    "top_p",
    "max_completion_tokens",
    "generations",
    "timeout",
    "system_prompt",
    "agent_configuration_id",
    "api_key_hash",
    "created_by",
    "created_at",
    "completed_at",
    "status",
    "cause",
    "score",
    "restart_count",
    "total_tests",
    "stream_version",
];

const TAG_COLUMNS: &[&str] = &["team_id", "evaluation_id", "tag"];

const HARNESS_COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "evaluation_id",
    "config_id",
    "place",
    "name",
    "description",
    "harness_type",
    "version",
    "scenario_ids",
    "scenario_config_ids",
];

const SCENARIO_COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "evaluation_id",
    "config_id",
    "place",
    "name",
    "description",
    "version",
    "probe_ids",
    "probe_config_ids",
];

const SCORE_COLUMNS: &[&str] = &["team_id", "evaluation_id", "config_id", "score"];

impl Evaluation {
    fn created(
        key: &Key,
        recorded: &Recorded,
        (created_by, key_fingerprint): (UserId, &str),
        spec: &Spec,
        tags: &[String],
    ) -> Result<Self, ApplyError> {
        let (team_id, id) = key.clone();
        let name = clean(spec.name.text());
        let model = clean(&spec.model);
        Ok(Self {
            team_id,
            id,
            ordinal: recorded.envelope.seq,
            name_key: fold_key(&name),
            name_order: order_key(&name),
            name,
            hub: spec.hub.as_str().to_owned(),
            model_order: order_key(&model),
            model,
            url: clean(spec.url.as_deref().unwrap_or_default()),
            api_key_id: spec.api_key.to_string(),
            harnesses: document(&spec.harnesses)?,
            scenarios: document(&spec.scenarios)?,
            version: spec.version.to_string(),
            sample_size: spec.sample_size.map(i64::from),
            is_lite: spec.is_lite,
            tags: document(tags)?,
            temperature: spec.params.temperature,
            top_p: spec.params.top_p,
            max_completion_tokens: spec.params.max_completion_tokens.map(i64::from),
            generations: i64::from(spec.params.generations),
            timeout: spec.params.timeout,
            system_prompt: spec.params.system_prompt.as_ref().map(|text| clean(text.text())),
            agent_configuration_id: spec.agent_configuration.as_deref().map(clean),
            api_key_hash: clean(key_fingerprint),
            created_by: created_by.to_string(),
            created_at: recorded.at().secs(),
            completed_at: None,
            status: EvaluationStatus::Created.as_str().to_owned(),
            cause: None,
            score: None,
            restart_count: 0,
            total_tests: 0,
            stream_version: recorded.envelope.sequence,
        })
    }

    fn rename(&mut self, name: &Sealed<String>) {
        self.name = clean(name.text());
        self.name_key = fold_key(&self.name);
        self.name_order = order_key(&self.name);
    }

    fn end(&mut self, status: EvaluationStatus, at: Time, cause: Option<&str>) {
        status.as_str().clone_into(&mut self.status);
        self.completed_at = Some(at.secs());
        self.cause = cause.map(clean);
    }

    fn args(self) -> Vec<Arg> {
        vec![
            Arg::Text(self.team_id),
            Arg::Text(self.id),
            Arg::Int(self.ordinal),
            Arg::Text(self.name),
            Arg::Text(self.name_key),
            Arg::Text(self.name_order),
            Arg::Text(self.hub),
            Arg::Text(self.model),
            Arg::Text(self.model_order),
            Arg::Text(self.url),
            Arg::Text(self.api_key_id),
            Arg::Text(self.harnesses),
            Arg::Text(self.scenarios),
            Arg::Text(self.version),
            Arg::OptInt(self.sample_size),
            Arg::Bool(self.is_lite),
            Arg::Text(self.tags),
            Arg::OptReal(self.temperature),
            Arg::OptReal(self.top_p),
            Arg::OptInt(self.max_completion_tokens),
            Arg::Int(self.generations),
            Arg::OptReal(self.timeout),
            Arg::OptText(self.system_prompt),
            Arg::OptText(self.agent_configuration_id),
            Arg::Text(self.api_key_hash),
            Arg::Text(self.created_by),
            Arg::Int(self.created_at),
            Arg::OptInt(self.completed_at),
            Arg::Text(self.status),
            Arg::OptText(self.cause),
            Arg::OptReal(self.score),
            Arg::Int(self.restart_count),
            Arg::Int(self.total_tests),
            Arg::Int(self.stream_version),
        ]
    }
}

/// Rows to write, by evaluation, so that a deletion can take them back.
#[derive(Default)]
struct Pending {
    rows: BTreeMap<Key, Evaluation>,
    tags: BTreeMap<Key, Vec<Vec<Arg>>>,
    harnesses: BTreeMap<Key, Vec<Vec<Arg>>>,
    scenarios: BTreeMap<Key, Vec<Vec<Arg>>>,
    scores: BTreeMap<Key, BTreeMap<String, Option<f64>>>,
    gone: BTreeSet<Key>,
}

impl Pending {
    fn fold(&mut self, key: &Key, recorded: &Recorded, event: EvaluationEvent) -> Result<(), ApplyError> {
        let at = recorded.at();
        if let EvaluationEvent::Created { created_by, digest: _, key_fingerprint, spec } = &event {
            let tags: Vec<String> = spec.tags.iter().map(|tag| clean(tag)).collect();
            let whose = (*created_by, key_fingerprint.as_str());
            self.rows.insert(key.clone(), Evaluation::created(key, recorded, whose, spec, &tags)?);
            let distinct: BTreeSet<String> = tags.into_iter().collect();
            self.tags
                .insert(key.clone(), distinct.into_iter().map(|tag| of(key, [Arg::Text(tag)])).collect());
            return Ok(());
        }
        let Some(row) = self.rows.get_mut(key) else {
            // Never begun as far as these tables know, or deleted: nothing to show.
            return Ok(());
        };
        row.stream_version = recorded.envelope.sequence;
        match event {
            EvaluationEvent::Created { .. } => {}
            EvaluationEvent::Planned { plan } => {
                row.total_tests = i64::try_from(plan.tests()).unwrap_or(i64::MAX);
                let version = row.version.clone();
                self.plan(key, &version, &plan)?;
            }
            EvaluationEvent::Started {} => {
                EvaluationStatus::InProgress.as_str().clone_into(&mut row.status);
            }
            EvaluationEvent::Renamed { name } => row.rename(&name),
            EvaluationEvent::Restarted {} => row.restart_count += 1,
            EvaluationEvent::ScoreCalculated { levels } => {
                row.score = levels.evaluation.map(Score::get);
                self.score(key, levels);
            }
            EvaluationEvent::Completed { score } => {
                row.score = Some(score.get());
                row.end(EvaluationStatus::Completed, at, None);
            }
            EvaluationEvent::Canceled {} => row.end(EvaluationStatus::Canceled, at, None),
            EvaluationEvent::Errored { cause } => row.end(EvaluationStatus::Errored, at, Some(&cause)),
            EvaluationEvent::TimedOut { cause } => row.end(EvaluationStatus::TimedOut, at, Some(&cause)),
            EvaluationEvent::Failed { cause } => row.end(EvaluationStatus::Failed, at, Some(&cause)),
            EvaluationEvent::Deleted {} => self.forget(key),
        }
        Ok(())
    }

    fn plan(&mut self, key: &Key, version: &str, plan: &Plan) -> Result<(), ApplyError> {
        let scenario_nodes: BTreeMap<_, _> = plan.scenarios.iter().map(|s| (&s.id, s.node)).collect();
        let probe_nodes: BTreeMap<_, _> = plan.probes.iter().map(|p| (&p.id, p.node)).collect();
        let mut harnesses = Vec::with_capacity(plan.harnesses.len());
        for (place, harness) in (0_i64..).zip(&plan.harnesses) {
            let nodes: Vec<_> = harness.scenarios.iter().filter_map(|id| scenario_nodes.get(id)).collect();
            harnesses.push(vec![
                Arg::Text(key.0.clone()),
                Arg::Text(harness.node.to_string()),
                Arg::Text(key.1.clone()),
                Arg::Text(harness.id.to_string()),
                Arg::Int(place),
                Arg::Text(clean(harness.name.text())),
                Arg::Text(clean(harness.description.text())),
                Arg::Text(harness.harness_type.as_str().to_owned()),
                Arg::Text(harness.version.as_ref().map_or(version, Version::as_str).to_owned()),
                Arg::Text(document(&nodes)?),
                Arg::Text(document(&harness.scenarios)?),
            ]);
        }
        let mut scenarios = Vec::with_capacity(plan.scenarios.len());
        for (place, scenario) in (0_i64..).zip(&plan.scenarios) {
            let nodes: Vec<_> = scenario.probes.iter().filter_map(|id| probe_nodes.get(id)).collect();
            scenarios.push(vec![
                Arg::Text(key.0.clone()),
                Arg::Text(scenario.node.to_string()),
                Arg::Text(key.1.clone()),
                Arg::Text(scenario.id.to_string()),
                Arg::Int(place),
                Arg::Text(clean(scenario.name.text())),
                Arg::Text(clean(scenario.description.text())),
                Arg::Text(scenario.version.as_ref().map_or(version, Version::as_str).to_owned()),
                Arg::Text(document(&nodes)?),
                Arg::Text(document(&scenario.probes)?),
            ]);
        }
        self.harnesses.insert(key.clone(), harnesses);
        self.scenarios.insert(key.clone(), scenarios);
        Ok(())
    }

    fn score(&mut self, key: &Key, levels: Levels) {
        let scores = self.scores.entry(key.clone()).or_default();
        scores.extend(levels.harnesses.into_iter().map(|(id, score)| (id.0, score.map(Score::get))));
        scores.extend(levels.scenarios.into_iter().map(|(id, score)| (id.0, score.map(Score::get))));
    }

    fn forget(&mut self, key: &Key) {
        self.rows.remove(key);
        self.tags.remove(key);
        self.harnesses.remove(key);
        self.scenarios.remove(key);
        self.scores.remove(key);
        self.gone.insert(key.clone());
    }

    async fn save(self, tx: &mut Tx<'_>) -> Result<(), ApplyError> {
        remove(tx, &["rm_evaluation"], ["team_id", "id"], &self.gone).await?;
        let children = ["rm_evaluation_tag", "rm_harness", "rm_scenario", "rm_level_score"];
        remove(tx, &children, ["team_id", "evaluation_id"], &self.gone).await?;
        let rows: Vec<Vec<Arg>> = self.rows.into_values().map(Evaluation::args).collect();
        let scores = self.scores.into_iter().flat_map(|(key, scores)| {
            scores.into_iter().map(move |(id, score)| of(&key, [Arg::Text(id), Arg::OptReal(score)]))
        });
        let owned = ["team_id", "id"];
        write(tx, "rm_evaluation", COLUMNS, &owned, rows).await?;
        write(tx, "rm_evaluation_tag", TAG_COLUMNS, TAG_COLUMNS, flat(self.tags)).await?;
        write(tx, "rm_harness", HARNESS_COLUMNS, &owned, flat(self.harnesses)).await?;
        write(tx, "rm_scenario", SCENARIO_COLUMNS, &owned, flat(self.scenarios)).await?;
        write(tx, "rm_level_score", SCORE_COLUMNS, &SCORE_COLUMNS[..3], scores.collect()).await
    }
}

fn of<const N: usize>(key: &Key, rest: [Arg; N]) -> Vec<Arg> {
    [Arg::Text(key.0.clone()), Arg::Text(key.1.clone())].into_iter().chain(rest).collect()
}

fn flat(rows: BTreeMap<Key, Vec<Vec<Arg>>>) -> Vec<Vec<Arg>> {
    rows.into_values().flatten().collect()
}

async fn write(
    tx: &mut Tx<'_>,
    table: &str,
    columns: &[&str],
    keys: &[&str],
    rows: Vec<Vec<Arg>>,
) -> Result<(), ApplyError> {
    if !rows.is_empty() {
        tx.insert(table, columns, rows, &replacing(keys, columns)).await?;
    }
    Ok(())
}

#[async_trait]
impl Projection for EvaluationRows {
    fn name(&self) -> &'static str {
        "evaluation"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_evaluation", "rm_evaluation_tag", "rm_harness", "rm_scenario", "rm_level_score"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/evaluation.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut heard = Vec::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<EvaluationEvent>()) {
            let id: Owned<EvaluationId> = stream(recorded)?;
            heard.push((key(&id), recorded, event::<EvaluationEvent>(recorded)?));
        }
        if heard.is_empty() {
            return Ok(());
        }
        let touched: BTreeSet<Key> = heard.iter().map(|(key, ..)| key.clone()).collect();
        let select = format!("select {} from rm_evaluation", COLUMNS.join(", "));
        let known: Vec<Evaluation> = load(tx, &select, ["team_id", "id"], &touched).await?;
        let rows = known.into_iter().map(|row| ((row.team_id.clone(), row.id.clone()), row)).collect();
        let mut pending = Pending { rows, ..Pending::default() };
        for (key, recorded, event) in heard {
            pending.fold(&key, recorded, event)?;
        }
        pending.save(tx).await
    }
}
