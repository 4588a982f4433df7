//! The bus inside one process: a bounded ring. A reader that is too slow sees a gap, as it would over NATS.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use touchstone_kernel::Envelope;

use crate::{BusState, Delivery, Hint, MAX_ENVELOPE_BYTES, Token, wire};

/// How many events the ring holds at most.
pub(crate) const RING_EVENTS: usize = 4096;
/// And how many bytes, about.
const RING_BYTES: usize = 16 * 1024 * 1024;
const HINTS: usize = 1024;

#[derive(Debug, Clone)]
pub struct Local {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    /// Offset behind the newest event.
    end: watch::Sender<u64>,
    hints: broadcast::Sender<Hint>,
}

#[derive(Debug, Default)]
struct Ring {
    /// Offset of the oldest event still held.
    base: u64,
    events: VecDeque<(Arc<Envelope>, usize)>,
    bytes: usize,
    published: u64,
    /// Per durable name, the offset behind the last acknowledged event.
    durables: HashMap<String, u64>,
}

impl Default for Local {
    fn default() -> Self {
        Self {
            shared: Arc::new(Shared {
                ring: Mutex::default(),
                end: watch::Sender::new(0),
                hints: broadcast::Sender::new(HINTS),
            }),
        }
    }
}

impl Shared {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, envelope: Envelope) {
        let size = wire::size(&envelope);
        self.bytes += size;
        self.published += 1;
        self.events.push_back((Arc::new(envelope), size));
        while self.events.len() > RING_EVENTS || (self.bytes > RING_BYTES && self.events.len() > 1) {
            if let Some((_, size)) = self.events.pop_front() {
                self.bytes -= size;
                self.base += 1;
            }
        }
    }

    /// The event at an offset, or the oldest after it that is still held.
    fn at(&self, offset: u64) -> Option<(u64, &Arc<Envelope>, usize)> {
        let offset = offset.max(self.base);
        let index = usize::try_from(offset - self.base).ok()?;
        self.events.get(index).map(|(envelope, size)| (offset, envelope, *size))
    }
}

impl Local {
    pub(crate) fn publish(&self, batch: &[Envelope]) -> usize {
        let end = {
            let mut ring = self.shared.ring();
            for envelope in batch {
                ring.push(wire::fitting(envelope, MAX_ENVELOPE_BYTES).into_owned());
            }
            ring.published
        };
        self.shared.end.send_replace(end);
        batch.len()
    }

    pub(crate) fn subscribe(&self, durable: &str) -> Reader {
        let ring = self.shared.ring();
        let next = ring.durables.get(durable).copied().unwrap_or(ring.base);
        drop(ring);
        Reader {
            shared: Arc::clone(&self.shared),
            end: self.shared.end.subscribe(),
            durable: durable.to_owned(),
            next,
            floor: 0,
        }
    }

    pub(crate) fn state(&self) -> BusState {
        let ring = self.shared.ring();
        let last = ring.events.back().map(|(envelope, _)| envelope);
        BusState {
            last_seq: last.map(|e| e.seq),
            last_hash: last.map(|e| e.hash),
            contiguous: last.map_or(0, |e| e.seq),
            messages: ring.events.len() as u64,
            incarnation: "in-process".to_owned(),
        }
    }

    pub(crate) fn hint(&self, hint: Hint) {
        // Nobody listening is no fault.
        let _ = self.shared.hints.send(hint);
    }

    pub(crate) fn hints(&self) -> broadcast::Receiver<Hint> {
        self.shared.hints.subscribe()
    }
}

#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    end: watch::Receiver<u64>,
    durable: String,
    next: u64,
    floor: i64,
}

impl Reader {
    pub(crate) async fn next(&mut self, max: usize, max_bytes: usize, wait: Duration) -> Vec<Delivery> {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            self.end.borrow_and_update();
            let found = self.take(max, max_bytes);
            if !found.is_empty() {
                return found;
            }
            match tokio::time::timeout_at(deadline, self.end.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Vec::new(),
            }
        }
    }

    fn take(&mut self, max: usize, max_bytes: usize) -> Vec<Delivery> {
        let mut found = Vec::new();
        let mut bytes = 0;
        let ring = self.shared.ring();
        while found.len() < max
            && let Some((offset, envelope, size)) = ring.at(self.next)
        {
            if !found.is_empty() && bytes + size > max_bytes {
                break;
            }
            self.next = offset + 1;
            if envelope.seq > self.floor {
                bytes += size;
                found.push(Delivery { envelope: (**envelope).clone(), token: Token::Local(offset) });
            }
        }
        found
    }

    pub(crate) fn ack(&mut self, offset: u64) {
        let mut ring = self.shared.ring();
        let acked = ring.durables.entry(self.durable.clone()).or_default();
        *acked = (*acked).max(offset + 1);
    }

    pub(crate) const fn passed(&mut self, seq: i64) {
        self.floor = seq;
    }
}
