//! Probes, responses and tests, with their counters.
//!
//! Tests and responses are one table: a test is a call, a response its outcome, and today each call has one. This is
//! the hot projection: a batch is folded in memory and leaves as a handful of multi-row statements, whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use touchstone_aggregates::evaluation::{EvaluationEvent, Plan};
use touchstone_aggregates::probe_run::{Call, ProbeRunEvent, ProbeRunId, Stage, Verdict};
use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{DetectorId, Message, ResponseStatus, Score, TestStatus};

use crate::batch::{Key, clean, document, event, remove, replacing, stream};
use crate::count::{self, Counts, Fate};
use crate::gate::{self, Gates, Turn};

/// Fills the tables of probes, responses and counters.
pub struct ProbeRunRows;

/// How far a probe is; only ever grows. An open probe of an ended evaluation was canceled, which queries work out.
const CLAIMED: i64 = 1;
const FINISHED: i64 = 2;

const PROBE_COLUMNS: &[&str] = &[
    "team_id",
    "evaluation_id",
    "config_id",
    "id",
    "place",
    "name",
    "description",
    "scoring",
    "detectors",
    "tests",
];

const PROMPTS_COLUMNS: &[&str] = &["team_id", "evaluation_id", "config_id", "prompt_ids"];

const RESPONSE_COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "evaluation_id",
    "probe_config_id",
    "ordinal",
    "test_id",
    "prompt_id",
    "prompt_index",
    "prompt_group",
    "generation",
    "messages",
    "triggers",
    "answer",
    "status",
    "test_status",
    "error",
    "detector_scores",
    "score",
    "started_at",
    "finished_at",
];

/// What one batch does to one probe.
#[derive(Default)]
struct Run {
    stage: i64,
    score: Option<f64>,
    counts: Counts,
}

/// How a response came out.
enum Outcome<'a> {
    Scored { verdicts: &'a [Verdict], score: Score },
    Errored { verdicts: &'a [Verdict], stage: Stage, cause: &'a str },
    Skipped,
}

impl Outcome<'_> {
    const fn fate(&self) -> Fate {
        match self {
            Self::Scored { .. } => Fate::Scored,
            Self::Errored { stage, .. } => Fate::Errored(*stage),
            Self::Skipped => Fate::Skipped,
        }
    }
}

/// Rows to write, by evaluation and then by probe or response id.
#[derive(Default)]
struct Pending {
    probes: BTreeMap<Key, BTreeMap<String, Vec<Arg>>>,
    prompts: BTreeMap<Key, BTreeMap<String, String>>,
    runs: BTreeMap<Key, BTreeMap<String, Run>>,
    totals: BTreeMap<Key, Counts>,
    responses: BTreeMap<Key, BTreeMap<String, Vec<Arg>>>,
}

impl Pending {
    fn forget(&mut self, key: &Key) {
        self.probes.remove(key);
        self.prompts.remove(key);
        self.runs.remove(key);
        self.totals.remove(key);
        self.responses.remove(key);
    }

    fn plan(&mut self, key: &Key, plan: &Plan) {
        let probes = self.probes.entry(key.clone()).or_default();
        for (place, probe) in (0_i64..).zip(&plan.probes) {
            let detectors: Vec<&str> = probe.detectors.iter().map(DetectorId::as_str).collect();
            let row = vec![
                Arg::Text(key.0.clone()),
                Arg::Text(key.1.clone()),
                Arg::Text(probe.id.to_string()),
                Arg::Text(probe.node.to_string()),
                Arg::Int(place),
                Arg::Text(clean(probe.name.text())),
                Arg::Text(clean(probe.description.text())),
                Arg::Text(probe.scoring.as_str().to_owned()),
                Arg::Text(detectors.join(",")),
                Arg::Int(i64::from(probe.tests)),
            ];
            probes.insert(probe.id.to_string(), row);
        }
    }

    fn run(&mut self, key: &Key, probe: &str) -> &mut Run {
        self.runs.entry(key.clone()).or_default().entry(probe.to_owned()).or_default()
    }

    fn fold(&mut self, key: &Key, recorded: &Recorded) -> Result<(), ApplyError> {
        let id: ProbeRunId = stream(recorded)?;
        let probe = id.probe.as_str();
        match event::<ProbeRunEvent>(recorded)? {
            ProbeRunEvent::Opened { prompts, .. } => {
                let ids: Vec<_> = prompts.iter().map(|asked| &asked.id).collect();
                self.prompts.entry(key.clone()).or_default().insert(probe.to_owned(), document(&ids)?);
            }
            ProbeRunEvent::Claimed { .. } => {
                let run = self.run(key, probe);
                run.stage = run.stage.max(CLAIMED);
            }
            ProbeRunEvent::ResponseScored { call, verdicts, score } => {
                let outcome = Outcome::Scored { verdicts: &verdicts, score };
                self.respond(key, probe, recorded, &call, &outcome)?;
            }
            ProbeRunEvent::ResponseErrored { call, verdicts, stage, cause } => {
                let outcome = Outcome::Errored { verdicts: &verdicts, stage, cause: &cause };
                self.respond(key, probe, recorded, &call, &outcome)?;
            }
            ProbeRunEvent::ResponseSkipped { call } => {
                self.respond(key, probe, recorded, &call, &Outcome::Skipped)?;
            }
            ProbeRunEvent::Scored { score } => {
                let run = self.run(key, probe);
                run.stage = FINISHED;
                run.score = score.map(Score::get);
            }
            ProbeRunEvent::Closed { finished } => {
                if finished {
                    self.run(key, probe).stage = FINISHED;
                }
            }
        }
        Ok(())
    }

    fn respond(
        &mut self,
        key: &Key,
        probe: &str,
        recorded: &Recorded,
        call: &Call,
        outcome: &Outcome<'_>,
    ) -> Result<(), ApplyError> {
        self.run(key, probe).counts.add(call, outcome.fate());
        self.totals.entry(key.clone()).or_default().add(call, outcome.fate());
        let row = response(key, probe, recorded, call, outcome)?;
        self.responses.entry(key.clone()).or_default().insert(call.response.to_string(), row);
        Ok(())
    }

    async fn save(self, tx: &mut Tx<'_>) -> Result<(), ApplyError> {
        let probes: Vec<Vec<Arg>> = self.probes.into_values().flat_map(BTreeMap::into_values).collect();
        if !probes.is_empty() {
            let suffix = replacing(&PROBE_COLUMNS[..3], PROBE_COLUMNS);
            tx.insert("rm_probe", PROBE_COLUMNS, probes, &suffix).await?;
        }
        let prompts: Vec<Vec<Arg>> = by_probe(self.prompts, |ids| vec![Arg::Text(ids)]);
        if !prompts.is_empty() {
            let suffix = replacing(&PROMPTS_COLUMNS[..3], PROMPTS_COLUMNS);
            tx.insert("rm_probe_prompts", PROMPTS_COLUMNS, prompts, &suffix).await?;
        }
        let runs = by_probe(self.runs, |run| {
            [Arg::Int(run.stage), Arg::OptReal(run.score)].into_iter().chain(run.counts.args()).collect()
        });
        if !runs.is_empty() {
            let columns =
                [&["team_id", "evaluation_id", "config_id", "stage", "score"], count::COLUMNS].concat();
            let suffix = format!(
                "on conflict (team_id, evaluation_id, config_id) do update set \
                 stage = case when excluded.stage > rm_probe_count.stage then excluded.stage \
                 else rm_probe_count.stage end, \
                 score = coalesce(excluded.score, rm_probe_count.score), {}",
                count::adding("rm_probe_count")
            );
            tx.insert("rm_probe_count", &columns, runs, &suffix).await?;
        }
        let totals: Vec<Vec<Arg>> = self
            .totals
            .into_iter()
            .map(|((team, id), counts)| {
                [Arg::Text(team), Arg::Text(id)].into_iter().chain(counts.args()).collect()
            })
            .collect();
        if !totals.is_empty() {
            let columns = [&["team_id", "evaluation_id"], count::COLUMNS].concat();
            let suffix = format!(
                "on conflict (team_id, evaluation_id) do update set {}",
                count::adding("rm_evaluation_count")
            );
            tx.insert("rm_evaluation_count", &columns, totals, &suffix).await?;
        }
        let responses: Vec<Vec<Arg>> = self.responses.into_values().flat_map(BTreeMap::into_values).collect();
        if !responses.is_empty() {
            let suffix = replacing(&RESPONSE_COLUMNS[..2], RESPONSE_COLUMNS);
            tx.insert("rm_response", RESPONSE_COLUMNS, responses, &suffix).await?;
        }
        Ok(())
    }
}

/// Rows that start with team, evaluation and probe.
fn by_probe<T>(rows: BTreeMap<Key, BTreeMap<String, T>>, rest: impl Fn(T) -> Vec<Arg>) -> Vec<Vec<Arg>> {
    let mut all = Vec::new();
    for ((team, evaluation), probes) in rows {
        for (probe, value) in probes {
            let mut row = vec![Arg::Text(team.clone()), Arg::Text(evaluation.clone()), Arg::Text(probe)];
            row.extend(rest(value));
            all.push(row);
        }
    }
    all
}

fn response(
    key: &Key,
    probe: &str,
    recorded: &Recorded,
    call: &Call,
    outcome: &Outcome<'_>,
) -> Result<Vec<Arg>, ApplyError> {
    let (status, test_status) = match outcome.fate() {
        Fate::Scored => (ResponseStatus::Completed, TestStatus::Generated),
        Fate::Skipped => (ResponseStatus::Skip, TestStatus::Generated),
        Fate::Errored(Stage::Detection) => (ResponseStatus::Error, TestStatus::Generated),
        Fate::Errored(Stage::Generation) => (ResponseStatus::Error, TestStatus::Error),
    };
    let (score, error) = match outcome {
        Outcome::Scored { score, .. } => (Some(score.get()), None),
        Outcome::Errored { cause, .. } => (None, Some(clean(cause))),
        Outcome::Skipped => (None, None),
    };
    let messages: Vec<Message> = call.messages.open().map_or_else(Vec::new, |messages| {
        messages.iter().map(|m| Message { role: m.role, content: clean(&m.content) }).collect()
    });
    let triggers: Vec<String> =
        call.triggers.open().map_or_else(Vec::new, |texts| texts.iter().map(|text| clean(text)).collect());
    Ok(vec![
        Arg::Text(key.0.clone()),
        Arg::Text(call.response.to_string()),
        Arg::Text(key.1.clone()),
        Arg::Text(probe.to_owned()),
        Arg::Int(recorded.envelope.seq),
        Arg::Text(call.test.to_string()),
        Arg::Text(call.prompt.to_string()),
        Arg::Int(i64::from(call.slot.prompt_index)),
        Arg::Text(document(&call.prompt_group)?),
        Arg::Int(i64::from(call.slot.generation)),
        Arg::Text(document(&messages)?),
        Arg::Text(document(&triggers)?),
        Arg::Text(clean(call.answer.text())),
        Arg::Text(status.as_str().to_owned()),
        Arg::Text(test_status.as_str().to_owned()),
        Arg::OptText(error),
        Arg::Text(document(&detector_scores(outcome))?),
        Arg::OptReal(score),
        Arg::Int(call.started_at.secs()),
        Arg::Int(call.finished_at.secs()),
    ])
}

/// One-key maps, detector to raw value; an errored response has one more that says why, and one that was not judged
/// only says so.
fn detector_scores(outcome: &Outcome<'_>) -> Vec<Value> {
    let (verdicts, error) = match outcome {
        Outcome::Scored { verdicts, .. } => (*verdicts, None),
        Outcome::Errored { verdicts, cause, .. } => (*verdicts, Some(*cause)),
        Outcome::Skipped => return vec![json!({ "SKIP": 0 })],
    };
    let judged = verdicts.iter().filter_map(|verdict| verdict.raw.map(|raw| (verdict, raw)));
    let mut all: Vec<Value> = judged
        .map(|(verdict, raw)| Value::Object(Map::from_iter([(verdict.detector.to_string(), json!(raw))])))
        .collect();
    if let Some(cause) = error {
        all.push(json!({ "ERROR": clean(cause) }));
    }
    all
}

#[async_trait]
impl Projection for ProbeRunRows {
    fn name(&self) -> &'static str {
        "probe_run"
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "rm_probe_run_open",
            "rm_probe",
            "rm_probe_prompts",
            "rm_probe_count",
            "rm_evaluation_count",
            "rm_response",
        ]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/probe_run.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut heard = Vec::new();
        for recorded in events {
            if recorded.is::<ProbeRunEvent>() || recorded.is::<EvaluationEvent>() {
                heard.push((gate::evaluation(recorded)?, recorded));
            }
        }
        if heard.is_empty() {
            return Ok(());
        }
        let touched: BTreeSet<Key> = heard.iter().map(|(key, _)| key.clone()).collect();
        let mut gates = Gates::load(tx, "rm_probe_run_open", &touched).await?;
        let mut pending = Pending::default();
        for (key, recorded) in heard {
            if let Some(turn) = Turn::of(recorded) {
                gates.turn(&key, turn);
                if turn == Turn::Purge {
                    pending.forget(&key);
                }
            } else if gates.is_open(&key) {
                if recorded.is::<ProbeRunEvent>() {
                    pending.fold(&key, recorded)?;
                } else if recorded.envelope.name == "evaluation.planned"
                    && let EvaluationEvent::Planned { plan } = event(recorded)?
                {
                    pending.plan(&key, &plan);
                }
            }
        }
        let tables = ["rm_probe", "rm_probe_prompts", "rm_probe_count", "rm_evaluation_count", "rm_response"];
        remove(tx, &tables, ["team_id", "evaluation_id"], gates.purged()).await?;
        pending.save(tx).await?;
        gates.save(tx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errored_response_shows_what_was_judged_and_why_the_rest_was_not() {
        let verdicts = [
            Verdict { detector: DetectorId::from("a.b.C"), raw: Some(0.25) },
            Verdict { detector: DetectorId::from("a.b.D"), raw: None },
        ];
        let outcome = Outcome::Errored { verdicts: &verdicts, stage: Stage::Detection, cause: "unverified" };
        assert_eq!(detector_scores(&outcome), [json!({"a.b.C": 0.25}), json!({"ERROR": "unverified"})]);
        assert_eq!(detector_scores(&Outcome::Skipped), [json!({"SKIP": 0})]);
    }
}
