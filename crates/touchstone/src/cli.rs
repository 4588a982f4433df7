//! The command line: one file per subcommand.

mod catalog;
mod dead_letters;
mod demo;
mod detectors;
mod extract;
mod log;
mod member;
mod models;
mod projections;
mod serve;
mod target;
mod token;
mod vault;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use touchstone_vocabulary::Time;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::StoreOptions;

/// Evaluates language models and agents, and can prove every result.
#[derive(Debug, Parser)]
#[command(name = "touchstone", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    store: StoreOptions,
    /// What is logged, e.g. `info` or `touchstone_runner=debug,warn`.
    #[arg(long, global = true, env = "TOUCHSTONE_LOG", default_value = "info,sqlx=warn,async_nats=warn")]
    log: String,
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, Subcommand)]
enum Sub {
    /// Serves the API and runs evaluations.
    Serve(Box<crate::settings::ServeOptions>),
    /// Starts everything on a scratch data directory and evaluates the practice target.
    Demo(demo::DemoArgs),
    /// Serves the practice target: an endpoint that behaves as told.
    Target(target::TargetArgs),
    /// Bearer tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Who belongs to a team.
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Read models: list, rebuild, verify.
    #[command(subcommand)]
    Projections(projections::ProjectionsCommand),
    /// Events that a projection could not take in: list, retry, discard.
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLettersCommand),
    /// The event log: verify, show, after-restore.
    #[command(subcommand)]
    Log(log::LogCommand),
    /// What the catalogue and its detectors know: verify, refresh-packages, import-benchmark.
    #[command(subcommand)]
    Catalog(catalog::CatalogCommand),
    /// Judges of responses: measure.
    #[command(subcommand)]
    Detectors(detectors::DetectorsCommand),
    /// Models that run in the process: fetch.
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// The key-encryption key: change it.
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Applies pending migrations; `serve` does so by itself.
    Migrate,
    /// Reads a document on behalf of a server.
    #[command(hide = true)]
    Extract(extract::ExtractArgs),
    /// Prints the OpenAPI document.
    #[command(hide = true)]
    Openapi,
    /// Prints docs/events.md.
    #[command(hide = true)]
    EventsDoc,
    /// Prints docs/detectors.md.
    #[command(hide = true)]
    DetectorsDoc,
}

/// Libraries that at their loudest tell what they carry.
const INDISCREET: [&str; 6] = ["async_nats", "h2", "hyper", "reqwest", "rustls", "sqlx"];

/// Whether something may be logged, however much is asked for.
fn discreet(about: &Metadata<'_>) -> bool {
    *about.level() <= Level::INFO || !INDISCREET.iter().any(|name| about.target().starts_with(name))
}

/// Has this process tell on standard error what it does, as loudly as wanted, and of a crash nothing but its place.
pub fn tell(wanted: &str) {
    let wanted = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    let discreet = filter_fn(discreet).with_max_level_hint(LevelFilter::TRACE);
    let logs = tracing_subscriber::registry().with(wanted).with(discreet);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logs.with(lines).init();
    } else {
        logs.with(lines.json()).init();
    }
    crate::crash::show_nothing();
}

/// Runs the command line to its exit code: 0 well, 1 failed or found something, 2 wrong usage.
pub fn main(cli: Cli) -> ExitCode {
    if let Sub::Extract(args) = &cli.command {
        return extract::run(args);
    }
    tell(&cli.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("touchstone cannot start: {fault}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match outcome {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("touchstone: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Sub::Serve(options) => serve::run(&cli.store, &options).await,
        Sub::Demo(args) => demo::run(&args).await,
        Sub::Target(args) => target::run(&args).await,
        Sub::Token(command) => token::run(&cli.store, &command).await,
        Sub::Member(command) => member::run(&cli.store, &command).await,
        Sub::Projections(command) => projections::run(&cli.store, &command).await,
        Sub::DeadLetters(command) => dead_letters::run(&cli.store, &command).await,
        Sub::Log(command) => log::run(&cli.store, &command).await,
        Sub::Catalog(command) => catalog::run(&cli.store, &command).await,
        Sub::Detectors(command) => detectors::run(&cli.store, &command),
        Sub::Models(command) => models::run(&cli.store, &command).await,
        Sub::Vault(command) => vault::run(&cli.store, &command).await,
        Sub::Migrate => {
            let settings = crate::settings::store(&cli.store)?;
            crate::wiring::database(&settings).await?;
            println!("the database is up to date");
            Ok(ExitCode::SUCCESS)
        }
        Sub::Extract(args) => Ok(extract::run(&args)),
        Sub::Openapi => {
            println!("{}", touchstone_api::openapi().to_pretty_json()?);
            Ok(ExitCode::SUCCESS)
        }
        Sub::EventsDoc => {
            print!("{}", crate::events_doc::render());
            Ok(ExitCode::SUCCESS)
        }
        Sub::DetectorsDoc => {
            print!("{}", crate::detectors_doc::render());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A point in time as people read it, to the second where it has no fraction.
fn moment(at: Time) -> anyhow::Result<String> {
    let nanos = i128::from(at.micros()) * 1_000;
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(nanos)?;
    Ok(at.format(&time::format_description::well_known::Rfc3339)?)
}

/// Canceled by Ctrl-C or SIGTERM; a second signal ends the process at once.
fn stop_signal() -> tokio_util::sync::CancellationToken {
    let stop = tokio_util::sync::CancellationToken::new();
    let canceled = stop.clone();
    #[expect(clippy::disallowed_methods, reason = "lives as long as the process and has nothing to report")]
    tokio::spawn(async move {
        for round in 0..2 {
            let terminated = async {
                match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                    Ok(mut signal) => signal.recv().await,
                    Err(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated => {}
            }
            if round == 0 {
                canceled.cancel();
            } else {
                std::process::exit(130);
            }
        }
    });
    stop
}
