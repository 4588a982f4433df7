//! One evaluation, end to end.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::time::{Instant, sleep};
use touchstone_vocabulary::HarnessId;
use uuid::Uuid;

use crate::caller::Caller;
use crate::machine;
use crate::report::{Goal, Report, count};
use crate::site::{Backend, Running, Site, target};

/// What the client's `trust_score` stands for, in full.
const HARNESSES: [&str; 3] =
    ["vijil.harnesses.security", "vijil.harnesses.reliability", "vijil.harnesses.safety"];
/// No limit worth the name.
const UNLIMITED: u32 = 1_000_000;
/// How often the progress is looked at: often enough to end the clock, seldom enough not to be the load.
const LOOK: Duration = Duration::from_millis(50);
/// Gives up on a run that takes longer.
const PATIENCE: Duration = Duration::from_mins(30);

#[derive(Debug, Args)]
pub struct EvaluationArgs {
    /// What the service stands on.
    #[arg(long)]
    backend: Backend,
    /// Tests, at least: the catalogue's prompts are asked several times.
    #[arg(long, default_value_t = 10_000)]
    prompts: usize,
    /// Milliseconds that the target takes for an answer.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Calls in flight at most; what the service chooses when absent.
    #[arg(long)]
    concurrency: Option<usize>,
}

impl EvaluationArgs {
    /// 10,000 prompts against a target that answers at once.
    pub const fn flat_out(backend: Backend) -> Self {
        Self { backend, prompts: 10_000, latency: 0, concurrency: None }
    }

    /// 10,000 prompts, 200 ms and 100 calls in flight: 500 a second are possible.
    pub const fn slow_target(backend: Backend) -> Self {
        Self { backend, prompts: 10_000, latency: 200, concurrency: Some(100) }
    }
}

/// What a finished evaluation was like.
pub struct Finished {
    pub responses: usize,
    /// From the request to the first recorded response: the plan, and one call.
    pub planning: f64,
    /// From the first recorded response to the last.
    pub recording: f64,
    /// From the first recorded response until all of it was projected.
    pub projecting: f64,
    /// From the request until all of it was projected.
    pub wall: f64,
    /// CPU time of the server and of the target meanwhile.
    pub cpu: f64,
    pub target_cpu: f64,
}

pub async fn run(args: &EvaluationArgs) -> Result<()> {
    let latency = Duration::from_millis(args.latency);
    let site = Site::new(args.backend).await?;
    let server = site.serve(args.concurrency).await?;
    let practice = target(latency).await?;
    let finished = evaluate(&site, &server, &practice, args.prompts).await?;
    let n = count(finished.responses);
    let mut report =
        Report::new("evaluation", args.backend.as_str(), finished.responses, finished.projecting);
    report.note("latency_ms", args.latency);
    report.figure("wall_seconds", finished.wall);
    report.figure("wall_rate", n / finished.wall);
    report.figure("recorded_rate", (n - 1.0) / finished.recording);
    if args.latency == 0 {
        let least = match args.backend {
            Backend::Sqlite => 2_000.0,
            Backend::Postgres => 1_200.0,
        };
        report.goal("rate", n / finished.projecting, Goal::AtLeast(least));
    } else {
        report.figure("rate", n / finished.projecting);
        if let Some(in_flight) = args.concurrency {
            let ideal = count(in_flight) / latency.as_secs_f64();
            report.note("in_flight", in_flight);
            report.figure("ideal_rate", ideal);
            report.goal("share_of_ideal", n / finished.recording / ideal, Goal::AtLeast(0.9));
        }
    }
    if args.latency == 0 {
        report.goal("planning_seconds", finished.planning, Goal::AtMost(1.0));
    }
    let cpu = finished.cpu / n * 1000.0;
    if args.latency == 0 {
        report.goal("cpu_seconds_per_1000", cpu, Goal::AtMost(0.8));
    } else {
        report.figure("cpu_seconds_per_1000", cpu);
    }
    report.figure("target_cpu_seconds_per_1000", finished.target_cpu / n * 1000.0);
    report.goal("peak_rss_mib", machine::peak_rss_mib(server.pid)?, Goal::AtMost(256.0));
    report.print();
    server.stop().await
}

/// Runs an evaluation of at least so many tests and waits until everything about it is projected.
pub async fn evaluate(site: &Site, server: &Running, practice: &Running, prompts: usize) -> Result<Finished> {
    let admin = site.admin(server)?;
    let key = admin.key(&format!("http://{}/v1", practice.address), UNLIMITED).await?;
    let distinct = distinct_prompts();
    ensure!(distinct > 0, "the catalogue has none of {HARNESSES:?}");
    let id = fresh_id();
    let request = json!({
        "id": id, "name": "measured", "hub": "custom", "model": "practice", "api_key_proxy": key,
        "harness_config_ids": HARNESSES, "scenario_config_filters": [],
        "agent_params": {"temperature": 0, "generations": prompts.div_ceil(distinct)},
    });
    let cpu = (machine::cpu_seconds(server.pid)?, machine::cpu_seconds(practice.pid)?);
    let (asked, asked_at) = (Instant::now(), now()?);
    admin.post("/v1/evaluations", &request).await?;
    let evaluation = ended(&admin, &id).await?;
    let (wall, at) = (asked.elapsed().as_secs_f64(), now()?);
    let used = (machine::cpu_seconds(server.pid)? - cpu.0, machine::cpu_seconds(practice.pid)? - cpu.1);
    let (responses, first, last) = recorded(site, &id).await?;
    let told = evaluation["completed_response_count"].as_u64();
    let told = told.or_else(|| evaluation["total_response_count"].as_u64());
    if let Some(told) = told {
        eprintln!(
            "the API tells {told} responses, the log {responses}; {} tests",
            evaluation["total_test_count"]
        );
    }
    Ok(Finished {
        responses,
        planning: first - asked_at,
        recording: last - first,
        projecting: at - first,
        wall,
        cpu: used.0,
        target_cpu: used.1,
    })
}

/// Waits until the API shows the end and no read model is behind.
async fn ended(admin: &Caller, id: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        ensure!(began.elapsed() < PATIENCE, "the evaluation did not end in time");
        let evaluation = admin.get(&format!("/v1/evaluations/{id}")).await?;
        match evaluation["status"].as_str() {
            Some("CREATED" | "IN_PROGRESS") => {}
            Some("COMPLETED") => {
                let health = admin.get("/healthz").await?;
                let behind = &health["projection_lag_events"];
                if behind.as_str() == Some("0") || behind.as_i64() == Some(0) {
                    return Ok(evaluation);
                }
            }
            other => bail!("the evaluation ended as {other:?}: {}", evaluation["cause"]),
        }
        sleep(LOOK).await;
    }
}

/// How many prompts the harnesses have together.
fn distinct_prompts() -> usize {
    let edition = touchstone_catalog::latest();
    let harnesses = HARNESSES.iter().filter_map(|id| edition.harness(&HarnessId::from(*id)));
    let scenarios = harnesses.flat_map(|one| &one.scenario_ids).filter_map(|id| edition.scenario(id));
    let probes: BTreeSet<_> = scenarios.flat_map(|one| &one.probe_ids).collect();
    probes.into_iter().filter_map(|id| edition.probe(id)).map(|probe| probe.prompts.len()).sum()
}

/// How many responses of the evaluation are in the log, and when the first and the last was recorded, in seconds.
async fn recorded(site: &Site, id: &str) -> Result<(usize, f64, f64)> {
    let sql = format!(
        "select count(*), min(recorded_at), max(recorded_at) from events where aggregate_type = 'probe_run' \
         and event_type like 'probe_run.response%' and aggregate_id like '%/{id}/%'"
    );
    let (n, first, last): (i64, Option<i64>, Option<i64>) = match site.backend {
        Backend::Sqlite => {
            let mut connection = SqliteConnection::connect(&site.database_url).await?;
            sqlx::query_as(&sql).fetch_one(&mut connection).await?
        }
        Backend::Postgres => {
            let mut connection = PgConnection::connect(&site.database_url).await?;
            sqlx::query_as(&sql).fetch_one(&mut connection).await?
        }
    };
    let seconds = |micros: Option<i64>| -> Result<f64> {
        let micros = micros.context("nothing was recorded")?;
        Ok(Duration::from_micros(u64::try_from(micros)?).as_secs_f64())
    };
    Ok((usize::try_from(n)?, seconds(first)?, seconds(last)?))
}

#[expect(clippy::disallowed_methods, reason = "the log's times are those of the machine's clock")]
fn now() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "a client chooses the id of its evaluation")]
fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}
