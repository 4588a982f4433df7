//! Projections are listed, rebuilt and verified beside live writes and on a store at rest.

use serde_json::json;
use touchstone_testkit::{Backend, Spawn, eventually};

use super::{admin, down, json, target, well};
use crate::journey::{SMALL, fresh, paced};

async fn at_any_time(backend: Backend) {
    let (spawn, target) = (Spawn::new(backend).await, target().await);
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let (id, key) = (fresh(), paced(&admin, &target.url, 60).await);
    admin.evaluate(&id, &key, &["security"], json!({"sample_size": 10})).await.ok();
    eventually("writes are going on", || async {
        (admin.get(&format!("/v1/evaluations/{id}")).await.json()["completed_test_count"].as_i64()? > 0)
            .then_some(())
    })
    .await;
    assert!(well(&spawn, &["projections", "rebuild", "--all"]).await.contains("rebuilt"));
    well(&spawn, &["projections", "rebuild", "evaluation"]).await;
    well(&spawn, &["projections", "verify", "--json"]).await;
    let list = json(&well(&spawn, &["projections", "list", "--json"]).await);
    assert!(list.as_array().unwrap().len() >= 5, "{list}");
    well(&spawn, &["projections", "list"]).await;
    assert_eq!(json(&well(&spawn, &["dead-letters", "list", "--json"]).await), json!([]));
    assert_eq!(admin.evaluation(&id).await["status"], "IN_PROGRESS", "all that beside a running evaluation");
    admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
    let other = fresh();
    let key = admin.key("fast", &target.url).await;
    admin.evaluate(&other, &key, &[SMALL], json!({"sample_size": 2})).await.ok();
    let before = admin.ended(&other).await;
    let responses = admin.get(&format!("/v1/responses?evaluation_id={other}&limit=100000")).await.text;
    well(&spawn, &["projections", "rebuild", "--all"]).await;
    assert_eq!(admin.evaluation(&other).await, before, "rebuilt tables say the same");
    assert_eq!(admin.get(&format!("/v1/responses?evaluation_id={other}&limit=100000")).await.text, responses);
    down(server).await;

    for args in [
        &["projections", "list"][..],
        &["projections", "rebuild", "--all"],
        &["projections", "verify"],
        &["dead-letters", "list"],
        &["dead-letters", "retry"],
        &["log", "verify"],
        &["migrate"],
        &["migrate"],
    ] {
        well(&spawn, args).await;
    }
    for wrong in [
        &["projections", "rebuild"][..],
        &["projections", "rebuild", "atlantis"],
        &["dead-letters", "discard"],
    ] {
        let (code, said) = spawn.run(wrong).await;
        assert!(code.is_some_and(|code| code != 0), "{wrong:?}: {said}");
    }
    let server = spawn.serve().await;
    let admin = super::admin(&spawn, &server).await;
    assert_eq!(admin.evaluation(&other).await, before);
    down(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_projections_are_rebuilt_and_verified_beside_live_writes_and_at_rest() {
    at_any_time(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_projections_are_rebuilt_and_verified_beside_live_writes_and_at_rest() {
    at_any_time(Backend::Scaled).await;
}
