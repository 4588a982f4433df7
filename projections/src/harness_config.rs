//! A team's harnesses, a row for each version, and their scenarios. A deleted version leaves no row. Harnesses change
//! rarely, so each event is a statement or two.

use async_trait::async_trait;
use touchstone_aggregates::harness_config::{HarnessConfigEvent, Scenario};
use touchstone_kernel::{Owned, Recorded};
use touchstone_read_store::{ApplyError, Arg, Projection, Tx};
use touchstone_vocabulary::{HarnessId, HarnessStatus};

use crate::batch::{Key, clean, document, event, key, replacing, stream};

/// Fills the tables of harnesses and scenarios.
pub struct HarnessConfigRows;

const COLUMNS: &[&str] = &[
    "team_id",
    "id",
    "version",
    "ordinal",
    "name",
    "description",
    "status",
    "scenario_ids",
    "created_by",
    "created_at",
    "created_in",
    "stream_version",
];

const SCENARIO_COLUMNS: &[&str] =
    &["team_id", "harness_id", "version", "id", "place", "ordinal", "name", "description", "probe_ids"];

#[async_trait]
impl Projection for HarnessConfigRows {
    fn name(&self) -> &'static str {
        "harness_config"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["rm_harness_config", "rm_scenario_config"]
    }

    fn ddl(&self) -> &'static str {
        include_str!("../../migrations/read/harness_config.sql")
    }

    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError> {
        for recorded in events.iter().filter(|recorded| recorded.is::<HarnessConfigEvent>()) {
            let key = key(&stream::<Owned<HarnessId>>(recorded)?);
            apply_one(tx, &key, recorded).await?;
            let sql = "update rm_harness_config set stream_version = $1 where team_id = $2 and id = $3";
            let version = Arg::Int(recorded.envelope.sequence);
            tx.run(sql, vec![version, Arg::Text(key.0), Arg::Text(key.1)]).await?;
        }
        Ok(())
    }
}

async fn apply_one(tx: &mut Tx<'_>, key: &Key, recorded: &Recorded) -> Result<(), ApplyError> {
    let text = |text: &dyn ToString| Arg::Text(text.to_string());
    match event::<HarnessConfigEvent>(recorded)? {
        HarnessConfigEvent::Created { created_by, version, name, description, scenarios } => {
            let ids: Vec<_> = scenarios.iter().map(|scenario| &scenario.id).collect();
            let row = vec![
                text(&key.0),
                text(&key.1),
                text(&version),
                Arg::Int(recorded.envelope.seq),
                Arg::Text(clean(name.text())),
                Arg::Text(clean(description.text())),
                Arg::Text(HarnessStatus::Active.as_str().to_owned()),
                Arg::Text(document(&ids)?),
                text(&created_by),
                Arg::Int(recorded.at().secs()),
                Arg::Int(recorded.envelope.sequence),
                Arg::Int(recorded.envelope.sequence),
            ];
            let keys = ["team_id", "id", "version"];
            tx.insert("rm_harness_config", COLUMNS, vec![row], &replacing(&keys, COLUMNS)).await?;
            let mut rows = Vec::with_capacity(scenarios.len());
            for (place, Scenario { id, name, description, probes }) in (0_i64..).zip(&scenarios) {
                rows.push(vec![
                    text(&key.0),
                    text(&key.1),
                    text(&version),
                    text(id),
                    Arg::Int(place),
                    Arg::Int(recorded.envelope.seq),
                    Arg::Text(clean(name.text())),
                    Arg::Text(clean(description.text())),
                    Arg::Text(document(probes)?),
                ]);
            }
            if !rows.is_empty() {
                let suffix = replacing(&SCENARIO_COLUMNS[..4], SCENARIO_COLUMNS);
                tx.insert("rm_scenario_config", SCENARIO_COLUMNS, rows, &suffix).await?;
            }
        }
        HarnessConfigEvent::Archived { version } => {
            let sql =
                "update rm_harness_config set status = $1 where team_id = $2 and id = $3 and version = $4";
            let status = Arg::Text(HarnessStatus::Inactive.as_str().to_owned());
            tx.run(sql, vec![status, text(&key.0), text(&key.1), text(&version)]).await?;
        }
        HarnessConfigEvent::Deleted { version } => {
            for (table, id) in [("rm_scenario_config", "harness_id"), ("rm_harness_config", "id")] {
                let sql = format!("delete from {table} where team_id = $1 and {id} = $2 and version = $3");
                tx.run(&sql, vec![text(&key.0), text(&key.1), text(&version)]).await?;
            }
        }
    }
    Ok(())
}
