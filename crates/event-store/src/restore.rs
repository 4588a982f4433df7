//! After a PostgreSQL dump was restored into another cluster.
//!
//! Transaction ids of the old cluster may lie above what the new one has given out, so the restored tail would wait
//! for a horizon that is nowhere near, and new events would sort before it. Since nobody writes while the server
//! refuses to start, the tail can be given its places without a horizon. Then a floor is set: up to it ids belong to
//! an earlier cluster, and above it reading begins anew.

use touchstone_vault::Vault;

use crate::StoreError;
use crate::database::Database;
use crate::postgres::{PostgresLog, Size};

/// What the repair after a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// False when there was nothing to repair: the log was not moved, or the repair had been made.
    pub needed: bool,
    /// Events of the tail that were given their places.
    pub sequenced: usize,
    /// Every position up to here belongs to an earlier cluster.
    pub floor: i64,
    /// Counts the restores.
    pub epoch: i64,
}

const SIZE: Size = Size { events: 2_000, bytes: 8 * 1024 * 1024 };

/// Makes a restored log fit for its new cluster. Harmless where it is not needed; an interrupted run is finished by
/// the next. Also checks that the vault's key belongs to the restored database.
pub async fn after_restore(database: &Database, vault: &Vault) -> Result<RestoreReport, StoreError> {
    vault.check().await?;
    let unneeded = RestoreReport { needed: false, sequenced: 0, floor: 0, epoch: 0 };
    let Database::Postgres { write: pool, .. } = database else { return Ok(unneeded) };
    let log = PostgresLog::open(pool.clone()).await?;
    if !log.is_restored().await? {
        return Ok(RestoreReport { floor: log.floor(), ..unneeded });
    }
    let mut sequenced = 0;
    let mut tip = log.tip().await?;
    loop {
        let run = log.next_run(tip, SIZE, false).await?;
        if run.len() == 0 {
            break;
        }
        tip = match log.store_run(&run).await? {
            Some(tip) => {
                sequenced += run.len();
                tip
            }
            // Somebody runs the same repair.
            None => log.tip().await?,
        };
    }
    let (epoch, floor) = log.begin_epoch().await?;
    Ok(RestoreReport { needed: true, sequenced, floor, epoch })
}
