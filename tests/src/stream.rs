//! An evaluation's history as server-sent events.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_kernel::Clock as _;
use touchstone_testkit::{Backend, Caller, TargetOptions, Wish, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{SMALL, close, count, finished, fresh, length, paced, team};

/// One message.
#[derive(Debug, Clone, PartialEq)]
struct Message {
    id: i64,
    name: String,
    event: Value,
}

fn message(block: &str) -> Option<Message> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let (id, name) = (field("id:")?.parse().unwrap(), field("event:")?.to_owned());
    Some(Message { id, name, event: serde_json::from_str(field("data:")?).unwrap() })
}

/// Reads until a message passes, or the server ends the stream.
async fn read(
    caller: &Caller,
    id: &str,
    after: Option<i64>,
    enough: impl Fn(&Message) -> bool,
) -> Vec<Message> {
    let mut asked = caller.request(reqwest::Method::GET, &format!("/v1/evaluations/{id}/events"));
    if let Some(after) = after {
        asked = asked.header("last-event-id", after);
    }
    let mut answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut bytes, mut messages) = (Vec::new(), Vec::new());
    while let Some(chunk) = answer.chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
        while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = bytes.drain(..end + 2).collect();
            if let Some(message) = message(std::str::from_utf8(&block).unwrap()) {
                let last = enough(&message);
                messages.push(message);
                if last {
                    return messages;
                }
            }
        }
    }
    messages
}

fn is_end(message: &Message) -> bool {
    message.name == "evaluation.completed"
}

async fn streamed(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let (admin, id) = (&world.admin, fresh());
    let key = paced(admin, &world.target.url, 40).await;
    let asked = json!({"sample_size": 3, "name": "Nimmerby"});
    admin.evaluate(&id, &key, &[SMALL], asked).await.ok();
    eventually("it is visible", || async {
        (admin.get(&format!("/v1/evaluations/{id}")).await.status == 200).then_some(())
    })
    .await;
    // One that listens from the start, and one that comes and goes.
    let whole = read(admin, &id, None, is_end);
    let pieces = async {
        let mut all: Vec<Message> = Vec::new();
        while !all.last().is_some_and(is_end) {
            let after = all.last().map(|message| message.id);
            let start = all.len();
            all.extend(read(admin, &id, after, |message| is_end(message) || message.id % 17 == 0).await);
            assert!(all.len() > start);
        }
        all
    };
    let (whole, pieces) = tokio::join!(whole, pieces);
    assert!(whole == pieces, "no gap and no repetition");
    assert!(whole.windows(2).all(|pair| pair[0].id < pair[1].id), "ascending");
    let contract = Contract::of(admin).await;
    for Message { id, name, event } in &whole {
        assert_eq!((event["seq"].as_i64(), event["name"].as_str()), (Some(*id), Some(name.as_str())));
        contract.is("RecordedEvent", event);
        assert!(!event["payload"].to_string().contains("$sealed"));
    }
    assert_eq!(whole[0].name, "evaluation.created");
    assert!(whole[0].event["payload"].to_string().contains("Nimmerby"), "opened: {}", whole[0].event);
    let evaluation = admin.evaluation(&id).await;
    let responses: Vec<_> =
        whole.iter().filter(|message| message.name.starts_with("probe_run.response_")).collect();
    assert_eq!(length(&responses), count(&evaluation, "total_test_count"));
    assert_eq!(read(admin, &id, None, is_end).await, whole, "and the same again");

    // The log shows the same.
    let (log, stream) = (world.core.store.log(), format!("{}/{id}", team(admin).await));
    let page = log.stream("evaluation", &stream, 0, 1_000).await.unwrap();
    let shown: Vec<Value> =
        log.open_all(page).await.unwrap().iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    let told: Vec<Value> = whole
        .iter()
        .filter(|message| message.event["context"] == "evaluation")
        .map(|message| message.event.clone())
        .collect();
    assert_eq!(told, shown);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_evaluations_events_are_told_once_in_order_and_resumed_where_one_left() {
    streamed(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_an_evaluations_events_are_told_once_in_order_and_resumed_where_one_left() {
    streamed(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_the_deletion_and_others_never_hear_it() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let id = finished(admin, &world.target.url).await;
    let path = format!("/v1/evaluations/{id}/events");
    let foreign = stranger.get(&path).await;
    let unknown = stranger.get(&format!("/v1/evaluations/{}/events", fresh())).await;
    assert_eq!(foreign.text, unknown.text);
    foreign.refused(404);
    admin.with_token("x").get(&path).await.refused(401);

    let last = read(admin, &id, None, is_end).await.last().unwrap().id;
    let listening = read(admin, &id, Some(last), |_| false);
    let deleting = async { admin.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok() };
    let (heard, _) = tokio::join!(listening, deleting);
    assert_eq!(heard.last().map(|message| message.name.as_str()), Some("evaluation.deleted"));
    admin.get(&path).await.refused(404);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_within_five_seconds_when_its_token_is_revoked_or_expires() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let path = format!("/v1/evaluations/{}/events", finished(&world.admin, &world.target.url).await);
    let revoked = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let expires_at = Some(world.clock.now().plus(Duration::from_hours(1)));
    let expired =
        Wish { email: "ex@example.org".into(), team: "default".into(), expires_at, ..Wish::default() };
    let expired = world.issue(&expired).await;
    let open = async |caller: &Caller| {
        let answer = caller.request(reqwest::Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    };
    let ended = async |mut answer: reqwest::Response| {
        let rest = async { while answer.chunk().await.unwrap().is_some() {} };
        tokio::time::timeout(Duration::from_secs(5), rest).await.expect("the stream ends");
    };
    let (first, second, mut third) = (open(&revoked).await, open(&expired).await, open(&world.admin).await);
    world.revoke(&revoked).await;
    ended(first).await;
    world.clock.advance(Duration::from_hours(1));
    ended(second).await;
    // Another's goes on.
    while let Ok(chunk) = tokio::time::timeout(Duration::from_secs(1), third.chunk()).await {
        assert!(chunk.unwrap().is_some(), "it is open");
    }
    close(world).await;
}
