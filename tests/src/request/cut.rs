//! Clients that hang up in the middle leave a whole command or none.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use touchstone_testkit::{Backend, TargetOptions, World};

use crate::journey::{clean, close, stored};

const CUTS: u32 = 1000;
/// Clients at once: few enough for the server to come to what they ask before they are gone.
const CROWD: usize = 6;

fn body(number: u32) -> String {
    json!({"name": format!("key {number}"), "hub": "custom", "value": "practice-key-value",
        "url": "http://127.0.0.1:9/v1", "rate_limit_per_interval": 60, "rate_limit_interval": 10})
    .to_string()
}

/// Sends a request, or a part of it, and is gone up to 10 ms later.
async fn cut(world: &World, number: u32) {
    let (body, token) = (body(number), &world.admin.token);
    let host = world.admin.base.trim_start_matches("http://");
    let text = format!(
        "POST /v1/api-keys HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: cut-{number}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let part = if number.is_multiple_of(7) { text.len() - 20 } else { text.len() };
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(&text.as_bytes()[..part]).await.unwrap();
    tokio::time::sleep(Duration::from_micros(u64::from(number % 101) * 100)).await;
}

async fn thousand_cuts(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    futures::stream::iter(0..CUTS).for_each_concurrent(CROWD, |number| cut(&world, number)).await;
    world.settled().await;
    let keys = |text: &str| -> usize { text.matches("api_key.created").count() };
    let after_cuts = keys(&stored(&world.settings.store.database_url, |table| table == "events").await);
    assert!(after_cuts > 0, "some commands were begun");

    // Each request again, to the end: what stands is answered, what does not is carried out.
    futures::stream::iter(0..CUTS)
        .for_each_concurrent(CROWD, async |number| {
            let value: Value = serde_json::from_str(&body(number)).unwrap();
            let asked = world.admin.request(Method::POST, "/v1/api-keys");
            let asked = asked.header("idempotency-key", format!("cut-{number}")).json(&value);
            let reply = touchstone_testkit::eventually("nobody holds the request any more", || async {
                let reply = world.admin.send(asked.try_clone().unwrap()).await;
                (reply.status != 409).then_some(reply)
            })
            .await;
            assert_eq!(reply.ok()["name"], format!("key {number}"));
        })
        .await;
    clean(&world).await;
    let shown = world.admin.get("/v1/api-keys").await.ok();
    let mut names: Vec<&str> =
        shown.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    let all = usize::try_from(CUTS).unwrap();
    assert_eq!((names.len(), shown.as_array().unwrap().len()), (all, all), "each once");
    let url = &world.settings.store.database_url;
    assert_eq!(keys(&stored(url, |table| table == "events").await), all);
    let secrets = stored(url, |table| table == "secret").await;
    assert_eq!(secrets.lines().count(), all, "no secret without a key and no key without a secret");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_thousand_cuts_leave_no_half_command() {
    thousand_cuts(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_thousand_cuts_leave_no_half_command() {
    thousand_cuts(Backend::Scaled).await;
}
