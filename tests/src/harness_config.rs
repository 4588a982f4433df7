//! Harnesses of one's own: made of chosen prompts and detectors, version by version, archived and deleted.

mod run;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, done, fresh, head, rows, stored, texts};

/// The detector that looks for a prompt's triggers.
pub const TRIGGERS: &str = "garak.detectors.base.TriggerListDetector";

/// Writes a prompt whose answer must not hold a word, and returns its id.
pub async fn prompt(caller: &Caller, question: &str, word: &str) -> String {
    let body = json!({"text": [{"role": "user", "content": question}], "criteria": {"triggers": [word]}});
    caller.post("/v1/prompts", &body).await.ok()["id"].as_str().unwrap().to_owned()
}

pub fn named(name: &str, prompts: &[&str]) -> Value {
    json!({"name": name, "description": "ours",
        "probe_configs": [{"name": "Words", "detector_ids": [TRIGGERS], "prompt_ids": prompts}]})
}

pub async fn made(caller: &Caller, body: &Value) -> Value {
    caller.post("/v1/harness-configs", body).await.ok()
}

/// The probes of a harness.
pub async fn probes(caller: &Caller, harness: &Value) -> Vec<String> {
    let scenario = texts(harness, "scenario_config_ids").remove(0);
    let version = harness["version"].as_str().unwrap();
    let found = caller.get(&format!("/v1/scenario-configs?ids={scenario}&version={version}")).await.ok();
    texts(&rows(&found)[0], "probe_ids")
}

async fn listed(caller: &Caller) -> Vec<(String, String)> {
    let list = caller.get("/v1/harness-configs?harness_type=CUSTOM").await.ok();
    let text = |row: &Value, field: &str| row["harness_config"][field].as_str().unwrap().to_owned();
    rows(&list).iter().map(|row| (text(row, "name"), text(row, "version"))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
}

async fn life(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let (one, two) = (prompt(&mo, "One?", "zebra").await, prompt(&mo, "Two?", "yak").await);
    let made_first = made(&mo, &named("Refunds", &[&one, &two])).await;
    contract.holds("post", "/v1/harness-configs", &made_first);
    assert_eq!(
        (&made_first["version"], &made_first["harness_type"], &made_first["status"]),
        (&json!("1.0.0"), &json!("CUSTOM"), &json!("ACTIVE"))
    );
    let id = made_first["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("vijil.harnesses."));
    let bare = id.trim_start_matches("vijil.harnesses.").to_owned();
    for named in [&id, &bare, &bare.to_uppercase()] {
        let shown = mo.get(&format!("/v1/harness-configs/{named}?version=1.0.0")).await;
        assert_eq!(shown.headers["etag"], "\"v1\"");
        let shown = shown.ok();
        contract.holds("get", "/v1/harness-configs/{harness_config_id}", &shown);
        assert_eq!(rows(&shown)[0]["harness_config"], made_first);
    }
    let scenario = &texts(&made_first, "scenario_config_ids")[0];
    let scenarios = mo.get(&format!("/v1/scenario-configs?ids={scenario}")).await.ok();
    contract.holds("get", "/v1/scenario-configs", &scenarios);
    let probe = probes(&mo, &made_first).await.remove(0);
    let found = mo.get(&format!("/v1/probe-configs?ids={probe}")).await.ok();
    contract.holds("get", "/v1/probe-configs", &found);
    let shown = &rows(&found)[0];
    assert_eq!(texts(shown, "prompt_ids"), [one.clone(), two.clone()]);
    assert_eq!(
        (&shown["version"], &shown["scoring_function"]),
        (&json!("1.0.0"), &json!("naive_mean_probe_min"))
    );
    let list = mo.get("/v1/probe-configs?limit=1000").await.ok();
    assert_eq!(column(&list, "id")[0], probe, "the team's own come first");

    // The same name again is the next version, whatever its case; another is another harness.
    let again = made(&mo, &named("refunds", &[&one])).await;
    assert_eq!((&again["id"], &again["version"]), (&json!(id), &json!("1.0.1")));
    let other = made(admin, &named("Returns", &[&two])).await;
    assert_ne!(other["id"], made_first["id"]);
    assert_eq!(listed(&mo).await, pairs(&[("Returns", "1.0.0"), ("refunds", "1.0.1"), ("Refunds", "1.0.0")]));
    let newest = mo.get(&format!("/v1/harness-configs/{bare}?version=1.1.0")).await.ok();
    assert_eq!(rows(&newest)[0]["harness_config"], again, "the newest stands in for what is not there");
    let me = mo.get("/v1/users/me").await.ok();
    let by_me =
        mo.get(&format!("/v1/harness-configs?user_id={}", me["user_id"].as_str().unwrap())).await.ok();
    assert_eq!(count(&by_me, "total"), 2, "only what Mo made, and nothing of the catalogue");
    let first = mo.get("/v1/harness-configs?version=1.0.0&with_stages=true&harness_type=CUSTOM").await.ok();
    contract.holds("get", "/v1/harness-configs", &first);
    assert_eq!(rows(&first)[0]["harness_config"]["name"], "Returns");

    // A probe is changed in place.
    let path = format!("/v1/probe-configs/{probe}");
    let change = json!({"prompt_ids": [two], "name": "Yaks", "scoring_function": "tinybench_score_probe_max",
        "weights": {&two: 2.5}, "detector_ids": null, "version": null});
    let changed = mo.put(&path, &change).await;
    assert_eq!(changed.headers["etag"], "\"v2\"");
    let changed = changed.ok();
    contract.holds("put", "/v1/probe-configs/{id}", &changed);
    assert_eq!((&changed["name"], texts(&changed, "prompt_ids")), (&json!("Yaks"), vec![two.clone()]));
    assert_eq!(
        (&changed["weights"][&two], texts(&changed, "detector_ids")),
        (&json!(2.5), vec![TRIGGERS.to_owned()])
    );
    let events = head(&world).await;
    assert_eq!(mo.put(&path, &change).await.ok(), changed);
    assert_eq!(head(&world).await, events, "what is the same is no event");

    // Archived it is no longer listed, deleted it is gone; numbers are never given again.
    let archive = format!("/v1/harness-configs/{bare}/versions/1.0.1/archive");
    let archived = admin.put(&archive, &json!({})).await.ok();
    contract.holds("put", "/v1/harness-configs/{harness_config_id}/versions/{version}/archive", &archived);
    assert_eq!(archived["status"], "INACTIVE");
    assert_eq!(admin.put(&archive, &json!({})).await.ok(), archived, "again changes nothing");
    assert_eq!(listed(&mo).await, pairs(&[("Returns", "1.0.0"), ("Refunds", "1.0.0")]));
    let shown = mo.get(&format!("/v1/harness-configs/{id}?version=1.0.1")).await.ok();
    assert_eq!(rows(&shown)[0]["harness_config"]["status"], "INACTIVE");
    let gone = admin.delete(&format!("/v1/harness-configs/{id}?version=1.0.1")).await.ok();
    contract.holds("delete", "/v1/harness-configs/{harness_config_id}", &gone);
    assert_eq!(rows(&gone)[0]["harness_config"]["version"], "1.0.1");
    admin.delete(&format!("/v1/harness-configs/{id}?version=1.0.1")).await.refused(404);
    assert_eq!(made(&mo, &named("REFUNDS", &[&one])).await["version"], "1.0.2");
    // Without a name it is called by its id.
    let nameless = json!({"probe_configs": [{"detector_ids": [TRIGGERS], "prompt_ids": [one]}]});
    let nameless = made(&mo, &nameless).await;
    assert_eq!(nameless["name"], nameless["id"]);
    let log = stored(&world.settings.store.database_url, |table| table == "events").await;
    assert!(log.contains("harness_config.created") && !log.contains("Refunds") && !log.contains("Yaks"));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_harness_is_made_version_by_version_archived_and_deleted() {
    life(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_harness_is_made_version_by_version_archived_and_deleted() {
    life(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_repeated_under_its_key_makes_one_harness() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let one = prompt(admin, "One?", "zebra").await;
    let keyed = async || {
        let asked = admin.request(reqwest::Method::POST, "/v1/harness-configs");
        admin.send(asked.header("idempotency-key", "once").json(&named("Refunds", &[&one]))).await.ok()
    };
    let first = keyed().await;
    let events = head(&world).await;
    assert_eq!(keyed().await, first);
    assert_eq!((head(&world).await, listed(admin).await.len()), (events, 1));
    close(world).await;
}

async fn refused(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let one = prompt(admin, "One?", "zebra").await;
    let theirs = prompt(&stranger, "Two?", "yak").await;
    let harness = made(admin, &named("Refunds", &[&one])).await;
    let id = harness["id"].as_str().unwrap();
    let probe = probes(admin, &harness).await.remove(0);
    let events = done(&world).await;

    // Archiving and deleting are for admins; the catalogue's are nobody's to change.
    let archive = |id: &str, version: &str| format!("/v1/harness-configs/{id}/versions/{version}/archive");
    let delete = |id: &str, version: &str| format!("/v1/harness-configs/{id}?version={version}");
    mo.put(&archive(id, "1.0.0"), &json!({})).await.refused(403);
    mo.delete(&delete(id, "1.0.0")).await.refused(403);
    admin.put(&archive("security", "1.1.0"), &json!({})).await.refused(403);
    admin.delete(&delete("security", "1.1.0")).await.refused(403);
    admin.put("/v1/probe-configs/dan.DUDE", &json!({"name": "x"})).await.refused(403);
    // Of other teams, unknown, or of another version.
    for version in ["1.0.0", "1.0.9"] {
        stranger.put(&archive(id, version), &json!({})).await.refused(404);
        stranger.delete(&delete(id, version)).await.refused(404);
        stranger.get(&delete(id, version)).await.refused(404);
    }
    admin.put(&archive(id, "1.0.9"), &json!({})).await.refused(404);
    admin.delete(&delete(id, "1.0.9")).await.refused(404);
    stranger.put(&format!("/v1/probe-configs/{probe}"), &json!({"name": "x"})).await.refused(404);
    admin.put(&format!("/v1/probe-configs/{probe}"), &json!({"version": "1.0.1"})).await.refused(404);
    assert_eq!(stranger.get(&format!("/v1/probe-configs?ids={probe}")).await.ok()["total"], 0);
    assert_eq!(listed(&stranger).await, []);
    let missing = admin.delete(&format!("/v1/harness-configs/{id}")).await.refused(422);
    assert_eq!(missing["detail"][0]["loc"], json!(["query", "version"]));

    // What does not exist or does not fit.
    let bare = json!({"text": [{"role": "user", "content": "No triggers."}]});
    let bare = admin.post("/v1/prompts", &bare).await.ok()["id"].as_str().unwrap().to_owned();
    let half = touchstone_catalog::prompts().find(|placed| placed.prompt.half.is_some()).unwrap();
    let half = half.prompt.id.to_string();
    let pairwise = "autoredteam.detectors.advglue.PairwiseComparison";
    let events = events + 1;
    let with =
        |detectors: &[&str], prompts: &[&str]| json!({"detector_ids": detectors, "prompt_ids": prompts});
    let table = [
        (with(&[], &[&one]), "detector_ids"),
        (with(&[TRIGGERS], &[]), "prompt_ids"),
        (with(&["no.such.Detector"], &[&one]), "detector_ids"),
        (with(&[pairwise], &[&one]), "detector_ids"),
        (with(&[TRIGGERS], &[&fresh()]), "prompt_ids"),
        (with(&[TRIGGERS], &[&theirs]), "prompt_ids"),
        (with(&[TRIGGERS], &[&one, &one]), "prompt_ids"),
        (with(&[TRIGGERS], &[&bare]), "prompt_ids"),
        (with(&[TRIGGERS], &[&half]), "prompt_ids"),
    ];
    for (probe_config, field) in &table {
        let body =
            json!({"name": "x", "probe_configs": [named("x", &[&one])["probe_configs"][0], probe_config]});
        let refused = admin.post("/v1/harness-configs", &body).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "probe_configs", 1, field]), "{probe_config}");
        let refused = admin.put(&format!("/v1/probe-configs/{probe}"), probe_config).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", field]), "{probe_config}");
    }
    for (body, loc) in [
        (json!({}), json!(["body", "probe_configs"])),
        (json!({"name": "x", "probe_configs": []}), json!(["body", "probe_configs"])),
        (named("", &[&one]), json!(["body", "name"])),
    ] {
        let refused = admin.post("/v1/harness-configs", &body).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], loc, "{body}");
    }
    let scored = json!({"scoring_function": "the_best"});
    let refused = admin.put(&format!("/v1/probe-configs/{probe}"), &scored).await.refused(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "scoring_function"]));
    let weighed = json!({"weights": {fresh(): 1.0}});
    let refused = admin.put(&format!("/v1/probe-configs/{probe}"), &weighed).await.refused(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "weights"]));
    // An id that is taken, with other content.
    let mut taken = named("Other", &[&one]);
    taken["probe_configs"][0]["id"] = json!(probe);
    taken["probe_configs"][0]["name"] = json!("Otherwise");
    admin.post("/v1/harness-configs", &taken).await.refused(409);
    assert_eq!(done(&world).await, events);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_what_is_others_or_does_not_fit_makes_no_harness() {
    refused(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_what_is_others_or_does_not_fit_makes_no_harness() {
    refused(Backend::Scaled).await;
}
