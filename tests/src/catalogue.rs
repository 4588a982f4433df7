//! The built-in catalogue and the detectors, as clients read them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, length, rows, texts};

async fn get(caller: &Caller, path: &str) -> Value {
    caller.get(&format!("/v1/{path}")).await.ok()
}

fn harness_ids(list: &Value) -> Vec<&str> {
    rows(list).iter().map(|row| row["harness_config"]["id"].as_str().unwrap()).collect()
}

/// Everything that is named in a version is listed in it, and nothing is listed that is empty.
async fn is_whole(caller: &Caller, contract: &Contract, version: &str) {
    let at = |path: &str| format!("{path}?version={version}&limit=1000");
    let harnesses = get(caller, &at("harness-configs")).await;
    contract.holds("get", "/v1/harness-configs", &harnesses);
    let scenarios = get(caller, &at("scenario-configs")).await;
    contract.holds("get", "/v1/scenario-configs", &scenarios);
    let probes = get(caller, &at("probe-configs")).await;
    contract.holds("get", "/v1/probe-configs", &probes);
    let detectors = get(caller, "detectors?version=1.0.0").await;
    contract.holds("get", "/v1/detectors", &detectors);

    let ids = harness_ids(&harnesses);
    for name in ["security", "reliability", "safety"] {
        for id in [format!("vijil.harnesses.{name}"), format!("vijil.harnesses.{name}_Small")] {
            assert!(ids.contains(&id.as_str()), "{id}");
            let named = id.rsplit('.').next().unwrap();
            let short = get(caller, &format!("harness-configs/{named}?version={version}")).await;
            contract.holds("get", "/v1/harness-configs/{harness_config_id}", &short);
            assert_eq!(short, get(caller, &format!("harness-configs/{id}?version={version}")).await);
            let one = &rows(&short)[0]["harness_config"];
            assert_eq!(
                (&one["harness_type"], &one["version"], &one["status"], &one["is_leaf"]),
                (&json!("DIMENSION"), &json!(version), &json!("ACTIVE"), &json!(true))
            );
        }
    }
    let known = |list: &Value| column(list, "id").iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    let named =
        |list: &[&Value], field: &str| list.iter().flat_map(|row| texts(row, field)).collect::<BTreeSet<_>>();
    let configs: Vec<&Value> = rows(&harnesses).iter().map(|row| &row["harness_config"]).collect();
    assert_eq!(named(&configs, "scenario_config_ids"), known(&scenarios));
    let all: Vec<&Value> = rows(&scenarios).iter().collect();
    assert!(all.iter().all(|scenario| !texts(scenario, "probe_ids").is_empty()));
    assert_eq!(named(&all, "probe_ids"), known(&probes));
    let all: Vec<&Value> = rows(&probes).iter().collect();
    assert!(named(&all, "detector_ids").is_subset(&known(&detectors)));
    assert!(named(&all, "prompt_ids").len() >= 3_000, "{} prompts", named(&all, "prompt_ids").len());
    for probe in all {
        assert!(!texts(probe, "detector_ids").is_empty() && probe["description"].is_string());
        assert!(probe["expected_outcome"].as_str().is_some_and(|text| text.ends_with('.')), "{probe}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalogue_is_whole_and_means_the_same_from_every_side() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let caller = world.somebody("bo@example.org", "harbour", TeamRole::User).await;
    let contract = Contract::of(&caller).await;
    let versions = get(&caller, "harness-configs/versions").await;
    contract.holds("get", "/v1/harness-configs/versions", &versions);
    assert_eq!(versions, json!({"results": ["1.1.0", "1.0.0"], "count": 2}));
    for version in ["1.1.0", "1.0.0"] {
        is_whole(&caller, &contract, version).await;
    }

    let harnesses = get(&caller, "harness-configs?limit=10000").await;
    let ids = harness_ids(&harnesses);
    assert_eq!(get(&caller, "harness-configs?harness_type=CUSTOM").await["total"], 0);
    let page = get(&caller, "harness-configs?limit=2&offset=1&sort_by=id&sort_order=ASC").await;
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(
        (harness_ids(&page), count(&page, "count"), count(&page, "total")),
        (sorted[1..3].to_vec(), 2, length(&ids))
    );
    let staged = get(&caller, "harness-configs?with_stages=true&limit=1").await;
    contract.holds("get", "/v1/harness-configs", &staged);

    let probes = get(&caller, "probe-configs?version=1.1.0&limit=1000").await;
    let one = column(&probes, "id")[3];
    let found = get(&caller, &format!("probe-configs?version=1.1.0&ids={one}&ids=none")).await;
    assert_eq!(column(&found, "id"), [one]);
    let page = get(&caller, "probe-configs?version=1.1.0&limit=2&offset=3").await;
    assert_eq!((column(&page, "id")[0], count(&page, "total")), (one, count(&probes, "total")));
    let scenarios = get(&caller, "scenario-configs?version=1.1.0").await;
    let one = column(&scenarios, "id")[2];
    let found = get(&caller, &format!("scenario-configs?version=1.1.0&ids={one}")).await;
    assert_eq!(column(&found, "id"), [one]);
    for nothing in
        ["harness-configs?version=9.9.9", "probe-configs?version=9.9.9", "scenario-configs?version=9.9.9"]
    {
        assert_eq!(get(&caller, nothing).await["count"], 0, "{nothing}");
    }

    let detectors = get(&caller, "detectors?version=1.0.0").await;
    let ids = column(&detectors, "id");
    assert_eq!(ids.len(), 60 + 2, "those of the public catalogue, and our own");
    let refusal = rows(&detectors).iter().find(|row| row["name"] == "Refusal").unwrap();
    let measured = &refusal["measured"][0];
    assert!(measured["data_set"].as_str().unwrap().contains("second half") && measured["date"].is_string());
    for share in ["precision", "recall"] {
        let at = |bound: &str| measured[share][bound].as_f64().unwrap();
        assert!(0.0 < at("low") && at("low") < at("value") && at("value") < at("high") && at("high") < 1.0);
    }
    let kinds = column(&detectors, "kind");
    assert_eq!(kinds.iter().filter(|kind| **kind == "pairwise").count(), 3);
    assert!(kinds.iter().all(|kind| ["plain", "pairwise"].contains(kind)));
    let metrics = column(&detectors, "polarity").iter().filter(|polarity| **polarity == "metric").count();
    assert_eq!(metrics, 4, "BLEU, METEOR, BERTScore and tool correctness");
    for id in &ids {
        let one = get(&caller, &format!("detectors/{id}?version=1.0.0")).await;
        contract.holds("get", "/v1/detectors/{id}", &one);
        assert!(!one["description"].as_str().unwrap().is_empty());
    }
    assert_eq!(column(&get(&caller, &format!("detectors?version=&ids={}", ids[0])).await, "id"), [ids[0]]);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn harnesses_are_listed_by_their_type() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let of = async |query: &str| {
        let path = format!("harness-configs?version=1.1.0&limit=1000&offset=0{query}");
        let listed = get(&world.admin, &path).await;
        harness_ids(&listed).into_iter().map(|id| id.replace("vijil.harnesses.", "")).collect::<Vec<_>>()
    };
    let dimensions = of("&harness_type=DIMENSION").await;
    for name in ["security", "security_classic", "privacy", "robustness", "fairness", "ethics", "Performance"]
    {
        assert!(dimensions.contains(&name.to_owned()), "{name}");
        assert!(dimensions.contains(&format!("{name}_Small")), "{name}_Small");
    }
    assert_eq!(of("&harness_type=AUDIT").await, ["owasp", "gdpr"]);
    let scenarios = of("&harness_type=SCENARIO").await;
    assert!(scenarios.contains(&"reliability_robustness_contextualrobustness".to_owned()), "{scenarios:?}");
    let both = of("&harness_type=AUDIT&harness_type=SCENARIO").await;
    assert_eq!(both.len(), 2 + scenarios.len());
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_catalogue_does_not_have_is_missing_and_bounds_hold() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    for path in [
        "harness-configs/atlantis?version=1.0.0",
        "harness-configs/vijil.harnesses.security?version=9.9.9",
        "detectors/no.such.detector?version=1.0.0",
    ] {
        assert!(admin.get(&format!("/v1/{path}")).await.refused(404)["detail"].is_string(), "{path}");
    }
    for (path, field) in [
        ("harness-configs/security", "version"),
        ("harness-configs?limit=10001", "limit"),
        ("harness-configs?sort_by=colour", "sort_by"),
        ("harness-configs?with_stages=perhaps", "with_stages"),
        ("probe-configs?limit=1001", "limit"),
        ("detectors", "version"),
    ] {
        let refused = admin.get(&format!("/v1/{path}")).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", field]), "{path}");
    }
    close(world).await;
}
