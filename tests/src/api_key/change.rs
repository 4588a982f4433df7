//! Keys that change: one event for each facet, secrets that are destroyed with their last use, names that move.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::any;
use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Practice, Spawn, TargetOptions, World, eventually};

use super::{SECRET, is_secret_in, key};
use crate::contract::Contract;
use crate::journey::{SMALL, close, column, count, fresh, head, history, paced, race, stored, won};
use crate::operate::{admin as first_admin, down, well};

const OTHER: &str = "sk-another-4c1d8e77aa-anchor";

/// A target that answers everything and remembers with which credentials.
async fn listening() -> (String, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&heard);
    let app = Router::new().fallback(any(move |headers: HeaderMap| async move {
        let text = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
        notes.lock().unwrap().push(text);
        r#"{"choices":[{"message":{"content":"I would rather not."}}]}"#
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, heard)
}

async fn id_of(caller: &Caller, body: &Value) -> String {
    caller.post("/v1/api-keys", body).await.ok()["id"].as_str().unwrap().to_owned()
}

/// The hash of the key that an evaluation was asked for with.
async fn hash(admin: &Caller, key: &str) -> String {
    let id = fresh();
    admin.evaluate(&id, key, &[SMALL], json!({"sample_size": 1})).await.ok();
    admin.ended(&id).await;
    let told = admin.get(&format!("/v1/evaluations/metadata/{id}")).await.ok();
    let hash = told["metadata"]["api_key_hash"].as_str().unwrap().to_owned();
    let tests = admin.get(&format!("/v1/tests?evaluation_id={id}")).await.ok();
    assert!(column(&tests, "api_key_hash").iter().all(|shown| *shown == hash), "{tests}");
    hash
}

async fn changed(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let (target, heard) = listening().await;
    let id = id_of(admin, &key("first", &target)).await;
    let path = format!("/v1/api-keys/{id}");
    let hash_before = hash(admin, &id).await;

    // What is the same is no event, the hub included.
    let before = admin.get(&path).await.ok();
    let events = head(&world).await;
    let same = json!({"name": "first", "hub": "custom", "value": SECRET, "rate_limit_interval": 10, "hub_config": null,
                      "rate_limit_per_interval": 60, "status": "active", "team_id": fresh(), "id": fresh()});
    assert_eq!(admin.put(&path, &same).await.ok(), before);
    assert_eq!(admin.put(&path, &json!({})).await.ok(), before);
    assert_eq!(head(&world).await, events);
    let secrets =
        async || stored(&world.settings.store.database_url, |table| table == "secret").await.lines().count();
    assert_eq!(secrets().await, 1, "what was sent once more is not kept");

    // One event for each facet.
    let all =
        json!({"name": "second", "value": OTHER, "rate_limit_per_interval": 5000, "rate_limit_interval": 1});
    let reply = admin.put(&path, &all).await;
    let shown = reply.headers["etag"].clone();
    let after = reply.ok();
    contract.holds("put", "/v1/api-keys/{id}", &after);
    assert_eq!(
        (&after["name"], &after["rate_limit_per_interval"], &after["rate_limit_interval"]),
        (&json!("second"), &json!(5000), &json!(1))
    );
    assert!(after["display_value"].as_str().unwrap().ends_with("or"), "{after}");
    let read = admin.get(&path).await;
    assert_eq!((&read.headers["etag"], read.json()), (&shown, after.clone()));
    let names: Vec<String> = history(&world)
        .await
        .into_iter()
        .filter(|event| event.envelope.seq > events && event.envelope.context == "api_key")
        .map(|event| event.envelope.name)
        .collect();
    assert_eq!(names, ["api_key.renamed", "api_key.limits_changed", "api_key.secret_rotated"]);
    eventually("the former secret is destroyed", || async { (secrets().await == 1).then_some(()) }).await;

    // The new secret is used, and told from the former.
    heard.lock().unwrap().clear();
    let hash_after = hash(admin, &id).await;
    assert!(hash_after.len() == 32 && hash_after != hash_before, "{hash_before} {hash_after}");
    assert!(heard.lock().unwrap().iter().all(|sent| *sent == format!("Bearer {OTHER}")));
    admin.put(&path, &json!({"value": SECRET})).await.ok();
    assert_eq!(hash(admin, &id).await, hash_before, "the same secret has the same hash");

    // The former name is free, the new one is taken, and another spelling of it is still the same key's.
    admin.post("/v1/api-keys", &key("first", &target)).await.ok();
    admin.post("/v1/api-keys", &key("SECOND", &target)).await.refused(409);
    admin.put(&path, &json!({"name": "first"})).await.refused(409);
    assert_eq!(admin.put(&path, &json!({"name": "Second"})).await.ok()["name"], "Second");
    let stale = admin.request(Method::PUT, &path).header("if-match", &shown).json(&json!({"name": "third"}));
    admin.send(stale).await.refused(412);
    assert_eq!(admin.get(&path).await.ok()["name"], "Second");
    world.settled().await;
    let everything = stored(&world.settings.store.database_url, |_| true).await;
    assert!(!is_secret_in(&everything) && !everything.contains(OTHER));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_each_facet_of_a_key_changes_for_itself_and_a_former_secret_is_gone() {
    changed(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_each_facet_of_a_key_changes_for_itself_and_a_former_secret_is_gone() {
    changed(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inactive_key_is_not_called_with() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let (id, key) = (fresh(), paced(admin, &world.target.url, 50).await);
    let path = format!("/v1/api-keys/{key}");
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 3})).await.ok();
    let inactive = admin.put(&path, &json!({"status": "inactive"})).await.ok();
    assert_eq!(inactive["status"], "inactive");
    let evaluation = admin.ended(&id).await;
    let total = count(&evaluation, "total_test_count");
    assert_eq!(count(&evaluation, "completed_test_count") + count(&evaluation, "error_test_count"), total);
    assert!(count(&evaluation, "error_test_count") > 0, "{evaluation}");
    let errors = admin.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok();
    assert!(column(&errors, "cause").iter().all(|cause| cause.contains("inactive")), "{errors}");

    // One that is asked for meanwhile says so at its end, and the target hears nothing of it.
    let calls = world.target.calls().await;
    let id = fresh();
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "ERRORED");
    assert!(evaluation["cause"].as_str().unwrap().contains("inactive"), "{evaluation}");
    assert_eq!(world.target.calls().await["calls"], calls["calls"]);

    admin.put(&path, &json!({"status": "active"})).await.ok();
    let id = fresh();
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    assert_eq!(admin.ended(&id).await["status"], "COMPLETED");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_cannot_be_is_refused_with_its_field_and_keeps_no_secret() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let id = id_of(admin, &key("first", &world.target.url)).await;
    let path = format!("/v1/api-keys/{id}");
    let before = admin.get(&path).await.ok();
    let events = head(&world).await;
    for (wrong, field) in [
        (json!({"hub": "openai"}), "hub"),
        (json!({"hub": "nowhere"}), "hub"),
        (json!({"name": " "}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"rate_limit_per_interval": 0}), "rate_limit_per_interval"),
        (json!({"rate_limit_interval": -1}), "rate_limit_interval"),
        (json!({"status": "deleted"}), "status"),
        (json!({"value": "hunter2\n"}), "value"),
    ] {
        let mut body = json!({"value": OTHER});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let reply = admin.put(&path, &body).await;
        assert!(!reply.text.contains("hunter2") && !reply.text.contains(OTHER));
        let refused = reply.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", field]), "{wrong}");
    }
    assert_eq!(admin.get(&path).await.ok(), before);
    assert_eq!(head(&world).await, events);
    let secrets = stored(&world.settings.store.database_url, |table| table == "secret").await;
    assert_eq!(secrets.lines().count(), 1, "a refused change leaves no secret behind");
    admin.delete(&path).await.ok();
    admin.put(&path, &json!({"name": "second"})).await.refused(404);
    close(world).await;
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_keys_that_want_one_name_on_two_servers_one_gets_it() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let target = Practice::start(TargetOptions::default()).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let callers = [first_admin(&spawn, &one).await, first_admin(&spawn, &two).await];
    let made = race(&callers, |_, caller| {
        let body = key("harbour", &target.url);
        async move { caller.post("/v1/api-keys", &body).await.status.as_u16() }
    })
    .await;
    assert_eq!(won(&made), 1);
    assert_eq!(names(&callers[1].get("/v1/api-keys").await.ok()), ["harbour"]);

    let mut paths = Vec::new();
    for n in 0..100 {
        let id = id_of(&callers[n % 2], &key(&format!("key {n}"), &target.url)).await;
        paths.push(format!("/v1/api-keys/{id}"));
    }
    let renamed = race(&callers, |n, caller| {
        let path = &paths[n];
        async move { caller.put(path, &json!({"name": "lighthouse"})).await.status.as_u16() }
    })
    .await;
    assert_eq!(won(&renamed), 1);
    eventually("both servers show who won, and nobody else changed", || async {
        let lists = [callers[0].get("/v1/api-keys").await.ok(), callers[1].get("/v1/api-keys").await.ok()];
        let shown = lists.iter().all(|list| {
            let names = names(list);
            let kept = (0..100).filter(|n| names.contains(&format!("key {n}").as_str())).count();
            names.iter().filter(|name| **name == "lighthouse").count() == 1 && kept == 99
        });
        shown.then_some(())
    })
    .await;

    // A hundred changes of one key: each stands or is told that it does not, and none is lost.
    let one_key = &paths[0];
    let answers = race(&callers, |n, caller| async move {
        let change = json!({"name": format!("pier {n}"), "rate_limit_per_interval": 1000 + n});
        caller.put(one_key, &change).await.status.as_u16()
    })
    .await;
    let stood = won(&answers);
    let me = callers[0].get("/v1/users/me").await.ok();
    let stream = format!("api_key:{}/{}", me["team_id"].as_str().unwrap(), &one_key["/v1/api-keys/".len()..]);
    let log = well(&spawn, &["log", "show", &stream, "--json"]).await;
    let changes = log.lines().filter(|line| line.contains("api_key.limits_changed")).count();
    assert_eq!(changes, stood, "no change that was answered with 200 is lost");
    down(one).await;
    down(two).await;
}
