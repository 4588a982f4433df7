//! Joined appends: one commit to disk for many small appends of many streams.
//!
//! While one commit is on its way the next appends gather, up to 256 events; when none is on its way an append
//! leaves at once. So an append waits for at most one commit before its own, and no clock is involved. If the joint
//! statement meets a conflict, each append is sent alone, so that only the guilty one is refused.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, Weak};

use tokio::sync::{mpsc, oneshot};
use touchstone_kernel::{Meta, Receipt, Rejection, State};

use crate::StoreError;
use crate::append::{Append, Batch, Outcome};
use crate::store::{Inner, Store, answer};

/// Events in one commit.
const FULL: usize = 256;

/// Appends that may wait before callers have to.
const WAITING: usize = 1024;

/// An append on its way, and who waits for it.
pub(crate) struct Request {
    append: Append,
    meta: Meta,
    reply: oneshot::Sender<Result<Receipt, Rejection>>,
}

/// Where the appends of one store wait. Its task is made by the first of them, and again should it ever die.
#[derive(Default)]
pub(crate) struct Queue(Mutex<Option<mpsc::Sender<Request>>>);

impl Queue {
    fn sender(&self, store: &Store) -> mpsc::Sender<Request> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref() {
            Some(sender) if !sender.is_closed() => sender.clone(),
            _ => {
                let (sender, requests) = mpsc::channel(WAITING);
                #[expect(
                    clippy::disallowed_methods,
                    reason = "it ends with its store, and whoever waits for it hears of its death"
                )]
                tokio::spawn(work(store.downgrade(), requests));
                queue.insert(sender).clone()
            }
        }
    }
}

/// Appends to many streams in few commits. Clones and other writers of the same store share one queue.
#[derive(Clone)]
pub struct Writer {
    store: Store,
}

impl Writer {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Like [`Store::append`], in company. An append with an idempotency key goes alone.
    pub async fn append<S: State>(
        &self,
        id: &S::Id,
        expected: i64,
        events: Vec<S::Event>,
        meta: &Meta,
    ) -> Result<Receipt, Rejection> {
        let append = self.store.encode_events::<S>(id, expected, &events, meta).await?;
        if meta.idempotency.is_some() || append.events.is_empty() {
            return self.store.append_alone(append, meta).await;
        }
        let closed = || Rejection::from(StoreError::Closed);
        let (reply, answer) = oneshot::channel();
        let queue = self.store.queue().sender(&self.store);
        queue.send(Request { append, meta: meta.clone(), reply }).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

/// Ends when the store is gone.
async fn work(store: Weak<Inner>, mut requests: mpsc::Receiver<Request>) {
    while let Some(first) = requests.recv().await {
        let mut gathered = first.append.events.len();
        let mut batch = vec![first];
        while gathered < FULL
            && let Ok(next) = requests.try_recv()
        {
            gathered += next.append.events.len();
            batch.push(next);
        }
        let Some(inner) = store.upgrade() else { return };
        flush(&Store::from_inner(inner), batch).await;
    }
}

/// Requests of which each stream's follow each other, joined into one append per stream; and those that do not fit.
fn join(requests: Vec<Request>) -> (Batch, Vec<(usize, Request)>, Vec<Request>) {
    let mut appends: Vec<Append> = Vec::new();
    let mut places: HashMap<(&'static str, String), usize> = HashMap::new();
    let mut joined = Vec::with_capacity(requests.len());
    let mut apart = Vec::new();
    for request in requests {
        let stream = (request.append.context, request.append.stream.clone());
        match places.get(&stream) {
            None => {
                places.insert(stream, appends.len());
                let place = appends.len();
                appends.push(request.append.clone());
                joined.push((place, request));
            }
            Some(place) if appends[*place].version() == request.append.expected => {
                appends[*place].events.extend(request.append.events.iter().cloned());
                joined.push((*place, request));
            }
            Some(_) => apart.push(request),
        }
    }
    (Batch { appends, key: None }, joined, apart)
}

async fn flush(store: &Store, requests: Vec<Request>) {
    let (batch, joined, mut apart) = join(requests);
    metrics::histogram!("touchstone_writer_batch_events")
        .record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
    let outcome = {
        let _held = store.hold(batch.streams()).await;
        store.commit(&batch).await
    };
    match outcome {
        Ok(Outcome::Stored(marks)) => {
            for (place, Request { append, reply, .. }) in joined {
                // The stream's last mark: at or after this append's own.
                let mark = marks.get(place).copied().unwrap_or_default();
                let _ = reply.send(Ok(append.receipt(mark)));
            }
        }
        Ok(Outcome::Conflict | Outcome::Duplicate | Outcome::Repeated { .. }) => {
            apart.splice(0..0, joined.into_iter().map(|(_, request)| request));
        }
        Err(fault) => {
            let rejection = Rejection::from(fault);
            for (_, request) in joined {
                let _ = request.reply.send(Err(rejection.clone()));
            }
        }
    }
    for Request { append, meta, reply } in apart {
        let answer = answer(&append);
        let alone = Batch { appends: vec![append], key: None };
        let outcome = {
            let _held = store.hold(alone.streams()).await;
            store.commit(&alone).await
        };
        let result = match outcome {
            Ok(outcome) => store.settle(outcome, answer, &meta).await,
            Err(fault) => Err(fault.into()),
        };
        let _ = reply.send(result);
    }
}
