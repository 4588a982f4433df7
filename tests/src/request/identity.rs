//! What a request is called, in its answer, and in the events that come of it.

use reqwest::Method;
use serde_json::json;
use touchstone_testkit::{Backend, Reply, TargetOptions, World};
use uuid::Uuid;

use crate::journey::{close, fresh, history};

/// Makes an API key with these headers; tells the answer and the correlation of its event.
async fn made(world: &World, headers: &[(&str, &str)]) -> (Reply, Uuid) {
    let body = json!({"name": fresh(), "hub": "custom", "value": "practice-key-value",
        "url": world.target.url, "rate_limit_per_interval": 60, "rate_limit_interval": 10});
    let mut asked = world.admin.request(Method::POST, "/v1/api-keys").json(&body);
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    let reply = world.admin.send(asked).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    world.settled().await;
    let history = history(world).await;
    let event = history.iter().rfind(|event| event.envelope.name == "api_key.created").unwrap();
    (reply, event.envelope.metadata().unwrap().correlation)
}

fn named(reply: &Reply) -> &str {
    reply.headers["x-request-id"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_keeps_the_id_that_its_client_gave_it() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let id = fresh();
    let (reply, correlation) = made(&world, &[("x-request-id", &id)]).await;
    assert_eq!((named(&reply), correlation.to_string()), (id.as_str(), id.clone()));
    let (reply, first) = made(&world, &[("x-request-id", "job-7.attempt:2")]).await;
    assert_eq!(named(&reply), "job-7.attempt:2");
    let (_, second) = made(&world, &[("x-request-id", "job-7.attempt:2")]).await;
    assert_eq!(first, second, "what is called the same belongs together");
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let (reply, correlation) = made(&world, &[("x-request-id", "job-8"), ("traceparent", trace)]).await;
    assert_eq!(named(&reply), "job-8");
    assert_eq!(correlation.simple().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");

    for strange in ["a b", "<script>", "a\"b", &"x".repeat(200)] {
        let (reply, correlation) = made(&world, &[("x-request-id", strange)]).await;
        assert_eq!(named(&reply), correlation.to_string(), "{strange} is replaced");
    }
    let refused =
        world.admin.with_token("").request(Method::GET, "/v1/users/me").header("x-request-id", "job-9");
    assert_eq!(named(&world.admin.send(refused).await), "job-9", "a refusal has its id too");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_shown_for_a_token_may_be_stored_on_the_way() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    for path in ["/v1/users/me", "/v1/api-keys", "/v1/evaluations/x", "/v1/harness-configs"] {
        assert_eq!(world.admin.get(path).await.headers["cache-control"], "no-store", "{path}");
    }
    assert_eq!(world.admin.with_token("").get("/v1/users/me").await.headers["cache-control"], "no-store");
    close(world).await;
}
