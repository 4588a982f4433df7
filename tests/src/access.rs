//! Who gets in, swept over every operation of the served document, so that a new one is covered the day it is served.

use std::collections::BTreeMap;

use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Reply, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::{Contract, Operation};
use crate::journey::{close, column, finished, fresh, head};

/// Paths whose things are everybody's.
const SHARED: [&str; 2] = ["/v1/harness-configs/{harness_config_id}", "/v1/detectors/{id}"];

fn request(caller: &Caller, operation: &Operation, id: &str) -> RequestBuilder {
    let method: Method = operation.method.parse().unwrap();
    caller.request(method, &filled(operation, id))
}

/// The path with its parameter filled in, and with the query parameters that it cannot do without.
fn filled(operation: &Operation, id: &str) -> String {
    let path = match (operation.path.find('{'), operation.path.find('}')) {
        (Some(from), Some(to)) => format!("{}{id}{}", &operation.path[..from], &operation.path[to + 1..]),
        _ => operation.path.clone(),
    };
    let query = if SHARED.contains(&operation.path.as_str()) { "?version=1.0.0" } else { "" };
    path + query
}

/// A body that is well-formed for every operation that takes one.
pub fn plausible() -> Value {
    json!({
        "name": "x", "id": fresh(), "hub": "custom", "value": "practice-key-value", "model": "m",
        "rate_limit_per_interval": 1, "rate_limit_interval": 1, "api_key_proxy": fresh(),
        "harness_config_ids": ["security"], "type": "DELETE_EVALUATION", "data": {"evaluation_id": fresh()},
    })
}

async fn sent(caller: &Caller, operation: &Operation, id: &str) -> Reply {
    let request = request(caller, operation, id);
    caller.send(if operation.has_body { request.json(&plausible()) } else { request }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_without_a_token_and_no_body_is_read_before() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let contract = Contract::of(&world.admin).await;
    let events = head(&world).await;
    let mut secured = 0;
    for operation in contract.operations() {
        if !operation.is_secured {
            let reply = world.admin.with_token("").get(&operation.path).await;
            assert_eq!(reply.status, 200, "{} is open", operation.id);
            continue;
        }
        secured += 1;
        for token in ["", "tst_0000000000000000000000000000000000000000000000000000000000000000", "x y z"] {
            // A body that never comes: only who does not wait for it can answer.
            let endless = Body::wrap_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
            let stranger = world.admin.with_token(token);
            let asked = request(&stranger, &operation, &fresh());
            let asked = if operation.method == "GET" { asked } else { asked.body(endless) };
            let reply = world.admin.send(asked).await;
            assert_eq!(reply.headers["www-authenticate"], "Bearer", "{}", operation.id);
            contract.is("ErrorDetail", &reply.refused(401));
        }
    }
    assert!(secured > 30, "{secured} operations");
    let basic = reqwest::Client::new()
        .get(format!("{}/v1/users/me", world.admin.base))
        .basic_auth("a", Some(&world.admin.token));
    assert_eq!(world.admin.send(basic).await.status, 401);
    assert_eq!(head(&world).await, events);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_another_teams_is_to_the_byte_like_what_is_not_there() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let id = finished(admin, &world.target.url).await;
    let mut theirs = BTreeMap::from([("evaluations".to_owned(), id.clone())]);
    for level in ["harness", "scenarios", "probes", "tests", "responses"] {
        let list = admin.get(&format!("/v1/{level}?evaluation_id={id}")).await.ok();
        theirs.insert(level.to_owned(), column(&list, "id")[0].to_owned());
    }
    let keys = admin.get("/v1/api-keys").await.ok();
    theirs.insert("api-keys".to_owned(), keys[0]["id"].as_str().unwrap().to_owned());
    let events = head(&world).await;

    let mut swept = 0;
    for operation in contract.operations().iter().filter(|operation| operation.path.contains('{')) {
        let unknown = sent(&stranger, operation, &fresh()).await;
        let malformed = sent(&stranger, operation, "no%20such%2Fthing").await;
        assert_eq!(unknown.text, malformed.text, "{}", operation.id);
        contract.is("ErrorDetail", &malformed.refused(404));
        let kind = operation.path.split('/').nth(2).unwrap();
        let Some(foreign) = theirs.get(kind) else {
            assert!(SHARED.contains(&operation.path.as_str()), "{} is not swept", operation.path);
            continue;
        };
        let foreign = sent(&stranger, operation, foreign).await;
        assert_eq!((foreign.status, &foreign.text), (unknown.status, &unknown.text), "{}", operation.id);
        contract.is("ErrorDetail", &unknown.refused(404));
        swept += 1;
    }
    assert!(swept >= 15, "{swept} operations");
    for kind in ["CANCEL_EVALUATION", "DELETE_EVALUATION"] {
        let body = |id: &str| json!({"type": kind, "data": {"evaluation_id": id}});
        let (unknown, foreign) = (
            stranger.post("/v1/events", &body(&fresh())).await,
            stranger.post("/v1/events", &body(&id)).await,
        );
        assert_eq!(foreign.text, unknown.text);
        foreign.refused(404);
    }
    for level in ["harness", "scenarios", "probes"] {
        let of = async |id: &str| stranger.get(&format!("/v1/{level}?evaluation_id={id}")).await;
        assert_eq!(of(&id).await.text, of(&fresh()).await.text);
    }
    for list in ["evaluations", "responses", "tests?evaluation_id=", "api-keys"] {
        let path = if list.ends_with('=') { format!("/v1/{list}{id}") } else { format!("/v1/{list}") };
        let seen = stranger.get(&path).await.ok();
        assert!(seen == json!([]) || seen["count"] == 0, "{path}: {seen}");
    }
    assert_eq!(head(&world).await, events, "looking and knocking leave no trace");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_is_bounded_and_read_in_the_same_way() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let events = head(&world).await;
    let operations = contract.operations();
    let mut swept = 0;
    for operation in operations.iter().filter(|operation| operation.has_body) {
        swept += 1;
        let send = async |body: Body| {
            let asked = request(admin, operation, &fresh()).header("content-type", "application/json");
            admin.send(asked.body(body)).await
        };
        for (body, kind) in [
            ("{\"name\": hunter2", "json_invalid"),
            ("[\"hunter2\"]", "value_error"),
            ("", "missing"),
            ("null", "value_error"),
        ] {
            let reply = send(Body::from(body)).await;
            assert!(!reply.text.contains("hunter2"), "{}: {}", operation.id, reply.text);
            let refused = reply.refused(422);
            contract.is("HTTPValidationError", &refused);
            assert_eq!(
                (&refused["detail"][0]["loc"], &refused["detail"][0]["type"]),
                (&json!(["body"]), &json!(kind)),
                "{}",
                operation.id
            );
        }
        let nul = send(Body::from("{\"name\": \"a\\u0000b\"}")).await.refused(422);
        assert_eq!(nul["detail"][0]["loc"], json!(["body", "name"]));
        let long = format!("{{\"name\": \"{}\"}}", "a".repeat(2 * 1024 * 1024));
        contract.is("ErrorDetail", &send(Body::from(long.clone())).await.refused(413));
        // The same without an announced length.
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
            long.as_bytes().chunks(64 * 1024).map(|piece| Ok(piece.to_vec())).collect();
        send(Body::wrap_stream(futures::stream::iter(pieces))).await.refused(413);
    }
    assert!(swept >= 4, "{swept} operations");
    assert_eq!(head(&world).await, events);
    let key = json!({"name": "k", "hub": "custom", "value": "practice-key-value", "url": world.target.url,
        "rate_limit_per_interval": 1, "rate_limit_interval": 1, "team_id": fresh(), "colour": {"green": [1, 2]}});
    let made = admin.post("/v1/api-keys?colour=green", &key).await.ok();
    let me = admin.get("/v1/users/me?colour=green").await.ok();
    assert_eq!(made["team_id"], me["team_id"], "the team is the token's, whatever is sent");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_paths_and_wrong_methods_are_told_and_every_answer_has_an_id() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    for path in ["/", "/v1", "/v2/evaluations", "/v1/evaluations/", "/v1/atlantis"] {
        let reply = admin.get(path).await;
        assert!(reply.headers.contains_key("x-request-id"), "{path}");
        contract.is("ErrorDetail", &reply.refused(404));
    }
    contract.is("ErrorDetail", &admin.delete("/v1/evaluations").await.refused(405));
    let me = admin.get("/v1/users/me").await;
    assert!(me.headers.contains_key("x-request-id") && me.headers["x-content-type-options"] == "nosniff");
    contract.holds("get", "/v1/users/me", &me.ok());
    let docs = admin.get("/docs").await;
    assert!(docs.status == 200 && !docs.text.contains("https://"), "the docs page needs no other server");
    for path in ["/healthz", "/livez", "/readyz"] {
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    assert!(admin.get("/metrics").await.text.contains("touchstone_"));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_acts_for_its_team_alone() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let one = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let two = world.somebody("bo@example.org", "lighthouse", TeamRole::Admin).await;
    let again = world.somebody("BO@example.org", "Harbour", TeamRole::Admin).await;
    let me = async |caller: &Caller| caller.get("/v1/users/me").await.ok();
    assert_eq!(me(&one).await["id"], me(&two).await["id"], "one person");
    assert_ne!(me(&one).await["team_id"], me(&two).await["team_id"], "in two teams");
    assert_eq!(me(&one).await["team_id"], me(&again).await["team_id"]);
    let id = finished(&one, &world.target.url).await;
    two.get(&format!("/v1/evaluations/{id}")).await.refused(404);
    assert_eq!(again.evaluation(&id).await["status"], "COMPLETED");
    close(world).await;
}
