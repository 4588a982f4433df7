//! The public event door: commands by their types, and notices that are kept.

use std::time::Duration;

use serde_json::{Value, json};
use touchstone_aggregates::notice::NoticeEvent;
use touchstone_kernel::Recorded;
use touchstone_testkit::{Backend, TargetOptions, Wish, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{SMALL, close, column, fresh, head, history};

#[allow(clippy::needless_pass_by_value, reason = "it is written in place")]
fn event(kind: &str, data: Value) -> Value {
    json!({"type": kind, "data": data})
}

async fn door(backend: Backend) {
    // So that an evaluation still runs when it is started once more.
    let slow = TargetOptions { latency: Duration::from_secs(1), ..TargetOptions::default() };
    let world = World::start(backend, slow).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let wish =
        Wish { email: "ci@example.org".into(), team: "default".into(), is_service: true, ..Wish::default() };
    let service = world.issue(&wish).await;
    let key = admin.key("practice", &world.target.url).await;
    let asked = |id: &str| {
        json!({"id": id, "name": "door", "hub": "custom", "model": "m", "api_key_proxy": key,
               "harness_config_ids": [SMALL], "sample_size": 1, "agent_params": {"temperature": 0}})
    };
    let id = fresh();
    let created = admin.post("/v1/events", &event("CREATE_EVALUATION", asked(&id))).await.ok();
    contract.holds("post", "/v1/events", &created);
    assert_eq!((&created["type"], &created["data"]), (&json!("CREATE_EVALUATION"), &asked(&id)));
    assert!(created["created_at"].is_f64() && created["metadata"].is_null());
    let start = event("START_EVALUATION", json!({"evaluation_id": id}));
    admin.post("/v1/events", &start).await.ok();
    assert_eq!(admin.ended(&id).await["status"], "COMPLETED");
    admin.post("/v1/events", &start).await.refused(409);
    admin.post("/v1/events", &event("CANCEL_EVALUATION", json!({"evaluation_id": id}))).await.refused(409);
    // A service tells, and has no word in what the team does.
    for (kind, data) in [
        ("CREATE_EVALUATION", asked(&fresh())),
        ("START_EVALUATION", json!({"evaluation_id": id})),
        ("CANCEL_EVALUATION", json!({"evaluation_id": id})),
        ("DELETE_EVALUATION", json!({"evaluation_id": id})),
    ] {
        service.post("/v1/events", &event(kind, data)).await.refused(403);
    }
    mo.post("/v1/events", &event("DELETE_EVALUATION", json!({"evaluation_id": id}))).await.ok();
    admin.get(&format!("/v1/evaluations/{id}")).await.refused(404);
    mo.post("/v1/events", &start).await.refused(403);
    admin.post("/v1/events", &start).await.refused(404);

    // Notices are kept under the id that they come with, once.
    let id = fresh();
    let notice = json!({"type": "LOGIN_COMPLETE", "id": id, "data": {"page": "start"}});
    assert_eq!(mo.post("/v1/events", &notice).await.ok()["id"], json!(id));
    let events = head(&world).await;
    assert_eq!(mo.post("/v1/events", &notice).await.ok()["id"], json!(id));
    assert_eq!(head(&world).await, events);
    service.post("/v1/events", &event("WORKER_READY", json!({"worker": 7}))).await.ok();
    world.settled().await;
    let kept: Vec<_> = history(&world).await.into_iter().filter(Recorded::is::<NoticeEvent>).collect();
    let kinds: Vec<String> = kept
        .iter()
        .map(|recorded| {
            let NoticeEvent::Received { kind, data, .. } = recorded.event().unwrap();
            format!("{kind} {}", Value::Object(data.into_open().unwrap()))
        })
        .collect();
    assert_eq!(kinds, ["LOGIN_COMPLETE {\"page\":\"start\"}", "WORKER_READY {\"worker\":7}"]);
    let audit = admin.get("/v1/audit?kind=notice.received").await.ok();
    assert_eq!(column(&audit, "kind").len(), 2);
    assert!(!audit.to_string().contains("start"), "the audit tells that, not what");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_event_door_runs_commands_and_keeps_notices() {
    door(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_the_event_door_runs_commands_and_keeps_notices() {
    door(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_that_is_not_for_the_caller_not_served_or_unknown_is_refused_and_faults_are_placed() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    for kind in ["TEST_COMPLETED", "PROBE_ERROR", "EVALUATION_COMPLETED"] {
        for caller in [admin, &mo] {
            caller.post("/v1/events", &event(kind, json!({}))).await.refused(403);
        }
    }
    for kind in ["CREATE_EVALUATION", "START_EVALUATION", "START_DETECTION"] {
        mo.post("/v1/events", &event(kind, json!({}))).await.refused(403);
    }
    for kind in ["START_DETECTION", "EXECUTE_SYNC_DETECTION", "ATLANTIS", ""] {
        let refused = admin.post("/v1/events", &event(kind, json!({}))).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert!(refused["detail"][0]["msg"].as_str().unwrap().contains("DELETE_EVALUATION"), "{refused}");
    }
    let key = admin.key("practice", &world.target.url).await;
    let whole = json!({"id": fresh(), "hub": "custom", "model": "m", "api_key_proxy": key,
        "harness_config_ids": [SMALL], "url": world.target.url});
    let table = [
        (json!({"id": null}), json!(["body", "data", "id"])),
        (json!({"hub": 7}), json!(["body", "data", "hub"])),
        (json!({"url": "http://169.254.169.254/"}), json!(["body", "data", "url"])),
        (
            json!({"agent_params": {"generations": "x"}}),
            json!(["body", "data", "agent_params", "generations"]),
        ),
        (json!({"harness_config_ids": []}), json!(["body", "data", "harness_config_ids"])),
    ];
    for (wrong, place) in table {
        let mut data = whole.clone();
        data.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = admin.post("/v1/events", &event("CREATE_EVALUATION", data)).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], place, "{wrong}");
    }
    close(world).await;
}
