//! How recorded events travel: JetStream between processes, a bounded ring inside one.
//!
//! The bus is transport and never the record. Everything it carries stands in the log already, so every failure here
//! ends the same way: a reader sees a gap and reads the log, the relay sees an unexpected stream and publishes again.
//! This is the only crate that knows async-nats.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod hint;
mod local;
mod nats;
mod relay;
pub mod subjects;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use tokio::sync::broadcast;
use touchstone_kernel::{ChainHash, Envelope};

pub use hint::Hint;
pub use local::Local;
pub use nats::Nats;
pub use relay::{Cursor, Relay, RelaySource, SourceError};
pub use wire::{MAX_ENVELOPE_BYTES, PAYLOAD_IN_LOG};

/// Why something could not be sent or asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BusError {
    #[error("the address of the NATS server is not valid: {0}")]
    Address(String),
    #[error("the NATS server cannot be reached: {0}; nothing is lost, it is tried again")]
    Away(String),
    #[error("the event stream is damaged: {0}; nothing is lost, it is made anew if this lasts")]
    Damaged(String),
    #[error("the event stream is not as expected: {0}; it is compared with the log again")]
    Unexpected(String),
}

/// Where events are kept in the server, so that several installations and tests can share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// Name of the JetStream stream.
    pub stream: String,
    /// First segments of every subject.
    pub root: String,
    /// After how long an unacknowledged message is delivered again.
    pub ack_wait: Duration,
}

impl Default for Prefix {
    fn default() -> Self {
        Self {
            stream: subjects::STREAM.to_owned(),
            root: subjects::ROOT.to_owned(),
            ack_wait: Duration::from_secs(30),
        }
    }
}

/// What the stream holds just now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BusState {
    /// Number of its newest event.
    pub last_seq: Option<i64>,
    /// The chain hash that the newest event carries.
    pub last_hash: Option<ChainHash>,
    /// The newest event before which nothing is missing; 0 when the first is missing.
    pub contiguous: i64,
    pub messages: u64,
    /// Which stream this is and what is missing in it: changes when it is made anew or loses messages.
    pub incarnation: String,
}

/// One bus of the two.
#[derive(Debug, Clone)]
pub enum Bus {
    Nats(Nats),
    Local(Local),
}

impl Bus {
    /// A bus inside this process.
    #[must_use]
    pub fn local() -> Self {
        Self::Local(Local::default())
    }

    /// A bus over a NATS server. Does not fail while the server is away: it is tried again in the background.
    pub async fn connect(url: &str, prefix: Prefix) -> Result<Self, BusError> {
        Nats::connect(url, prefix).await.map(Self::Nats)
    }

    /// Sends events in order and tells how many from the start are safely in the stream. Takes about 2 s at most
    /// while the server is away. An event that cannot be sent for its own sake goes without its payload.
    pub async fn publish(&self, batch: &[Envelope]) -> Result<usize, BusError> {
        match self {
            Self::Nats(bus) => bus.publish(batch).await,
            Self::Local(bus) => Ok(bus.publish(batch)),
        }
    }

    /// A reader of all events. `durable` names its place in the stream across restarts.
    #[expect(clippy::unused_async, reason = "a bus that must ask its server first would wait here")]
    pub async fn subscribe(&self, durable: &str) -> Result<Subscription, BusError> {
        match self {
            Self::Nats(bus) => Ok(Subscription(Source::Nats(Box::new(bus.subscribe(durable))))),
            Self::Local(bus) => Ok(Subscription(Source::Local(bus.subscribe(durable)))),
        }
    }

    /// What the stream holds; makes it where it does not exist.
    pub async fn state(&self) -> Result<BusState, BusError> {
        match self {
            Self::Nats(bus) => bus.state().await,
            Self::Local(bus) => Ok(bus.state()),
        }
    }

    /// Throws the stream away, so that it can be made anew and filled from the log.
    pub async fn discard(&self) -> Result<(), BusError> {
        match self {
            Self::Nats(bus) => bus.discard().await,
            Self::Local(_) => Ok(()),
        }
    }

    /// Whether events outlive this process in the bus, so that missing ones are worth publishing again.
    pub const fn keeps(&self) -> bool {
        matches!(self, Self::Nats(_))
    }

    /// Grows with every new connection to the server; after a change the stream may be another one.
    pub fn connections(&self) -> u64 {
        match self {
            Self::Nats(bus) => bus.connections(),
            Self::Local(_) => 0,
        }
    }

    /// Whether the server can be reached just now.
    pub fn connected(&self) -> bool {
        match self {
            Self::Nats(bus) => bus.connected(),
            Self::Local(_) => true,
        }
    }

    /// Tells everybody who listens now; may get lost.
    pub fn hint(&self, hint: Hint) {
        match self {
            Self::Nats(bus) => bus.hint(hint),
            Self::Local(bus) => bus.hint(hint),
        }
    }

    /// Hints of this process and, over NATS, of the others.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        match self {
            Self::Nats(bus) => bus.hints(),
            Self::Local(bus) => bus.hints(),
        }
    }
}

/// One event as it came from the bus.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Without payload when that must be read from the log.
    pub envelope: Envelope,
    token: Token,
}

#[derive(Debug, Clone)]
enum Token {
    Local(u64),
    /// The subject that takes the acknowledgement.
    Nats(async_nats::Subject),
}

/// A durable reader.
#[derive(Debug)]
pub struct Subscription(Source);

#[derive(Debug)]
enum Source {
    Nats(Box<nats::Pull>),
    Local(local::Reader),
}

impl Subscription {
    /// The next events, at most `max` and about `max_bytes`; none when there are none within `wait` or while the
    /// server is away.
    pub async fn next(&mut self, max: usize, max_bytes: usize, wait: Duration) -> Vec<Delivery> {
        match &mut self.0 {
            Source::Nats(pull) => pull.next(max, max_bytes, wait).await,
            Source::Local(reader) => reader.next(max, max_bytes, wait).await,
        }
    }

    /// Says that these, and all before them, need not come again. Best effort.
    pub async fn ack(&mut self, deliveries: &[Delivery]) {
        let Some(last) = deliveries.last() else { return };
        match (&mut self.0, &last.token) {
            (Source::Nats(pull), Token::Nats(reply)) => pull.ack(reply.clone()).await,
            (Source::Local(reader), Token::Local(offset)) => reader.ack(*offset),
            (Source::Nats(_), Token::Local(_)) | (Source::Local(_), Token::Nats(_)) => {}
        }
    }

    /// Whether events can arrive at all just now.
    pub fn is_fed(&self) -> bool {
        match &self.0 {
            Source::Nats(pull) => pull.is_connected(),
            Source::Local(_) => true,
        }
    }

    /// Events up to `seq` are of no more use: they are dropped unread.
    pub fn passed(&mut self, seq: i64) {
        match &mut self.0 {
            Source::Nats(pull) => pull.passed(seq),
            Source::Local(reader) => reader.passed(seq),
        }
    }
}
