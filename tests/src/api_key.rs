//! API keys: made, listed, used, deleted, and never seen again.

mod change;
mod hub;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{SMALL, close, column, count, finished, fresh, head, paced, stored};

const SECRET: &str = "sk-harbour-9f3a7c51e2-lantern";

fn key(name: &str, url: &str) -> Value {
    json!({"name": name, "hub": "custom", "value": SECRET, "url": url, "rate_limit_per_interval": 60,
           "rate_limit_interval": 10, "hub_config": null, "colour": "green"})
}

fn is_secret_in(text: &str) -> bool {
    let hex = SECRET.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    text.contains(SECRET) || text.to_ascii_lowercase().contains(&hex)
}

async fn kept(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mut said = String::new();
    assert_eq!(admin.get("/v1/api-keys").await.ok(), json!([]), "a bare array, also when empty");
    let first = admin.post("/v1/api-keys", &key("first", &world.target.url)).await;
    said.push_str(&first.text);
    let first = first.ok();
    contract.holds("post", "/v1/api-keys", &first);
    let mask = first["display_value"].as_str().unwrap();
    assert_eq!((mask, mask.len()), (format!("sk{}rn", "*".repeat(SECRET.len() - 4)).as_str(), SECRET.len()));
    assert_eq!((&first["name"], &first["status"]), (&json!("first"), &json!("active")));
    let openai = json!({"name": "second", "hub": "openai", "value": SECRET, "rate_limit_per_interval": 1, "rate_limit_interval": 1});
    let second = admin.post("/v1/api-keys", &openai).await.ok();

    let all = admin.get("/v1/api-keys").await.ok();
    contract.holds("get", "/v1/api-keys", &all);
    assert_eq!(all, json!([first, second]), "oldest first, and as they were answered");
    assert_eq!(admin.get("/v1/api-keys?hubs=openai,mistral").await.ok(), json!([second]));
    assert_eq!(admin.get("/v1/api-keys?hubs=mistral").await.ok(), json!([]));
    let id = first["id"].as_str().unwrap();
    let shown = admin.get(&format!("/v1/api-keys/{id}")).await.ok();
    contract.holds("get", "/v1/api-keys/{id}", &shown);
    assert_eq!(shown, first);

    // It is used, and still stands nowhere.
    let evaluation = fresh();
    admin
        .evaluate(&evaluation, id, &[SMALL], json!({"sample_size": 1, "scenario_config_filters": []}))
        .await
        .ok();
    for path in ["/v1/api-keys", "/v1/evaluations", "/metrics", "/healthz", "/openapi.json"] {
        said.push_str(&admin.get(path).await.text);
    }
    said.push_str(&admin.get(&format!("/v1/evaluations/metadata/{evaluation}")).await.text);
    admin.ended(&evaluation).await;
    said.push_str(&admin.get(&format!("/v1/responses?evaluation_id={evaluation}")).await.text);
    assert!(!is_secret_in(&said));
    world.settled().await;
    let everything = stored(&world.settings.store.database_url, |_| true).await;
    assert!(everything.contains("events: ") && !is_secret_in(&everything));
    let paths = std::fs::read_dir(&world.settings.store.data_dir).unwrap().map(|entry| entry.unwrap().path());
    for file in paths.filter(|path| path.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
    }

    let gone = admin.delete(&format!("/v1/api-keys/{id}")).await.ok();
    contract.holds("delete", "/v1/api-keys/{id}", &gone);
    assert_eq!(gone["id"], json!(id));
    admin.get(&format!("/v1/api-keys/{id}")).await.refused(404);
    admin.delete(&format!("/v1/api-keys/{id}")).await.refused(404);
    assert_eq!(admin.get("/v1/api-keys").await.ok(), json!([second]));
    admin.evaluate(&fresh(), id, &[SMALL], json!({})).await.refused(404);
    admin.post("/v1/api-keys", &key("first", &world.target.url)).await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_keys_secret_is_in_no_answer_no_table_and_no_file() {
    kept(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_keys_secret_is_in_no_answer_no_table_and_no_file() {
    kept(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_whose_key_is_deleted_comes_to_an_end() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let (id, key) = (fresh(), paced(admin, &world.target.url, 50).await);
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 3})).await.ok();
    admin.delete(&format!("/v1/api-keys/{key}")).await.ok();
    let evaluation = admin.ended(&id).await;
    let total = count(&evaluation, "total_test_count");
    assert_eq!(count(&evaluation, "completed_test_count") + count(&evaluation, "error_test_count"), total);
    let errors = admin.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok();
    if evaluation["status"] == "ERRORED" {
        assert!(evaluation["cause"].as_str().unwrap().contains("deleted"), "{evaluation}");
    } else {
        assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
        assert!(column(&errors, "cause").iter().all(|cause| cause.contains("deleted")), "{errors}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cannot_be_is_refused_with_its_field() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    admin.post("/v1/api-keys", &key("taken", &world.target.url)).await.ok();
    let before = head(&world).await;
    for name in ["taken", "Taken"] {
        let refused = admin.post("/v1/api-keys", &key(name, &world.target.url)).await.refused(409);
        assert!(refused["detail"].as_str().unwrap().contains("name"), "{refused}");
    }
    let table = [
        (json!({"hub": "nowhere"}), "hub", "bedrock"),
        (json!({"value": null}), "value", "value"),
        (json!({"value": ""}), "value", "value"),
        (json!({"name": ""}), "name", ""),
        (json!({"name": null}), "name", ""),
        (json!({"rate_limit_per_interval": 0}), "rate_limit_per_interval", "at least 1"),
        (json!({"rate_limit_interval": -1}), "rate_limit_interval", "at least 1"),
        (json!({"rate_limit_interval": "ten"}), "rate_limit_interval", ""),
        (json!({"url": "http://169.254.169.254/latest"}), "url", ""),
        (json!({"url": "http://192.168.0.1/v1"}), "url", ""),
        (json!({"url": "gopher://127.0.0.1"}), "url", ""),
    ];
    for (wrong, field, words) in table {
        let mut body = key("other", &world.target.url);
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let reply = admin.post("/v1/api-keys", &body).await;
        assert!(!reply.text.contains(SECRET));
        let refused = reply.refused(422);
        contract.is("HTTPValidationError", &refused);
        let fault = &refused["detail"][0];
        assert_eq!(fault["loc"], json!(["body", field]), "{wrong}");
        assert!(fault["msg"].as_str().unwrap().contains(words), "{fault}");
    }
    assert_eq!(head(&world).await, before);
    let sealed = stored(&world.settings.store.database_url, |table| table == "secret").await;
    assert_eq!(sealed.lines().count(), 1, "a refused key leaves no secret behind");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_an_admins_to_make_and_a_teams_to_see() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let member = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let made = admin.post("/v1/api-keys", &key("first", &world.target.url)).await.ok();
    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
    assert_eq!(member.get("/v1/api-keys").await.ok(), json!([made]));
    assert_eq!(member.get(&path).await.ok(), made);
    member.post("/v1/api-keys", &key("second", &world.target.url)).await.refused(403);
    member.delete(&path).await.refused(403);
    member.put(&path, &json!({"name": "mine"})).await.refused(403);
    assert_eq!(stranger.get("/v1/api-keys").await.ok(), json!([]));
    for reply in [
        stranger.get(&path).await,
        stranger.delete(&path).await,
        stranger.put(&path, &json!({"name": "mine"})).await,
        stranger.get(&format!("{path}/models")).await,
    ] {
        reply.refused(404);
    }
    stranger.post("/v1/api-keys", &key("first", &world.target.url)).await.ok();
    assert_eq!(admin.get(&path).await.ok(), made);
    finished(&member.with_token(&admin.token), &world.target.url).await;
    close(world).await;
}
