//! The history of one evaluation as a stream that never ends by itself: what is recorded, then what comes.
//!
//! Events are shown as serialized envelopes with their texts opened where the key still exists. A client that comes
//! back with the id of the last event it saw gets exactly what follows.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::value::RawValue;
use touchstone_kernel::{History, Recorded, StreamRange, Unavailable};
use touchstone_vocabulary::{EvaluationId, TeamId};
use uuid::Uuid;

/// Events of one read.
const BATCH: usize = 256;
/// The least time between two reads that find nothing, however busy the rest of the log is.
const PAUSE: Duration = Duration::from_millis(200);
/// After this a client that lost its connection should come back.
const RETRY: Duration = Duration::from_secs(2);

/// One event as clients see it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RecordedEvent)]
pub struct Shown<'a> {
    /// Its place in the log; also the id of the message.
    seq: i64,
    /// The log's hash up to and with this event.
    hash: String,
    #[schema(value_type = String)]
    event_id: Uuid,
    context: &'a str,
    stream: &'a str,
    /// Its place in its stream, from 1.
    sequence: i64,
    /// Wire name, also the type of the message.
    name: &'a str,
    version: &'a str,
    /// Microseconds since the Unix epoch.
    recorded_at: i64,
    #[schema(value_type = Object)]
    metadata: &'a RawValue,
    /// With its texts opened where the key still exists.
    #[schema(value_type = Object)]
    payload: &'a RawValue,
}

impl<'a> Shown<'a> {
    fn of(recorded: &'a Recorded) -> Self {
        let envelope = &recorded.envelope;
        Self {
            seq: envelope.seq,
            hash: envelope.hash.to_string(),
            event_id: envelope.event_id,
            context: &envelope.context,
            stream: &envelope.stream,
            sequence: envelope.sequence,
            name: &envelope.name,
            version: &envelope.version,
            recorded_at: envelope.recorded_at.micros(),
            metadata: &envelope.metadata,
            payload: &recorded.payload,
        }
    }
}

fn ranges(team: TeamId, id: EvaluationId) -> Vec<StreamRange> {
    vec![
        StreamRange { context: "evaluation", stream: format!("{team}/{id}"), prefix: false },
        StreamRange { context: "probe_run", stream: format!("{team}/{id}/"), prefix: true },
    ]
}

/// Where to go on: after the event that the client names, else from the start.
pub fn resumed(headers: &HeaderMap) -> i64 {
    headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok()).unwrap_or(0).max(0)
}

struct Reader {
    history: Arc<dyn History>,
    ranges: Vec<StreamRange>,
    after: i64,
    ready: VecDeque<Recorded>,
    is_over: bool,
}

impl Reader {
    /// The next event; `None` after the deletion of what it is about.
    async fn next(&mut self) -> Result<Option<Recorded>, Unavailable> {
        loop {
            if let Some(recorded) = self.ready.pop_front() {
                self.after = recorded.envelope.seq;
                self.is_over = recorded.envelope.name == "evaluation.deleted";
                return Ok(Some(recorded));
            }
            if self.is_over {
                return Ok(None);
            }
            self.ready = self.history.read(self.ranges.clone(), self.after, BATCH).await?.into();
            if self.ready.is_empty() {
                tokio::join!(self.history.beyond(self.after), tokio::time::sleep(PAUSE));
            }
        }
    }
}

/// The messages of an evaluation after `after`. A fault of the log ends the stream; the client comes back.
fn messages(
    history: Arc<dyn History>,
    ranges: Vec<StreamRange>,
    after: i64,
) -> impl Stream<Item = Result<Event, axum::Error>> + Send {
    let reader = Reader { history, ranges, after, ready: VecDeque::new(), is_over: false };
    stream::unfold((reader, true), |(mut reader, first)| async move {
        if first {
            return Some((
                Ok(Event::default().retry(RETRY).comment("resumes by Last-Event-ID")),
                (reader, false),
            ));
        }
        match reader.next().await {
            Ok(Some(recorded)) => Some((message(&recorded), (reader, false))),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "an event stream ended early");
                None
            }
        }
    })
}

fn message(recorded: &Recorded) -> Result<Event, axum::Error> {
    let envelope = &recorded.envelope;
    Event::default().id(envelope.seq.to_string()).event(&envelope.name).json_data(Shown::of(recorded))
}

/// The stream as an answer, until its client may no longer have it.
pub fn sse(
    history: Arc<dyn History>,
    team: TeamId,
    id: EvaluationId,
    after: i64,
    heartbeat: Duration,
    departure: impl Future<Output = ()> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>> + Send> {
    Sse::new(messages(history, ranges(team, id), after).take_until(departure))
        .keep_alive(KeepAlive::new().interval(heartbeat).text("heartbeat"))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::HeaderValue;
    use axum::response::IntoResponse;
    use touchstone_kernel::{ChainHash, Envelope, Mark, Pending};
    use touchstone_vocabulary::Time;

    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    struct Past(Vec<(i64, &'static str)>);

    impl History for Past {
        fn read(
            &self,
            ranges: Vec<StreamRange>,
            after: i64,
            limit: usize,
        ) -> Pending<'_, Result<Vec<Recorded>, Unavailable>> {
            assert_eq!(ranges.len(), 2);
            let found =
                self.0.iter().filter(|(seq, _)| *seq > after).take(limit.min(2)).map(|(seq, name)| {
                    let envelope = Envelope {
                        seq: *seq,
                        hash: ChainHash::GENESIS,
                        prev: ChainHash::GENESIS,
                        event_id: Uuid::from_u128(1),
                        context: "evaluation".into(),
                        stream: "t/e".into(),
                        sequence: *seq,
                        name: (*name).to_owned(),
                        version: "1".into(),
                        recorded_at: Time(5),
                        mark: Mark::default(),
                        payload: Some(raw(r#"{"name":{"$sealed":"x"}}"#)),
                        metadata: raw("{}"),
                    };
                    Recorded { envelope, payload: raw(r#"{"name":{"$open":"nightly"}}"#) }
                });
            let found = found.collect();
            Box::pin(async move { Ok(found) })
        }

        fn beyond(&self, _: i64) -> Pending<'_, ()> {
            Box::pin(std::future::pending())
        }
    }

    async fn text(after: i64) -> String {
        text_until(after, std::future::pending()).await
    }

    async fn text_until(after: i64, departure: impl Future<Output = ()> + Send + 'static) -> String {
        let past = vec![
            (3, "evaluation.created"),
            (4, "evaluation.planned"),
            (7, "evaluation.canceled"),
            (9, "evaluation.deleted"),
        ];
        let (team, id) = (TeamId(Uuid::from_u128(1)), EvaluationId(Uuid::from_u128(2)));
        let sse = sse(Arc::new(Past(past)), team, id, after, Duration::from_secs(15), departure);
        let bytes = to_bytes(sse.into_response().into_body(), 1 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn each_event_is_told_once_in_order_with_its_texts_open_until_the_deletion() {
        let text = text(0).await;
        let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
        assert_eq!(ids, ["3", "4", "7", "9"]);
        assert!(text.contains("event: evaluation.canceled") && text.contains("retry: 2000"));
        assert!(text.contains(r#""payload":{"name":{"$open":"nightly"}}"#) && !text.contains("$sealed"));
    }

    #[tokio::test]
    async fn nothing_is_told_to_a_client_that_may_not_have_it_any_more() {
        assert_eq!(text_until(0, std::future::ready(())).await, "");
    }

    #[tokio::test]
    async fn a_client_that_comes_back_gets_what_follows() {
        let mut headers = HeaderMap::new();
        assert_eq!(resumed(&headers), 0);
        headers.insert("last-event-id", HeaderValue::from_static("4"));
        let text = text(resumed(&headers)).await;
        assert!(!text.contains("id: 4") && text.contains("id: 7"));
    }
}
