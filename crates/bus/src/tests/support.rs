//! A log in memory and short ways to read a bus.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::value::RawValue;
use tokio::sync::watch;
use touchstone_kernel::{ChainHash, Envelope, Mark};
use touchstone_vocabulary::Time;
use uuid::Uuid;

use crate::{Bus, Cursor, Delivery, Prefix, RelaySource, SourceError, Subscription};

pub(crate) const LONG: Duration = Duration::from_secs(20);

/// The first events of a log.
pub(crate) fn chain(count: i64) -> Vec<Envelope> {
    chain_with(count, |seq| format!("{{\"n\":{seq}}}"))
}

pub(crate) fn chain_with(count: i64, payload: impl Fn(i64) -> String) -> Vec<Envelope> {
    let mut prev = ChainHash::GENESIS;
    (1..=count)
        .map(|seq| {
            let metadata =
                format!(r#"{{"actor":"system:test","subject":"","correlation":"{}"}}"#, Uuid::nil());
            let mut envelope = Envelope {
                seq,
                hash: prev,
                prev,
                event_id: Uuid::from_u128(u128::from(seq.unsigned_abs())),
                context: "thing".to_owned(),
                stream: "team/one".to_owned(),
                sequence: seq,
                name: "thing.counted".to_owned(),
                version: "1".to_owned(),
                recorded_at: Time(seq),
                mark: Mark { xid: 0, position: seq },
                payload: Some(RawValue::from_string(payload(seq)).unwrap()),
                metadata: RawValue::from_string(metadata).unwrap(),
            };
            envelope.hash = prev.next(seq, &envelope.stored().unwrap());
            prev = envelope.hash;
            envelope
        })
        .collect()
}

/// A prefix of its own, so that tests can share a server.
pub(crate) fn prefix(name: &str) -> Prefix {
    Prefix {
        stream: format!("T_{}", name.to_uppercase()),
        root: format!("test.{name}"),
        ack_wait: Duration::from_secs(1),
    }
}

/// A bus on a server that answers.
pub(crate) async fn connected(url: &str, prefix: Prefix) -> Bus {
    let bus = Bus::connect(url, prefix).await.unwrap();
    until(|| bus.connected()).await;
    bus
}

/// Yields until something holds.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    tokio::time::timeout(LONG, async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it never came to hold");
}

/// Reads until `count` events have come, without acknowledging.
pub(crate) async fn receive(subscription: &mut Subscription, count: usize) -> Vec<Delivery> {
    let mut all = Vec::new();
    tokio::time::timeout(LONG, async {
        while all.len() < count {
            all.extend(subscription.next(count - all.len(), 1 << 20, Duration::from_millis(200)).await);
        }
    })
    .await
    .unwrap_or_else(|_| panic!("events are missing: got {}", all.len()));
    all
}

pub(crate) fn seqs(deliveries: &[Delivery]) -> Vec<i64> {
    deliveries.iter().map(|d| d.envelope.seq).collect()
}

/// A log in memory that other tasks can extend.
#[derive(Clone)]
pub(crate) struct MemoryLog {
    events: Arc<Mutex<Vec<Envelope>>>,
    cursor: Arc<Mutex<Cursor>>,
    advanced: Arc<watch::Sender<i64>>,
}

impl MemoryLog {
    pub(crate) fn new(events: Vec<Envelope>) -> Self {
        let head = i64::try_from(events.len()).unwrap();
        Self {
            events: Arc::new(Mutex::new(events)),
            cursor: Arc::default(),
            advanced: Arc::new(watch::Sender::new(head)),
        }
    }

    pub(crate) fn push(&self, more: &[Envelope]) {
        let mut events = self.events.lock().unwrap();
        events.extend_from_slice(more);
        self.advanced.send_replace(i64::try_from(events.len()).unwrap());
    }

    pub(crate) fn cursor_now(&self) -> Cursor {
        self.cursor.lock().unwrap().clone()
    }
}

#[async_trait]
impl RelaySource for MemoryLog {
    async fn read(&self, after: i64, limit: usize, _: usize) -> Result<Vec<Envelope>, SourceError> {
        let events = self.events.lock().unwrap();
        Ok(events.iter().filter(|e| e.seq > after).take(limit).cloned().collect())
    }

    async fn head(&self) -> Result<i64, SourceError> {
        Ok(self.events.lock().unwrap().last().map_or(0, |e| e.seq))
    }

    async fn hash_at(&self, seq: i64) -> Result<Option<ChainHash>, SourceError> {
        Ok(self.events.lock().unwrap().iter().find(|e| e.seq == seq).map(|e| e.hash))
    }

    async fn cursor(&self) -> Result<Cursor, SourceError> {
        Ok(self.cursor_now())
    }

    async fn save_cursor(&self, cursor: &Cursor) -> Result<(), SourceError> {
        *self.cursor.lock().unwrap() = cursor.clone();
        Ok(())
    }

    async fn lease(&self) -> Result<bool, SourceError> {
        Ok(true)
    }

    fn advanced(&self) -> watch::Receiver<i64> {
        self.advanced.subscribe()
    }
}
