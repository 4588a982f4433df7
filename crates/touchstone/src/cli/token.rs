//! `touchstone token`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use touchstone_event_store::Sequencer;
use touchstone_queries::token::{self, TokenItemView, TokenView};
use touchstone_vocabulary::{TeamRole, Time};

use crate::bootstrap::{self, Wish};
use crate::settings::StoreOptions;
use crate::wiring::Core;

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
        /// Role in the team: admin or user [default: the one held, else user; the founder of a team is its admin].
        #[arg(long, env = "TOUCHSTONE_TOKEN_ROLE", conflicts_with = "service")]
        role: Option<TeamRole>,
        /// For a part of the installation, which belongs to no team member: it may use `POST /v1/events` only.
        #[arg(long, env = "TOUCHSTONE_TOKEN_SERVICE")]
        service: bool,
        /// Days after which it is no longer accepted [default: never].
        #[arg(long, env = "TOUCHSTONE_TOKEN_EXPIRES_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
        expires_days: Option<u32>,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Shows whose tokens there are, and when each was last used.
    List {
        /// Print JSON, one token a line.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
    /// Ends a token for good, within 5 seconds on every instance.
    Revoke {
        /// Its id, or the token itself.
        token: String,
        /// Print JSON.
        #[arg(long, env = "TOUCHSTONE_JSON")]
        json: bool,
    },
}

pub async fn run(options: &StoreOptions, command: &TokenCommand) -> Result<ExitCode> {
    let core = crate::wiring::core(&crate::settings::store(options)?).await?;
    match command {
        TokenCommand::Create { email, team, role, service, expires_days, json } => {
            let days = |days: u32| Duration::from_hours(u64::from(days) * 24);
            let wish = Wish {
                email: email.trim().to_owned(),
                team: team.trim().to_owned(),
                role: *role,
                is_service: *service,
                expires_at: expires_days.map(|number| core.clock.now().plus(days(number))),
            };
            create(&core, &wish, *json).await?;
        }
        TokenCommand::List { json } => list(&core, *json).await?,
        TokenCommand::Revoke { token, json } => {
            let id = bootstrap::revoke(&core.store, core.clock.as_ref(), token).await?;
            if *json {
                println!("{}", json!({"token_id": id, "status": "revoked"}));
            } else {
                println!("token {id} is revoked");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(core: &Core, wish: &Wish, as_json: bool) -> Result<()> {
    let issued = bootstrap::issue(&core.store, core.clock.as_ref(), wish).await?;
    if as_json {
        let shown = json!({
            "token": issued.token,
            "token_id": issued.id,
            "user_id": issued.user,
            "team_id": issued.team,
            "team_role": issued.role,
            "expires_at": wish.expires_at.map(Time::secs),
        });
        println!("{shown}");
    } else {
        println!("{}", issued.token);
    }
    Ok(())
}

async fn list(core: &Core, as_json: bool) -> Result<()> {
    // No server may be running that would bring the read models up to the log.
    let sequencer = Sequencer::new(core.store.clone(), core.clock.new_id());
    while sequencer.step().await? > 0 {}
    let _ = core.group.catch_up().await?;
    let uses = core.store.token_uses().await?;
    let now = core.clock.now().secs();
    for item in token::all(&core.db).await? {
        let used = uses.get(&item.token.id).copied();
        println!("{}", if as_json { object(&item, used, now).to_string() } else { line(&item, used, now)? });
    }
    Ok(())
}

/// What a token is good for just now.
fn status(token: &TokenView, now: i64) -> &'static str {
    if token.is_revoked {
        "revoked"
    } else if token.expires_at.is_some_and(|end| end <= now) {
        "expired"
    } else if token.role.is_none() && !token.is_service {
        "no member"
    } else {
        "active"
    }
}

fn standing(token: &TokenView) -> &'static str {
    match token.role {
        Some(role) => role.as_str(),
        None if token.is_service => "service",
        None => "-",
    }
}

fn object(item: &TokenItemView, used: Option<Time>, now: i64) -> serde_json::Value {
    let token = &item.token;
    json!({
        "token_id": token.id, "email": token.email, "user_id": token.user, "team_id": token.team,
        "team": item.team_name, "standing": standing(token), "status": status(token, now),
        "created_at": item.created_at, "expires_at": token.expires_at, "last_used_at": used.map(Time::secs),
    })
}

fn line(item: &TokenItemView, used: Option<Time>, now: i64) -> Result<String> {
    let token = &item.token;
    let since = |at: Option<i64>| match at {
        Some(seconds) => super::moment(Time::from_secs(seconds)),
        None => Ok("never".to_owned()),
    };
    let (id, status, standing) = (token.id, status(token, now), standing(token));
    let (made, expires) = (since(Some(item.created_at))?, since(token.expires_at)?);
    let (email, team, used) = (&token.email, &item.team_name, since(used.map(Time::secs))?);
    Ok(format!(
        "{id}  {status:9} {standing:7} {email} in {team}, made {made}, expires {expires}, last used {used}"
    ))
}
