//! `touchstone-benches`: how fast the real binary is, and what it costs.
//!
//! Every run prints one line of JSON: what was measured, the goal, whether it was reached, and the machine. Servers
//! and targets are separate processes of the binary that lies beside this one, so build both with `--release`.
//! PostgreSQL runs with its own durable settings (fsync on), SQLite as the service sets it, and NATS with file
//! storage.

mod append;
mod caller;
mod detectors;
mod evaluation;
mod machine;
mod rebuild;
mod report;
mod responses;
mod search;
mod site;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::evaluation::EvaluationArgs;
use crate::site::Backend;

/// Measures the service and prints one JSON line per run.
#[derive(Debug, Parser)]
#[command(name = "touchstone-benches", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, Subcommand)]
enum Sub {
    /// One evaluation of the practice target, from the request until everything is projected.
    Evaluation(EvaluationArgs),
    /// `projections rebuild --all` over the log of an evaluation.
    Rebuild {
        /// What the service stands on.
        #[arg(long)]
        backend: Backend,
        /// Responses in the log, at least.
        #[arg(long, default_value_t = 100_000)]
        prompts: usize,
    },
    /// Batches of 100 events: ours against postgres-es's own repository, in turn.
    Append {
        /// Batches of each.
        #[arg(long, default_value_t = 500)]
        batches: usize,
    },
    /// `GET /v1/responses?limit=1000000`.
    ResponsesStream {
        /// What the service stands on.
        #[arg(long)]
        backend: Backend,
        /// Responses in the store, at least.
        #[arg(long, default_value_t = 100_000)]
        prompts: usize,
    },
    /// Judging responses with every detector that needs no model, on one core.
    Detectors,
    /// Finding prompts: labelled queries, and 100,000 prompts.
    Search {
        /// Where the embedding model lies: `models/static` of a data directory.
        #[arg(long)]
        model: std::path::PathBuf,
    },
    /// Everything that has a goal and needs no installed model, one after the other.
    All,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(cli.command))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(command: Sub) -> Result<()> {
    match command {
        Sub::Evaluation(args) => evaluation::run(&args).await,
        Sub::Rebuild { backend, prompts } => rebuild::run(backend, prompts).await,
        Sub::Append { batches } => append::run(batches).await,
        Sub::ResponsesStream { backend, prompts } => responses::run(backend, prompts).await,
        Sub::Detectors => detectors::run(),
        Sub::Search { model } => search::run(&model),
        Sub::All => all().await,
    }
}

async fn all() -> Result<()> {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        evaluation::run(&EvaluationArgs::flat_out(backend)).await?;
        evaluation::run(&EvaluationArgs::slow_target(backend)).await?;
        responses::run_then_rebuild(backend, 100_000).await?;
    }
    append::run(500).await?;
    detectors::run()
}
