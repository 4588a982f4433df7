//! What one team may have: evaluations that are not over, answers in a day, uploads that are waited for, bytes of files.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Client;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Reply, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::journey::{SMALL, close, finished, fresh, head, paced, rows};
use crate::operate::{admin, down};

/// MD5 of `hello`, in base64.
const HELLO: &str = "XUFAKrxLKna5cZ2REBfFkg==";

/// Seconds after which to ask again, with the sentence.
fn told_to_wait(reply: Reply) -> (u64, String) {
    let wait = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    (wait, reply.refused(429)["detail"].as_str().unwrap().to_owned())
}

/// Asks for as many evaluations at once as there are ids, and returns the ids of those that there are now.
async fn raced(callers: &[&Caller], keys: &[&str], number: usize) -> Vec<String> {
    let ids: Vec<String> = (0..number).map(|_| fresh()).collect();
    let asked = ids.iter().enumerate().map(async |(n, id)| {
        let (caller, key) = (callers[n % callers.len()], keys[n % keys.len()]);
        let reply = caller.evaluate(id, key, &[SMALL], json!({"sample_size": 5})).await;
        if reply.status == 200 {
            return Some(id.clone());
        }
        told_to_wait(reply);
        caller.get(&format!("/v1/evaluations/{id}")).await.refused(404);
        None
    });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn bounded(backend: Backend) {
    let world = World::start_with(backend, TargetOptions::default(), |settings| {
        settings.limits.team_evaluations = 3;
    })
    .await;
    let admin = &world.admin;
    let key = paced(admin, &world.target.url, 1).await;
    let ask = async |id: &str| admin.evaluate(id, &key, &[SMALL], json!({"sample_size": 5})).await;
    let mut there = raced(&[admin], &[&key], 20).await;
    assert!((1..=3).contains(&there.len()), "{} were let in", there.len());
    while there.len() < 3 {
        there.push(fresh());
        ask(there.last().unwrap()).await.ok();
    }
    let (late, events) = (fresh(), head(&world).await);
    let (wait, sentence) = told_to_wait(ask(&late).await);
    assert!((1..=60).contains(&wait) && sentence.contains("3 evaluations"), "{wait} {sentence}");
    let body = json!({"id": late, "hub": "custom", "api_key_proxy": key, "harness_config_ids": [SMALL]});
    told_to_wait(admin.post("/v1/events", &json!({"type": "CREATE_EVALUATION", "data": body})).await);
    admin.get(&format!("/v1/evaluations/{late}")).await.refused(404);
    // What is there may be asked for again, and nobody else has less for it.
    ask(&there[0]).await.ok();
    let other = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    finished(&other, &world.target.url).await;
    assert!(head(&world).await > events);

    admin.post_empty(&format!("/v1/evaluations/{}/cancel", there[0])).await.ok();
    ask(&late).await.ok();
    told_to_wait(ask(&fresh()).await);
    for id in there[1..].iter().chain([&late]) {
        admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_racing_requests_get_no_more_evaluations_than_a_team_may_have() {
    bounded(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_racing_requests_get_no_more_evaluations_than_a_team_may_have() {
    bounded(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_let_in_at_most_what_each_believes_to_be_left_and_then_none() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let args = ["--log", "warn", "--limits", "team_evaluations=3"];
    let (first, second) = (spawn.serve_with(&args).await, spawn.serve_with(&args).await);
    let (one, two) = (admin(&spawn, &first).await, admin(&spawn, &second).await);
    let target = touchstone_testkit::Practice::start(TargetOptions::default()).await;
    let key = paced(&one, &target.url, 1).await;
    let there = raced(&[&one, &two], &[&key], 40).await;
    assert!((1..=6).contains(&there.len()), "{} were let in", there.len());
    eventually("there is no room left", || async {
        let reply = one.evaluate(&fresh(), &key, &[SMALL], json!({"sample_size": 5})).await;
        (reply.status == 429).then_some(())
    })
    .await;
    told_to_wait(two.evaluate(&fresh(), &key, &[SMALL], json!({})).await);
    down(second).await;
    down(first).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_asks_for_so_many_answers_in_a_day() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.team_responses_per_day = 5;
    })
    .await;
    let admin = &world.admin;
    let first = finished(admin, &world.target.url).await;
    let key = admin.key("again", &world.target.url).await;
    let ask = async |id: &str| admin.evaluate(id, &key, &[SMALL], json!({"sample_size": 2})).await;
    let (wait, sentence) = told_to_wait(ask(&fresh()).await);
    assert!((86_000..=86_401).contains(&wait) && sentence.contains("within 24 hours"), "{wait} {sentence}");
    assert_eq!(admin.evaluation(&first).await["status"], "COMPLETED");
    world.clock.advance(Duration::from_secs(wait));
    let id = fresh();
    ask(&id).await.ok();
    admin.ended(&id).await;
    close(world).await;
}

async fn announced(caller: &Caller, path: &str, size: Value) -> Reply {
    let file = json!({"file_name": "a.txt", "file_type": "text/plain", "file_size": size, "checksum": HELLO});
    caller.post(&format!("{path}/files"), &file).await
}

async fn brought(caller: &Caller, file: &Value) -> Reply {
    let put = Client::new().put(file["upload_url"].as_str().unwrap()).header("content-type", "text/plain");
    caller.send(put.body("hello")).await
}

async fn agent(caller: &Caller) -> String {
    let agent = json!({"agent_name": fresh(), "model_name": "m"});
    let agent = caller.post("/v1/agent-configurations", &agent).await.ok();
    format!("/v1/agent-configurations/{}", agent["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_has_so_many_uploads_that_are_waited_for() {
    for backend in Backend::ALL {
        let world = World::start_with(backend, TargetOptions::default(), |settings| {
            settings.limits.team_uploads = 2;
        })
        .await;
        let admin = &world.admin;
        let path = agent(admin).await;
        let raced = join_all((0..10).map(|_| announced(admin, &path, json!(5)))).await;
        let mut open: Vec<Value> =
            raced.into_iter().filter(|reply| reply.status == 200).map(Reply::ok).collect();
        assert!((1..=2).contains(&open.len()), "{}", open.len());
        if open.len() == 1 {
            open.push(announced(admin, &path, json!(5)).await.ok());
        }
        let (wait, sentence) = told_to_wait(announced(admin, &path, json!(5)).await);
        assert!((600..=901).contains(&wait) && sentence.contains("2 files"), "{wait} {sentence}");
        // One that came in is waited for no more, and one whose time is over neither.
        brought(admin, &open[0]).await.ok();
        announced(admin, &path, json!(5)).await.ok();
        told_to_wait(announced(admin, &path, json!(5)).await);
        world.clock.advance(Duration::from_secs(wait));
        announced(admin, &path, json!(5)).await.ok();
        assert_eq!(rows(&admin.get(&format!("{path}/files")).await.ok()).len(), 4);
        close(world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teams_files_have_so_many_bytes_together() {
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        settings.limits.team_bytes = 7;
    })
    .await;
    let admin = &world.admin;
    let path = agent(admin).await;
    let first = announced(admin, &path, json!(5)).await.ok();
    let too_much = async || {
        let refused = announced(admin, &path, json!(3)).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "file_size"]));
        assert!(refused["detail"][0]["msg"].as_str().unwrap().contains("7 bytes"), "{refused}");
    };
    // What is announced counts, before it comes and afterwards.
    too_much().await;
    brought(admin, &first).await.ok();
    too_much().await;
    // One that did not say its size is measured when it comes, and nothing of it is kept.
    let other = agent(admin).await;
    let unsaid = announced(admin, &other, json!(null)).await.ok();
    let refused = brought(admin, &unsaid).await.refused(413);
    assert!(refused["detail"].as_str().unwrap().contains("7 bytes"), "{refused}");
    assert_eq!(rows(&admin.get(&format!("{other}/files")).await.ok())[0]["is_verified"], false);
    assert_eq!(rows(&admin.get(&format!("{path}/files")).await.ok())[0]["is_verified"], true);
    close(world).await;
}
