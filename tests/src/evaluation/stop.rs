//! Ends before the end: canceled, timed out, nothing to do.

use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Practice, TargetOptions, World, eventually};

use crate::journey::{SMALL, close, column, count, fresh, paced, rows};

/// Calls that its key lets through in a second.
const PACE: u32 = 20;
/// Looks in a row, about a second of them, that find no further call.
const QUIET: u32 = 50;

/// Waits until nobody calls the target any more and returns how often it was called.
async fn quiet(target: &Practice) -> i64 {
    let (known, looks) = (Cell::new(-1), Cell::new(0));
    eventually("the calls stop", || async {
        let now = count(&target.calls().await, "calls");
        looks.set(if known.replace(now) == now { looks.get() + 1 } else { 0 });
        (looks.get() >= QUIET).then_some(now)
    })
    .await
}

async fn canceled(backend: Backend, by_event: bool) {
    let world = World::start(backend, TargetOptions::default()).await;
    let (admin, id) = (&world.admin, fresh());
    let key = paced(admin, &world.target.url, PACE).await;
    admin.evaluate(&id, &key, &["security"], json!({})).await.ok();
    let running = eventually("some tests are done", || async {
        let evaluation = admin.evaluation(&id).await;
        (count(&evaluation, "completed_test_count") > 0).then_some(evaluation)
    })
    .await;
    assert_eq!(running["status"], "IN_PROGRESS");
    let total = count(&running, "total_test_count");
    assert!(total > 200 && count(&running, "completed_test_count") < total);
    assert!(count(&running["status_counts"]["tests"], "CREATED") > 0, "{running}");

    if by_event {
        let body = json!({"type": "CANCEL_EVALUATION", "data": {"evaluation_id": id}});
        admin.post("/v1/events", &body).await.ok();
    } else {
        let ended = admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
        assert_eq!((&ended["evaluation_id"], &ended["status"]), (&json!(id), &json!("CANCELED")));
    }
    let at_cancel = count(&world.target.calls().await, "calls");
    let in_the_end = quiet(&world.target).await;
    // Within a second: no more than what the key lets through in one.
    assert!(in_the_end <= at_cancel + i64::from(PACE), "{at_cancel} calls, then {in_the_end}");

    world.settled().await;
    let evaluation = admin.evaluation(&id).await;
    assert_eq!(
        (&evaluation["status"], &evaluation["score"]),
        (&json!("CANCELED"), &Value::Null),
        "{evaluation}"
    );
    let completed = count(&evaluation, "completed_test_count");
    assert!(completed < total && evaluation["completed_at"].is_i64());
    assert_eq!(
        evaluation["status_counts"]["tests"],
        json!({"GENERATED": completed, "CANCELED": total - completed})
    );
    assert_eq!(
        evaluation["status_counts"]["responses"],
        json!({"COMPLETED": completed, "CANCELED": total - completed})
    );
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}")).await.ok();
    assert_eq!(count(&responses, "count"), completed, "what was scored stays");

    admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_canceled_evaluation_stops_calling_within_a_second() {
    canceled(Backend::Embedded, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_canceled_evaluation_stops_calling_within_a_second() {
    canceled(Backend::Scaled, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_flight_are_dropped_when_their_evaluation_is_canceled() {
    let hanging = TargetOptions { fault: "hang".parse().ok(), ..TargetOptions::default() };
    let world = World::start(Backend::Embedded, hanging).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("hanging", &world.target.url).await;
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    eventually("calls are in flight", || async {
        (count(&world.target.calls().await, "calls") > 0).then_some(())
    })
    .await;
    admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
    quiet(&world.target).await;
    assert_eq!(admin.get(&format!("/v1/tests?evaluation_id={id}")).await.ok()["count"], 0);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_that_is_not_done_within_a_day_has_timed_out() {
    let hanging = TargetOptions { fault: "hang".parse().ok(), ..TargetOptions::default() };
    let world = World::start(Backend::Embedded, hanging).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("hanging", &world.target.url).await;
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    eventually("calls are in flight", || async {
        (count(&world.target.calls().await, "calls") > 0).then_some(())
    })
    .await;
    eventually("it is seen to run", || async {
        (admin.evaluation(&id).await["status"] == "IN_PROGRESS").then_some(())
    })
    .await;
    world.clock.advance(Duration::from_hours(23));
    assert_eq!(admin.evaluation(&id).await["status"], "IN_PROGRESS");
    world.clock.advance(Duration::from_hours(2));
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "TIMEOUT", "{evaluation}");
    assert!(evaluation["cause"].as_str().unwrap().contains("24"), "{evaluation}");
    quiet(&world.target).await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_that_leaves_nothing_to_test_has_failed() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("practice", &world.target.url).await;
    let harnesses = admin.get("/v1/harness-configs?limit=1000").await.ok();
    let of = |name: &str| -> Vec<String> {
        let found = rows(&harnesses).iter().find(|row| row["harness_config"]["id"] == name).unwrap();
        found["harness_config"]["scenario_config_ids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    };
    let (here, there) = (of("vijil.harnesses.security"), of("vijil.harnesses.safety"));
    let strange: Vec<_> = there.into_iter().filter(|id| !here.contains(id)).collect();
    admin.evaluate(&id, &key, &["security"], json!({"scenario_config_filters": strange})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!((&evaluation["status"], count(&evaluation, "total_test_count")), (&json!("FAILED"), 0));
    assert!(evaluation["cause"].is_string());
    assert_eq!(column(&admin.get("/v1/evaluations?status=FAILED").await.ok(), "id"), [id.as_str()]);
    close(world).await;
}
