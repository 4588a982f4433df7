//! Whatever happens to NATS: commands never fail, evaluations go on, and the read models converge by themselves.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, TargetOptions, World, eventually};

use crate::journey::{SMALL, close, count, finished, fresh, paced, predicted, spec};

const STREAM: &str = "TOUCHSTONE_EVENTS";

/// Starts an evaluation that takes a few seconds and waits until it is under way.
async fn under_way(world: &World) -> String {
    let (admin, id) = (&world.admin, fresh());
    let key = paced(admin, &world.target.url, 40).await;
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 3})).await.ok();
    eventually("it is under way", || async {
        (admin.get(&format!("/v1/evaluations/{id}")).await.json()["completed_test_count"].as_i64()? > 5)
            .then_some(())
    })
    .await;
    id
}

/// The evaluation is completed with the score that it must have, whatever happened.
async fn completed(world: &World, id: &str) {
    let evaluation = world.admin.ended(id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let (score, tests) = predicted(touchstone_testkit::Persona::Mixed, &spec(&[SMALL], Some(3)));
    assert!((evaluation["score"].as_f64().unwrap() - score).abs() < crate::journey::TOLERANCE);
    assert_eq!(count(&evaluation, "completed_test_count"), tests);
}

/// Commands of all kinds work.
async fn commands_work(world: &World, id: &str) {
    let admin = &world.admin;
    for name in ["one", "two"] {
        admin.put(&format!("/v1/evaluations/{id}"), &json!({"name": name})).await.ok();
    }
    let key = admin.key(&fresh(), &world.target.url).await;
    admin.delete(&format!("/v1/api-keys/{key}")).await.ok();
    let other = fresh();
    let key = admin.key(&fresh(), &world.target.url).await;
    admin.evaluate(&other, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    admin.post_empty(&format!("/v1/evaluations/{other}/delete")).await.ok();
}

/// The newest event that the stream has; `None` while there is no stream.
async fn newest_on_the_bus(url: &str) -> Option<i64> {
    let client = async_nats::connect(url).await.ok()?;
    let stream = async_nats::jetstream::new(client).get_stream(STREAM).await.ok()?;
    let last = stream.get_info().await.ok()?.state.last_sequence;
    let message = stream.get_raw_message(last).await.ok()?;
    message.headers.get("seq")?.as_str().parse().ok()
}

/// The bus itself catches up too.
async fn published(world: &World) {
    let url = world.nats.as_ref().unwrap().url();
    eventually("the bus has the newest event", || async {
        let head = world.core.store.log().head().await.ok()?.0;
        (newest_on_the_bus(&url).await? == head).then_some(())
    })
    .await;
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nats_is_away_everything_goes_on_and_afterwards_the_bus_catches_up() {
    let mut world = World::start(Backend::Scaled, TargetOptions::default()).await;
    let id = under_way(&world).await;
    world.nats.as_mut().unwrap().kill().await;
    commands_work(&world, &id).await;
    completed(&world, &id).await;
    assert_eq!(world.admin.get("/livez").await.status, 200);
    let away = under_way(&world).await;
    world.nats.as_mut().unwrap().restart().await;
    commands_work(&world, &away).await;
    completed(&world, &away).await;
    published(&world).await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_stream_is_made_anew() {
    let world = World::start(Backend::Scaled, TargetOptions::default()).await;
    let id = under_way(&world).await;
    let client = async_nats::connect(world.nats.as_ref().unwrap().url()).await.unwrap();
    assert!(async_nats::jetstream::new(client).delete_stream(STREAM).await.unwrap().success);
    commands_work(&world, &id).await;
    completed(&world, &id).await;
    finished(&world.admin, &world.target.url).await;
    published(&world).await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nats_that_comes_back_empty_is_filled() {
    let mut world = World::start(Backend::Scaled, TargetOptions::default()).await;
    let id = under_way(&world).await;
    let nats = world.nats.as_mut().unwrap();
    nats.kill().await;
    fs::remove_dir_all(nats.store_dir()).unwrap();
    nats.restart().await;
    commands_work(&world, &id).await;
    completed(&world, &id).await;
    finished(&world.admin, &world.target.url).await;
    published(&world).await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nats_that_comes_back_with_an_old_copy_of_its_store_is_brought_up_to_date() {
    let mut world = World::start(Backend::Scaled, TargetOptions::default()).await;
    let kept = tempfile::tempdir().unwrap();
    finished(&world.admin, &world.target.url).await;
    let nats = world.nats.as_mut().unwrap();
    nats.kill().await;
    copy(nats.store_dir(), kept.path());
    nats.restart().await;

    finished(&world.admin, &world.target.url).await;
    let id = under_way(&world).await;
    let nats = world.nats.as_mut().unwrap();
    nats.kill().await;
    fs::remove_dir_all(nats.store_dir()).unwrap();
    copy(kept.path(), nats.store_dir());
    nats.restart().await;
    commands_work(&world, &id).await;
    completed(&world, &id).await;
    published(&world).await;
    let seen: Value = world.admin.get("/healthz").await.ok();
    assert_eq!(seen["status"], "ok", "{seen}");
    close(world).await;
}
