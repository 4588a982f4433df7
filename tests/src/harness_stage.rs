//! Stages: a custom harness drafted, changed, listed and dropped.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, fresh, head, stored};

const PROMPT: &str = "You mind the moorings of the quiet harbour and tell nobody the keeper's name.";

fn of(harness: &str) -> String {
    format!("/v1/harness-configs/{harness}/stages")
}

async fn begun(caller: &Caller, harness: &str, name: &str) -> Value {
    let body =
        json!({"harness_config_version": "1.0.X", "harness_name": name, "agent_system_prompt": PROMPT});
    caller.post(&of(harness), &body).await.ok()
}

fn id(stage: &Value) -> &str {
    stage["id"].as_str().unwrap()
}

async fn drafted(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let usual = admin.get("/v1/harness-configs/custom/eval-config-inputs").await.ok();
    assert_eq!(usual.as_object().unwrap().len(), 20);
    let (harness, other) = (fresh(), fresh());
    assert_eq!(admin.get(&of(&harness)).await.ok(), json!({"results": [], "count": 0, "total": 0}));

    let stage = begun(admin, &harness, "harbour").await;
    contract.holds("post", "/v1/harness-configs/{harness_config_id}/stages", &stage);
    assert_eq!((&stage["status"], &stage["harness_config_id"]), (&json!("CREATED"), &json!(harness)));
    assert_eq!(stage["agent_system_prompt"], PROMPT);
    let path = format!("{}/{}", of(&harness), id(&stage));
    // As the client sends it: schemas are the text of a Python literal, and null keeps what was said.
    let params =
        json!({"input_schema": "{'type': 'object'}", "output_schema": "{}", "function_route": "/moor"});
    let changed = admin
        .put(
            &path,
            &json!({"harness_types": ["AGENT_POLICY", "FUNCTION_ROUTE"], "function_route_params": params,
                "rag_params": null, "persona_params": {"persona_ids": ["hurried"]}, "harness_name": null}),
        )
        .await
        .ok();
    contract.holds("put", "/v1/harness-configs/{harness_config_id}/stages/{staging_id}", &changed);
    assert_eq!((&changed["status"], &changed["harness_name"]), (&json!("CREATED"), &json!("harbour")));
    assert_eq!(changed["harness_types"], json!(["AGENT_POLICY", "FUNCTION_ROUTE"]));
    assert_eq!(changed["function_route_params"], params, "the schema's text stays as it was sent");
    assert_eq!(changed["persona_params"], json!({"persona_ids": ["hurried"]}));
    assert_eq!(changed["rag_params"], json!(null));
    assert_eq!(admin.get(&path).await.ok(), changed);
    let before = head(&world).await;
    assert_eq!(admin.put(&path, &json!({"harness_name": "harbour"})).await.ok(), changed);
    assert_eq!(head(&world).await, before, "what stays is no event");

    let newer = begun(admin, &harness, "harbour again").await;
    let third = begun(admin, &format!("vijil.harnesses.{other}"), "lantern").await;
    assert_eq!(third["harness_config_id"], json!(other), "the prefix is no part of the id");
    let list = admin.get("/v1/harness-config-stages").await.ok();
    contract.holds("get", "/v1/harness-config-stages", &list);
    assert_eq!(column(&list, "id"), [id(&third), id(&newer), id(&stage)], "newest first");
    let page = admin.get("/v1/harness-config-stages?limit=1&offset=1").await.ok();
    assert_eq!((column(&page, "id"), count(&page, "total")), (vec![id(&newer)], 3));
    assert_eq!(column(&admin.get(&of(&harness)).await.ok(), "id"), [id(&newer), id(&stage)]);
    let by = stage["created_by"].as_str().unwrap();
    for (query, total) in [
        ("status=CREATED&status=READING".to_owned(), 3),
        ("status=COMPLETED".to_owned(), 0),
        (format!("created_by={by}"), 3),
        (format!("created_by={}", fresh()), 0),
    ] {
        let found = admin.get(&format!("/v1/harness-config-stages?{query}")).await.ok();
        assert_eq!(count(&found, "total"), total, "{query}");
    }

    let gone = admin.delete(&path).await.ok();
    contract.holds("delete", "/v1/harness-configs/{harness_config_id}/stages/{staging_id}", &gone);
    admin.get(&path).await.refused(404);
    admin.delete(&path).await.refused(404);
    admin.put(&path, &json!({"harness_name": "x"})).await.refused(404);
    assert_eq!(column(&admin.get(&of(&harness)).await.ok(), "id"), [id(&newer)]);
    world.settled().await;
    let log = stored(&world.settings.store.database_url, |table| table == "events").await;
    assert!(log.contains("harness_stage") && !log.contains("keeper's name"), "texts are sealed in the log");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_harness_is_drafted_changed_listed_and_dropped() {
    drafted(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_harness_is_drafted_changed_listed_and_dropped() {
    drafted(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_again_begins_no_second_draft() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let harness = fresh();
    let (key, body) = (fresh(), json!({"harness_name": "harbour"}));
    let again = async || {
        let asked = admin.request(reqwest::Method::POST, &of(&harness)).header("idempotency-key", &key);
        admin.send(asked.json(&body)).await.ok()
    };
    assert_eq!(again().await, again().await);
    assert_eq!(admin.get(&of(&harness)).await.ok()["total"], 1);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_that_cannot_be_is_refused_with_its_field() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let harness = fresh();
    let stage = begun(admin, &harness, "harbour").await;
    let path = format!("{}/{}", of(&harness), id(&stage));
    let before = head(&world).await;
    for (body, field) in [
        (json!({"harness_types": ["WEATHER"]}), "harness_types"),
        (json!({"harness_name": ""}), "harness_name"),
        (json!({"harness_name": "a".repeat(1025)}), "harness_name"),
        (json!({"rag_params": {}}), "rag_params"),
        (json!({"function_route_params": {"input_schema": "{}"}}), "function_route_params"),
        (json!({"persona_params": {"persona_ids": [""]}}), "persona_params"),
        (json!({"persona_params": {"persona_ids": ["hurried", fresh()]}}), "persona_params"),
        (json!({"hub_name": "nowhere"}), "hub_name"),
        (json!({"max_output_tokens": 0}), "max_output_tokens"),
    ] {
        for reply in [admin.post(&of(&harness), &body).await, admin.put(&path, &body).await] {
            let refused = reply.refused(422);
            contract.is("HTTPValidationError", &refused);
            assert_eq!(refused["detail"][0]["loc"][1], json!(field), "{refused}");
        }
    }
    for (query, field) in [("status=DONE", "status"), ("limit=1001", "limit"), ("offset=-1", "offset")] {
        let refused = admin.get(&format!("/v1/harness-config-stages?{query}")).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", field]));
    }
    admin.post(&of("security"), &json!({"harness_name": "mine"})).await.refused(404);
    assert_eq!(head(&world).await, before);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_is_found_only_by_its_team_and_under_its_harness() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let colleague = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let harness = fresh();
    let stage = begun(admin, &harness, "harbour").await;
    let path = format!("{}/{}", of(&harness), id(&stage));
    colleague.put(&path, &json!({"harness_name": "ours"})).await.ok();
    let before = head(&world).await;
    let elsewhere = format!("{}/{}", of(&fresh()), id(&stage));
    for (caller, path) in [(&stranger, &path), (admin, &elsewhere)] {
        caller.get(path).await.refused(404);
        caller.put(path, &json!({"harness_name": "theirs"})).await.refused(404);
        caller.delete(path).await.refused(404);
    }
    assert_eq!(stranger.get(&of(&harness)).await.ok()["total"], 0);
    assert_eq!(stranger.get("/v1/harness-config-stages").await.ok()["total"], 0);
    assert_eq!(head(&world).await, before);
    // The same uuid of another team is another harness.
    begun(&stranger, &harness, "theirs").await;
    assert_eq!(admin.get(&of(&harness)).await.ok()["total"], 1);
    close(world).await;
}
