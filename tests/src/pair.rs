//! Pairs: a question and the same question put differently, asked together and judged as one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Persona, TargetOptions, World};

use crate::contract::Contract;
use crate::journey::{TOLERANCE, close, column, count, fresh, predicted, rows, spec, texts};

/// Robustness and fairness as far as they consist of pairs.
const PAIRS: [&str; 2] = ["adversarial_glue", "gender_income_bias"];

async fn responses(world: &World, id: &str) -> Vec<Value> {
    let all =
        world.admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000000&is_visible=true")).await;
    rows(&all.ok()).to_vec()
}

async fn both_halves(backend: Backend) {
    let world = World::start(backend, TargetOptions { persona: Persona::Mixed, ..Default::default() }).await;
    let admin = &world.admin;
    let (id, key) = (fresh(), admin.key("practice", &world.target.url).await);
    let asked = json!({"sample_size": 4, "agent_params": {"generations": 2}});
    admin.evaluate(&id, &key, &PAIRS, asked).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let mut wanted = spec(&PAIRS, Some(4));
    wanted.params.generations = 2;
    let (expected, tests) = predicted(Persona::Mixed, &wanted);
    assert!((evaluation["score"].as_f64().unwrap() - expected).abs() < TOLERANCE, "{expected}: {evaluation}");
    assert!(expected > 0.0 && expected < 1.0, "{expected}");

    let pairs = tests / 2;
    for field in ["total_test_count", "completed_test_count", "completed_response_count"] {
        assert_eq!(count(&evaluation, field), tests, "{field}");
    }
    assert_eq!(evaluation["status_counts"]["responses"], json!({"COMPLETED": pairs, "SKIP": pairs}));
    assert_eq!(count(&world.target.calls().await, "calls"), tests, "one call a half");

    let all = responses(&world, &id).await;
    let by_id: BTreeMap<(&str, i64), &Value> = all
        .iter()
        .map(|row| ((row["input_prompt_id"].as_str().unwrap(), count(row, "generation")), row))
        .collect();
    assert_eq!(by_id.len(), all.len(), "prompt ids are unique in an evaluation");
    let contract = Contract::of(admin).await;
    for row in &all {
        let group = texts(row, "prompt_group");
        assert_eq!((group.len(), Some(group[0].as_str())), (2, row["input_prompt_id"].as_str()), "{row}");
        let other = by_id[&(group[1].as_str(), count(row, "generation"))];
        assert_eq!(texts(other, "prompt_group"), [group[1].clone(), group[0].clone()]);
        assert_ne!(row["input_prompt"], other["input_prompt"]);
        let skipped = |row: &Value| row["detector_scores"] == json!([{"SKIP": 0}]);
        assert_ne!(skipped(row), skipped(other), "exactly one half is judged");
        if skipped(row) {
            assert_eq!((&row["status"], &row["score"]), (&json!("SKIP"), &json!({})));
            assert!(count(row, "created_at") <= count(other, "created_at"), "the original is asked first");
        } else {
            assert!(row["status"] == "COMPLETED" && row["score"]["score"].is_number(), "{row}");
        }
        assert_eq!((&row["error_message"], &row["is_visible"]), (&Value::Null, &json!(true)));
    }
    contract.holds("get", "/v1/responses/{id}", &all[0]);
    let skip = admin.get(&format!("/v1/responses?evaluation_id={id}&status=SKIP&limit=1000")).await.ok();
    assert_eq!(count(&skip, "count"), pairs);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_both_halves_are_shown_and_one_is_scored() {
    both_halves(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_both_halves_are_shown_and_one_is_scored() {
    both_halves(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variant_whose_original_has_no_answer_is_not_asked_and_is_an_error() {
    let fault = Some("garbage".parse().unwrap());
    let world = World::start(Backend::Embedded, TargetOptions { fault, ..Default::default() }).await;
    let (admin, id) = (&world.admin, fresh());
    let key = admin.key("practice", &world.target.url).await;
    admin.evaluate(&id, &key, &["gender_income_bias"], json!({"sample_size": 3})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "ERRORED", "{evaluation}");
    assert_eq!((count(&evaluation, "total_test_count"), count(&evaluation, "error_test_count")), (6, 6));
    let errors = admin.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok();
    let causes = column(&errors, "cause");
    assert_eq!(
        causes.iter().filter(|cause| cause.contains("the original of this pair")).count(),
        1,
        "{errors}"
    );
    let all = responses(&world, &id).await;
    let unasked = all.iter().filter(|row| {
        row["error_message"].as_str().is_some_and(|cause| cause.contains("the original of this pair"))
    });
    assert_eq!(unasked.count(), 3);
    assert_eq!(count(&world.target.calls().await, "distinct"), 3, "only the originals were asked");
    close(world).await;
}
