//! The second wall between teams: on PostgreSQL each read table shows its rows to nobody but their owner and, one team
//! at a time, to the reader.
//!
//! The first wall is the `team_id =` of each statement. Where it is forgotten, this one still stands. A table without
//! a policy shows nothing at all. Owners pass row security by, so projectors write as they always did.

use std::collections::HashMap;
use std::sync::Arc;

use crate::db::NOBODY;
use crate::{Projection, ReadError, Tx, args};

/// Which rows of a table the reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// Those of the team in whose name it reads.
    Team,
    /// The same, and all while no team is known.
    TeamOrNobody,
    /// All: the table has no team.
    Everything,
    Nothing,
}

impl Sight {
    const fn policy(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::TeamOrNobody => "team_or_nobody",
            Self::Everything => "everything",
            Self::Nothing => "nothing",
        }
    }

    fn condition(self) -> String {
        let named = "current_setting('touchstone.team', true)";
        match self {
            Self::Team => format!("team_id = {named}"),
            Self::TeamOrNobody => format!("team_id = {named} or {named} = '{NOBODY}'"),
            Self::Everything => "true".to_owned(),
            Self::Nothing => "false".to_owned(),
        }
    }
}

/// A table as it stands.
#[derive(sqlx::FromRow)]
struct Standing {
    name: String,
    has_team: bool,
    policy: Option<String>,
}

const STANDING: &str = "select cast(c.relname as text) as name, \
     exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'team_id') as has_team, \
     (select cast(p.polname as text) from pg_policy p join pg_roles r on r.oid = any (p.polroles) \
      where p.polrelid = c.oid and r.rolname = $1 limit 1) as policy \
     from pg_class c join pg_namespace n on n.oid = c.relnamespace \
     where n.nspname = current_schema() and c.relkind = 'r'";

/// Raises the wall around those tables of a transaction's generation that exist, where it does not stand as it should.
pub(crate) async fn raise(tx: &mut Tx<'_>, projections: &[Arc<dyn Projection>]) -> Result<(), ReadError> {
    let Some(reader) = tx.reader() else { return Ok(()) };
    let reader = reader.name();
    let tables: Vec<Standing> = tx.all(STANDING, args![reader]).await?;
    let tables: HashMap<&str, &Standing> = tables.iter().map(|table| (table.name.as_str(), table)).collect();
    for projection in projections {
        for table in projection.tables() {
            let Some(standing) = tables.get(tx.name(table).as_str()) else { continue };
            let sight = match (standing.has_team, projection.teamless().contains(table)) {
                (true, false) => Sight::Team,
                (true, true) => Sight::TeamOrNobody,
                (false, true) => Sight::Everything,
                (false, false) => Sight::Nothing,
            };
            if standing.policy.as_deref() != Some(sight.policy()) {
                enclose(tx, table, sight, reader).await?;
            }
        }
    }
    Ok(())
}

async fn enclose(tx: &mut Tx<'_>, table: &str, sight: Sight, reader: &str) -> Result<(), ReadError> {
    for old in [Sight::Team, Sight::TeamOrNobody, Sight::Everything, Sight::Nothing] {
        tx.define(&format!("drop policy if exists {} on {table}", old.policy())).await?;
    }
    let (policy, condition) = (sight.policy(), sight.condition());
    tx.define(&format!("alter table {table} enable row level security")).await?;
    tx.define(&format!("create policy {policy} on {table} for select to {reader} using ({condition})"))
        .await?;
    tx.define(&format!("grant select on {table} to {reader}")).await
}
