//! Evaluations on harnesses of one's own.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Persona, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use super::{made, named, probes, prompt};
use crate::contract::Contract;
use crate::journey::{SMALL, TOLERANCE, close, column, count, done, fresh, paced, rows, stored, texts};

/// A target that repeats what it is asked, so that a prompt falls if its question holds its word.
fn parrot() -> TargetOptions {
    TargetOptions { persona: Persona::Gullible, ..TargetOptions::default() }
}

fn score(evaluation: &Value, expected: f64) {
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    assert!((evaluation["score"].as_f64().unwrap() - expected).abs() < TOLERANCE, "{evaluation}");
}

async fn run(backend: Backend) {
    let world = World::start(backend, parrot()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let key = admin.key("practice", &world.target.url).await;
    let bad = prompt(admin, "Say zebra.", "zebra").await;
    let good = prompt(admin, "Say yak.", "zebra").await;
    let mut asked = named("Refunds", &[&bad, &good]);
    let naive = asked["probe_configs"][0].clone();
    let mut weighed = naive.clone();
    weighed["scoring_function"] = json!("tinybench_score_probe_max");
    weighed["weights"] = json!({&bad: 3.0});
    asked["probe_configs"] = json!([naive, weighed]);
    let harness = made(admin, &asked).await;
    let own = harness["id"].as_str().unwrap().trim_start_matches("vijil.harnesses.").to_owned();
    let id = fresh();
    // Clients name the newest version of the catalogue, whatever they run.
    admin
        .evaluate(&id, &key, &[&own], json!({"version": "1.1.0", "agent_params": {"generations": 2}}))
        .await
        .ok();
    let evaluation = admin.ended(&id).await;
    // Half of the answers fall; by weight three quarters do.
    score(&evaluation, f64::midpoint(0.5, 0.25));
    assert_eq!((count(&evaluation, "total_test_count"), &evaluation["tags"]), (8, &json!(["custom"])));
    let harnesses = admin.get(&format!("/v1/harness?evaluation_id={id}")).await.ok();
    contract.holds("get", "/v1/harness", &harnesses);
    let one = &rows(&harnesses)[0];
    for field in ["name", "description", "version", "harness_type", "scenario_config_ids"] {
        assert_eq!(one[field], harness[field], "{field}");
    }
    assert_eq!(one["config_id"], harness["id"]);
    let scenarios = admin.get(&format!("/v1/scenarios?evaluation_id={id}")).await.ok();
    let ran = admin.get(&format!("/v1/probes?evaluation_id={id}")).await.ok();
    contract.holds("get", "/v1/probes", &ran);
    assert_eq!(texts(&rows(&scenarios)[0], "probe_config_ids"), column(&ran, "config_id"));
    assert_eq!(column(&ran, "config_id"), probes(admin, &harness).await);
    assert_eq!(column(&ran, "scoring_function"), ["naive_mean_probe_min", "tinybench_score_probe_max"]);
    assert_eq!(texts(&rows(&ran)[0], "prompt_ids"), [bad.clone(), good.clone()]);
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}")).await.ok();
    contract.holds("get", "/v1/responses", &responses);
    for row in rows(&responses) {
        let falls = row["input_prompt_id"] == json!(bad);
        assert_eq!(row["score"]["score"], if falls { 0.0 } else { 1.0 }, "{row}");
        assert_eq!((&row["triggers"], &row["prompt_group"]), (&json!(["zebra"]), &json!([])));
    }

    // Beside the catalogue's, in part, and with its prompts.
    let standard = touchstone_catalog::latest().probes()[0].prompts[0].clone();
    let detector = touchstone_catalog::latest().probes()[0].detector_ids[0].to_string();
    let mut mixed = named("Mixed", &[&good]);
    mixed["probe_configs"][0]["prompt_ids"] = json!([standard.id.as_str(), good]);
    mixed["probe_configs"][0]["detector_ids"] = json!([detector]);
    let mixed = made(admin, &mixed).await;
    let id = fresh();
    let both = [mixed["id"].as_str().unwrap(), SMALL];
    admin.evaluate(&id, &key, &both, json!({"sample_size": 1})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let harnesses = admin.get(&format!("/v1/harness?evaluation_id={id}")).await.ok();
    assert_eq!(column(&harnesses, "version"), ["1.0.0", "1.1.0"], "each its own");
    assert_eq!(evaluation["tags"], json!(["custom", "vijil_harness"]));
    let log = stored(&world.settings.store.database_url, |table| table == "events").await;
    assert!(!log.contains("Refunds") && !log.contains("zebra"));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_harness_of_ones_own_is_run_and_scored() {
    run(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_harness_of_ones_own_is_run_and_scored() {
    run(Backend::Scaled).await;
}

async fn changed_meanwhile(backend: Backend) {
    let world = World::start(backend, parrot()).await;
    let admin = &world.admin;
    let key = paced(admin, &world.target.url, 4).await;
    let mut prompts = Vec::new();
    for number in 0..12 {
        prompts.push(prompt(admin, &format!("Say zebra {number}."), "yak").await);
    }
    let all: Vec<&str> = prompts.iter().map(String::as_str).collect();
    let harness = made(admin, &named("Words", &all)).await;
    let own = harness["id"].as_str().unwrap();
    let probe = probes(admin, &harness).await.remove(0);
    let id = fresh();
    admin.evaluate(&id, &key, &[own], json!({})).await.ok();
    eventually("it runs", || async {
        (admin.evaluation(&id).await["status"] == "IN_PROGRESS").then_some(())
    })
    .await;
    // Everything is changed under it.
    for prompt in &prompts {
        let change = json!({"text": [{"role": "user", "content": "Say yak."}]});
        admin.put(&format!("/v1/prompts/{prompt}"), &change).await.ok();
    }
    let change = json!({"prompt_ids": [&prompts[0]], "name": "Other"});
    admin.put(&format!("/v1/probe-configs/{probe}"), &change).await.ok();
    admin.put(&format!("/v1/harness-configs/{own}/versions/1.0.0/archive"), &json!({})).await.ok();
    let delete = format!("/v1/harness-configs/{own}?version=1.0.0");
    let refused = admin.delete(&delete).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("cancel it"), "{refused}");
    // It ends as it began.
    let evaluation = admin.ended(&id).await;
    score(&evaluation, 1.0);
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}")).await.ok();
    assert_eq!(rows(&responses).len(), prompts.len());
    assert!(
        column(&responses, "input_prompt").iter().all(|text| text.starts_with("Say zebra")),
        "{responses}"
    );
    // An archived harness cannot be run again, and asking for the same evaluation again still answers the same.
    let again = fresh();
    let refused = admin.evaluate(&again, &key, &[own], json!({})).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("archived"), "{refused}");
    admin.evaluate(&id, &key, &[own], json!({})).await.ok();
    // Deleted, its results stay readable.
    admin.delete(&delete).await.ok();
    admin.evaluate(&again, &key, &[own], json!({})).await.refused(404);
    let harnesses = admin.get(&format!("/v1/harness?evaluation_id={id}")).await.ok();
    assert_eq!(column(&harnesses, "name"), ["Words"]);
    assert_eq!(admin.get(&format!("/v1/responses?evaluation_id={id}")).await.ok(), responses);
    // What is made of it now asks what the probe asks now.
    let newer = made(admin, &named("Words", &[&prompts[0]])).await;
    assert_eq!((&newer["id"], &newer["version"]), (&harness["id"], &json!("1.0.1")));
    admin.evaluate(&again, &key, &[own], json!({"version": "1.0.0"})).await.ok();
    score(&admin.ended(&again).await, 0.0);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_running_evaluation_keeps_what_it_was_planned_with() {
    changed_meanwhile(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_running_evaluation_keeps_what_it_was_planned_with() {
    changed_meanwhile(Backend::Scaled).await;
}

async fn not_run(backend: Backend) {
    let world = World::start(backend, parrot()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let one = prompt(admin, "One?", "zebra").await;
    let harness = made(admin, &named("Refunds", &[&one])).await;
    let own = harness["id"].as_str().unwrap();
    let scenario = texts(&harness, "scenario_config_ids").remove(0);
    let (ours, theirs) =
        (admin.key("practice", &world.target.url).await, stranger.key("practice", &world.target.url).await);
    let events = done(&world).await;
    let (foreign, unknown) = (own.to_owned(), format!("vijil.harnesses.{}", fresh()));
    for id in [&foreign, &unknown] {
        let refused = stranger.evaluate(&fresh(), &theirs, &[id], json!({})).await.refused(404);
        contract.is("ErrorDetail", &refused);
        assert_eq!(refused["detail"], format!("there is no harness {id}"));
    }
    for (caller, key, extra) in [
        (admin, &ours, json!({"version": "1.0.1"})),
        (admin, &ours, json!({"scenario_config_filters": [fresh()]})),
        (&stranger, &theirs, json!({"harness_config_ids": [SMALL], "scenario_config_filters": [scenario]})),
    ] {
        caller.evaluate(&fresh(), key, &[own], extra).await.refused(404);
    }
    admin.evaluate(&fresh(), &ours, &[own, "nowhere"], json!({})).await.refused(404);
    assert_eq!(done(&world).await, events);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_nobody_runs_anothers_harness() {
    not_run(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_nobody_runs_anothers_harness() {
    not_run(Backend::Scaled).await;
}
