//! Teams and who belongs to them. A deleted team leaves no row. Teams change rarely, so each event is a statement or two.

use async_trait::async_trait;
use touchstone_aggregates::team::{Name, TeamEvent, TeamStream};
use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{TeamRole, fold_key};

use crate::batch::{clean, event, replacing, stream};

/// Fills the tables of teams and members.
pub struct TeamRows;

const TEAM_COLUMNS: &[&str] = &[
    "team_id",
    "ordinal",
    "name",
    "name_key",
    "description",
    "is_single_user",
    "created_at",
    "stream_version",
];
const MEMBER_COLUMNS: &[&str] = &["team_id", "user_id", "ordinal", "role"];

#[async_trait]
impl Projection for TeamRows {
    fn name(&self) -> &'static str {
        "team"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_team", "rm_member"]
    }

    fn teamless(&self) -> &'static [&'static str] {
        &["rm_team", "rm_member"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/team.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        for recorded in events.iter().filter(|recorded| recorded.is::<TeamEvent>()) {
            let team = Arg::Text(stream::<TeamStream>(recorded)?.0.to_string());
            apply_one(tx, &team, recorded).await?;
            let version = Arg::Int(recorded.envelope.sequence);
            tx.run("update rm_team set stream_version = $1 where team_id = $2", vec![version, team]).await?;
        }
        Ok(())
    }
}

async fn apply_one(tx: &mut Tx<'_>, team: &Arg, recorded: &Recorded) -> Result<(), ApplyError> {
    let ordinal = Arg::Int(recorded.envelope.seq);
    match event::<TeamEvent>(recorded)? {
        TeamEvent::Created { name, description, is_single_user } => {
            let name = clean(name.text.text());
            let row = vec![
                team.clone(),
                ordinal,
                Arg::Text(name.clone()),
                Arg::Text(fold_key(&name)),
                Arg::OptText(description.map(|text| clean(text.text()))),
                Arg::Bool(is_single_user),
                Arg::Int(recorded.at().secs()),
                Arg::Int(recorded.envelope.sequence),
            ];
            tx.insert("rm_team", TEAM_COLUMNS, vec![row], &replacing(&["team_id"], TEAM_COLUMNS)).await?;
        }
        TeamEvent::DetailsChanged { name, description } => {
            if let Some(Name { text, .. }) = name {
                let name = clean(text.text());
                let sql = "update rm_team set name = $1, name_key = $2 where team_id = $3";
                let key = Arg::Text(fold_key(&name));
                tx.run(sql, vec![Arg::Text(name), key, team.clone()]).await?;
            }
            if let Some(text) = description {
                let sql = "update rm_team set description = $1 where team_id = $2";
                tx.run(sql, vec![Arg::Text(clean(text.text())), team.clone()]).await?;
            }
        }
        TeamEvent::MemberAdded { user, role } => {
            let row = vec![team.clone(), Arg::Text(user.to_string()), ordinal, word(role)];
            let suffix = replacing(&["team_id", "user_id"], MEMBER_COLUMNS);
            tx.insert("rm_member", MEMBER_COLUMNS, vec![row], &suffix).await?;
        }
        TeamEvent::MemberRoleChanged { user, role } => {
            let sql = "update rm_member set role = $1 where team_id = $2 and user_id = $3";
            tx.run(sql, vec![word(role), team.clone(), Arg::Text(user.to_string())]).await?;
        }
        TeamEvent::MemberRemoved { user } => {
            let sql = "delete from rm_member where team_id = $1 and user_id = $2";
            tx.run(sql, vec![team.clone(), Arg::Text(user.to_string())]).await?;
        }
        TeamEvent::Deleted {} => {
            for table in ["rm_member", "rm_team"] {
                tx.run(&format!("delete from {table} where team_id = $1"), vec![team.clone()]).await?;
            }
        }
    }
    Ok(())
}

fn word(role: TeamRole) -> Arg {
    Arg::Text(role.as_str().to_owned())
}
