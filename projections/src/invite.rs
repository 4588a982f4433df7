//! Invites, each with its last state. That one is overdue is for the reader to say, who has a clock.

use async_trait::async_trait;
use touchstone_aggregates::invite::InviteEvent;
use touchstone_kernel::{Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{InviteId, InviteStatus, fold_key};

use crate::batch::{clean, event, key, replacing, stream};

/// Fills the table of invites.
pub struct InviteRows;

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "ordinal",
    "email",
    "email_key",
    "role",
    "status",
    "expires_at",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "stream_version",
];

#[async_trait]
impl Projection for InviteRows {
    fn name(&self) -> &'static str {
        "invite"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_invite"]
    }

    fn teamless(&self) -> &'static [&'static str] {
        self.tables()
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/invite.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        for recorded in events.iter().filter(|recorded| recorded.is::<InviteEvent>()) {
            let (team, id) = key(&stream::<Owned<InviteId>>(recorded)?);
            let (at, version) = (Arg::Int(recorded.at().secs()), Arg::Int(recorded.envelope.sequence));
            let by = Arg::Text(author(recorded)?);
            let status = match event::<InviteEvent>(recorded)? {
                InviteEvent::Created { email, email_digest: _, role, expires_at } => {
                    let email = clean(email.text());
                    let row = vec![
                        Arg::Text(team),
                        Arg::Text(id),
                        Arg::Int(recorded.envelope.seq),
                        Arg::Text(email.clone()),
                        Arg::Text(fold_key(&email)),
                        Arg::Text(role.as_str().to_owned()),
                        Arg::Text(InviteStatus::Pending.as_str().to_owned()),
                        Arg::Int(expires_at.secs()),
                        at.clone(),
                        by.clone(),
                        at,
                        by,
                        version,
                    ];
                    let suffix = replacing(&["team_id", "id"], COLUMNS);
                    tx.insert("rm_invite", COLUMNS, vec![row], &suffix).await?;
                    continue;
                }
                InviteEvent::Accepted { .. } => InviteStatus::Accepted,
                InviteEvent::Declined { .. } => InviteStatus::Declined,
                InviteEvent::Revoked {} => InviteStatus::Revoked,
                InviteEvent::Expired {} => InviteStatus::Expired,
            };
            let sql = "update rm_invite set status = $1, updated_at = $2, updated_by = $3, stream_version = $4 \
                where team_id = $5 and id = $6";
            let status = Arg::Text(status.as_str().to_owned());
            tx.run(sql, vec![status, at, by, version, Arg::Text(team), Arg::Text(id)]).await?;
        }
        Ok(())
    }
}

/// The person behind an event; nobody where the service acted by itself.
fn author(recorded: &Recorded) -> Result<String, ApplyError> {
    let metadata = recorded.envelope.metadata().map_err(|fault| ApplyError::Data(fault.to_string()))?;
    Ok(metadata.user().map(|user| user.to_string()).unwrap_or_default())
}
