//! What came of an evaluation: the scored tree, the tests, the responses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{SMALL, TOLERANCE, close, column, count, finished, fresh, length, rows, texts};

async fn list(caller: &Caller, what: &str, query: &str) -> Value {
    caller.get(&format!("/v1/{what}?{query}")).await.ok()
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / f64::from(u32::try_from(scores.len()).unwrap())
}

async fn tree(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let id = finished(admin, &world.target.url).await;
    finished(admin, &world.target.url).await;
    let of = format!("evaluation_id={id}");
    let levels = [
        ("harness", list(admin, "harness", &of).await),
        ("scenarios", list(admin, "scenarios", &of).await),
        ("probes", list(admin, "probes", &of).await),
    ];
    for (level, all) in &levels {
        contract.holds("get", &format!("/v1/{level}"), all);
        assert_eq!(count(all, "count"), length(rows(all)));
        for row in rows(all) {
            assert_eq!(row["evaluation_id"], json!(id));
            let one = admin.get(&format!("/v1/{level}/{}", row["id"].as_str().unwrap())).await.ok();
            contract.holds("get", &format!("/v1/{level}/{{id}}"), &one);
            assert_eq!(one, *row);
        }
        let last = rows(all).last().unwrap();
        for name in [&last["id"], &last["config_id"]] {
            let found = list(admin, level, &format!("{of}&ids={}&ids=no-such", name.as_str().unwrap())).await;
            assert_eq!(rows(&found), std::slice::from_ref(last), "{level} by id");
        }
        assert_eq!(list(admin, level, &format!("{of}&ids=no-such")).await["count"], 0);
    }

    // Every probe is inside a listed scenario, every scenario inside a listed harness, and scores are means upward.
    let [(_, harnesses), (_, scenarios), (_, probes)] = &levels;
    let scores = |all: &Value, ids: &[String]| -> Vec<f64> {
        rows(all)
            .iter()
            .filter(|row| ids.iter().any(|id| row["config_id"] == **id))
            .filter_map(|row| row["score"].as_f64())
            .collect()
    };
    let mut seen = BTreeSet::new();
    for scenario in rows(scenarios) {
        let ids = texts(scenario, "probe_config_ids");
        assert!((scenario["score"].as_f64().unwrap() - mean(&scores(probes, &ids))).abs() < TOLERANCE);
        seen.extend(ids);
    }
    assert_eq!(seen, column(probes, "config_id").iter().map(|id| (*id).to_owned()).collect());
    let harness = &rows(harnesses)[0];
    let ids = texts(harness, "scenario_config_ids");
    assert_eq!(ids, column(scenarios, "config_id"));
    assert!((harness["score"].as_f64().unwrap() - mean(&scores(scenarios, &ids))).abs() < TOLERANCE);
    assert_eq!(harness["harness_type"], "DIMENSION");
    let evaluation = admin.evaluation(&id).await;
    assert_eq!(evaluation["score"], harness["score"]);
    assert_eq!(count(&evaluation, "total_tokens"), count(harness, "total_tokens"));
    let expected: i64 = rows(probes).iter().map(|probe| count(probe, "expected_response_count")).sum();
    assert_eq!(expected, count(&evaluation, "total_test_count"));
    assert!(rows(probes).iter().all(|probe| !texts(probe, "prompt_ids").is_empty()));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_tree_is_whole_and_its_scores_are_means_upward() {
    tree(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_the_tree_is_whole_and_its_scores_are_means_upward() {
    tree(Backend::Scaled).await;
}

async fn leaves(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let id = finished(admin, &world.target.url).await;
    let other = finished(admin, &world.target.url).await;
    let of = format!("evaluation_id={id}");
    let evaluation = admin.evaluation(&id).await;
    let total = count(&evaluation, "total_test_count");
    let probes = list(admin, "probes", &of).await;
    let probe = &rows(&probes)[1];

    for level in ["tests", "responses"] {
        let all = list(admin, level, &of).await;
        contract.holds("get", &format!("/v1/{level}"), &all);
        assert_eq!(
            (count(&all, "count"), count(&all, "current_page"), count(&all, "page_size")),
            (total, 1, 1000)
        );
        assert_eq!(length(rows(&all)), total);
        let ids = column(&all, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());

        // The order of recording, page by page, is that of the whole list.
        let mut paged = Vec::new();
        for offset in (0..total).step_by(7) {
            let page = list(admin, level, &format!("{of}&limit=7&offset={offset}")).await;
            assert_eq!((count(&page, "count"), count(&page, "current_page")), (total, offset / 7 + 1));
            paged.extend(column(&page, "id").iter().map(|id| (*id).to_owned()));
        }
        assert_eq!(paged, ids);
        assert_eq!(list(admin, level, &format!("{of}&offset={total}")).await["results"], json!([]));

        let one = admin.get(&format!("/v1/{level}/{}", ids[3])).await.ok();
        contract.holds("get", &format!("/v1/{level}/{{id}}"), &one);
        assert_eq!(one, rows(&all)[3]);

        let two = list(admin, level, &format!("{of}&ids={}&ids={}", ids[5], ids[2])).await;
        assert_eq!(column(&two, "id"), [ids[2], ids[5]]);
        let without = list(admin, level, &format!("ids={}", ids[5])).await;
        assert_eq!(column(&without, "id"), [ids[5]]);
        for name in [&probe["id"], &probe["config_id"]] {
            let found = list(admin, level, &format!("{of}&probe_ids={}", name.as_str().unwrap())).await;
            assert_eq!(count(&found, "count"), count(probe, "expected_response_count"));
            assert!(column(&found, "probe_id").iter().all(|id| probe["id"] == **id));
        }
        let (good, bad) = if level == "tests" { ("GENERATED", "ERROR") } else { ("COMPLETED", "SKIP") };
        assert_eq!(count(&list(admin, level, &format!("{of}&status={good}")).await, "count"), total);
        assert_eq!(count(&list(admin, level, &format!("{of}&status={bad}")).await, "count"), 0);
        for nothing in
            [format!("evaluation_id={}", fresh()), "evaluation_id=x".to_owned(), format!("ids={}", fresh())]
        {
            assert_eq!(list(admin, level, &nothing).await["count"], 0, "{nothing}");
        }
        for (refused, field) in [
            ("limit=0", "limit"),
            ("limit=1000001", "limit"),
            ("offset=-1", "offset"),
            ("offset=x", "offset"),
        ] {
            let body = admin.get(&format!("/v1/{level}?{of}&{refused}")).await.refused(422);
            contract.is("HTTPValidationError", &body);
            assert_eq!(body["detail"][0]["loc"], json!(["query", field]));
        }
    }

    let responses = list(admin, "responses", &of).await;
    let first = &rows(&responses)[0];
    let prompt = first["input_prompt_id"].as_str().unwrap();
    let found = list(admin, "responses", &format!("{of}&prompt_ids={prompt}")).await;
    assert!(!rows(&found).is_empty() && column(&found, "input_prompt_id").iter().all(|id| *id == prompt));
    assert_eq!(count(&list(admin, "responses", &format!("{of}&is_visible=true")).await, "count"), total);
    assert_eq!(count(&list(admin, "responses", &format!("{of}&is_visible=false")).await, "count"), 0);
    assert_eq!(list(admin, "responses", &format!("{of}&order_by=created_at")).await, responses);
    assert_eq!(count(&list(admin, "responses", "").await, "count"), 2 * total, "of the whole team");
    assert_ne!(
        list(admin, "responses", &format!("evaluation_id={other}")).await["results"],
        responses["results"]
    );
    for row in rows(&responses) {
        let last =
            row["prompt"].as_array().unwrap().iter().rfind(|message| message["role"] == "user").unwrap();
        assert_eq!(row["input_prompt"], last["content"]);
        assert!(row["prompt_group"].is_array() && row["is_visible"] == true && row["generation"] == 1);
        assert!(
            !row["detector_ids"].as_str().unwrap().is_empty()
                && !row["detector_scores"].as_array().unwrap().is_empty()
        );
        let test = admin.get(&format!("/v1/tests/{}", row["test_id"].as_str().unwrap())).await.ok();
        for same in ["input_prompt_id", "input_prompt", "prompt_index", "probe_id", "response", "generation"]
        {
            assert_eq!(test[same], row[same], "{same}");
        }
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_tests_and_responses_are_listed_by_filter_and_page_in_the_order_of_recording() {
    leaves(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_tests_and_responses_are_listed_by_filter_and_page_in_the_order_of_recording() {
    leaves(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_nothing_in_particular_and_wrong_words_are_refused_and_strangers_see_nothing() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let other = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let id = finished(admin, &world.target.url).await;
    let of = format!("evaluation_id={id}");
    let refusals = [
        ("tests".to_owned(), "evaluation_id"),
        ("tests?status=ERROR".to_owned(), "evaluation_id"),
        ("harness".to_owned(), "evaluation_id"),
        ("scenarios".to_owned(), "evaluation_id"),
        ("probes?evaluation_id=".to_owned(), "evaluation_id"),
        (format!("responses?{of}&order_by=colour"), "order_by"),
        (format!("responses?{of}&is_visible=perhaps"), "is_visible"),
    ];
    for (path, field) in &refusals {
        let body = admin.get(&format!("/v1/{path}")).await.refused(422);
        assert_eq!(body["detail"][0]["loc"], json!(["query", field]), "{path}");
    }
    for level in ["harness", "scenarios", "probes"] {
        admin.get(&format!("/v1/{level}?evaluation_id={}", fresh())).await.refused(404);
        other.get(&format!("/v1/{level}?{of}")).await.refused(404);
    }
    for level in ["tests", "responses"] {
        let ours = list(admin, level, &of).await;
        let ids = column(&ours, "id");
        for query in [of.clone(), format!("ids={}", ids[0]), format!("probe_ids=vijil.probes.{SMALL}")] {
            assert_eq!(list(&other, level, &query).await["count"], 0, "{level}?{query}");
        }
    }
    assert_eq!(list(&other, "responses", "").await["count"], 0);
    close(world).await;
}
