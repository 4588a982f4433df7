//! Teams and who belongs to them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use touchstone_aggregates::team::{TeamEvent, TeamStream};
use touchstone_kernel::Recorded;
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{TeamRole, fold_key};

use crate::batch::{Key, clean, event, replacing, stream};

/// Fills the tables of teams and members.
pub struct TeamRows;

const TEAM_COLUMNS: &[&str] =
    &["team_id", "ordinal", "name", "name_key", "description", "is_single_user", "created_at"];
const MEMBER_COLUMNS: &[&str] = &["team_id", "user_id", "role"];

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
        let mut teams: BTreeMap<String, Vec<Arg>> = BTreeMap::new();
        let mut members: BTreeMap<Key, TeamRole> = BTreeMap::new();
        for recorded in events.iter().filter(|recorded| recorded.is::<TeamEvent>()) {
            let team = stream::<TeamStream>(recorded)?.0.to_string();
            match event::<TeamEvent>(recorded)? {
                TeamEvent::Created { name, description, is_single_user } => {
                    let name = clean(name.text());
                    let row = vec![
                        Arg::Text(team.clone()),
                        Arg::Int(recorded.envelope.seq),
                        Arg::Text(name.clone()),
                        Arg::Text(fold_key(&name)),
                        Arg::OptText(description.map(|text| clean(text.text()))),
                        Arg::Bool(is_single_user),
                        Arg::Int(recorded.at().secs()),
                    ];
                    teams.insert(team, row);
                }
                TeamEvent::MemberAdded { user, role } | TeamEvent::MemberRoleChanged { user, role } => {
                    members.insert((team, user.to_string()), role);
                }
            }
        }
        if !teams.is_empty() {
            let suffix = replacing(&["team_id"], TEAM_COLUMNS);
            tx.insert("rm_team", TEAM_COLUMNS, teams.into_values().collect(), &suffix).await?;
        }
        if !members.is_empty() {
            let rows = members
                .into_iter()
                .map(|((team, user), role)| {
                    vec![Arg::Text(team), Arg::Text(user), Arg::Text(role.as_str().to_owned())]
                })
                .collect();
            let suffix = replacing(&["team_id", "user_id"], MEMBER_COLUMNS);
            tx.insert("rm_member", MEMBER_COLUMNS, rows, &suffix).await?;
        }
        Ok(())
    }
}
