//! How far a set of tables has come: kept in the same transaction as its rows.

use touchstone_kernel::{ChainHash, Envelope, Mark};

use crate::{Db, ReadError, Tx, args};

/// The newest event that a set of tables shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// 0 before the first event.
    pub seq: i64,
    pub hash: ChainHash,
    pub mark: Mark,
}

impl Progress {
    pub const START: Self = Self { seq: 0, hash: ChainHash::GENESIS, mark: Mark { xid: 0, position: 0 } };

    pub(crate) const fn at(envelope: &Envelope) -> Self {
        Self { seq: envelope.seq, hash: envelope.hash, mark: envelope.mark }
    }

    /// Whether this event is the very next one.
    pub(crate) fn is_before(&self, envelope: &Envelope) -> bool {
        envelope.seq == self.seq + 1 && envelope.prev == self.hash
    }
}

#[derive(sqlx::FromRow)]
struct Line {
    seq: i64,
    hash: String,
    xid: i64,
    position: i64,
}

impl Line {
    fn read(self) -> Result<Progress, ReadError> {
        let hash =
            self.hash.parse().map_err(|_| ReadError::Data("a progress row has a broken hash".to_owned()))?;
        Ok(Progress { seq: self.seq, hash, mark: Mark { xid: self.xid, position: self.position } })
    }
}

/// Whose progress: the live tables' of a group, or a generation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Live(String),
    Generation(i64),
}

const LIVE: &str = "select seq, hash, xid, position from progress where group_name = $1";
const GENERATION: &str = "select seq, hash, xid, position from generation where number = $1";

/// What a group's live tables show.
pub(crate) async fn live(db: &Db, group: &str) -> Result<Option<Progress>, ReadError> {
    db.as_owner().one::<Line>(LIVE, args![group]).await?.map(Line::read).transpose()
}

/// Locks the row until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, place: &Place) -> Result<Option<Progress>, ReadError> {
    let (sql, args) = match place {
        Place::Live(group) => (LIVE, args![group]),
        Place::Generation(number) => (GENERATION, args![*number]),
    };
    let locking = if tx.is_postgres() { " for update" } else { "" };
    tx.one::<Line>(&format!("{sql}{locking}"), args).await?.map(Line::read).transpose()
}

pub(crate) async fn save(tx: &mut Tx<'_>, place: &Place, to: &Progress) -> Result<(), ReadError> {
    let (sql, key) = match place {
        Place::Live(group) => (
            "update progress set seq = $1, hash = $2, xid = $3, position = $4 where group_name = $5",
            args![group],
        ),
        Place::Generation(number) => (
            "update generation set seq = $1, hash = $2, xid = $3, position = $4 where number = $5",
            args![*number],
        ),
    };
    let mut values = args![to.seq, to.hash.to_string(), to.mark.xid, to.mark.position];
    values.extend(key);
    tx.run(sql, values).await?;
    Ok(())
}
