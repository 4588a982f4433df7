//! The live tables at the start: made where they are missing, rebuilt where their text has changed.

use tokio_util::sync::CancellationToken;

use super::Group;
use crate::generation::{self, LIVE};
use crate::progress::{self, Place};
use crate::{Progress, ReadError, Scope, Tx, args, rebuild, wall};

impl Group {
    /// Makes tables that are missing. A projection that is new to a log with a past, or whose tables have another
    /// text now, is rebuilt before this returns.
    pub async fn prepare(&self) -> Result<(), ReadError> {
        let stale = self.make_tables().await?;
        let scope = match stale.as_slice() {
            [] => None,
            [one] => Some(Scope::One(one.clone())),
            _ => Some(Scope::All),
        };
        if let Some(scope) = scope {
            tracing::info!(group = self.name, ?stale, "projections are new or have changed: rebuilding them");
            rebuild::rebuild(self, &scope, &CancellationToken::new(), |_| {}).await?;
        }
        self.refresh().await?;
        Ok(())
    }

    /// Returns the projections whose tables are not what their text says.
    async fn make_tables(&self) -> Result<Vec<String>, ReadError> {
        let mut open = self.db.begin().await?;
        let mut tx = Tx::new(&mut open, LIVE);
        tx.run(
            "insert into progress (group_name, seq, hash, xid, position) values ($1, 0, $2, 0, 0) \
             on conflict (group_name) do nothing",
            args![self.name.as_str(), Progress::START.hash.to_string()],
        )
        .await?;
        // Processes that start at the same time wait for each other here.
        let at = progress::lock(&mut tx, &Place::Live(self.name.clone())).await?.unwrap_or(Progress::START);
        let mut stale = Vec::new();
        for projection in &self.projections {
            let known: Option<(String,)> = tx
                .one(
                    "select ddl from projection where group_name = $1 and name = $2",
                    args![self.name.as_str(), projection.name()],
                )
                .await?;
            if let Some((ddl,)) = known {
                if ddl != projection.ddl() {
                    stale.push(projection.name().to_owned());
                }
                continue;
            }
            let one = std::slice::from_ref(projection);
            generation::create_tables(&mut tx, one).await?;
            generation::create_indexes(&mut tx, one).await?;
            // Without a text it counts as changed, also when this process ends before the rebuild does.
            let ddl = if at.seq == 0 { projection.ddl() } else { "" };
            if at.seq != 0 {
                stale.push(projection.name().to_owned());
            }
            tx.run(
                "insert into projection (group_name, name, generation, ddl) values ($1, $2, 0, $3)",
                args![self.name.as_str(), projection.name(), ddl],
            )
            .await?;
        }
        // Also around tables that were made before it, or for a reader of another name.
        wall::raise(&mut tx, &self.projections).await?;
        open.commit().await?;
        Ok(stale)
    }
}
