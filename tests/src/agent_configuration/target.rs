//! Evaluations of an agent that is kept: what a request leaves out is the agent's.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Practice, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use super::{LIST, agent, archived, change, made};
use crate::journey::{SMALL, close, column, fresh, head};

fn asked(id: &str, agent: &str, extra: &Value) -> Value {
    let body = json!({"id": id, "name": "journey", "agent_configuration_id": agent, "harness_config_ids": [SMALL],
                      "scenario_config_filters": [], "sample_size": 1, "agent_params": {"temperature": 0}});
    change(body, extra)
}

async fn evaluated(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    // Stored for no address, so that the agent's is good.
    let key = admin.key("first", "").await;
    let kept = fresh();
    let whole = json!({"api_key_id": key, "agent_url": world.target.url, "model_name": "kept"});
    admin.post(LIST, &change(agent(&kept, "helper"), &whole)).await.ok();

    let id = fresh();
    let body = asked(&id, &kept, &json!({}));
    admin.post("/v1/evaluations", &body).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    assert_eq!((&evaluation["model"], &evaluation["hub"]), (&json!("kept"), &json!("custom")));
    assert_eq!(evaluation["agent_configuration_id"], json!(kept));
    let told = admin.get(&format!("/v1/evaluations/metadata/{id}")).await.ok();
    assert_eq!(told["metadata"]["agent_configuration_id"], json!(kept));
    assert_eq!(told["metadata"]["agent_system_prompt"], "Keep the word.");
    assert_eq!(told["metadata"]["url"], json!(world.target.url));
    assert_eq!(admin.post("/v1/evaluations", &body).await.ok()["id"], json!(id), "asked for again");

    // The request's own word goes first, and the list finds what was asked of the agent.
    let other = fresh();
    let own = json!({"model": "another", "agent_params": {"agent_system_prompt": "Say nothing."}});
    admin.post("/v1/evaluations", &asked(&other, &kept, &own)).await.ok();
    assert_eq!(admin.ended(&other).await["model"], "another");
    admin.evaluate(&fresh(), &key, &[SMALL], json!({"url": world.target.url, "sample_size": 1})).await.ok();
    let list = admin.get(&format!("/v1/evaluations?agent_configuration_id={kept}")).await.ok();
    assert_eq!(column(&list, "id"), [other.as_str(), id.as_str()]);

    // A later change is a later evaluation's.
    let path = format!("{LIST}/{kept}");
    admin.put(&format!("{path}/update"), &json!({"model_name": "later"})).await.ok();
    assert_eq!(admin.evaluation(&id).await["model"], "kept");
    archived(admin, &path).await;
    admin.post("/v1/evaluations", &asked(&fresh(), &kept, &json!({}))).await.refused(409);
    assert_eq!(admin.evaluation(&id).await["status"], "COMPLETED");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_agent_that_is_kept_is_evaluated() {
    evaluated(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_an_agent_that_is_kept_is_evaluated() {
    evaluated(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_lacks_or_nobody_may_use_is_refused() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let key = admin.key("first", &world.target.url).await;
    let bare = made(admin, "bare").await;
    let bare = &bare[LIST.len() + 1..];
    let theirs = made(&stranger, "theirs").await;
    let events = head(&world).await;
    let ask = async |agent: &str, extra: Value| {
        admin.post("/v1/evaluations", &asked(&fresh(), agent, &extra)).await
    };
    let unknown = ask(&fresh(), json!({})).await;
    for foreign in [&theirs[LIST.len() + 1..], "mine"] {
        let refused = ask(foreign, json!({})).await;
        assert_eq!(refused.text, unknown.text);
        refused.refused(404);
    }
    let place = async |extra: Value| {
        let refused = ask(bare, extra).await.refused(422);
        refused["detail"][0]["loc"].clone()
    };
    assert_eq!(place(json!({})).await, json!(["body", "api_key_proxy"]));
    assert_eq!(place(json!({"api_key_proxy": key, "hub": "openai"})).await, json!(["body", "hub"]));
    assert_eq!(place(json!({"url": "http://10.0.0.1/v1"})).await, json!(["body", "url"]));
    assert_eq!(head(&world).await, events);
    ask(bare, json!({"api_key_proxy": key})).await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_address_that_is_no_longer_permitted_is_not_called() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let target = Practice::start(TargetOptions::default()).await;
    let place = target.url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    let serve = async |allow: &str| {
        let server = spawn.serve_with(&["--egress-allow", allow]).await;
        let admin = spawn.admin(&server);
        eventually("the token is known", || async {
            (admin.get("/v1/users/me").await.status == 200).then_some(())
        })
        .await;
        (server, admin)
    };
    let (server, admin) = serve(&place).await;
    let key = admin.key("first", &target.url).await;
    let kept = fresh();
    let whole = json!({"api_key_id": key, "agent_url": target.url});
    admin.post(LIST, &change(agent(&kept, "helper"), &whole)).await.ok();
    crate::operate::down(server).await;
    let (server, admin) = serve("elsewhere.example:443").await;
    let refused = admin.post("/v1/evaluations", &asked(&fresh(), &kept, &json!({}))).await.refused(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "agent_configuration_id"]));
    assert_eq!(target.calls().await["calls"], 0);
    crate::operate::down(server).await;
}
