//! One effect and one answer under a key.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_kernel::Clock as _;
use touchstone_testkit::{Backend, Caller, Reply, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use super::hold;
use crate::contract::Contract;
use crate::journey::{close, fresh, head, stored};

async fn with_key(caller: &Caller, key: &str, path: &str, body: &Value) -> Reply {
    caller.send(caller.request(Method::POST, path).header("idempotency-key", key).json(body)).await
}

fn api_key(name: &str, url: &str) -> Value {
    json!({"name": name, "hub": "custom", "value": "practice-key-value", "url": url,
        "rate_limit_per_interval": 60, "rate_limit_interval": 10})
}

/// All of an answer but what names this very request.
fn said(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (reply.status.as_u16(), headers, reply.text.clone())
}

async fn repeated(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let (admin, url) = (&world.admin, world.target.url.clone());
    let contract = Contract::of(admin).await;
    let key = fresh();
    let first = with_key(admin, &key, "/v1/api-keys", &api_key("one", &url)).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let events = head(&world).await;
    for _ in 0..3 {
        let again = with_key(admin, &key, "/v1/api-keys", &api_key("one", &url)).await;
        assert_eq!(said(&again), said(&first));
    }
    // What changed meanwhile changes no answer that was given.
    let id = first.json()["id"].as_str().unwrap().to_owned();
    admin.delete(&format!("/v1/api-keys/{id}")).await.ok();
    assert_eq!(said(&with_key(admin, &key, "/v1/api-keys", &api_key("one", &url)).await), said(&first));
    assert_eq!(head(&world).await, events + 2, "the deletion and the end of the name's reservation");

    // Another body or path, and the same by somebody else.
    for (path, body) in [("/v1/api-keys", api_key("two", &url)), ("/v1/api-keys?x=1", api_key("one", &url))] {
        let refused = with_key(admin, &key, path, &body).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["header", "idempotency-key"]), "{refused}");
    }
    let other = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let theirs = with_key(&other, &key, "/v1/api-keys", &api_key("two", &url)).await.ok();
    assert_ne!(theirs["id"], json!(id));

    // What was refused stored nothing: the key is free for the request as it should have been.
    let key = fresh();
    with_key(admin, &key, "/v1/api-keys", &json!({"name": "three"})).await.refused(422);
    with_key(admin, &key, "/v1/api-keys", &api_key("", &url)).await.refused(422);
    with_key(&other, &key, "/v1/api-keys", &api_key("two", &url)).await.refused(409);
    with_key(&other, &key, "/v1/api-keys", &api_key("three", &url)).await.ok();
    with_key(admin, &key, "/v1/api-keys", &api_key("three", &url)).await.ok();
    for strange in ["", &"k".repeat(256)] {
        let refused = with_key(admin, strange, "/v1/api-keys", &api_key("four", &url)).await.refused(422);
        contract.is("HTTPValidationError", &refused);
    }

    // Many at once: one effect, and whoever does not get its answer is told to come back.
    let key = fresh();
    let body = api_key("five", &url);
    let many = futures::future::join_all((0..20).map(|_| with_key(admin, &key, "/v1/api-keys", &body))).await;
    for reply in &many {
        if reply.status == 409 {
            assert_eq!(reply.headers["retry-after"], "1");
            contract.is("ErrorDetail", &reply.json());
        } else {
            assert_eq!(said(reply), said(many.iter().find(|reply| reply.status == 200).unwrap()));
        }
    }
    let keys = admin.get("/v1/api-keys").await.ok();
    let fives = keys.as_array().unwrap().iter().filter(|key| key["name"] == "five").count();
    assert_eq!(fives, 1);

    // Other operations, some of several commands.
    for (method, path, body) in [
        (Method::POST, "/v1/teams".to_owned(), json!({"name": "lighthouse"})),
        (
            Method::POST,
            "/v1/evaluations".to_owned(),
            json!({"id": fresh(), "name": "n", "hub": "custom",
            "model": "m", "api_key_proxy": keys[0]["id"], "harness_config_ids": ["security_Small"],
            "sample_size": 1}),
        ),
    ] {
        let key = fresh();
        let send = async || {
            let asked = admin.request(method.clone(), &path).header("idempotency-key", &key).json(&body);
            admin.send(asked).await
        };
        let first = send().await;
        assert_eq!(first.status, 200, "{path}: {}", first.text);
        assert_eq!(said(&send().await), said(&first), "{path}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_repeated_request_has_one_effect_and_one_answer() {
    repeated(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_repeated_request_has_one_effect_and_one_answer() {
    repeated(Backend::Scaled).await;
}

async fn in_flight(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let (admin, key, body) = (&world.admin, fresh(), api_key("slow", &world.target.url));
    let held = hold(&world).await;
    let slow = eventually("the request is answered", || async {
        let reply = with_key(admin, &key, "/v1/api-keys", &body).await;
        (reply.status != 409).then_some(reply)
    });
    let knocking = async {
        let told = eventually("the request is in flight", || async {
            // One that came first is carried out although nobody waits for it any more.
            let asked = with_key(admin, &key, "/v1/api-keys", &body);
            let told = tokio::time::timeout(Duration::from_millis(300), asked).await.ok()?;
            (told.status == 409).then_some(told)
        })
        .await;
        assert_eq!(told.headers["retry-after"], "1");
        let other = with_key(admin, &key, "/v1/api-keys", &api_key("other", &world.target.url)).await;
        other.refused(422);
        drop(held);
    };
    let (slow, ()) = tokio::join!(slow, knocking);
    assert_eq!(slow.status, 200, "{}", slow.text);
    assert_eq!(said(&with_key(admin, &key, "/v1/api-keys", &body).await), said(&slow));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_request_that_is_being_carried_out_is_not_begun_again() {
    in_flight(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_request_that_is_being_carried_out_is_not_begun_again() {
    in_flight(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_instance_gives_the_same_answer() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let (here, there) = (spawn.admin(&one), spawn.admin(&two));
    for caller in [&here, &there] {
        eventually("the token is known", || async {
            (caller.get("/v1/users/me").await.status == 200).then_some(())
        })
        .await;
    }
    for n in 0..20 {
        let (key, body) = (fresh(), api_key(&format!("key {n}"), "http://127.0.0.1:9/v1"));
        let first = with_key(&here, &key, "/v1/api-keys", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(said(&with_key(&there, &key, "/v1/api-keys", &body).await), said(&first));
        with_key(&there, &key, "/v1/api-keys", &api_key("x", "http://127.0.0.1:9/v1")).await.refused(422);
    }
    // At both at once: one effect.
    let (key, body) = (fresh(), api_key("both", "http://127.0.0.1:9/v1"));
    let callers = [&here, &there].into_iter().cycle().take(16);
    let told =
        futures::future::join_all(callers.map(|caller| with_key(caller, &key, "/v1/api-keys", &body))).await;
    let good: Vec<_> = told.iter().filter(|reply| reply.status == 200).map(said).collect();
    assert!(!good.is_empty() && good.iter().all(|reply| *reply == good[0]));
    assert!(told.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409)));
    let keys = here.get("/v1/api-keys").await.ok();
    assert_eq!(keys.as_array().unwrap().len(), 21);
}

async fn across_a_crash(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let mut server = spawn.serve().await;
    let mut asked = Vec::new();
    for n in 0..5 {
        let admin = spawn.admin(&server);
        eventually("the token is known", || async {
            (admin.get("/v1/users/me").await.status == 200).then_some(())
        })
        .await;
        let (key, body) = (fresh(), api_key(&format!("key {n}"), "http://127.0.0.1:9/v1"));
        let first = with_key(&admin, &key, "/v1/api-keys", &body).await;
        assert_eq!(first.status, 200, "{}", first.text);
        asked.push((key, body, first.text));
        server.kill().await;
        server = spawn.serve().await;
    }
    let admin = spawn.admin(&server);
    for (key, body, text) in &asked {
        let again = eventually("nobody holds the request any more", || async {
            let again = with_key(&admin, key, "/v1/api-keys", body).await;
            (again.status != 409).then_some(again)
        })
        .await;
        assert_eq!((again.status.as_u16(), &again.text), (200, text));
    }
    assert_eq!(admin.get("/v1/api-keys").await.ok().as_array().unwrap().len(), asked.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_repeated_request_is_answered_the_same_after_a_crash() {
    across_a_crash(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_repeated_request_is_answered_the_same_after_a_crash() {
    across_a_crash(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_whose_deletion_was_not_answered_is_told_as_it_was_to_who_deleted_it() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let mut server = spawn.serve().await;
    let known = async |admin: &Caller| {
        eventually("the token is known", || async {
            (admin.get("/v1/users/me").await.status == 200).then_some(())
        })
        .await;
    };
    let admin = spawn.admin(&server);
    known(&admin).await;
    let body = json!({"name": "lighthouse", "description": "by the sea"});
    let made = admin.post("/v1/teams", &body).await.ok();
    let path = format!("/v1/teams/{}", made["id"].as_str().unwrap());
    admin.put(&path, &json!({"name": "beacon"})).await.ok();
    let delete = async |caller: &Caller, key: &str| {
        caller.send(caller.request(Method::DELETE, &path).header("idempotency-key", key)).await
    };
    let first = delete(&admin, "gone").await;
    assert_eq!(first.status, 200, "{}", first.text);
    server.kill().await;
    let pool = sqlx::SqlitePool::connect(&spawn.settings.store.database_url).await.unwrap();
    sqlx::query("delete from request").execute(&pool).await.unwrap();
    pool.close().await;
    server = spawn.serve().await;
    let admin = spawn.admin(&server);
    known(&admin).await;
    assert_eq!(said(&delete(&admin, "gone").await), said(&first));
    let unknown = admin.delete(&format!("/v1/teams/{}", fresh())).await;
    let other = delete(&admin, "other").await;
    assert_eq!((other.status.as_u16(), &other.text), (404, &unknown.text));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_a_key_is_forgotten_and_not_before() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, key) = (&world.admin, fresh());
    let first = with_key(admin, &key, "/v1/api-keys", &api_key("one", &world.target.url)).await.ok();
    world.core.store.store_answers().await.unwrap();
    let forget = async || {
        let yesterday = world.clock.now().before(Duration::from_hours(24));
        world.core.store.forget_requests(yesterday).await.unwrap()
    };
    world.clock.advance(Duration::from_hours(23));
    assert_eq!(forget().await, 0);
    let again = with_key(admin, &key, "/v1/api-keys", &api_key("one", &world.target.url)).await.ok();
    assert_eq!(again, first);
    world.clock.advance(Duration::from_hours(2));
    assert!(forget().await >= 2);
    let other = with_key(admin, &key, "/v1/api-keys", &api_key("two", &world.target.url)).await.ok();
    assert_ne!(other["id"], first["id"]);

    // Ids that are derived from a key do not outlive it either.
    let agent = json!({"id": fresh(), "agent_name": "helper", "model_name": "m"});
    let agent = admin.post("/v1/agent-configurations", &agent).await.ok()["id"].clone();
    let files = format!("/v1/agent-configurations/{}/files", agent.as_str().unwrap());
    for (path, field, names) in
        [("/v1/teams", "name", ["lighthouse", "harbour"]), (&files, "file_name", ["a.txt", "b.txt"])]
    {
        let key = fresh();
        let ask = async |name: &str| with_key(admin, &key, path, &json!({field: name})).await.ok();
        let first = ask(names[0]).await;
        world.core.store.store_answers().await.unwrap();
        world.clock.advance(Duration::from_hours(25));
        assert!(forget().await >= 2);
        let other = ask(names[1]).await;
        assert_ne!(other["id"], first["id"], "{path}");
        assert_eq!(other[field], json!(names[1]));
        let shown = admin.get(path).await.ok();
        assert!(shown.to_string().contains(names[1]), "{shown}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_that_was_founded_under_a_key_a_day_ago_is_shown_as_it_is_now() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, key, body) = (&world.admin, fresh(), json!({"name": "lighthouse"}));
    let first = with_key(admin, &key, "/v1/teams", &body).await.ok();
    let path = format!("/v1/teams/{}", first["id"].as_str().unwrap());
    admin.put(&path, &json!({"name": "harbour"})).await.ok();
    world.core.store.store_answers().await.unwrap();
    world.clock.advance(Duration::from_hours(25));
    world.core.store.forget_requests(world.clock.now().before(Duration::from_hours(24))).await.unwrap();
    let again = with_key(admin, &key, "/v1/teams", &body).await.ok();
    assert_eq!((&again["id"], &again["name"]), (&first["id"], &json!("harbour")));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_digest_of_a_request_can_be_made_by_its_own_installation_only() {
    let digests = async || {
        let world = World::start(Backend::Embedded, TargetOptions::default()).await;
        with_key(&world.admin, "amber", "/v1/teams", &json!({"name": "lighthouse"})).await.ok();
        let kept = stored(&world.settings.store.database_url, |table| table == "idempotency").await;
        close(world).await;
        let digest = regex::Regex::new("\\b[0-9a-f]{64}\\b").unwrap();
        digest.find_iter(&kept).map(|found| found.as_str().to_owned()).collect::<Vec<_>>()
    };
    let (here, there) = (digests().await, digests().await);
    assert!(!here.is_empty() && here.iter().all(|digest| !there.contains(digest)), "{here:?} {there:?}");
}
