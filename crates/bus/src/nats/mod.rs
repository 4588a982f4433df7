//! JetStream: one stream, published in order and without holes, read through durable pull consumers.
//!
//! Every publish carries the stream's expected last sequence. So the server itself refuses an event when the stream
//! is another than the one examined last (made anew, put back from an old copy, short of its tail), and what follows
//! a hole is never taken for a contiguous tail.

mod pull;
mod stream;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{Client, ConnectOptions, Event};
use futures::StreamExt;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use touchstone_kernel::Envelope;

use crate::hint::Sent;
use crate::{BusError, BusState, Hint, MAX_ENVELOPE_BYTES, Prefix, subjects, wire};

pub(crate) use pull::Pull;

/// How long one question to the server may take.
const PATIENCE: Duration = Duration::from_secs(2);
const RECONNECT_EVERY: Duration = Duration::from_millis(250);
/// Room that headers and subject take of the server's largest message.
const HEADER_ROOM: usize = 4096;
/// How long a vanished stream stays away before it is made anew.
const AFTER_LOSS: Duration = Duration::from_secs(1);
const HINTS: usize = 1024;

/// A connection to a NATS server that heals by itself.
#[derive(Clone)]
pub struct Nats {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    client: Client,
    prefix: Prefix,
    connections: watch::Receiver<u64>,
    /// The stream sequence that the next event must follow; unknown until the stream has been examined.
    tail: Mutex<Option<u64>>,
    presence: Mutex<Presence>,
    hints: broadcast::Sender<Hint>,
    outgoing: mpsc::Sender<Hint>,
    /// Ends with the connection.
    _hinting: JoinSet<()>,
}

/// What this process knows of the stream's existence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Presence {
    #[default]
    Unknown,
    Seen,
    MissingSince(Instant),
}

impl Presence {
    /// A stream that was there and is gone is not made anew at once: the server lets go of its name before it has
    /// deleted its files, and one of the same name made in between loses its own to the deletion.
    fn may_be_made(&mut self) -> bool {
        match *self {
            Self::Unknown => true,
            Self::Seen => {
                *self = Self::MissingSince(Instant::now());
                false
            }
            Self::MissingSince(since) => since.elapsed() >= AFTER_LOSS,
        }
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("prefix", &self.inner.prefix).finish_non_exhaustive()
    }
}

/// What became of one event.
enum Sending {
    Stored(u64),
    /// The server refuses it for its own sake.
    Unfit(String),
    Failed(BusError),
}

impl Nats {
    pub(crate) async fn connect(url: &str, prefix: Prefix) -> Result<Self, BusError> {
        let (connected, connections) = watch::channel(0_u64);
        let client = ConnectOptions::new()
            .name("touchstone")
            .retry_on_initial_connect()
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .ping_interval(Duration::from_secs(5))
            .reconnect_delay_callback(|_| RECONNECT_EVERY)
            .event_callback(move |event| {
                let connected = connected.clone();
                async move {
                    if matches!(event, Event::Connected) {
                        connected.send_modify(|n| *n += 1);
                    }
                }
            })
            .connect(url)
            .await
            .map_err(|e| BusError::Address(e.to_string()))?;
        let context = jetstream::ContextBuilder::new()
            .timeout(PATIENCE)
            .ack_timeout(PATIENCE)
            .max_ack_inflight(4096)
            .build(client.clone());
        let hints = broadcast::Sender::new(HINTS);
        let (outgoing, to_send) = mpsc::channel(HINTS);
        let subject = subjects::hints(&prefix.root);
        // No two inboxes are the same: this one is used as a name only.
        let origin = client.new_inbox();
        let mut hinting = JoinSet::new();
        hinting.spawn(listen(client.clone(), subject.clone(), origin.clone(), hints.clone()));
        hinting.spawn(tell(client.clone(), subject, origin, to_send));
        Ok(Self {
            inner: Arc::new(Inner {
                context,
                client,
                prefix,
                connections,
                tail: Mutex::new(None),
                presence: Mutex::default(),
                hints,
                outgoing,
                _hinting: hinting,
            }),
        })
    }

    pub(crate) fn connections(&self) -> u64 {
        *self.inner.connections.borrow()
    }

    pub(crate) fn connected(&self) -> bool {
        self.inner.client.connection_state() == State::Connected
    }

    /// Fails at once while the server is away, so that nothing piles up in the client to be sent much later.
    fn need_connection(&self) -> Result<(), BusError> {
        if self.connected() { Ok(()) } else { Err(BusError::Away("not connected".to_owned())) }
    }

    fn tail(&self) -> MutexGuard<'_, Option<u64>> {
        self.inner.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        self.inner.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stream, made where there is none.
    async fn stream(&self) -> Result<Stream, BusError> {
        let Inner { context, prefix, .. } = &*self.inner;
        if let Some(stream) = stream::find(context, prefix).await? {
            *self.presence() = Presence::Seen;
            return Ok(stream);
        }
        if !self.presence().may_be_made() {
            return Err(BusError::Away("the stream vanished a moment ago".to_owned()));
        }
        let made = stream::make(context, prefix).await?;
        *self.presence() = Presence::Seen;
        Ok(made)
    }

    pub(crate) async fn discard(&self) -> Result<(), BusError> {
        self.need_connection()?;
        *self.tail() = None;
        stream::delete(&self.inner.context, &self.inner.prefix).await?;
        *self.presence() = Presence::MissingSince(Instant::now());
        Ok(())
    }

    pub(crate) async fn state(&self) -> Result<BusState, BusError> {
        self.need_connection()?;
        let (state, last) = stream::examine(&self.stream().await?, &self.inner.prefix).await?;
        *self.tail() = Some(last);
        Ok(state)
    }

    pub(crate) fn subscribe(&self, durable: &str) -> Pull {
        Pull::new(self.clone(), durable)
    }

    pub(crate) async fn publish(&self, batch: &[Envelope]) -> Result<usize, BusError> {
        self.need_connection()?;
        let known = *self.tail();
        let mut tail = match known {
            Some(tail) => tail,
            None => stream::examine(&self.stream().await?, &self.inner.prefix).await?.1,
        };
        // Until all went well the stream counts as unknown.
        *self.tail() = None;
        let mut pending = Vec::with_capacity(batch.len());
        for (envelope, expected) in batch.iter().zip(tail..) {
            let fitting = wire::fitting(envelope, self.largest());
            match self.send(&fitting, expected).await {
                Ok(ack) => pending.push(ack),
                Err(outcome) => {
                    let (done, fault) = self.settle(pending, &mut tail).await;
                    return match (fault, outcome) {
                        (None, Sending::Unfit(reason)) => self.send_stub(envelope, tail, done, &reason).await,
                        (None, Sending::Failed(error)) | (Some(Sending::Failed(error)), _) => {
                            partly(done, error)
                        }
                        (None | Some(Sending::Stored(_) | Sending::Unfit(_)), _) => Ok(done),
                    };
                }
            }
        }
        let (done, fault) = self.settle(pending, &mut tail).await;
        match fault {
            None => {
                *self.tail() = Some(tail);
                Ok(done)
            }
            Some(Sending::Unfit(reason)) => self.send_stub(&batch[done], tail, done, &reason).await,
            Some(Sending::Failed(error)) => partly(done, error),
            Some(Sending::Stored(_)) => Ok(done),
        }
    }

    fn largest(&self) -> usize {
        let server = self.inner.client.server_info().max_payload;
        if server > 2 * HEADER_ROOM {
            MAX_ENVELOPE_BYTES.min(server - HEADER_ROOM)
        } else {
            MAX_ENVELOPE_BYTES
        }
    }

    async fn send(&self, envelope: &Envelope, expected: u64) -> Result<PublishAckFuture, Sending> {
        let body = serde_json::to_vec(envelope).map_err(|e| Sending::Unfit(e.to_string()))?;
        let mut headers = wire::headers(envelope);
        headers.insert(subjects::EXPECTED_LAST_SEQUENCE, expected.to_string());
        let subject = subjects::event(&self.inner.prefix.root, envelope);
        let sent = self.inner.context.publish_with_headers(subject, headers, body.into()).await;
        sent.map_err(|e| refused(&e))
    }

    /// Awaits acknowledgements in order: how many stand, and what ended it early.
    async fn settle(&self, pending: Vec<PublishAckFuture>, tail: &mut u64) -> (usize, Option<Sending>) {
        let mut done = 0;
        for ack in pending {
            match outcome(ack).await {
                Sending::Stored(sequence) => {
                    *tail = sequence;
                    done += 1;
                }
                fault => return (done, Some(fault)),
            }
        }
        (done, None)
    }

    /// Sends the event at `done` without its payload. When even that is refused it is left out: readers fill the gap
    /// from the log.
    async fn send_stub(
        &self,
        envelope: &Envelope,
        tail: u64,
        done: usize,
        reason: &str,
    ) -> Result<usize, BusError> {
        tracing::warn!(
            seq = envelope.seq,
            reason,
            "the event cannot be sent as it is: sending it without its payload"
        );
        let sent = match self.send(&wire::stub(envelope), tail).await {
            Ok(ack) => outcome(ack).await,
            Err(fault) => fault,
        };
        match sent {
            Sending::Stored(sequence) => {
                *self.tail() = Some(sequence);
                Ok(done + 1)
            }
            Sending::Unfit(reason) => {
                tracing::error!(
                    seq = envelope.seq,
                    reason,
                    "the event cannot be sent at all: readers must take it from the log"
                );
                Ok(done + 1)
            }
            Sending::Failed(error) => partly(done, error),
        }
    }

    pub(crate) fn hint(&self, hint: Hint) {
        let _ = self.inner.hints.send(hint.clone());
        if self.connected() {
            // Too many at once: the others find out from the log.
            let _ = self.inner.outgoing.try_send(hint);
        }
    }

    pub(crate) fn hints(&self) -> broadcast::Receiver<Hint> {
        self.inner.hints.subscribe()
    }
}

fn partly(done: usize, error: BusError) -> Result<usize, BusError> {
    if done > 0 { Ok(done) } else { Err(error) }
}

async fn outcome(ack: PublishAckFuture) -> Sending {
    match ack.await {
        Ok(ack) => Sending::Stored(ack.sequence),
        Err(error) => refused(&error),
    }
}

/// Tells a refusal of this one event from a failure of the server.
fn refused(error: &jetstream::context::PublishError) -> Sending {
    let text = error.to_string();
    match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => Sending::Unfit(text),
        PublishErrorKind::WrongLastMessageId | PublishErrorKind::WrongLastSequence => {
            Sending::Failed(BusError::Unexpected(text))
        }
        PublishErrorKind::StreamNotFound => {
            Sending::Failed(BusError::Unexpected("it does not exist".to_owned()))
        }
        PublishErrorKind::Other => match source_code(error) {
            Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM | ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM) => {
                Sending::Unfit(text)
            }
            // Neither the server nor the connection spoke: the subject or a header was refused by the client.
            None if text.contains("subject") => Sending::Unfit(text),
            Some(ErrorCode::STREAM_STORE_FAILED) => Sending::Failed(BusError::Damaged(text)),
            Some(_) | None => Sending::Failed(BusError::Away(text)),
        },
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::MaxAckPending => {
            Sending::Failed(BusError::Away(text))
        }
    }
}

fn source_code(error: &jetstream::context::PublishError) -> Option<ErrorCode> {
    std::error::Error::source(error)?.downcast_ref::<jetstream::Error>().map(jetstream::Error::error_code)
}

/// Passes hints of other processes on; the subscription outlives reconnects.
async fn listen(client: Client, subject: String, origin: String, hints: broadcast::Sender<Hint>) {
    loop {
        if let Ok(mut incoming) = client.subscribe(subject.clone()).await {
            while let Some(message) = incoming.next().await {
                if let Ok(sent) = serde_json::from_slice::<Sent>(&message.payload)
                    && sent.origin != origin
                {
                    let _ = hints.send(sent.hint);
                }
            }
        }
        tokio::time::sleep(RECONNECT_EVERY).await;
    }
}

/// Sends this process's hints to the others.
async fn tell(client: Client, subject: String, origin: String, mut hints: mpsc::Receiver<Hint>) {
    while let Some(hint) = hints.recv().await {
        let Ok(body) = serde_json::to_vec(&Sent { origin: origin.clone(), hint }) else { continue };
        let _ = tokio::time::timeout(PATIENCE, client.publish(subject.clone(), body.into())).await;
    }
}
