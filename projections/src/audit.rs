//! What an admin may want to know of who did what: tokens, members, invites, keys and their use, attempts that were
//! denied. One row per event, in the team that it concerns.

use async_trait::async_trait;
use serde_json::{Value, json};
use touchstone_aggregates::access::{AccessEvent, Denials};
use touchstone_aggregates::agent_configuration::AgentConfigurationEvent;
use touchstone_aggregates::api_key::ApiKeyEvent;
use touchstone_aggregates::evaluation::EvaluationEvent;
use touchstone_aggregates::invite::InviteEvent;
use touchstone_aggregates::local_eval_token::LocalEvalTokenEvent;
use touchstone_aggregates::notice::NoticeEvent;
use touchstone_aggregates::team::TeamEvent;
use touchstone_aggregates::token::TokenEvent;
use touchstone_kernel::{Event, Metadata, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{Time, UserId};

use crate::batch::{document, event, replacing};

/// Fills the table of the audit.
pub struct AuditRows;

const COLUMNS: &[&str] = &["team_id", "ordinal", "event_id", "kind", "actor", "user_id", "at", "detail"];
/// An evaluation names the key that it will use; of other uses there is an event.
const KEY_USED: &str = "api_key.used";

#[async_trait]
impl Projection for AuditRows {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_audit"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/audit.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        let mut rows = Vec::new();
        for recorded in events {
            let Some(entry) = entry(recorded)? else { continue };
            let metadata =
                recorded.envelope.metadata().map_err(|fault| ApplyError::Data(fault.to_string()))?;
            let Some(team) = team(recorded, &metadata) else { continue };
            rows.push(vec![
                Arg::Text(team),
                Arg::Int(recorded.envelope.seq),
                Arg::Text(recorded.envelope.event_id.to_string()),
                Arg::Text(entry.kind),
                Arg::Text(metadata.actor),
                Arg::OptText(entry.user.map(|user| user.to_string())),
                Arg::Int(recorded.at().secs()),
                Arg::Text(document(&entry.detail)?),
            ]);
        }
        if !rows.is_empty() {
            let suffix = replacing(&["team_id", "ordinal"], COLUMNS);
            tx.insert("rm_audit", COLUMNS, rows, &suffix).await?;
        }
        Ok(())
    }
}

/// The team that an event concerns: its stream's, or that in whose name a token was issued or revoked.
fn team(recorded: &Recorded, metadata: &Metadata) -> Option<String> {
    match recorded.envelope.team_segment() {
        "_" => metadata.team.map(|team| team.to_string()),
        team => Some(team.to_owned()),
    }
}

/// What is told of one event.
struct Entry {
    kind: String,
    /// Whom it is about, beside who did it.
    user: Option<UserId>,
    detail: Value,
}

fn entry(recorded: &Recorded) -> Result<Option<Entry>, ApplyError> {
    let told = match recorded.envelope.context.as_str() {
        TokenEvent::CONTEXT => of_token(recorded)?,
        TeamEvent::CONTEXT => of_team(recorded)?,
        InviteEvent::CONTEXT => of_invite(recorded)?,
        ApiKeyEvent::CONTEXT => of_api_key(recorded)?,
        AgentConfigurationEvent::CONTEXT => of_agent_configuration(recorded)?,
        AccessEvent::CONTEXT => return of_access(recorded).map(Some),
        NoticeEvent::CONTEXT => of_notice(recorded)?,
        LocalEvalTokenEvent::CONTEXT => of_local_eval_token(recorded)?,
        EvaluationEvent::CONTEXT => return of_evaluation(recorded),
        _ => return Ok(None),
    };
    let (user, detail) = told;
    Ok(Some(Entry { kind: recorded.envelope.name.clone(), user, detail }))
}

type Told = (Option<UserId>, Value);

/// The last part of the stream's id, which names the thing.
fn thing(recorded: &Recorded) -> &str {
    recorded.envelope.stream.rsplit('/').next().unwrap_or_default()
}

fn of_token(recorded: &Recorded) -> Result<Told, ApplyError> {
    let id = thing(recorded);
    let issued = |user, expires_at: Option<Time>| {
        (Some(user), json!({"token_id": id, "expires_at": expires_at.map(Time::secs)}))
    };
    Ok(match event::<TokenEvent>(recorded)? {
        TokenEvent::Issued { user, expires_at, .. } => issued(user, expires_at),
        TokenEvent::IssuedToService { service, expires_at, .. } => issued(service, expires_at),
        TokenEvent::Revoked {} => (None, json!({"token_id": id})),
    })
}

fn of_team(recorded: &Recorded) -> Result<Told, ApplyError> {
    Ok(match event::<TeamEvent>(recorded)? {
        TeamEvent::Created { .. } | TeamEvent::DetailsChanged { .. } | TeamEvent::Deleted {} => {
            (None, json!({}))
        }
        TeamEvent::MemberAdded { user, role } | TeamEvent::MemberRoleChanged { user, role } => {
            (Some(user), json!({"role": role}))
        }
        TeamEvent::MemberRemoved { user } => (Some(user), json!({})),
    })
}

fn of_invite(recorded: &Recorded) -> Result<Told, ApplyError> {
    let id = thing(recorded);
    Ok(match event::<InviteEvent>(recorded)? {
        InviteEvent::Created { role, .. } => (None, json!({"invite_id": id, "role": role})),
        InviteEvent::Accepted { by } | InviteEvent::Declined { by } => (Some(by), json!({"invite_id": id})),
        InviteEvent::Revoked {} | InviteEvent::Expired {} => (None, json!({"invite_id": id})),
    })
}

fn of_api_key(recorded: &Recorded) -> Result<Told, ApplyError> {
    let id = thing(recorded);
    Ok(match event::<ApiKeyEvent>(recorded)? {
        ApiKeyEvent::Created { hub, .. } => (None, json!({"api_key_id": id, "hub": hub})),
        ApiKeyEvent::StatusChanged { status } => (None, json!({"api_key_id": id, "status": status})),
        ApiKeyEvent::Renamed { .. }
        | ApiKeyEvent::LimitsChanged { .. }
        | ApiKeyEvent::SecretRotated { .. }
        | ApiKeyEvent::HubConfigChanged { .. }
        | ApiKeyEvent::Deleted {} => (None, json!({"api_key_id": id})),
    })
}

fn of_agent_configuration(recorded: &Recorded) -> Result<Told, ApplyError> {
    let id = thing(recorded);
    Ok(match event::<AgentConfigurationEvent>(recorded)? {
        AgentConfigurationEvent::Created { agent, .. } | AgentConfigurationEvent::Updated { agent } => {
            let detail = json!({"agent_configuration_id": id, "hub": agent.hub, "api_key_id": agent.api_key});
            (None, detail)
        }
        AgentConfigurationEvent::FileRequested { file, .. }
        | AgentConfigurationEvent::FileVerified { file, .. } => {
            (None, json!({"agent_configuration_id": id, "file_id": file}))
        }
        AgentConfigurationEvent::Archived {} | AgentConfigurationEvent::Activated {} => {
            (None, json!({"agent_configuration_id": id}))
        }
    })
}

fn of_access(recorded: &Recorded) -> Result<Entry, ApplyError> {
    let (kind, user, detail) = match event(recorded)? {
        AccessEvent::Denied(Denials { user, token, operation, reason, count, first_at }) => {
            let detail = json!({
                "operation": operation, "reason": reason, "count": count, "token_id": token,
                "first_at": first_at.secs(),
            });
            (recorded.envelope.name.as_str(), user, detail)
        }
        AccessEvent::KeyUsed { user, api_key, operation } => {
            (KEY_USED, user, json!({"api_key_id": api_key, "operation": operation}))
        }
    };
    Ok(Entry { kind: kind.to_owned(), user: Some(user), detail })
}

fn of_notice(recorded: &Recorded) -> Result<Told, ApplyError> {
    let NoticeEvent::Received { kind, by, data: _ } = event(recorded)?;
    Ok((Some(by), json!({"type": kind, "notice_id": thing(recorded)})))
}

fn of_local_eval_token(recorded: &Recorded) -> Result<Told, ApplyError> {
    let user = thing(recorded).parse().ok();
    Ok(match event::<LocalEvalTokenEvent>(recorded)? {
        LocalEvalTokenEvent::Issued { tunnel } => (user, json!({"domain": tunnel.domain})),
        LocalEvalTokenEvent::Revoked {} => (user, json!({})),
    })
}

fn of_evaluation(recorded: &Recorded) -> Result<Option<Entry>, ApplyError> {
    if recorded.envelope.name != "evaluation.created" {
        return Ok(None);
    }
    let EvaluationEvent::Created { created_by, spec, .. } = event(recorded)? else { return Ok(None) };
    let detail = json!({"api_key_id": spec.api_key, "evaluation_id": thing(recorded)});
    Ok(Some(Entry { kind: KEY_USED.to_owned(), user: Some(created_by), detail }))
}
