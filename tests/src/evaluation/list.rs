//! The list of evaluations: filters, order, pages.

use serde_json::json;
use touchstone_testkit::{Backend, Persona, Practice, TargetOptions, World};

use super::target;
use crate::contract::Contract;
use crate::journey::{SMALL, close, column, count, fresh};

/// Four evaluations: one completed well, one badly, one canceled, one with a name between.
async fn listed(backend: Backend) {
    let world = World::start(backend, target(Persona::Steadfast)).await;
    let gullible = Practice::start(target(Persona::Gullible)).await;
    let hanging =
        Practice::start(TargetOptions { fault: "hang".parse().ok(), ..TargetOptions::default() }).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let table = [
        ("Alpha", &world.target.url, "model-a", json!(["nightly"])),
        ("beta", &gullible.url, "model-b", json!(["nightly", "weekly"])),
        ("Beta two", &hanging.url, "model-b", json!([])),
    ];
    for (name, url, model, tags) in table {
        let (id, key) = (fresh(), admin.key(name, url).await);
        let asked = json!({"name": name, "model": model, "tags": tags, "sample_size": 1});
        admin.evaluate(&id, &key, &[SMALL], asked).await.ok();
        if name == "Beta two" {
            admin.post_empty(&format!("/v1/evaluations/{id}/cancel")).await.ok();
        }
        admin.ended(&id).await;
        world.clock.advance(std::time::Duration::from_secs(10));
    }
    let list = async |query: &str| admin.get(&format!("/v1/evaluations?{query}")).await.ok();
    let names = async |query: &str| column(&list(query).await, "name").join(",");

    let all = list("").await;
    contract.holds("get", "/v1/evaluations", &all);
    assert_eq!(column(&all, "name"), ["Beta two", "beta", "Alpha"], "newest first");
    assert_eq!((count(&all, "count"), count(&all, "current_page"), count(&all, "page_size")), (3, 1, 10));
    let scores = column(&all, "score");
    assert_eq!(
        (scores[0], scores[1].parse(), scores[2].parse()),
        ("", Ok(0.0), Ok(1.0)),
        "scores are texts here"
    );

    let created = all["results"][1]["created_at"].as_i64().unwrap();
    let completed = all["results"][2]["completed_at"].as_i64().unwrap();
    let table = [
        ("name=BETA".to_owned(), "Beta two,beta"),
        ("status=CANCELED".to_owned(), "Beta two"),
        ("status=CANCELED&status=COMPLETED&sort_by=name&sort_order=ASC".to_owned(), "Alpha,beta,Beta two"),
        ("model=model-b&status=COMPLETED".to_owned(), "beta"),
        ("tags=weekly&tags=nightly".to_owned(), "beta,Alpha"),
        ("hub=custom".to_owned(), "Beta two,beta,Alpha"),
        ("hub=openai".to_owned(), ""),
        ("hub=nowhere".to_owned(), ""),
        ("user_email=ADMIN@localhost&limit=1".to_owned(), "Beta two"),
        ("user_email=nobody@example.org".to_owned(), ""),
        (format!("created_at={created}"), "Beta two,beta"),
        (format!("completed_at={completed}"), "Alpha"),
        ("sort_by=score&sort_order=ASC".to_owned(), "beta,Alpha,Beta two"),
        ("sort_by=score&sort_order=DESC".to_owned(), "Alpha,beta,Beta two"),
        ("sort_by=status&sort_order=ASC&limit=1".to_owned(), "Beta two"),
        ("limit=1&offset=1".to_owned(), "beta"),
        ("limit=2&offset=2".to_owned(), "Alpha"),
        ("offset=3".to_owned(), ""),
        ("agent_configuration_id=x".to_owned(), ""),
        ("what_is_this=1".to_owned(), "Beta two,beta,Alpha"),
    ];
    for (query, expected) in &table {
        assert_eq!(names(query).await, *expected, "{query}");
    }
    let page = list("limit=1&offset=1&name=beta").await;
    assert_eq!((count(&page, "count"), count(&page, "current_page"), count(&page, "page_size")), (2, 2, 1));

    for bad in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "offset=-1",
        "sort_by=colour",
        "sort_order=UP",
        "created_at=x",
        "name=a%00b",
    ] {
        let refused = admin.get(&format!("/v1/evaluations?{bad}")).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", bad.split('=').next().unwrap()]));
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_evaluations_are_listed_by_filter_order_and_page() {
    listed(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_evaluations_are_listed_by_filter_order_and_page() {
    listed(Backend::Scaled).await;
}
