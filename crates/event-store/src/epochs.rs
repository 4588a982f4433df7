//! Marks that stay in order when the log moves to another PostgreSQL cluster.
//!
//! Transaction ids start low again in a new cluster, so a bare `(xid, position)` taken after a restore would look
//! older than everything restored. A mark therefore carries, above the 48 bits that a transaction id needs, how many
//! restores lie before its position.

use std::sync::Arc;

use touchstone_kernel::Mark;

const XID_BITS: u32 = 48;

/// The highest position of each earlier cluster, ascending. Empty before the first restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Epochs(Arc<[i64]>);

impl Epochs {
    pub(crate) fn new(mut floors: Vec<i64>) -> Self {
        floors.sort_unstable();
        Self(floors.into())
    }

    /// Positions up to here are of an earlier cluster; 0 before the first restore.
    pub(crate) fn floor(&self) -> i64 {
        self.0.last().copied().unwrap_or(0)
    }

    pub(crate) fn mark(&self, xid: i64, position: i64) -> Mark {
        let epoch = self.0.partition_point(|floor| *floor < position);
        let epoch = i64::try_from(epoch).unwrap_or(i64::MAX >> XID_BITS);
        Mark { xid: (epoch << XID_BITS) | xid, position }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_taken_after_a_restore_is_younger_than_every_restored_one() {
        let before = Epochs::default();
        let after = Epochs::new(vec![10]);
        assert_eq!(before.mark(900, 10), after.mark(900, 10));
        assert!(after.mark(3, 11) > after.mark(900, 10));
        assert_eq!((before.floor(), after.floor()), (0, 10));
    }
}
