//! Agent configurations: kept, changed, archived, evaluated, and named once in a team.

mod file;
mod race;
mod target;

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_api::AgentsList;
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, fresh, head, team};

const LIST: &str = "/v1/agent-configurations";

/// As the common client sends it.
fn agent(id: &str, name: &str) -> Value {
    json!({"id": id, "agent_name": name, "hub": "custom", "model_name": "m", "agent_system_prompt": "Keep the word.",
           "api_key_id": null, "hub_config": null})
}

async fn made(caller: &Caller, name: &str) -> String {
    let id = fresh();
    caller.post(LIST, &agent(&id, name)).await.ok();
    format!("{LIST}/{id}")
}

async fn archived(caller: &Caller, path: &str) -> Value {
    caller.send(caller.request(Method::PUT, &format!("{path}/archive"))).await.ok()
}

fn change(mut body: Value, wrong: &Value) -> Value {
    body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
    body
}

async fn kept(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let key = admin.key("first", &world.target.url).await;
    let (id, team) = (fresh(), team(admin).await);
    let path = format!("{LIST}/{id}");

    // What the server gives itself is not read.
    let config = json!({"agent_id": "a", "agent_key": "amber-agent-key", "colour": "green"});
    let sent = change(
        agent(&id, "helper"),
        &json!({"api_key_id": key, "team_id": fresh(), "created_by": fresh(), "created_at": 7, "status": "archived",
                "hub_config": config, "rag_params": null}),
    );
    let reply = admin.post(LIST, &sent).await;
    assert_eq!(reply.headers["etag"], "\"v1\"");
    let first = reply.ok();
    contract.holds("post", LIST, &first);
    let me = admin.get("/v1/users/me").await.ok();
    assert_eq!(
        (&first["id"], &first["team_id"], &first["created_by"]),
        (&json!(id), &json!(team), &me["user_id"])
    );
    assert_eq!(
        (&first["status"], &first["agent_url"], &first["api_key_id"]),
        (&json!("active"), &json!(""), &json!(key))
    );
    assert!(first["created_at"].as_i64().unwrap() > 7);
    assert_eq!(first["hub_config"], json!({"agent_id": "a", "agent_key": "********"}));

    // The same content again is the same; other content under the id is a conflict.
    let events = head(&world).await;
    assert_eq!(admin.post(LIST, &sent).await.ok(), first);
    admin.post(LIST, &change(sent.clone(), &json!({"model_name": "n"}))).await.refused(409);
    assert_eq!(head(&world).await, events);
    let second = made(admin, "second").await;
    assert_eq!(admin.get(&path).await.ok(), first);
    let list = admin.get(LIST).await.ok();
    contract.holds("get", LIST, &list);
    assert_eq!((column(&list, "agent_name"), &list["count"]), (vec!["second", "helper"], &json!(2)));

    // An update as the client sends it: everything that it was shown, and what is new.
    let update = format!("{path}/update");
    assert_eq!(admin.put(&update, &first).await.ok(), first);
    assert_eq!(admin.put(&update, &json!({"agent_name": null, "status": "active"})).await.ok(), first);
    assert_eq!(head(&world).await, events + 2, "what is the same is no event");
    let new = json!({"agent_name": "Helper", "hub": "openai", "model_name": "n", "agent_system_prompt": "",
                     "agent_url": "https://example.org/v1"});
    let updated = admin.put(&update, &change(first.clone(), &new)).await.ok();
    contract.holds("put", "/v1/agent-configurations/{id}/update", &updated);
    assert_eq!((&updated["agent_name"], &updated["hub"]), (&json!("Helper"), &json!("openai")));
    assert_eq!((&updated["agent_system_prompt"], &updated["agent_url"]), (&json!(null), &new["agent_url"]));
    assert_eq!(
        (&updated["api_key_id"], &updated["created_at"]),
        (&first["api_key_id"], &first["created_at"])
    );
    admin.put(&update, &json!({"agent_name": "SECOND"})).await.refused(409);
    let stale =
        admin.request(Method::PUT, &update).header("if-match", "\"v1\"").json(&json!({"model_name": "o"}));
    admin.send(stale).await.refused(412);
    assert_eq!(admin.post(LIST, &sent).await.ok(), updated, "asked for again, it is what has become of it");

    // Archived, it is still there, and its name is free.
    let gone = archived(admin, &path).await;
    contract.holds("put", "/v1/agent-configurations/{id}/archive", &gone);
    assert_eq!(gone, change(updated, &json!({"status": "archived"})));
    assert_eq!((archived(admin, &path).await, admin.get(&path).await.ok()), (gone.clone(), gone));
    assert_eq!(column(&admin.get(LIST).await.ok(), "agent_name"), ["second"]);
    let all = admin.get(&format!("{LIST}?statuses=archived&statuses=active")).await.ok();
    assert_eq!(column(&all, "agent_name"), ["second", "Helper"]);
    admin.put(&update, &json!({"model_name": "o"})).await.refused(409);
    let other = made(admin, "helper").await;
    admin.put(&update, &json!({"status": "active"})).await.refused(409);
    archived(admin, &other).await;
    let back = admin.put(&update, &json!({"status": "active", "model_name": "o"})).await.ok();
    assert_eq!((&back["status"], &back["model_name"]), (&json!("active"), &json!("o")));
    admin.post(LIST, &agent(&fresh(), "HELPER")).await.refused(409);
    archived(admin, &second).await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_agent_is_kept_changed_archived_and_brought_back() {
    kept(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_an_agent_is_kept_changed_archived_and_brought_back() {
    kept(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_may_choose_the_contracts_bare_array() {
    let array = |settings: &mut touchstone::settings::Settings| settings.agents_list = AgentsList::Array;
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), array).await;
    assert_eq!(world.admin.get(LIST).await.ok(), json!([]));
    let path = made(&world.admin, "helper").await;
    assert_eq!(world.admin.get(LIST).await.ok(), json!([world.admin.get(&path).await.ok()]));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_id_in_two_teams_is_two_agents_and_members_do_all_but_archive() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let member = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let id = fresh();
    let (path, mine) = (format!("{LIST}/{id}"), agent(&id, "helper"));
    let kept = member.post(LIST, &mine).await.ok();
    assert_eq!(admin.get(&path).await.ok(), kept);
    assert_eq!(
        member.put(&format!("{path}/update"), &json!({"model_name": "n"})).await.ok()["model_name"],
        "n"
    );
    member.send(member.request(Method::PUT, &format!("{path}/archive"))).await.refused(403);

    assert_eq!(stranger.get(LIST).await.ok()["count"], 0);
    for reply in [
        stranger.get(&path).await,
        stranger.put(&format!("{path}/update"), &json!({"model_name": "o"})).await,
        stranger.send(stranger.request(Method::PUT, &format!("{path}/archive"))).await,
        stranger.get(&format!("{path}/files")).await,
        stranger.post(&format!("{path}/files"), &json!({"file_name": "a.txt"})).await,
    ] {
        reply.refused(404);
    }
    stranger.post(LIST, &change(mine, &json!({"model_name": "theirs"}))).await.ok();
    assert_eq!(admin.get(&path).await.ok()["model_name"], "n");

    // Their key is to nobody else a key.
    let theirs = stranger.key("theirs", &world.target.url).await;
    let named = |key: &str| change(agent(&fresh(), "other"), &json!({"api_key_id": key}));
    let unknown = admin.post(LIST, &named(&fresh())).await;
    let foreign = admin.post(LIST, &named(&theirs)).await;
    assert_eq!(foreign.text, unknown.text);
    foreign.refused(404);
    let moved = admin.put(&format!("{path}/update"), &json!({"api_key_id": theirs})).await;
    assert_eq!(moved.text, unknown.text);
    moved.refused(404);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_cannot_be_is_refused_with_its_field() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let path = made(admin, "helper").await;
    let events = head(&world).await;
    let table = [
        (json!({"agent_name": " "}), "agent_name"),
        (json!({"agent_name": 7}), "agent_name"),
        (json!({"agent_name": "a".repeat(1025)}), "agent_name"),
        (json!({"model_name": "a".repeat(1025)}), "model_name"),
        (json!({"hub": "nowhere"}), "hub"),
        (json!({"hub_config": "hunter2"}), "hub_config"),
        (json!({"hub_config": {"agent_id": 7}}), "hub_config"),
        (json!({"agent_url": "http://169.254.169.254/latest"}), "agent_url"),
        (json!({"agent_url": "http://a:hunter2@example.org/"}), "agent_url"),
    ];
    let only_new = [(json!({"id": "1"}), "id"), (json!({"agent_name": null}), "agent_name")];
    let only_changed = [(json!({"status": "archived"}), "status"), (json!({"status": "asleep"}), "status")];
    for (wrong, field) in table.iter().chain(&only_new) {
        let reply = admin.post(LIST, &change(agent(&fresh(), "other"), wrong)).await;
        assert!(!reply.text.contains("hunter2"));
        let refused = reply.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"][1], json!(field), "{wrong}");
    }
    for (wrong, field) in table.iter().chain(&only_changed) {
        let refused = admin.put(&format!("{path}/update"), wrong).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"][1], json!(field), "{wrong}");
    }
    admin.post(LIST, &agent(&fresh(), "HELPER ")).await.refused(409);
    let refused = admin.get(&format!("{LIST}?statuses=asleep")).await.refused(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["query", "statuses"]));
    assert_eq!(head(&world).await, events);
    close(world).await;
}
