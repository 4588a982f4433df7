//! What the HTTP layer may know of the machinery: it sends commands, reads history as envelopes, and waits until a
//! write can be seen.

use std::future::Future;
use std::pin::Pin;

use touchstone_vocabulary::{Time, TokenId};
use uuid::Uuid;

use crate::{Command, Mark, Meta, Receipt, Recorded, Rejection, Repeatable};

/// A boxed future, so that the ports can be trait objects.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that carries out commands of one type.
pub trait Handle<C: Command>: Send + Sync {
    fn handle(&self, command: C, meta: Meta) -> Pending<'_, Result<Receipt, Rejection>>;
}

/// The store behind a port cannot be reached just now.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the event log cannot be reached: {0}")]
pub struct Unavailable(pub String);

/// One stream, or all streams whose id starts with a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRange {
    pub context: &'static str,
    /// The whole id, or a prefix ending in `/` when `prefix` is set.
    pub stream: String,
    pub prefix: bool,
}

/// The recorded past, opened where keys still exist.
pub trait History: Send + Sync {
    /// At most `limit` events of these streams with `seq > after`, by `seq`.
    fn read(
        &self,
        ranges: Vec<StreamRange>,
        after: i64,
        limit: usize,
    ) -> Pending<'_, Result<Vec<Recorded>, Unavailable>>;

    /// Resolves when the log may hold something after `seq`, at the latest after about a second.
    fn beyond(&self, seq: i64) -> Pending<'_, ()>;
}

/// Whether a write can be seen in the read models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    Yes,
    /// Not within the waiting time, or its lane is parked; the command stands all the same.
    Behind,
}

/// Waits, for a bounded time, until read models show a mark.
pub trait Freshness: Send + Sync {
    fn reach(&self, mark: Mark, lane: String) -> Pending<'_, Visible>;
}

/// Remembers when tokens were last used. It is told now and then, not at every use.
pub trait TokenUse: Send + Sync {
    fn used(&self, token: TokenId, at: Time) -> Pending<'_, Result<(), Unavailable>>;
}

/// Knows which tokens were revoked from the log itself, however far the read models are behind.
pub trait Revocations: Send + Sync {
    fn is_revoked(&self, token: TokenId) -> Pending<'_, Result<bool, Unavailable>>;
}

/// How a repeatable request stands when it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to be carried out, by this attempt and no other as long as that is renewed.
    Ours,
    /// It was answered so.
    Answered(String),
    /// Another attempt carries it out, in this process or elsewhere.
    InFlight,
    /// The key came with another request before.
    OtherRequest,
}

/// Remembers requests with an idempotency key, so that one request has one answer. What a command brings about is
/// remembered with the command itself; this is about the request around it.
pub trait Requests: Send + Sync {
    fn begin<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<Begun, Unavailable>>;

    /// An attempt that is not renewed for some seconds counts as dead.
    fn renew<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>>;

    /// Keeps the answer for a day.
    fn answered<'a>(
        &'a self,
        request: &'a Repeatable,
        answer: String,
    ) -> Pending<'a, Result<(), Unavailable>>;

    /// Forgets the attempt: the request may come again as if it had not come.
    fn abandoned<'a>(&'a self, request: &'a Repeatable) -> Pending<'a, Result<(), Unavailable>>;
}

/// Time and fresh ids, which only the edges may know. Real in the binary, settable in tests.
pub trait Clock: Send + Sync {
    fn now(&self) -> Time;

    /// A random id.
    fn new_id(&self) -> Uuid;
}
