//! Events on their way from the log to the projections, read and opened ahead of their being applied.

use std::collections::HashMap;

use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use touchstone_event_store::{Log, StoreError};
use touchstone_kernel::{Envelope, Recorded};

use crate::ReadError;

/// How many opened batches may wait to be applied.
const AHEAD: usize = 2;
/// At most so many bytes of payload in one batch, about.
pub(crate) const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Contiguous events, opened. What could not be opened stands there all the same, with the reason beside it.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub events: Vec<Recorded>,
    pub unreadable: HashMap<i64, String>,
}

/// Opens events. An event that can never be opened does not hold up the others.
pub(crate) async fn open(log: &Log, envelopes: Vec<Envelope>) -> Result<Batch, ReadError> {
    let Some(first) = envelopes.first().map(|e| e.seq) else { return Ok(Batch::default()) };
    let count = envelopes.len();
    match log.open_all(envelopes).await {
        Ok(events) => return Ok(Batch { events, unreadable: HashMap::new() }),
        Err(StoreError::Corrupt(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut batch = Batch::default();
    for seq in (first..).take(count) {
        let Some(envelope) = log.read(seq - 1, 1, 1).await?.into_iter().next() else { break };
        match log.open(envelope.clone()).await {
            Ok(recorded) => batch.events.push(recorded),
            Err(StoreError::Corrupt(reason)) => {
                batch.unreadable.insert(envelope.seq, reason);
                batch.events.push(Recorded { envelope, payload: RawValue::NULL.to_owned() });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(batch)
}

/// Batches after a number, read while earlier ones are applied. Ends at the log's head or at `last`.
pub(crate) struct Ahead {
    batches: mpsc::Receiver<Result<Batch, ReadError>>,
    /// Ends when nobody wants more.
    _reader: JoinSet<()>,
}

impl Ahead {
    pub(crate) fn start(log: Log, after: i64, last: i64, limit: usize) -> Self {
        let (sender, batches) = mpsc::channel(AHEAD);
        let mut reader = JoinSet::new();
        reader.spawn(async move {
            let mut at = after;
            while at < last {
                let limit = limit.min(usize::try_from(last - at).unwrap_or(limit));
                let read = async {
                    let envelopes = log.read(at, limit, BATCH_BYTES).await?;
                    open(&log, envelopes).await
                };
                let batch = read.await;
                let end = match &batch {
                    Ok(batch) => match batch.events.last() {
                        Some(event) => {
                            at = event.envelope.seq;
                            false
                        }
                        None => return,
                    },
                    Err(_) => true,
                };
                if sender.send(batch).await.is_err() || end {
                    return;
                }
            }
        });
        Self { batches, _reader: reader }
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        self.batches.recv().await.transpose()
    }
}
