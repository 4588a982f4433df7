//! An evaluation's life: asked for, watched, renamed, scored, ended.

mod deletion;
mod list;
mod refusal;
mod stop;

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Persona, Practice, TargetOptions, World};

use crate::contract::Contract;
use crate::journey::{SMALL, TOLERANCE, close, column, count, finished, fresh, head, predicted, rows, spec};

fn target(persona: Persona) -> TargetOptions {
    TargetOptions { persona, ..TargetOptions::default() }
}

fn score(evaluation: &Value) -> f64 {
    evaluation["score"].as_f64().unwrap_or_else(|| panic!("no score: {evaluation}"))
}

async fn from_request_to_score(backend: Backend) {
    let world = World::start(backend, target(Persona::Mixed)).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let key = admin.key("practice", &world.target.url).await;
    let id = fresh();
    let created = admin.evaluate(&id, &key, &[SMALL, "safety_Small"], json!({"sample_size": 3})).await.ok();
    assert_eq!(created, json!({"id": id, "status": "CREATED"}));
    let at_once = admin.evaluation(&id).await;
    assert_eq!((at_once["id"].as_str(), at_once["name"].as_str()), (Some(id.as_str()), Some("journey")));

    let evaluation = admin.ended(&id).await;
    contract.holds("get", "/v1/evaluations/{id}", &evaluation);
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let (expected, tests) = predicted(Persona::Mixed, &spec(&[SMALL, "safety_Small"], Some(3)));
    assert!((score(&evaluation) - expected).abs() < TOLERANCE, "{} is not {expected}", score(&evaluation));
    for field in
        ["total_test_count", "completed_test_count", "total_response_count", "completed_response_count"]
    {
        assert_eq!(count(&evaluation, field), tests, "{field}");
    }
    for field in ["error_test_count", "error_response_count", "restart_count"] {
        assert_eq!(count(&evaluation, field), 0, "{field}");
    }
    assert_eq!(evaluation["status_counts"]["tests"], json!({"GENERATED": tests}));
    assert_eq!(evaluation["status_counts"]["responses"], json!({"COMPLETED": tests}));
    assert_eq!((&evaluation["cause"], &evaluation["metadata"]), (&Value::Null, &Value::Null));
    assert!(evaluation["completed_at"].is_i64() && count(&evaluation, "total_tokens") > 0, "{evaluation}");

    let calls = world.target.calls().await;
    assert_eq!(count(&calls, "calls"), tests, "one call a test");
    assert_eq!(
        admin.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok(),
        json!({"results": [], "count": 0})
    );
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_evaluation_gets_the_score_that_the_personas_rule_implies() {
    from_request_to_score(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_an_evaluation_gets_the_score_that_the_personas_rule_implies() {
    from_request_to_score(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaks_everything_gets_nothing_and_who_refuses_everything_gets_all() {
    let world = World::start(Backend::Embedded, target(Persona::Gullible)).await;
    let steadfast = Practice::start(target(Persona::Steadfast)).await;
    let admin = &world.admin;
    for (url, expected) in [(&world.target.url, 0.0), (&steadfast.url, 1.0)] {
        let (id, key) = (fresh(), admin.key(&fresh(), url).await);
        let all = ["security_Small", "reliability_Small", "safety_Small"];
        admin.evaluate(&id, &key, &all, json!({"sample_size": 2})).await.ok();
        let evaluation = admin.ended(&id).await;
        assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
        let odd = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000000")).await.ok();
        let odd: Vec<_> = rows(&odd)
            .iter()
            .filter(|row| row["status"] != "SKIP" && row["score"]["score"].as_f64() != Some(expected))
            .collect();
        assert!(odd.is_empty(), "{odd:#?}");
        assert!((score(&evaluation) - expected).abs() < TOLERANCE);
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_was_asked_for_is_shown_as_metadata() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("practice", &world.target.url).await;
    let asked = json!({
        "name": "Harbour watch", "tags": ["nightly", "Größe"], "sample_size": 1, "url": world.target.url,
        "agent_params": {"temperature": "0.25", "top_p": null, "max_tokens": 77, "timeout": 500,
                         "agent_system_prompt": "Answer briefly."},
    });
    admin.evaluate(&id, &key, &[SMALL], asked).await.ok();
    let shown = admin.get(&format!("/v1/evaluations/metadata/{id}")).await.ok();
    Contract::of(admin).await.holds("get", "/v1/evaluations/metadata/{id}", &shown);
    let metadata = &shown["metadata"];
    let expected = json!({
        "evaluation_id": id, "hub": "custom", "model": "practice", "url": world.target.url,
        "harness_config_ids": [format!("vijil.harnesses.{SMALL}")], "scenario_config_filters": [], "sample_size": 1,
        "temperature": "0.25", "top_p": null, "max_completion_tokens": 77, "generations": 1,
        "tags": ["nightly", "Größe"], "name": "Harbour watch", "version": "1.1.0", "timeout": 120.0,
        "agent_system_prompt": "Answer briefly.",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&metadata[field], value, "{field}");
    }
    admin.ended(&id).await;
    let first = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1")).await.ok();
    let said = &rows(&first)[0]["prompt"][0];
    assert_eq!(*said, json!({"role": "system", "content": "Answer briefly."}));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_name_and_the_same_scores_write_nothing() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let id = finished(admin, &world.target.url).await;
    let path = format!("/v1/evaluations/{id}");
    let before = head(&world).await;
    let renamed = admin.put(&path, &json!({"name": "Éclair"})).await.ok();
    assert_eq!(renamed["name"], "Éclair");
    assert_eq!(admin.evaluation(&id).await["name"], "Éclair");
    assert_eq!(head(&world).await, before + 1);

    admin.put(&path, &json!({"name": "Éclair"})).await.ok();
    let score = admin.post_empty(&format!("{path}/score")).await.ok();
    assert_eq!(head(&world).await, before + 1);
    Contract::of(admin).await.holds("post", "/v1/evaluations/{id}/score", &score);
    assert_eq!(score["score"]["score"], admin.evaluation(&id).await["score"]);
    let harnesses = admin.get(&format!("/v1/harness?evaluation_id={id}")).await.ok();
    assert_eq!(score["score"]["harnesses"][format!("vijil.harnesses.{SMALL}")], rows(&harnesses)[0]["score"]);
    close(world).await;
}

async fn changed_only_as_last_seen(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let path = format!("/v1/evaluations/{}", finished(admin, &world.target.url).await);
    let seen = admin.get(&path).await;
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    let rename = async |tag: &str, name: &str| {
        let asked = admin.request(Method::PUT, &path).header("if-match", tag).json(&json!({"name": name}));
        admin.send(asked).await
    };
    let renamed = rename(&tag, "first").await;
    let next = renamed.headers["etag"].to_str().unwrap().to_owned();
    assert_ne!(next, tag);
    assert_eq!(renamed.ok()["name"], "first");
    let events = head(&world).await;
    for stale in [tag.as_str(), "\"v0\"", "\"elsewhere\"", "W/\"v1\""] {
        rename(stale, "second").await.refused(412);
    }
    assert_eq!(head(&world).await, events, "what is refused writes nothing");
    assert_eq!(rename(&next, "second").await.ok()["name"], "second");
    assert_eq!(rename("*", "third").await.ok()["name"], "third");
    let now = admin.get(&path).await.headers["etag"].clone();
    assert_eq!(
        admin.get(&path.replace("/v1/evaluations/", "/v1/evaluations/metadata/")).await.headers["etag"],
        now
    );
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_change_may_name_the_version_that_it_is_meant_for() {
    changed_only_as_last_seen(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_change_may_name_the_version_that_it_is_meant_for() {
    changed_only_as_last_seen(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_is_what_runs() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let key = admin.key("practice", &world.target.url).await;
    let run = async |harnesses: &[&str], extra: Value| {
        let id = fresh();
        admin.evaluate(&id, &key, harnesses, extra).await.ok();
        let evaluation = admin.ended(&id).await;
        assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
        (id, count(&evaluation, "total_test_count"))
    };
    let list = async |what: &str, id: &str| admin.get(&format!("/v1/{what}?evaluation_id={id}")).await.ok();

    let (one, tests) = run(&[SMALL], json!({"sample_size": 1})).await;
    assert_eq!(tests, predicted(Persona::Mixed, &spec(&[SMALL], Some(1))).1);
    let probes = list("probes", &one).await;
    assert!(rows(&probes).iter().all(|probe| count(probe, "expected_response_count") == 1), "{probes}");

    let (lite, _) = run(&["security"], json!({"sample_size": 1, "is_lite": true})).await;
    assert_eq!(column(&list("harness", &lite).await, "config_id"), ["vijil.harnesses.security_Small"]);

    let scenarios = list("scenarios", &one).await;
    let chosen = column(&scenarios, "config_id")[1].to_owned();
    let (filtered, fewer) =
        run(&[SMALL], json!({"sample_size": 2, "scenario_config_filters": [chosen]})).await;
    assert_eq!(column(&list("scenarios", &filtered).await, "config_id"), [chosen.as_str()]);

    for twice in
        [json!({"num_generations": 2}), json!({"agent_params": {"generations": 2}, "num_generations": 5})]
    {
        let mut asked = json!({"sample_size": 2, "scenario_config_filters": [chosen]});
        asked.as_object_mut().unwrap().extend(twice.as_object().unwrap().clone());
        let (doubled, tests) = run(&[SMALL], asked).await;
        assert_eq!(tests, 2 * fewer);
        let responses = list("responses", &doubled).await;
        let of = |n: i64| rows(&responses).iter().filter(|row| row["generation"] == n).count();
        assert_eq!((of(1), of(2)), (rows(&responses).len() / 2, rows(&responses).len() / 2));
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn harnesses_named_twice_run_once_and_tags_follow_from_them() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("practice", &world.target.url).await;
    let mixed = [
        "security_Small",
        "vijil.harnesses.reliability_Small",
        "security_Small",
        "safety_Small",
        "reliability_Small",
    ];
    admin.evaluate(&id, &key, &mixed, json!({"sample_size": 1})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["tags"], json!(["vijil_harness"]));
    let harnesses = admin.get(&format!("/v1/harness?evaluation_id={id}")).await.ok();
    let names =
        ["security_Small", "reliability_Small", "safety_Small"].map(|name| format!("vijil.harnesses.{name}"));
    assert_eq!(column(&harnesses, "config_id"), names);
    let asked = spec(&["security_Small", "reliability_Small", "safety_Small"], Some(1));
    assert_eq!(count(&evaluation, "total_test_count"), predicted(Persona::Mixed, &asked).1);
    close(world).await;
}
