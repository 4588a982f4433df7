//! `touchstone vault`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Wraps everything under the current key that was wrapped under the second one. Servers go on meanwhile; a run
    /// that was cut off is finished by the next.
    Rewrap {
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

pub async fn run(options: &StoreOptions, command: &VaultCommand) -> Result<ExitCode> {
    let VaultCommand::Rewrap { json } = command;
    let (database, vault) = crate::wiring::database(&crate::settings::store(options)?).await?;
    let bar = ProgressBar::new(vault.outdated().await?);
    bar.set_style(ProgressStyle::with_template("rewrapping {wide_bar} {pos}/{len}")?);
    let done = vault.rewrap(|rows| bar.set_position(rows)).await?;
    bar.finish_and_clear();
    // No older version of a row stays in a write-ahead log. A server that reads just now does it later.
    database.scrub().await?;
    let left = vault.outdated().await?;
    database.close().await;
    if *json {
        let unreadable = &done.unreadable;
        println!("{}", serde_json::json!({"rewrapped": done.rows, "left": left, "unreadable": unreadable}));
    } else {
        println!("{} keys were wrapped under the current key", done.rows);
        for name in &done.unreadable {
            println!("{name} cannot be opened and was left alone");
        }
        if left == 0 {
            println!("nothing needs the second key any more");
        } else {
            println!(
                "{left} keys still need the second key; where a server still wraps under it, change that and repeat this"
            );
        }
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
