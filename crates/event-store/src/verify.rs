//! Checking the whole log. It takes no key: the chain covers the sealed form.

use std::collections::HashMap;

use touchstone_kernel::{ChainHash, Envelope};

use crate::StoreError;
use crate::store::Store;

const EVENTS: i64 = 2_000;
const BYTES: i64 = 8 * 1024 * 1024;

/// What a check of the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    /// Events that are in order.
    pub events: i64,
    /// The first place that is not, and what is wrong there.
    pub fault: Option<String>,
}

/// What the events so far lead to expect of the next.
#[derive(Default)]
struct Expected {
    seq: i64,
    hash: Option<ChainHash>,
    /// Sequence of the last event of each stream, by a digest of its name: a log has many streams.
    streams: HashMap<[u8; 16], i64>,
}

pub(crate) async fn verify(
    store: &Store,
    mut progress: impl FnMut(i64) + Send,
) -> Result<LogReport, StoreError> {
    let (head, _) = store.backend().head().await?;
    let mut expected = Expected::default();
    let mut at_once = EVENTS;
    while expected.seq < head {
        let run = match store.backend().read(expected.seq, at_once, BYTES).await {
            Ok(run) => run,
            // One of them cannot even be read: one by one tells which.
            Err(StoreError::Corrupt(_)) if at_once > 1 => {
                at_once = 1;
                continue;
            }
            Err(StoreError::Corrupt(what)) => {
                let place = expected.seq + 1;
                return Ok(expected.fault(format!("seq {place}: {what}")));
            }
            Err(fault) => return Err(fault),
        };
        if run.is_empty() {
            let missing = format!("seq {}: the event is missing", expected.seq + 1);
            return Ok(expected.fault(missing));
        }
        for envelope in &run {
            if let Some(what) = expected.check(envelope) {
                return Ok(expected.fault(what));
            }
        }
        progress(expected.seq);
    }
    Ok(LogReport { events: expected.seq, fault: None })
}

impl Expected {
    fn fault(&self, what: String) -> LogReport {
        LogReport { events: self.seq, fault: Some(what) }
    }

    fn check(&mut self, envelope: &Envelope) -> Option<String> {
        let seq = self.seq + 1;
        if envelope.seq != seq {
            return Some(format!("seq {seq}: the event is missing, the next one is {}", envelope.seq));
        }
        let sequence = self.streams.entry(digest(envelope)).or_insert(0);
        *sequence += 1;
        if envelope.sequence != *sequence {
            return Some(format!(
                "seq {seq}: {} {} has event {} where {sequence} was due",
                envelope.context, envelope.stream, envelope.sequence
            ));
        }
        let prev = self.hash.unwrap_or(ChainHash::GENESIS);
        let hash = envelope.stored().map(|stored| prev.next(seq, &stored));
        if hash != Some(envelope.hash) {
            return Some(format!(
                "seq {seq}: the hash does not cover what is stored; {} {} event {}, or its place, was changed",
                envelope.context, envelope.stream, envelope.sequence
            ));
        }
        self.seq = seq;
        self.hash = hash;
        None
    }
}

fn digest(envelope: &Envelope) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(envelope.context.as_bytes());
    hasher.update(b"/");
    hasher.update(envelope.stream.as_bytes());
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}
