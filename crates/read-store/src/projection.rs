//! What a projection is.

use async_trait::async_trait;
use touchstone_kernel::Recorded;

use crate::{ApplyError, Tx};

/// Events in, rows out, and nothing else: no clock, no other table's present state, no effect beyond the transaction.
#[async_trait]
pub trait Projection: Send + Sync {
    /// One word, for the operator.
    fn name(&self) -> &'static str;

    /// Its tables; each name starts with `rm_`.
    fn tables(&self) -> &'static [&'static str];

    /// Those of its tables in which things are found before a team is known, by a token's digest or an e-mail
    /// address. All others show each team its own rows and nothing to a reader without a team. Each is named with
    /// its reason in migrations/README.md.
    fn teamless(&self) -> &'static [&'static str] {
        &[]
    }

    /// The statements that make its tables and indexes, one text for both databases.
    fn ddl(&self) -> &'static str;

    /// Applies events in log order. Events of other projections are among them and are to be ignored.
    async fn apply(&self, tx: &mut Tx<'_>, events: &[Recorded]) -> Result<(), ApplyError>;
}
