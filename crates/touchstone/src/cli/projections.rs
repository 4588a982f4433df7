//! `touchstone projections`.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use touchstone_read_store::{Filling, Scope, statuses};

use crate::settings::StoreOptions;
use crate::wiring::Core;

#[derive(Debug, Subcommand)]
pub enum ProjectionsCommand {
    /// Shows where each projection stands.
    List {
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Builds a projection anew beside the live one and switches.
    Rebuild {
        /// Which one.
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// All of them.
        #[arg(long, env = "TOUCHSTONE_REBUILD_ALL", conflicts_with = "name")]
        all: bool,
    },
    /// Rebuilds into scratch tables and compares row by row; exit 1 where something differs.
    Verify {
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

pub async fn run(options: &StoreOptions, command: &ProjectionsCommand) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    match command {
        ProjectionsCommand::List { json } => list(&core, *json).await,
        ProjectionsCommand::Rebuild { name, all: _ } => rebuild(&core, name.as_deref()).await,
        ProjectionsCommand::Verify { json } => verify(&core, *json).await,
    }
}

async fn list(core: &Core, json: bool) -> Result<ExitCode> {
    let list = statuses(&core.group, core.clock.now()).await?;
    if json {
        println!("{}", serde_json::to_string(&list)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{:<18} {:>10} {:>10} {:>8} {:>8} {:>11} {:>7}",
        "projection", "seq", "head", "behind", "seconds", "generation", "parked"
    );
    for one in list {
        println!(
            "{:<18} {:>10} {:>10} {:>8} {:>8} {:>11} {:>7}",
            one.name,
            one.seq,
            one.head,
            one.lag_events,
            one.lag_seconds,
            one.generation,
            one.parked.len()
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn rebuild(core: &Core, name: Option<&str>) -> Result<ExitCode> {
    let scope = match name {
        None => Scope::All,
        Some(name) => {
            let known: Vec<_> = core.group.projections().iter().map(|one| one.name()).collect();
            ensure!(known.contains(&name), "there is no projection {name:?}; there are {}", known.join(", "));
            Scope::One(name.to_owned())
        }
    };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("rebuilding {wide_bar} {pos}/{len} events  {per_sec}")?);
    let shown = bar.clone();
    let report = move |filling: Filling| {
        shown.set_length(u64::try_from(filling.head).unwrap_or(0));
        shown.set_position(u64::try_from(filling.seq).unwrap_or(0));
    };
    let built = touchstone_read_store::rebuild(&core.group, &scope, &super::stop_signal(), report).await?;
    bar.finish_and_clear();
    let Some(built) = built else {
        println!("stopped; the same command goes on from here");
        return Ok(ExitCode::FAILURE);
    };
    println!("rebuilt from {} events; generation {} is live", built.seq, built.generation);
    Ok(ExitCode::SUCCESS)
}

async fn verify(core: &Core, json: bool) -> Result<ExitCode> {
    core.group.catch_up().await?;
    let report = touchstone_read_store::verify(&core.group).await?;
    let clean = report.is_clean();
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        for table in &report.tables {
            println!("{:<28} {:>10} rows {:>8} differing", table.table, table.rows, table.differing);
        }
        println!(
            "{}",
            if clean { "rebuilt tables equal the live ones" } else { "the live tables differ: rebuild them" }
        );
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
