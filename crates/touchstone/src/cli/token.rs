//! `touchstone token`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use touchstone_vocabulary::TeamRole;

use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Makes a token; user and team too, where they are absent.
    Create {
        /// Whose token it is.
        #[arg(long, env = "TOUCHSTONE_TOKEN_EMAIL")]
        email: String,
        /// Name of the team (made when absent) or id of an existing one.
        #[arg(long, env = "TOUCHSTONE_TOKEN_TEAM")]
        team: String,
        /// Role in the team: admin or user [default: the one held, else user].
        #[arg(long, env = "TOUCHSTONE_TOKEN_ROLE")]
        role: Option<TeamRole>,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

pub async fn run(options: &StoreOptions, command: &TokenCommand) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    let TokenCommand::Create { email, team, role, json } = command;
    let issued = crate::bootstrap::issue(&core.store, core.clock.as_ref(), email, team, *role).await?;
    if *json {
        let shown = serde_json::json!({
            "token": issued.token,
            "user_id": issued.user,
            "team_id": issued.team,
            "team_role": issued.role,
        });
        println!("{shown}");
    } else {
        println!("{}", issued.token);
    }
    Ok(ExitCode::SUCCESS)
}
