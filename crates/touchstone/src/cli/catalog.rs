//! `touchstone catalog`.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;
use touchstone_detectors::Ecosystem;

use crate::index::Index;
use crate::settings::{IndexOptions, StoreOptions};

#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
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
}

pub async fn run(options: &StoreOptions, command: &CatalogCommand) -> Result<ExitCode> {
    match command {
        CatalogCommand::RefreshPackages { index, registries, json } => {
            refresh(options, index, registries, *json).await
        }
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
