//! Moving everything to another key-encryption key.
//!
//! Only the keys in the rows are wrapped anew; what they seal stays as it is, and so does everything that a running
//! server does. A row is changed only if it still is what was read, so a key that is destroyed meanwhile stays
//! destroyed, two runs do not disturb each other, and one that was killed is finished by the next.

use crate::error::VaultError;
use crate::tables::{RowKind, Wrapped};
use crate::vault::{Vault, key_place, secret_place};

/// Rows of one statement.
const BATCH: usize = 100;

/// What a run has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Rows that are now wrapped under the current key.
    pub rows: u64,
    /// Names of rows that could not be opened and were left alone.
    pub unreadable: Vec<String>,
}

impl Vault {
    /// Wraps everything under the current key that is not. `report` hears how many rows were done so far.
    pub async fn rewrap(&self, mut report: impl FnMut(u64)) -> Result<Rewrapped, VaultError> {
        let mut done = Rewrapped::default();
        for (kind, place) in
            [(RowKind::SECRET, secret_place as fn(&str) -> Vec<u8>), (RowKind::DATA_KEY, key_place)]
        {
            let mut after = String::new();
            loop {
                let rows = self.tables().outdated(kind, self.kek_id(), &after, BATCH).await?;
                let Some((last, _)) = rows.last() else { break };
                after.clone_from(last);
                let mut changes: Vec<(String, Wrapped, Wrapped)> = Vec::with_capacity(rows.len());
                for (name, old) in rows {
                    let place = place(&name);
                    match self.unwrap(&place, &old) {
                        Ok(key) => changes.push((name, old, self.wrap(&place, &key))),
                        Err(VaultError::WrongKey | VaultError::Altered) => done.unreadable.push(name),
                        Err(fault) => return Err(fault),
                    }
                }
                done.rows += self.tables().rewrap(kind, &changes).await?;
                report(done.rows);
            }
        }
        Ok(done)
    }

    /// How many rows are not wrapped under the current key.
    pub async fn outdated(&self) -> Result<u64, VaultError> {
        Ok(self.tables().count_outdated(self.kek_id()).await?)
    }
}
