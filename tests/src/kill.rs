//! `kill -9` at any moment: the evaluation resumes by itself, nothing is lost, nothing counts twice.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Practice, Spawn, TargetOptions, eventually};
use uuid::Uuid;

/// Kills per backend, spread over the run.
const KILLS: u64 = 30;

async fn completed(admin: &Caller, id: &str) -> u64 {
    let reply = admin.get(&format!("/v1/evaluations/{id}")).await;
    reply.json()["completed_test_count"].as_u64().unwrap_or(0)
}

async fn killed_again_and_again(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let target =
        Practice::start(TargetOptions { latency: Duration::from_millis(150), ..TargetOptions::default() })
            .await;
    let mut server = spawn.serve().await;
    let mut admin = spawn.admin(&server);
    let key = eventually("the admin's token is known", || async {
        let reply = admin.get("/v1/users/me").await;
        if reply.status != 200 {
            return None;
        }
        Some(admin.key("practice", &target.url).await)
    })
    .await;
    let id = Uuid::new_v4().to_string();
    admin.evaluate(&id, &key, &["security", "reliability", "safety"], json!({})).await.ok();
    let total = eventually("the evaluation is planned", || async {
        admin.evaluation(&id).await["total_test_count"].as_u64().filter(|total| *total > 0)
    })
    .await;

    for kill in 1..=KILLS {
        // The nth kill comes when about n/31 of the responses are recorded, at a moment that varies.
        let due = total * kill / (KILLS + 1);
        eventually("the evaluation goes on", || async {
            (completed(&admin, &id).await >= due).then_some(())
        })
        .await;
        server.kill().await;
        server = spawn.serve().await;
        admin = spawn.admin(&server);
    }

    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    assert_eq!(evaluation["completed_test_count"], total);
    assert_eq!(evaluation["error_test_count"], 0);
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000000")).await.ok();
    let rows = responses["results"].as_array().cloned().unwrap_or_default();
    let slots: BTreeSet<(String, String, i64)> = rows.iter().map(slot).collect();
    assert_eq!(
        (rows.len() as u64, slots.len() as u64),
        (total, total),
        "no response is lost or recorded twice"
    );

    // A kill may repeat what was in flight, and never more than the target once saw at the same time.
    let calls = target.calls().await;
    let count = |field: &str| calls[field].as_u64().unwrap_or(u64::MAX);
    let repeated = count("calls") - total;
    assert!(repeated <= KILLS * count("peak"), "{repeated} calls were repeated: {calls}");

    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0), "SIGTERM ends it well");
    let (code, said) = spawn.run(&["log", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = spawn.run(&["projections", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
}

fn slot(row: &Value) -> (String, String, i64) {
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    (text("probe_config_id"), text("input_prompt_id"), row["generation"].as_i64().unwrap_or(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_kills_on_sqlite_lose_and_repeat_nothing() {
    killed_again_and_again(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_kills_on_postgresql_and_nats_lose_and_repeat_nothing() {
    killed_again_and_again(Backend::Scaled).await;
}
