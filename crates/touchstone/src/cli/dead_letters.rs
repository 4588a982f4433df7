//! `touchstone dead-letters`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use touchstone_read_store::{dead_letters, discard, retry};

use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Shows what is parked.
    List {
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Applies parked events again, in order.
    Retry {
        /// One lane, as `list` names it; all without it.
        lane: Option<String>,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Drops a lane's parked events from the read models for good; the log keeps them.
    Discard {
        /// The lane, as `list` names it.
        lane: String,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

pub async fn run(options: &StoreOptions, command: &DeadLettersCommand) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    match command {
        DeadLettersCommand::List { json } => {
            let letters = dead_letters(&core.group).await?;
            if *json {
                println!("{}", serde_json::to_string(&letters)?);
            } else if letters.is_empty() {
                println!("nothing is parked");
            } else {
                for letter in letters {
                    let state = if letter.discarded { "discarded" } else { "parked" };
                    println!(
                        "{}  seq {}  {}  {state}: {}",
                        letter.lane, letter.seq, letter.event_name, letter.reason
                    );
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        DeadLettersCommand::Retry { lane, json } => {
            let lanes = retry(&core.group, lane.as_deref()).await?;
            if *json {
                println!("{}", serde_json::to_string(&lanes)?);
            } else if lanes.is_empty() {
                println!("nothing is parked");
            } else {
                for one in &lanes {
                    match &one.fault {
                        None => println!("{}  healed, {} events applied", one.lane, one.events),
                        Some(fault) => println!("{}  still parked: {fault}", one.lane),
                    }
                }
            }
            let healed = lanes.iter().all(|one| one.fault.is_none());
            Ok(if healed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        DeadLettersCommand::Discard { lane, json } => {
            let count = discard(&core.group, lane).await?;
            if *json {
                println!("{}", serde_json::json!({"discarded": count}));
            } else {
                println!("{count} events discarded");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}
