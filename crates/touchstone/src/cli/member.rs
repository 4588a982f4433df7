//! `touchstone member`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::settings::StoreOptions;

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Ends somebody's membership in a team; tokens for that team are no longer accepted within 5 seconds.
    Remove {
        /// Whose membership it is.
        #[arg(long, env = "TOUCHSTONE_MEMBER_EMAIL")]
        email: String,
        /// Name of a team that was made on the command line, or id of any.
        #[arg(long, env = "TOUCHSTONE_MEMBER_TEAM")]
        team: String,
    },
}

pub async fn run(options: &StoreOptions, command: &MemberCommand) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    let MemberCommand::Remove { email, team } = command;
    let user = crate::bootstrap::remove(&core.store, core.clock.as_ref(), email, team).await?;
    println!("user {user} is no member of {team}");
    Ok(ExitCode::SUCCESS)
}
