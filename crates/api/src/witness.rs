//! What is noticed about callers beside their requests: when tokens were last used, and what was denied to whom.
//!
//! Nothing here can hold up or fail a request. What comes in faster than it can be kept is dropped and counted: the same
//! thing denied to the same caller is one event at once and then one in ten seconds with a count, and there are never
//! more than a thousand of those under way.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use touchstone_commands::access::{Denials, RecordDenials};
use touchstone_kernel::{Actor, Handle, Meta};
use touchstone_vocabulary::{AccessId, DenialReason, TeamId, Time, TokenId, UserId};
use uuid::Uuid;

use crate::app::{App, Dispatch};

/// What may wait to be kept.
const WAITING: usize = 1024;
/// A use is noted at most so often per token.
const USE_EVERY: Duration = Duration::from_mins(1);
/// Tokens whose last note is remembered; with more, some are noted more often.
const REMEMBERED: usize = 10_000;
/// Denials of one kind are one event in so much time.
const WINDOW: Duration = Duration::from_secs(10);
/// Kinds of denials that are counted at the same time.
const MOST_KINDS: usize = 1_000;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One attempt that was denied.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub team: TeamId,
    pub user: UserId,
    pub token: Option<TokenId>,
    pub operation: &'static str,
    pub reason: DenialReason,
    pub at: Time,
}

enum Seen {
    Used(TokenId, Time),
    Denied(Attempt),
}

/// Takes notice. Clones speak to the same [`Recorder`].
#[derive(Clone)]
pub struct Witness {
    seen: mpsc::Sender<Seen>,
    noted: Arc<Mutex<HashMap<TokenId, Time>>>,
}

/// Keeps what a [`Witness`] noticed, for as long as it runs.
pub struct Recorder {
    seen: mpsc::Receiver<Seen>,
    open: HashMap<Kind, Tally>,
}

/// A witness and its recorder.
pub fn witness() -> (Witness, Recorder) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Witness { seen: sender, noted: Arc::default() }, Recorder { seen: receiver, open: HashMap::new() })
}

impl Witness {
    pub(crate) fn used(&self, token: TokenId, at: Time) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&token).is_some_and(|last| at.since(*last) < USE_EVERY) {
            return;
        }
        if noted.len() >= REMEMBERED {
            noted.clear();
        }
        noted.insert(token, at);
        drop(noted);
        self.tell(Seen::Used(token, at));
    }

    pub(crate) fn denied(&self, attempt: Attempt) {
        self.tell(Seen::Denied(attempt));
    }

    fn tell(&self, seen: Seen) {
        if self.seen.try_send(seen).is_err() {
            lost();
        }
    }
}

fn lost() {
    metrics::counter!("touchstone_unwitnessed_total").increment(1);
}

/// Attempts that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Kind {
    team: TeamId,
    user: UserId,
    token: Option<TokenId>,
    operation: &'static str,
    reason: DenialReason,
}

/// Attempts of one kind since the last event about them.
#[derive(Debug, Clone, Copy)]
struct Tally {
    since: Instant,
    count: u64,
    first_at: Time,
}

impl Recorder {
    /// Works until told to stop, and then keeps what it has.
    pub async fn run(mut self, app: Arc<App>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut look = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = &mut stop => break,
                seen = self.seen.recv() => match seen {
                    Some(seen) => self.take(&app, seen).await,
                    None => break,
                },
                _ = look.tick() => {
                    let due = self.due(|tally| tally.since.elapsed() >= WINDOW);
                    record_all(&app, due).await;
                }
            }
        }
        while let Ok(seen) = self.seen.try_recv() {
            self.take(&app, seen).await;
        }
        let rest = self.due(|_| true);
        record_all(&app, rest).await;
    }

    async fn take(&mut self, app: &App, seen: Seen) {
        match seen {
            Seen::Used(token, at) => {
                if let Err(fault) = app.token_use.used(token, at).await {
                    tracing::warn!(%fault, "the last use of a token could not be kept");
                }
            }
            Seen::Denied(attempt) => {
                if let Some((kind, tally)) = self.count(&attempt) {
                    record(app, kind, tally).await;
                }
            }
        }
    }

    /// Counts an attempt; the first of its kind is to be recorded at once.
    fn count(&mut self, attempt: &Attempt) -> Option<(Kind, Tally)> {
        let Attempt { team, user, token, operation, reason, at } = *attempt;
        let kind = Kind { team, user, token, operation, reason };
        if let Some(open) = self.open.get_mut(&kind) {
            if open.count == 0 {
                open.first_at = at;
            }
            open.count += 1;
            return None;
        }
        if self.open.len() >= MOST_KINDS {
            lost();
            return None;
        }
        let first = Tally { since: Instant::now(), count: 1, first_at: at };
        self.open.insert(kind, Tally { count: 0, ..first });
        Some((kind, first))
    }

    /// What is to be recorded of the kinds that are due. One of which nothing more was seen is forgotten.
    fn due(&mut self, is_due: impl Fn(&Tally) -> bool) -> Vec<(Kind, Tally)> {
        let mut due = Vec::new();
        self.open.retain(|kind, open| {
            if !is_due(open) {
                return true;
            }
            if open.count == 0 {
                return false;
            }
            due.push((*kind, *open));
            *open = Tally { since: Instant::now(), count: 0, ..*open };
            true
        });
        due
    }
}

async fn record_all(app: &App, due: Vec<(Kind, Tally)>) {
    for (kind, tally) in due {
        record(app, kind, tally).await;
    }
}

async fn record(app: &App, kind: Kind, tally: Tally) {
    let Kind { team, user, token, operation, reason } = kind;
    let denials = Denials {
        user,
        token,
        operation: operation.to_owned(),
        reason,
        count: tally.count,
        first_at: tally.first_at,
    };
    let id: Uuid = app.clock.new_id();
    let meta = Meta::alone(Actor::User(user), Some(team), app.clock.now(), id);
    let command = RecordDenials { team, id: AccessId(id), denials };
    let dispatch = app.dispatch.as_ref() as &dyn Dispatch;
    if let Err(fault) = Handle::<RecordDenials>::handle(dispatch, command, meta).await {
        tracing::warn!(%fault, "a denied attempt could not be recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(user: u128, at: i64) -> Attempt {
        Attempt {
            team: TeamId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(user)),
            token: None,
            operation: "post_api_keys",
            reason: DenialReason::Forbidden,
            at: Time::from_secs(at),
        }
    }

    fn counts(due: &[(Kind, Tally)]) -> Vec<(u64, i64)> {
        due.iter().map(|(_, count)| (count.count, count.first_at.secs())).collect()
    }

    #[tokio::test]
    async fn the_first_of_a_kind_is_recorded_at_once_and_the_others_together() {
        let (_, mut recorder) = witness();
        let first = recorder.count(&attempt(1, 5)).unwrap();
        assert_eq!((first.1.count, first.1.first_at.secs()), (1, 5));
        assert!(recorder.count(&attempt(2, 5)).is_some(), "another caller is another kind");
        for at in 6..9 {
            assert!(recorder.count(&attempt(1, at)).is_none());
        }
        assert!(recorder.due(|tally| tally.since.elapsed() >= WINDOW).is_empty(), "not yet");
        assert_eq!(counts(&recorder.due(|_| true)), [(3, 6)]);
        assert_eq!(recorder.open.len(), 1, "of the other caller nothing more was seen");
        assert!(recorder.due(|_| true).is_empty() && recorder.open.is_empty());
        assert!(recorder.count(&attempt(1, 20)).is_some());
    }

    #[tokio::test]
    async fn a_flood_of_kinds_is_bounded() {
        let (_, mut recorder) = witness();
        for user in 0..5_000 {
            recorder.count(&attempt(user, 1));
        }
        assert_eq!(recorder.open.len(), MOST_KINDS);
    }

    #[tokio::test]
    async fn a_flood_of_attempts_holds_nobody_up_and_a_use_is_told_once_a_minute() {
        let (witness, mut recorder) = witness();
        let token = TokenId(Uuid::from_u128(1));
        for at in [0, 1, 59, 60, 61] {
            witness.used(token, Time::from_secs(at));
        }
        assert_eq!(recorder.seen.len(), 2);
        for at in 0..5_000 {
            witness.denied(attempt(1, at));
        }
        assert_eq!(recorder.seen.len(), WAITING);
        assert!(matches!(recorder.seen.recv().await, Some(Seen::Used(..))));
    }
}
