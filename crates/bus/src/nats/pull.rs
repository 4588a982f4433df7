//! A durable pull consumer that outlives its server: made anew when the stream or the consumer is gone.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::{Batch, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use futures::StreamExt;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Nats, PATIENCE, stream};
use crate::{BusError, Delivery, Token, wire};

/// What one request may bring: bounds what waits in the client.
const BATCH_MESSAGES: usize = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How long one request stands. A vanished stream is noticed after this at the latest.
const BATCH_EXPIRES: Duration = Duration::from_secs(3);
/// How long to wait for another message once there is one, so that batches coalesce.
const LINGER: Duration = Duration::from_millis(1);
const MAX_ACK_PENDING: i64 = 10_000;

pub(crate) struct Pull {
    bus: Nats,
    durable: String,
    connections: watch::Receiver<u64>,
    consumer: Option<Consumer<Config>>,
    batch: Option<Batch>,
    ready: VecDeque<Delivery>,
    /// Events up to here are dropped unread.
    floor: i64,
    /// Acknowledges the newest dropped event, when nothing after it was handed out.
    dropped: Option<Subject>,
}

impl std::fmt::Debug for Pull {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pull").field("durable", &self.durable).finish_non_exhaustive()
    }
}

impl Pull {
    pub(crate) fn new(bus: Nats, durable: &str) -> Self {
        let connections = bus.inner.connections.clone();
        Self {
            bus,
            durable: durable.to_owned(),
            connections,
            consumer: None,
            batch: None,
            ready: VecDeque::new(),
            floor: 0,
            dropped: None,
        }
    }

    pub(crate) const fn passed(&mut self, seq: i64) {
        self.floor = seq;
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.bus.connected()
    }

    pub(crate) async fn ack(&mut self, reply: Subject) {
        if self.bus.connected() {
            let _ = timeout(PATIENCE, self.bus.inner.client.publish(reply, "+ACK".into())).await;
        }
    }

    pub(crate) async fn next(&mut self, max: usize, max_bytes: usize, wait: Duration) -> Vec<Delivery> {
        let deadline = Instant::now() + wait;
        while self.ready.is_empty() {
            if self.connections.has_changed().unwrap_or(false) {
                self.connections.borrow_and_update();
                self.batch = None;
                self.consumer = None;
            }
            if let Err(error) = self.request().await {
                tracing::debug!(durable = self.durable, %error, "no events can be asked for just now");
                let _ = timeout_at(deadline, self.connections.changed()).await;
                self.batch = None;
                self.consumer = None;
                if Instant::now() >= deadline {
                    return Vec::new();
                }
                continue;
            }
            if !self.gather(deadline).await || Instant::now() >= deadline {
                break;
            }
        }
        if self.ready.is_empty()
            && let Some(reply) = self.dropped.take()
        {
            self.ack(reply).await;
        }
        let mut bytes = 0;
        let mut out = Vec::new();
        while out.len() < max
            && let Some(delivery) = self.ready.front()
        {
            bytes += wire::size(&delivery.envelope);
            if !out.is_empty() && bytes > max_bytes {
                break;
            }
            out.extend(self.ready.pop_front());
        }
        out
    }

    /// Makes sure that a request stands at the server.
    async fn request(&mut self) -> Result<(), BusError> {
        if self.batch.is_some() {
            return Ok(());
        }
        self.bus.need_connection()?;
        let consumer = match self.consumer.take() {
            Some(consumer) => consumer,
            None => self.make().await?,
        };
        let request = consumer
            .batch()
            .max_messages(BATCH_MESSAGES)
            .max_bytes(BATCH_BYTES)
            .expires(BATCH_EXPIRES)
            .messages();
        let batch = timeout(PATIENCE, request)
            .await
            .map_err(|_| BusError::Away("no answer".to_owned()))?
            .map_err(|e| stream::away(&e))?;
        self.batch = Some(batch);
        self.consumer = Some(consumer);
        Ok(())
    }

    async fn make(&self) -> Result<Consumer<Config>, BusError> {
        let prefix = &self.bus.inner.prefix;
        let stream = self.bus.stream().await?;
        let config = Config {
            durable_name: Some(self.durable.clone()),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::All,
            ack_wait: prefix.ack_wait,
            max_deliver: -1,
            max_ack_pending: MAX_ACK_PENDING,
            ..Config::default()
        };
        stream.get_or_create_consumer(&self.durable, config).await.map_err(|e| stream::away(&e))
    }

    /// Takes what comes until the deadline, and then what follows without a pause. False when time is up.
    async fn gather(&mut self, deadline: Instant) -> bool {
        while self.ready.len() < BATCH_MESSAGES {
            let Some(batch) = self.batch.as_mut() else { return true };
            let until = if self.ready.is_empty() { deadline } else { Instant::now() + LINGER };
            let incoming = tokio::select! {
                incoming = timeout_at(until, batch.next()) => incoming,
                _ = self.connections.changed(), if self.ready.is_empty() => {
                    self.batch = None;
                    self.consumer = None;
                    return true;
                }
            };
            match incoming {
                Err(_) => return false,
                Ok(Some(Ok(message))) => self.take(&message),
                // The request is used up or has expired: the next one asks again.
                Ok(None) => {
                    self.batch = None;
                    return true;
                }
                Ok(Some(Err(error))) => {
                    tracing::debug!(durable = self.durable, %error, "the server ended a request");
                    self.batch = None;
                    if !error.to_string().contains("MaxBytes") {
                        self.consumer = None;
                    }
                    return true;
                }
            }
        }
        true
    }

    fn take(&mut self, message: &Message) {
        let Some(reply) = message.reply.clone() else { return };
        let seq = message.headers.as_ref().and_then(wire::seq);
        if seq.is_some_and(|seq| seq <= self.floor) {
            self.dropped = Some(reply);
            return;
        }
        match serde_json::from_slice(&message.payload) {
            Ok(envelope) => {
                self.dropped = None;
                self.ready.push_back(Delivery { envelope, token: Token::Nats(reply) });
            }
            Err(error) => {
                tracing::warn!(subject = %message.subject, %error, "a message is no event: left out");
                self.dropped = Some(reply);
            }
        }
    }
}
