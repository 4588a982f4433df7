//! Prompts: written, listed beside those of the catalogue, changed in place.

mod bulk;
mod search;

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, done, fresh, head, stored, team};

fn asking(question: &str) -> Value {
    json!({"text": [{"role": "system", "content": "Keep the word."}, {"role": "user", "content": question}],
        "tags": ["words"], "description": "a question", "criteria": {"triggers": ["zebra"]}})
}

async fn shown(caller: &Caller, id: &str) -> Value {
    let path = format!("/v1/prompts/{id}?prompt_id={id}&team_id={}", team(caller).await);
    caller.get(&path).await.ok()
}

async fn written(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let made = mo.post("/v1/prompts", &asking("Which word?")).await;
    assert_eq!(made.headers["etag"], "\"v1\"");
    let made = made.ok();
    contract.holds("post", "/v1/prompts", &made);
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["config_id"], &made["is_runtime"]), (&json!(id), &json!(false)));
    assert_eq!((&made["team_id"], &made["lineage"]), (&json!(team(&mo).await), &Value::Null));
    assert_eq!(made["criteria"]["triggers"], json!(["zebra"]));
    let one = shown(admin, id).await;
    contract.holds("get", "/v1/prompts/{id}", &one);
    assert_eq!(one, made);

    // The team's stand before the catalogue's, newest first.
    let second = mo.post("/v1/prompts", &json!({"text": [{"role": "user", "content": "Hello?"}]})).await.ok();
    let list = mo.get("/v1/prompts?limit=3").await.ok();
    contract.holds("get", "/v1/prompts", &list);
    assert_eq!(column(&list, "id")[..2], [second["id"].as_str().unwrap(), id]);
    assert_eq!(column(&list, "team_id")[2], "");
    let standard = column(&list, "id")[2].to_owned();
    let all = usize::try_from(count(&list, "count")).unwrap();
    assert_eq!(all, 2 + touchstone_catalog::prompts().count());
    let next = mo.get("/v1/prompts?limit=2&offset=1").await.ok();
    assert_eq!(column(&next, "id"), [id, &standard]);
    assert_eq!((count(&next, "current_page"), count(&next, "page_size")), (1, 2));
    let upper = id.to_uppercase();
    let some = mo.get(&format!("/v1/prompts?ids={standard}&ids={upper}&ids=none")).await.ok();
    assert_eq!((column(&some, "id"), count(&some, "count")), (vec![id, &standard], 2));
    assert_eq!(shown(&mo, &standard).await["id"], standard);

    // Null keeps, and what is the same is no event.
    let path = format!("/v1/prompts/{id}");
    let events = head(&world).await;
    assert_eq!(mo.put(&path, &json!({"tags": ["words"], "text": null})).await.ok(), made);
    assert_eq!(head(&world).await, events);
    let changed = admin.put(&path, &json!({"text": [{"role": "user", "content": "Say it."}]})).await;
    assert_eq!(changed.headers["etag"], "\"v2\"");
    let changed = changed.ok();
    contract.holds("put", "/v1/prompts/{id}", &changed);
    assert_eq!((&changed["tags"], &changed["text"][0]["content"]), (&json!(["words"]), &json!("Say it.")));
    assert_eq!(shown(&mo, id).await, changed);
    let stale = mo.request(Method::PUT, &path).header("if-match", "\"v1\"").json(&json!({"tags": []}));
    mo.send(stale).await.refused(412);

    // The same id with the same content is the same prompt.
    let own = fresh();
    let mut asked = asking("Again?");
    asked["id"] = json!(own);
    let first = mo.post("/v1/prompts", &asked).await.ok();
    assert_eq!((&first["id"], mo.post("/v1/prompts", &asked).await.ok()), (&json!(own), first.clone()));
    asked["tags"] = json!([]);
    mo.post("/v1/prompts", &asked).await.refused(409);
    let log = stored(&world.settings.store.database_url, |table| table == "events").await;
    assert!(log.contains("prompt.created") && !log.contains("Which word") && !log.contains("zebra"));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_prompt_is_written_listed_and_changed() {
    written(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_prompt_is_written_listed_and_changed() {
    written(Backend::Scaled).await;
}

async fn not_written(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let made = admin.post("/v1/prompts", &asking("Which word?")).await.ok();
    let id = made["id"].as_str().unwrap();
    let standard = touchstone_catalog::prompts().next().unwrap().prompt.id.to_string();
    let events = done(&world).await;
    // Of other teams.
    let (ours, theirs) = (team(admin).await, team(&stranger).await);
    for whose in [&ours, &theirs] {
        stranger.get(&format!("/v1/prompts/{id}?prompt_id={id}&team_id={whose}")).await.refused(404);
    }
    stranger.put(&format!("/v1/prompts/{id}"), &json!({"tags": []})).await.refused(404);
    assert_eq!(stranger.get(&format!("/v1/prompts?ids={id}")).await.ok()["count"], 0);
    // What the path and the query say must agree.
    for (other, whose) in [(standard.as_str(), &ours), ("x", &ours), (id, &theirs)] {
        admin.get(&format!("/v1/prompts/{id}?prompt_id={other}&team_id={whose}")).await.refused(404);
    }
    for (query, field) in [("prompt_id=x", "team_id"), ("team_id=x", "prompt_id")] {
        let refused = admin.get(&format!("/v1/prompts/{id}?{query}")).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", field]));
    }
    // The catalogue's are read-only.
    contract.is(
        "ErrorDetail",
        &admin.put(&format!("/v1/prompts/{standard}"), &json!({"tags": []})).await.refused(403),
    );
    let mut taken = asking("x");
    taken["id"] = json!(standard);
    admin.post("/v1/prompts", &taken).await.refused(409);
    // Bodies.
    let message = |role: &str, content: &str| json!({"text": [{"role": role, "content": content}]});
    let table = [
        (json!({}), json!(["body", "text"])),
        (json!({"text": []}), json!(["body", "text"])),
        (message("user", "  "), json!(["body", "text"])),
        (message("assistant", "hello"), json!(["body", "text"])),
        (message("king", "hello"), json!(["body", "text", 0, "role"])),
        (json!({"text": [{"role": "user"}]}), json!(["body", "text", 0, "content"])),
        (json!({"text": [{"role": "user", "content": "a"}], "id": "mine"}), json!(["body", "id"])),
        (json!({"text": [{"role": "user", "content": "a"}], "tags": [""]}), json!(["body", "tags"])),
    ];
    for (body, loc) in table {
        let refused = admin.post("/v1/prompts", &body).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], loc, "{body}");
    }
    let emptied = admin.put(&format!("/v1/prompts/{id}"), &json!({"text": []})).await.refused(422);
    assert_eq!(emptied["detail"][0]["loc"], json!(["body", "text"]));
    for (query, field) in [("limit=0", "limit"), ("limit=1001", "limit"), ("offset=-1", "offset")] {
        let refused = admin.get(&format!("/v1/prompts?{query}")).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", field]));
    }
    assert_eq!(done(&world).await, events);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_others_prompts_and_bad_ones_are_refused() {
    not_written(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_others_prompts_and_bad_ones_are_refused() {
    not_written(Backend::Scaled).await;
}
