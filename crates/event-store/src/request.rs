//! Requests with an idempotency key: one at a time, and the same answer ever after, for a day.
//!
//! On PostgreSQL a row says which attempt carries a request out, on the database's clock, so that other processes know.
//! On SQLite the one process that serves knows it by itself, and a restart forgets it; answers are stored a little
//! later, many at a time, so that a request still waits for the disk once. What is lost in a crash is an answer, never
//! an effect: the command's own idempotency row stands, and the same request works the answer out again from it.
//!
//! Answers are sealed under a key of their team: they may hold texts.

mod here;
mod postgres;
mod sqlite;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use touchstone_kernel::{Begun, Clock, Pending, Repeatable, Requests, Unavailable};
use touchstone_vocabulary::{TeamId, Time};

use crate::append::scope;
use crate::{Database, Store, StoreError};

pub(crate) use here::InFlight;

/// An attempt that was not renewed for so long is dead.
const HOLD: Duration = Duration::from_secs(3);
/// How long answers and receipts are kept.
const KEPT: Duration = Duration::from_hours(24);
const SWEEP: Duration = Duration::from_mins(10);
/// A longer answer is not kept: it is worked out again.
const LONGEST: usize = 256 * 1024;
/// Answers gather for so long before they are stored together.
const GATHER: Duration = Duration::from_millis(25);

/// Who asks under which key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    scope: String,
    key: String,
}

impl Name {
    fn of(request: &Repeatable) -> Self {
        let scope = scope(Some(request.team), &request.actor);
        Self { scope, key: request.idempotency.key.clone() }
    }
}

/// What a stored row says of a request.
struct Kept {
    digest: String,
    /// Sealed; `None` while it is carried out.
    answer: Option<String>,
}

impl Requests for Store {
    fn begin<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<Begun, Unavailable>> {
        Box::pin(async move { Ok(self.begin_request(request).await?) })
    }

    fn renew<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async move {
            if let Database::Postgres { write, .. } = self.database() {
                postgres::renew(write, &Name::of(request), request).await?;
            }
            Ok(())
        })
    }

    fn answered<'a>(
        &'a self,
        request: &'a Repeatable,
        answer: String,
    ) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async move { Ok(self.answer_request(request, answer).await?) })
    }

    fn abandoned<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>> {
        Box::pin(async move { Ok(self.abandon_request(request).await?) })
    }
}

impl Store {
    async fn begin_request(&self, request: &Repeatable) -> Result<Begun, StoreError> {
        let name = Name::of(request);
        match self.database() {
            Database::Postgres { write, .. } => match postgres::begin(write, &name, request).await? {
                None => Ok(Begun::Ours),
                Some(kept) => self.standing(request, &name, kept).await,
            },
            Database::Sqlite { read, .. } => {
                if let Some(known) = self.requests().begin(&name, request) {
                    return Ok(known);
                }
                let found = match sqlite::find(read, &name).await {
                    Ok(None) => return Ok(Begun::Ours),
                    Ok(Some(kept)) => self.standing(request, &name, kept).await,
                    Err(fault) => Err(fault),
                };
                self.requests().forget(&name, request);
                found
            }
            Database::Memory(_) => Ok(self.requests().begin(&name, request).unwrap_or(Begun::Ours)),
        }
    }

    async fn standing(&self, request: &Repeatable, name: &Name, kept: Kept) -> Result<Begun, StoreError> {
        if kept.digest != request.idempotency.digest {
            return Ok(Begun::OtherRequest);
        }
        let Some(sealed) = kept.answer else { return Ok(Begun::InFlight) };
        Ok(match self.opened(request.team, name, &sealed).await? {
            Some(answer) => Begun::Answered(answer),
            // Its key was destroyed with its team, and so was what it was about.
            None => Begun::Ours,
        })
    }

    async fn answer_request(&self, request: &Repeatable, answer: String) -> Result<(), StoreError> {
        let name = Name::of(request);
        if answer.len() > LONGEST {
            return self.abandon_request(request).await;
        }
        match self.database() {
            Database::Postgres { write, .. } => match self.sealed(request.team, &name, &answer).await? {
                Some(sealed) => postgres::answer(write, &name, request, &sealed).await?,
                None => postgres::abandon(write, &name, request).await?,
            },
            Database::Sqlite { .. } | Database::Memory(_) => self.requests().answer(&name, request, answer),
        }
        Ok(())
    }

    async fn abandon_request(&self, request: &Repeatable) -> Result<(), StoreError> {
        let name = Name::of(request);
        match self.database() {
            Database::Postgres { write, .. } => postgres::abandon(write, &name, request).await?,
            Database::Sqlite { .. } | Database::Memory(_) => self.requests().forget(&name, request),
        }
        Ok(())
    }

    async fn sealed(&self, team: TeamId, name: &Name, answer: &str) -> Result<Option<String>, StoreError> {
        let key = self.vault().data_key_or_create(&subject(team)).await?;
        Ok(key.map(|key| key.seal(&place(name), answer.as_bytes())))
    }

    async fn opened(&self, team: TeamId, name: &Name, sealed: &str) -> Result<Option<String>, StoreError> {
        let Some(key) = self.vault().data_key(&subject(team)).await? else { return Ok(None) };
        let fault = || StoreError::Corrupt("a stored answer does not open".to_owned());
        let plain = key.open(&place(name), sealed).ok_or_else(fault)?;
        String::from_utf8(plain).map(Some).map_err(|_| fault())
    }

    /// Stores the answers that wait for it.
    pub async fn store_answers(&self) -> Result<(), StoreError> {
        let Database::Sqlite { write, .. } = self.database() else { return Ok(()) };
        let waiting = self.requests().answered();
        let mut rows = Vec::with_capacity(waiting.len());
        for (name, answer) in &waiting {
            if let Some(sealed) = self.sealed(answer.team, name, &answer.text).await? {
                rows.push((name, &answer.digest, sealed, answer.at));
            }
        }
        sqlite::store(write, &rows).await?;
        self.requests().stored(&waiting);
        Ok(())
    }

    /// Removes what was kept since before this, receipts included.
    pub async fn forget_requests(&self, before: Time) -> Result<u64, StoreError> {
        match self.database() {
            Database::Postgres { write, .. } => postgres::sweep(write, before).await,
            Database::Sqlite { write, .. } => sqlite::sweep(write, before).await,
            Database::Memory(_) => Ok(0),
        }
    }

    /// Stores answers as they come and forgets those of yesterday, until told to stop.
    pub async fn tend_requests(&self, clock: &dyn Clock, stop: CancellationToken) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => break,
                _ = sweep.tick() => self.forget_requests(clock.now().before(KEPT)).await.map(drop),
                () = self.requests().waiting() => {
                    let gathering = tokio::time::sleep(GATHER);
                    let _ = stop.run_until_cancelled(gathering).await;
                    self.store_answers().await
                }
            };
            if let Err(fault) = done {
                tracing::warn!(%fault, "answers to requests cannot be kept just now: they are worked out again");
                let _ = stop.run_until_cancelled(tokio::time::sleep(HOLD)).await;
            }
        }
        if let Err(fault) = self.store_answers().await {
            tracing::warn!(%fault, "the last answers to requests were not kept");
        }
    }
}

fn subject(team: TeamId) -> String {
    format!("request:{team}")
}

fn place(name: &Name) -> Vec<u8> {
    format!("request|{}|{}|{}", name.scope.len(), name.scope, name.key).into_bytes()
}
