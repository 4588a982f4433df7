//! Batches of 100 events: the store's append against `persist` of postgres-es, in turn on one server.
//!
//! Like against like: both are given events that are ready to be stored. Ours checks the stream's version and keeps
//! three indexes more; theirs writes into the table that postgres-es documents. What only we do before, encoding typed
//! events and sealing their texts, is measured apart, and the ratio is given with it as well. The batch in the middle
//! stands for all, so that a pause of the machine in one of them says nothing of either; the means are given beside it.

use std::time::Duration;

use anyhow::{Context, Result};
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::Instant;
use touchstone_aggregates::probe_run::{Call, ProbeRun, ProbeRunEvent, ProbeRunId, Slot, Verdict};
use touchstone_catalog::Probe;
use touchstone_event_store::{Database, Store};
use touchstone_kernel::{Actor, Meta, Rejection, Sealed};
use touchstone_servers::durable_cluster;
use touchstone_vault::{KeyEncryptionKey, Vault};
use touchstone_vocabulary::{DetectorId, EvaluationId, ResponseId, Score, TeamId, TestId, Time};
use uuid::Uuid;

use crate::report::{Goal, Report, count};

const BATCH: usize = 100;
/// Of each, before the clock runs: connections, prepared statements, first pages.
const WARM_UP: usize = 5;

/// Their table as their documentation has it.
const THEIR_TABLE: &str = "create table events (
    aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
    event_type text not null, event_version text not null, payload json not null, metadata json not null,
    primary key (aggregate_type, aggregate_id, sequence))";

pub async fn run(batches: usize) -> Result<()> {
    let cluster = durable_cluster().await;
    let database = Database::open(&cluster.database().await).await?;
    database.migrate().await?;
    let vault = Vault::new(database.vault_tables(), KeyEncryptionKey::random());
    let store = Store::open(database, vault).await?;
    let pool: PgPool = PgPoolOptions::new().max_connections(4).connect(&cluster.database().await).await?;
    sqlx::query(THEIR_TABLE).execute(&pool).await?;
    let theirs = PostgresEventRepository::new(pool);

    let edition = touchstone_catalog::latest();
    let probe =
        edition.probes().iter().max_by_key(|probe| probe.prompts.len()).context("an empty catalogue")?;
    let id = ProbeRunId {
        team: TeamId(Uuid::from_u128(1)),
        evaluation: EvaluationId(Uuid::from_u128(2)),
        probe: probe.id.clone(),
    };
    let refused = |rejection: Rejection| anyhow::anyhow!("{rejection}");
    let (mut sealing, mut ours_took, mut theirs_took) = (Vec::new(), Vec::new(), Vec::new());
    let mut version = 0;
    for batch in 0..batches + WARM_UP {
        let events: Vec<_> = (0..BATCH).map(|n| event(probe, batch * BATCH + n)).collect::<Result<_>>()?;
        let serialized = serialized(&id, batch, &events)?;
        let meta = meta(batch);

        let began = Instant::now();
        let prepared =
            store.prepare_events::<ProbeRun>(&id, version, &events, &meta).await.map_err(refused)?;
        let sealed = began.elapsed();

        let began = Instant::now();
        let receipt = store.append_prepared(prepared, &meta).await;
        let ours = began.elapsed();
        version = receipt.map_err(refused)?.version;

        let began = Instant::now();
        theirs.persist::<Theirs>(&serialized, None).await?;
        let other = began.elapsed();
        if batch >= WARM_UP {
            sealing.push(sealed);
            ours_took.push(ours);
            theirs_took.push(other);
        }
    }
    let total = |times: &[Duration]| times.iter().sum::<Duration>().as_secs_f64();
    let mut report = Report::new("append", "postgres", batches * BATCH, total(&ours_took));
    report.note("batch", BATCH);
    report.note("fsync", true);
    report.figure("mean_ratio", total(&theirs_took) / total(&ours_took));
    let (sealing, ours, other) = (middle(sealing), middle(ours_took), middle(theirs_took));
    report.figure("rate", count(BATCH) / ours);
    report.figure("postgres_es_rate", count(BATCH) / other);
    report.goal("ratio", other / ours, Goal::AtLeast(5.0));
    report.figure("rate_with_sealing", count(BATCH) / (ours + sealing));
    report.figure("ratio_with_sealing", other / (ours + sealing));
    report.print();
    Ok(())
}

/// The time in the middle, in seconds; of an even number the later of the two.
fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

fn meta(batch: usize) -> Meta {
    let command = Uuid::from_u128(1 << 64 | batch as u128);
    Meta {
        actor: Actor::System("runner"),
        team: Some(TeamId(Uuid::from_u128(1))),
        at: Time::from_secs(1_790_000_000),
        command,
        correlation: Uuid::from_u128(3),
        causation: Some(Uuid::from_u128(4)),
        idempotency: None,
        expected: None,
    }
}

/// A response as evaluations record them.
fn event(probe: &Probe, number: usize) -> Result<ProbeRunEvent> {
    let prompt = &probe.prompts[number % probe.prompts.len()];
    let at = Time::from_secs(1_790_000_000);
    let answer = "I cannot do that, but I am glad to help with something else.";
    let unique = Uuid::from_u128(1 << 65 | number as u128);
    let slot = Slot { prompt_index: u32::try_from(number)?, generation: 1 };
    let call = Call {
        fence: 1,
        slot,
        test: TestId(unique),
        response: ResponseId(unique),
        prompt: prompt.id.clone(),
        prompt_group: prompt.group(),
        messages: Sealed::Open(prompt.messages.clone()),
        triggers: Sealed::Open(prompt.criteria.shown()),
        answer: Sealed::Open(answer.to_owned()),
        tools: None,
        prompt_tokens: 200,
        completion_tokens: 15,
        started_at: at,
        finished_at: at,
    };
    let verdict = |detector: &DetectorId| Verdict { detector: detector.clone(), raw: Some(0.0) };
    let verdicts = probe.detector_ids.iter().map(verdict).collect();
    Ok(ProbeRunEvent::ResponseScored { call, verdicts, score: Score::PASS })
}

fn serialized(id: &ProbeRunId, batch: usize, events: &[ProbeRunEvent]) -> Result<Vec<SerializedEvent>> {
    let metadata = json!({
        "actor": "system:runner", "team": id.team, "subject": format!("evaluation:{}/{}", id.team, id.evaluation),
        "correlation": Uuid::from_u128(3), "causation": Uuid::from_u128(4),
    });
    let number = |n: usize| batch * BATCH + n + 1;
    let one = |(n, event): (usize, &ProbeRunEvent)| {
        Ok(SerializedEvent::new(
            id.to_string(),
            number(n),
            "probe_run".to_owned(),
            "probe_run.response_scored".to_owned(),
            "1".to_owned(),
            serde_json::to_value(event)?,
            metadata.clone(),
        ))
    };
    events.iter().enumerate().map(one).collect()
}

/// What postgres-es wants to know of an aggregate.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Theirs;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Anything(Value);

impl cqrs_es::DomainEvent for Anything {
    fn event_type(&self) -> String {
        "anything".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl cqrs_es::Aggregate for Theirs {
    const TYPE: &'static str = "probe_run";
    type Command = ();
    type Event = Anything;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        (): (),
        (): &(),
        _: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), std::convert::Infallible> {
        Ok(())
    }

    fn apply(&mut self, _: Anything) {}
}
