//! `touchstone catalog`.

mod benchmark;
mod prompts;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;
use touchstone_detectors::{Detectors, Ecosystem};

use self::benchmark::ImportArgs;
use self::prompts::Import;
use crate::index::Index;
use crate::prompts::Format;
use crate::settings::{IndexOptions, StoreOptions};
use crate::verify::{Exception, Fault, Report};

#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Checks every edition: probes are reached, detectors exist, prompts carry what they need, and the practice
    /// personas score as they should; exit 1 and the place where not.
    Verify {
        /// Print JSON, one object for each edition.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Writes prompts from files into a team, all of them or none: .jsonl or .csv; README tells the fields.
    Import {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Name of a team that was made on the command line, or id of any.
        #[arg(long, env = "TOUCHSTONE_IMPORT_TEAM")]
        team: String,
        /// Say what would happen, and change nothing.
        #[arg(long, env = "TOUCHSTONE_IMPORT_DRY_RUN")]
        dry_run: bool,
        /// Import the good lines although others are wrong.
        #[arg(long, env = "TOUCHSTONE_IMPORT_PARTIAL")]
        partial: bool,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Writes the prompts of a team, or of the catalogue's newest version, to a file or to standard output.
    Export {
        /// Name of a team that was made on the command line, or id of any [default: the catalogue].
        #[arg(long, env = "TOUCHSTONE_EXPORT_TEAM")]
        team: Option<String>,
        #[arg(long, env = "TOUCHSTONE_EXPORT_FORMAT", default_value = "jsonl")]
        format: Format,
        /// The file [default: standard output].
        #[arg(long, env = "TOUCHSTONE_EXPORT_FILE")]
        file: Option<PathBuf>,
    },
    /// Fetches the names of all packages of registries, for the detectors of invented packages.
    RefreshPackages {
        #[command(flatten)]
        index: IndexOptions,
        /// Which registries: any of pypi, npm, rubygems, crates, separated by commas [default: all].
        #[arg(long, env = "TOUCHSTONE_REGISTRIES", value_delimiter = ',')]
        registries: Vec<String>,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Imports the files of a benchmark's data set, which makes its harness runnable: all of their rows, or none and
    /// what is wrong with them.
    ImportBenchmark(ImportArgs),
}

pub async fn run(options: &StoreOptions, command: &CatalogCommand) -> Result<ExitCode> {
    match command {
        CatalogCommand::Verify { json } => verify(options, *json),
        CatalogCommand::Import { files, team, dry_run, partial, json } => {
            let (dry_run, partial, json) = (*dry_run, *partial, *json);
            prompts::import(options, &Import { files, team, dry_run, partial, json }).await
        }
        CatalogCommand::Export { team, format, file } => {
            prompts::export(options, team.as_deref(), *format, file.as_ref()).await
        }
        CatalogCommand::RefreshPackages { index, registries, json } => {
            refresh(options, index, registries, *json).await
        }
        CatalogCommand::ImportBenchmark(args) => benchmark::import(options, args).await,
    }
}

fn verify(options: &StoreOptions, json: bool) -> Result<ExitCode> {
    let detectors = Detectors::new(crate::installed::load(&crate::settings::store(options)?)?);
    let mut well = true;
    for version in touchstone_catalog::versions() {
        let Some(edition) = touchstone_catalog::edition(version.as_str()) else { continue };
        let report = crate::verify::verify(edition, &detectors);
        well &= report.faults.is_empty();
        if json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            show(&report);
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(report: &Report) {
    let Report { version, harnesses, scenarios, probes, prompts, faults, exceptions } = report;
    println!("{version}: {harnesses} harnesses, {scenarios} scenarios, {probes} probes, {prompts} prompts");
    for Exception { probe, reason, steadfast, gullible } in exceptions {
        let shown =
            |score: &Option<f64>| score.map_or_else(|| "no score".to_owned(), |score| score.to_string());
        println!("  {probe}: steadfast {}, gullible {}: {reason}", shown(steadfast), shown(gullible));
    }
    for Fault { place, sentence } in faults {
        println!("  FAULT {place}: {sentence}");
    }
    if faults.is_empty() {
        println!("  everything is as it should be");
    }
}

async fn refresh(
    options: &StoreOptions,
    index: &IndexOptions,
    registries: &[String],
    json: bool,
) -> Result<ExitCode> {
    let chosen = chosen(registries)?;
    let settings = crate::settings::store(options)?;
    let index = Index::new(crate::settings::index(options, index)?)?;
    let mut well = true;
    for ecosystem in chosen {
        let registry = ecosystem.registry();
        match index.refresh(ecosystem, &settings.data_dir).await {
            Ok(names) if json => println!("{}", json!({"registry": registry, "names": names})),
            Ok(names) => println!("{registry}: {names} names"),
            // The others may well answer.
            Err(fault) => {
                well = false;
                eprintln!("touchstone: {registry}: {fault:#}");
            }
        }
    }
    if !json {
        println!("A running server reads the lists when it is started again.");
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(registries: &[String]) -> Result<Vec<Ecosystem>> {
    if registries.is_empty() {
        return Ok(Ecosystem::ALL.to_vec());
    }
    let named = |name: &String| match Ecosystem::ALL.into_iter().find(|one| one.registry() == name.trim()) {
        Some(ecosystem) => Ok(ecosystem),
        None => bail!("{name:?} is no registry; the registries are pypi, npm, rubygems and crates"),
    };
    registries.iter().map(named).collect()
}
