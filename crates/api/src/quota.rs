//! What one team may have of what others need too: evaluations that are not over, answers of models in a day, uploads
//! that are waited for, bytes of files.
//!
//! The read models say what a team has; what this process is letting in just now is counted beside, in the order in
//! which it came. So of requests that race at one server never one too many is let in. Several servers do not know of
//! each other what they are letting in at this moment (`docs/decisions/0026-…`). Nothing is kept of what is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use touchstone_queries::{evaluation, quota};
use touchstone_vocabulary::{EvaluationId, TeamId, Time};

use crate::app::App;
use crate::error::ApiError;
use crate::limit::Limits;

const DAY: Duration = Duration::from_hours(24);
/// When to ask again where nobody knows when something will be over.
const A_WHILE: Duration = Duration::from_secs(29);

/// What is counted of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Evaluations,
    Uploads,
    /// Of files.
    Bytes,
}

/// What this process is letting in.
#[derive(Clone, Default)]
pub struct Quotas(Arc<Mutex<HashMap<(TeamId, What), u64>>>);

/// Keeps what was let in counted. To be held until the read models show it.
#[must_use = "what was let in is counted while this is held"]
pub struct Place {
    quotas: Quotas,
    of: (TeamId, What),
    amount: u64,
}

impl Quotas {
    /// A place behind all that came before, and how much that is.
    fn enter(&self, team: TeamId, what: What, amount: u64) -> (Place, u64) {
        let of = (team, what);
        let mut coming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = coming.entry(of).or_default();
        let before = *count;
        *count += amount;
        (Place { quotas: self.clone(), of, amount }, before)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut coming = self.quotas.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = coming.get(&self.of).map_or(0, |count| count.saturating_sub(self.amount));
        if left == 0 {
            coming.remove(&self.of);
        } else {
            coming.insert(self.of, left);
        }
    }
}

/// Whether there is no room for more; 0 is no limit.
const fn is_full(limit: u64, had: u64) -> bool {
    limit > 0 && had >= limit
}

const fn is_too_much(limit: u64, had: u64) -> bool {
    limit > 0 && had > limit
}

/// A place for one more evaluation. One that is there already needs none: the same request may come again.
pub async fn evaluation(app: &App, team: TeamId, id: EvaluationId) -> Result<Place, ApiError> {
    let Limits { team_evaluations, team_responses_per_day, .. } = app.limits;
    let (place, before) = app.quotas.enter(team, What::Evaluations, 1);
    let now = app.clock.now();
    let asked = quota::asked(&app.db, team, now.before(DAY)).await?;
    let full = if is_full(team_evaluations, asked.open + before) {
        let what = format!("{team_evaluations} evaluations of the team are not over, and more may not be");
        ApiError::Full { what, wait: A_WHILE }
    } else if is_full(team_responses_per_day, asked.responses) {
        let what = format!(
            "the team's evaluations asked for {} answers within 24 hours, where {team_responses_per_day} may be asked for",
            asked.responses
        );
        ApiError::Full { what, wait: until(asked.since.map(|first| first.plus(DAY)), now) }
    } else {
        return Ok(place);
    };
    if evaluation::exists(&app.db, team, id).await? { Ok(place) } else { Err(full) }
}

/// Places for a file that is announced, with its size where that is said.
pub async fn upload(app: &App, team: TeamId, size: Option<u64>) -> Result<[Place; 2], ApiError> {
    let Limits { team_uploads, team_bytes, .. } = app.limits;
    let size = size.unwrap_or(1);
    let (upload, uploads_before) = app.quotas.enter(team, What::Uploads, 1);
    let (bytes, bytes_before) = app.quotas.enter(team, What::Bytes, size);
    let now = app.clock.now();
    let stored = quota::stored(&app.db, team, now).await?;
    if is_full(team_uploads, stored.open + uploads_before) {
        let what = format!("{team_uploads} files of the team are waited for, and more may not be");
        return Err(ApiError::Full { what, wait: until(stored.until, now) });
    }
    if is_too_much(team_bytes, stored.bytes + stored.announced + bytes_before + size) {
        return Err(ApiError::invalid("file_size", ApiError::NoRoom(team_bytes).to_string()));
    }
    Ok([upload, bytes])
}

/// A place for a file that came in, of so many bytes.
pub async fn file(app: &App, team: TeamId, size: u64) -> Result<Place, ApiError> {
    let most = app.limits.team_bytes;
    let (place, before) = app.quotas.enter(team, What::Bytes, size);
    let stored = quota::stored(&app.db, team, app.clock.now()).await?;
    if is_too_much(most, stored.bytes + before + size) { Err(ApiError::NoRoom(most)) } else { Ok(place) }
}

fn until(end: Option<Time>, now: Time) -> Duration {
    end.map_or(A_WHILE, |end| end.since(now))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    const OTHER: TeamId = TeamId(Uuid::from_u128(2));

    #[test]
    fn whoever_comes_later_counts_what_came_before_until_that_is_seen() {
        let quotas = Quotas::default();
        let enter = |team, amount| quotas.enter(team, What::Bytes, amount);
        let (first, before) = enter(TEAM, 5);
        assert_eq!(before, 0);
        let (second, before) = enter(TEAM, 7);
        assert_eq!((before, enter(OTHER, 1).1), (5, 0));
        assert_eq!(quotas.enter(TEAM, What::Uploads, 1).1, 0, "each kind has its own count");
        drop(first);
        assert_eq!(enter(TEAM, 1).1, 7);
        drop(second);
        assert_eq!(enter(TEAM, 1).1, 0);
        assert!(quotas.0.lock().unwrap().is_empty(), "nothing is remembered of what is over");
    }

    #[test]
    fn nought_is_no_limit() {
        assert!(is_full(1, 1) && !is_full(2, 1) && !is_full(0, u64::MAX));
        assert!(is_too_much(1, 2) && !is_too_much(1, 1) && !is_too_much(0, u64::MAX));
    }
}
