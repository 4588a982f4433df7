//! Who gets in, swept over every operation of the served document, so that a new one is covered the day it is served.

mod foreign;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};
use touchstone_api::{Rule, TABLE};
use touchstone_kernel::Clock as _;
use touchstone_testkit::{Backend, Caller, Reply, TargetOptions, Wish, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::{Contract, Operation};
use crate::harness_config;
use crate::journey::{close, column, finished, fresh, head, history, team};

/// Paths whose things are everybody's.
const SHARED: [&str; 2] = ["/v1/harness-configs/{harness_config_id}", "/v1/detectors/{id}"];
/// Paths with an id that is the client's own: of an unknown one there is nothing yet.
const INVENTED: [&str; 1] = ["/v1/harness-configs/{harness_config_id}/stages"];
/// Paths with a word in them and no id.
const WORDS: [&str; 1] = ["/v1/invites/status/{status}"];

fn request(caller: &Caller, operation: &Operation, id: &str) -> RequestBuilder {
    let method: Method = operation.method.parse().unwrap();
    caller.request(method, &filled(operation, id))
}

/// The path with its parameters filled in, and with the query parameters that it cannot do without. Where there are
/// several, the id is the way from the first to the last, or stands for each of them.
fn filled(operation: &Operation, id: &str) -> String {
    let path = named(&operation.path, id);
    let query = if SHARED.contains(&operation.path.as_str()) { "?version=1.0.0" } else { "" };
    path + query
}

/// The same with a body that never comes: only who does not wait for it can answer.
fn endless(caller: &Caller, operation: &Operation, id: &str) -> RequestBuilder {
    let asked = request(caller, operation, id);
    if operation.method == "GET" {
        return asked;
    }
    asked.body(Body::wrap_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>()))
}

/// A body that is well-formed for every operation that takes one.
pub fn plausible() -> Value {
    json!({
        "name": "x", "id": fresh(), "hub": "custom", "value": "practice-key-value", "model": "m",
        "rate_limit_per_interval": 1, "rate_limit_interval": 1, "api_key_proxy": fresh(), "team_role": "user",
        "email": "x@example.org", "team_id": null, "agent_name": "x",
        "file_name": "x.txt", "file_type": "text/plain", "file_size": 5, "category": "AGENT_POLICY",
        "checksum": "XUFAKrxLKna5cZ2REBfFkg==",
        "text": [{"role": "user", "content": "x"}], "prompts": [],
        "harness_config_ids": ["security"], "type": "DELETE_EVALUATION", "data": {"evaluation_id": fresh()},
    })
}

async fn sent(caller: &Caller, operation: &Operation, id: &str) -> Reply {
    let request = request(caller, operation, id);
    caller.send(if operation.has_body { request.json(&plausible()) } else { request }).await
}

/// The same with bodies that are wrong in every way that a body can be.
async fn sent_badly(caller: &Caller, operation: &Operation, id: &str) -> Vec<Reply> {
    let mut replies = Vec::new();
    for body in ["{\"name\": hunter2", "[]", "{}", "{\"name\": [], \"team_role\": \"king\"}"] {
        let asked = request(caller, operation, id).header("content-type", "application/json").body(body);
        replies.push(caller.send(asked).await);
    }
    replies
}

fn secured(contract: &Contract) -> Vec<Operation> {
    contract.operations().into_iter().filter(|operation| operation.is_secured).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_without_a_good_token_and_no_body_is_read_before() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let contract = Contract::of(&world.admin).await;
    let soon = Some(world.clock.now().plus(Duration::from_hours(1)));
    let expired = world
        .issue(&Wish {
            email: "ex@example.org".into(),
            team: "harbour".into(),
            expires_at: soon,
            ..Wish::default()
        })
        .await;
    expired.get("/v1/users/me").await.ok();
    let revoked = world.somebody("bo@example.org", "harbour", TeamRole::User).await;
    world.revoke(&revoked).await;
    world.clock.advance(Duration::from_hours(1));
    let unknown = touchstone_identity::mint([9; 32]);
    let mistyped = unknown.replace("tst_", "tst_0");
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
    let tokens = ["", "x y z", jwt, &unknown, &mistyped, &expired.token, &revoked.token];
    for operation in contract.operations().iter().filter(|operation| !operation.is_secured) {
        let row = TABLE.iter().find(|row| row.operation == operation.id).unwrap();
        if row.rule == Rule::Signed {
            // Whose token it is makes no difference.
            let reply = world.admin.send(endless(&world.admin, operation, &fresh())).await;
            contract.is("ErrorDetail", &reply.refused(403));
            continue;
        }
        assert_eq!(
            world.admin.with_token("").get(&operation.path).await.status,
            200,
            "{} is open",
            operation.id
        );
    }
    let events = head(&world).await;
    let swept = secured(&contract);
    for operation in &swept {
        for token in tokens {
            let stranger = world.admin.with_token(token);
            let reply = stranger.send(endless(&stranger, operation, &fresh())).await;
            assert_eq!(reply.headers["www-authenticate"], "Bearer", "{} {token}", operation.id);
            assert!(token.is_empty() || !reply.text.contains(token), "{}", reply.text);
            contract.is("ErrorDetail", &reply.refused(401));
        }
    }
    assert!(swept.len() > 45, "{} operations", swept.len());
    let basic = reqwest::Client::new()
        .get(format!("{}/v1/users/me", world.admin.base))
        .basic_auth("a", Some(&world.admin.token));
    assert_eq!(world.admin.send(basic).await.status, 401);
    world.settled().await;
    // Of strangers nothing is kept; of tokens that were somebody's, one event each for an operation.
    let history = history(&world).await;
    let left: Vec<_> = history.iter().filter(|event| event.envelope.seq > events).collect();
    assert!(left.iter().all(|event| event.envelope.name == "access.denied"));
    assert!(left.len() <= 2 * swept.len(), "{} events", left.len());
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_does_not_suffice_is_told_before_anything_is_read_or_looked_up() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let contract = Contract::of(&world.admin).await;
    let member = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let service = world
        .issue(&Wish {
            email: "ci@example.org".into(),
            team: "default".into(),
            is_service: true,
            ..Wish::default()
        })
        .await;
    let (mut for_admins, mut for_members) = (0, 0);
    for operation in secured(&contract) {
        let row = TABLE.iter().find(|row| row.operation == operation.id).unwrap();
        let barred: &[&Caller] = match row.rule {
            Rule::Admin => &[&member, &service],
            Rule::Member => &[&service],
            Rule::Token | Rule::Signed | Rule::Open => &[],
        };
        for caller in barred {
            let reply = caller.send(endless(caller, &operation, &fresh())).await;
            contract.is("ErrorDetail", &reply.refused(403));
        }
        for_admins += usize::from(row.rule == Rule::Admin);
        for_members += usize::from(row.rule == Rule::Member);
    }
    assert!(for_admins >= 9 && for_members > 30, "{for_admins} and {for_members} operations");
    close(world).await;
}

/// A path with an id in place of its parameters.
pub fn named(path: &str, id: &str) -> String {
    match (path.find('{'), path.rfind('}')) {
        (Some(from), Some(to)) if id.contains('/') => format!("{}{id}{}", &path[..from], &path[to + 1..]),
        _ => {
            let parts = path.split('/').map(|part| if part.starts_with('{') { id } else { part });
            parts.collect::<Vec<_>>().join("/")
        }
    }
}

/// The word for what a path's ids name.
pub fn kind(operation: &Operation) -> &str {
    match operation.path.as_str() {
        path if path.contains("{team_id}") => "teams",
        path if path.contains("{file_id}") => "files",
        path if path.contains("{staging_id}") => "stages",
        path => path.split('/').nth(2).unwrap(),
    }
}

/// One of each thing of the first admin's team, by the word of its path.
pub async fn things(world: &World) -> BTreeMap<&'static str, String> {
    things_of(&world.admin, &world.target.url).await
}

/// One of each thing of an admin's team.
async fn things_of(admin: &Caller, target: &str) -> BTreeMap<&'static str, String> {
    let id = finished(admin, target).await;
    let mut theirs = BTreeMap::from([("evaluations", id.clone()), ("teams", team(admin).await)]);
    for level in ["harness", "scenarios", "probes", "tests", "responses"] {
        let list = admin.get(&format!("/v1/{level}?evaluation_id={id}")).await.ok();
        theirs.insert(level, column(&list, "id")[0].to_owned());
    }
    let keys = admin.get("/v1/api-keys").await.ok();
    theirs.insert("api-keys", keys[0]["id"].as_str().unwrap().to_owned());
    let agent = json!({"agent_name": fresh(), "model_name": "m"});
    let agent = admin.post("/v1/agent-configurations", &agent).await.ok();
    theirs.insert("agent-configurations", agent["id"].as_str().unwrap().to_owned());
    let me = admin.get("/v1/users/me").await.ok();
    theirs.insert("users", me["user_id"].as_str().unwrap().to_owned());
    let invited = json!({"team_id": null, "email": "eve@example.org"});
    let invite = admin.post("/v1/invites", &invited).await.ok();
    theirs.insert("invites", invite["invite_id"].as_str().unwrap().to_owned());
    let prompt = harness_config::prompt(admin, "Which word?", "zebra").await;
    let harness = harness_config::made(admin, &harness_config::named("Words", &[&prompt])).await;
    theirs.insert("probe-configs", harness_config::probes(admin, &harness).await.remove(0));
    let harness = harness["id"].as_str().unwrap().to_owned();
    let stage = admin.post(&format!("/v1/harness-configs/{harness}/stages"), &json!({})).await.ok();
    let stage = format!("{harness}/stages/{}", stage["id"].as_str().unwrap());
    let file = json!({"file_name": "x.txt", "file_type": "text/plain", "file_size": 5, "category": "AGENT_POLICY",
        "checksum": "XUFAKrxLKna5cZ2REBfFkg=="});
    let file = admin.post(&format!("/v1/harness-configs/{stage}/files"), &file).await.ok();
    theirs.insert("files", format!("{stage}/files/{}", file["id"].as_str().unwrap()));
    theirs.insert("stages", stage);
    theirs.insert("harness-configs", harness);
    theirs.insert("prompts", prompt);
    theirs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_is_bounded_and_read_in_the_same_way() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mine = things(&world).await;
    let events = head(&world).await;
    let operations = contract.operations();
    let mut swept = 0;
    for operation in operations.iter().filter(|operation| operation.has_body && operation.is_secured) {
        swept += 1;
        let id = mine.get(kind(operation)).cloned().unwrap_or_default();
        let send = async |body: Body| {
            let asked = request(admin, operation, &id).header("content-type", "application/json");
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
    assert!(me(&one).await["user_id"].is_string());
    assert_eq!(me(&one).await["user_id"], me(&two).await["user_id"], "one person");
    assert_ne!(me(&one).await["team_id"], me(&two).await["team_id"], "in two teams");
    assert_eq!(me(&one).await["team_id"], me(&again).await["team_id"]);
    let id = finished(&one, &world.target.url).await;
    two.get(&format!("/v1/evaluations/{id}")).await.refused(404);
    assert_eq!(again.evaluation(&id).await["status"], "COMPLETED");
    close(world).await;
}
