//! One page of a list.

/// `limit` rows after skipping `offset`. Bounds are the caller's business: each list has its own maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: i64,
    pub offset: i64,
}

impl Page {
    /// 1-based number of this page, as the paged envelopes show it.
    pub const fn number(self) -> i64 {
        if self.limit <= 0 { 1 } else { self.offset / self.limit + 1 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}
