//! `touchstone demo`: everything at once, over real HTTP, with a score that was worked out beforehand.

mod client;
mod tree;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use touchstone_aggregates::evaluation::{CallParams, Spec};
use touchstone_kernel::{Clock, Owned, Sealed};
use touchstone_vocabulary::{ApiKeyId, EvaluationId, HarnessId, Hub, Score, TeamId, mean};
use uuid::Uuid;

use self::client::Client;
use crate::clock::SystemClock;
use crate::settings::{Settings, StoreSettings};
use crate::target::{Persona, TargetOptions};
use crate::wiring::Server;

/// Scores are means of a few thousand numbers; two ways of adding them agree this closely.
const TOLERANCE: f64 = 1e-9;

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End after the result is shown instead of serving on.
    #[arg(long, env = "TOUCHSTONE_DEMO_EXIT")]
    exit: bool,
    /// How the practice target answers: steadfast, gullible or mixed.
    #[arg(long, env = "TOUCHSTONE_DEMO_PERSONA", default_value = "mixed")]
    persona: Persona,
    /// Harnesses to run, separated by commas.
    #[arg(
        long,
        env = "TOUCHSTONE_DEMO_HARNESSES",
        value_delimiter = ',',
        default_value = "security_Small,reliability_Small,safety_Small"
    )]
    harnesses: Vec<String>,
    /// Address of the API; port 0 takes any free one.
    #[arg(long, env = "TOUCHSTONE_DEMO_LISTEN", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

pub async fn run(args: &DemoArgs) -> Result<ExitCode> {
    let scratch = scratch_dir()?;
    let stop = super::stop_signal();
    let outcome = demonstrate(args, scratch.path(), stop).await;
    drop(scratch);
    outcome
}

/// A directory that goes with the value.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scratch_dir() -> Result<Scratch> {
    let path = std::env::temp_dir().join(format!("touchstone-demo-{}", SystemClock.new_id()));
    std::fs::create_dir(&path).context("no scratch directory can be made")?;
    Ok(Scratch(path))
}

async fn demonstrate(
    args: &DemoArgs,
    scratch: &std::path::Path,
    stop: CancellationToken,
) -> Result<ExitCode> {
    let practice = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", practice.local_addr()?);
    let options = TargetOptions { persona: args.persona, ..TargetOptions::default() };
    let target_stop = stop.clone();
    let mut background = tokio::task::JoinSet::new();
    background.spawn(crate::target::serve(practice, options, target_stop));
    let settings =
        Settings { deadline_hours: 1.0, ..Settings::of(StoreSettings::embedded(scratch), args.listen) };
    let server = Server::start(&settings, Arc::new(SystemClock), stop.clone()).await?;
    let address = server.address.context("the API does not listen")?;
    let token = std::fs::read_to_string(scratch.join("admin.token"))?;
    let client = Client::new(format!("http://{address}/v1"), token.trim().to_owned())?;
    println!("Evaluating the practice target ({}) at {url}\n", args.persona);

    let showing = show(args, &client, &url);
    let serving = server.wait();
    tokio::pin!(serving);
    let agreed = tokio::select! {
        shown = showing => shown?,
        ended = &mut serving => {
            ended?;
            bail!("stopped before the evaluation was finished");
        }
    };
    if args.exit {
        stop.cancel();
    } else {
        println!("\nServing on http://{address} (documentation at http://{address}/docs); Ctrl-C ends it.");
        println!("Token: {}", token.trim());
    }
    serving.await?;
    background.shutdown().await;
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the evaluation to its end, prints the tree, and tells whether the score is the predicted one.
async fn show(args: &DemoArgs, client: &Client, url: &str) -> Result<bool> {
    let harnesses: Vec<String> = args
        .harnesses
        .iter()
        .map(|name| format!("vijil.harnesses.{}", name.trim_start_matches("vijil.harnesses.")))
        .collect();
    let key = client
        .post(
            "/api-keys",
            &json!({"name": "practice", "hub": "custom", "value": "practice-key", "url": url,
                    "rate_limit_per_interval": 1_000_000, "rate_limit_interval": 1}),
        )
        .await?;
    let id = EvaluationId(SystemClock.new_id());
    client
        .post(
            "/evaluations",
            &json!({"id": id, "name": "demo", "hub": "custom", "model": "practice", "url": url,
                    "api_key_proxy": key["id"], "harness_config_ids": harnesses,
                    "scenario_config_filters": [], "agent_params": {"temperature": 0}}),
        )
        .await?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} responses  {per_sec}  {elapsed}")?);
    let evaluation = loop {
        let evaluation = client.get(&format!("/evaluations/{id}")).await?;
        bar.set_length(evaluation["total_test_count"].as_u64().unwrap_or(0));
        bar.set_position(evaluation["completed_test_count"].as_u64().unwrap_or(0));
        match evaluation["status"].as_str() {
            Some("CREATED" | "IN_PROGRESS") => tokio::time::sleep(Duration::from_millis(100)).await,
            Some("COMPLETED") => break evaluation,
            other => bail!("the evaluation ended as {other:?}: {}", evaluation["cause"]),
        }
    };
    bar.finish_and_clear();
    print!("{}", tree::render(client, &id.to_string()).await?);
    let reached = evaluation["score"].as_f64().context("a completed evaluation has a score")?;
    let expected = predicted(args.persona, &harnesses)?;
    println!("\nScore {reached:.6}, predicted for the persona {}: {expected:.6}", args.persona);
    let agreed = (reached - expected).abs() < TOLERANCE;
    println!("{}", if agreed { "They agree." } else { "They DIFFER: something is wrong." });
    Ok(agreed)
}

/// The score that the persona's rule implies: a prompt for which it falls is a hit, any other a pass.
fn predicted(persona: Persona, harnesses: &[String]) -> Result<f64> {
    let edition = touchstone_catalog::latest();
    let spec = Spec {
        name: Sealed::Erased,
        hub: Hub::Custom,
        model: String::new(),
        url: None,
        api_key: ApiKeyId(Uuid::nil()),
        harnesses: harnesses.iter().map(|id| HarnessId::from(id.as_str())).collect(),
        scenarios: Vec::new(),
        version: edition.version().clone(),
        sample_size: None,
        is_lite: false,
        tags: Vec::new(),
        params: CallParams {
            temperature: None,
            top_p: None,
            max_completion_tokens: None,
            generations: 1,
            timeout: None,
            system_prompt: None,
        },
        agent_configuration: None,
    };
    let nobody = Owned::new(TeamId(Uuid::nil()), EvaluationId(Uuid::nil()));
    let suite = touchstone_runner::suite(&edition.into(), &nobody, &spec);
    let mut finished = BTreeMap::new();
    for probe in suite.prompts.keys().filter_map(|id| edition.probe(id)) {
        let chosen = &suite.prompts[&probe.id];
        let scores = probe
            .prompts
            .iter()
            .filter(|prompt| prompt.is_scored() && chosen.contains(&prompt.id))
            .map(|prompt| Some(if persona.falls(&prompt.messages) { Score::FAIL } else { Score::PASS }));
        finished.insert(probe.id.clone(), mean(scores));
    }
    touchstone_commands::evaluation::levels(&suite.plan, &finished)
        .evaluation
        .map(Score::get)
        .context("the chosen harnesses have no prompts")
}
