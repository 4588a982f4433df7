//! Prompts found by their words and, where a model is installed, by their meaning.

use std::path::PathBuf;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, texts};

async fn write(caller: &Caller, text: &str) -> String {
    let body = json!({"text": [{"role": "user", "content": text}]});
    caller.post("/v1/prompts", &body).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn find(caller: &Caller, query: &str, rest: &str) -> Value {
    let query = query.replace(' ', "%20");
    caller.get(&format!("/v1/prompts/search/find?query={query}{rest}")).await.ok()
}

async fn found(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let samovar = write(admin, "May I return a brazen samovar after forty days?").await;
    let yak = write(admin, "Tell me about yaks and samovars.").await;
    write(&stranger, "A samovar of theirs.").await;
    let asked = admin.get("/v1/prompts/search/find?query=brazen%20Samovars").await;
    assert_eq!(asked.headers["x-search"], "lexical", "no model is installed");
    let list = asked.ok();
    contract.holds("get", "/v1/prompts/search/find", &list);
    assert_eq!(column(&list, "id")[..2], [samovar.as_str(), &yak]);
    assert_eq!(find(admin, "brazen Samovars", "").await, list, "the same every time");
    assert_eq!((count(&list, "current_page"), count(&list, "page_size")), (1, 10));
    let own = column(&list, "team_id").iter().filter(|team| !team.is_empty()).count();
    assert_eq!(own, 2, "never another team's");
    // The catalogue's stand beside them, each probe once.
    let all = find(admin, "the word", "&total_limit=1000&limit=1000").await;
    let standard = column(&all, "team_id").iter().filter(|team| team.is_empty()).count();
    assert!(standard > 100 && standard <= touchstone_catalog::latest().probes().len(), "{standard}");
    // Pages are cut out of so many.
    let some = find(admin, "the word", "&total_limit=5&limit=3&offset=3").await;
    assert_eq!((column(&some, "id"), count(&some, "count")), (column(&all, "id")[3..5].to_vec(), 5));
    assert_eq!(count(&some, "current_page"), 2);
    // What is changed is found as it reads now.
    let change = json!({"text": [{"role": "user", "content": "Tell me about quaggas."}]});
    admin.put(&format!("/v1/prompts/{yak}"), &change).await.ok();
    assert_eq!(column(&find(admin, "quagga", "").await, "id"), [yak.as_str()]);
    assert_eq!(column(&find(admin, "brazen samovar", "").await, "id")[0], samovar);
    assert!(!column(&find(admin, "yaks", "").await, "id").contains(&yak.as_str()));
    for nobodys in ["xyzzyplugh", "%3F%3F"] {
        assert_eq!(find(admin, nobodys, "").await["count"], 0);
    }
    for (query, field) in [
        ("", "query"),
        ("?query=", "query"),
        ("?query=a&limit=0", "limit"),
        ("?query=a&offset=-1", "offset"),
        ("?query=a&nearest_neighbors=0", "nearest_neighbors"),
        ("?query=a&total_limit=1001", "total_limit"),
    ] {
        let refused = admin.get(&format!("/v1/prompts/search/find{query}")).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["query", field]), "{query}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_prompts_are_found_by_their_words() {
    found(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_prompts_are_found_by_their_words() {
    found(Backend::Scaled).await;
}

/// Of the labelled queries, in their prompt's own words and in others, the shares that find it among the first ten.
async fn recall(world: &World) -> (f64, f64, f64) {
    let labelled: Vec<Value> = serde_json::from_str(include_str!("labelled.json")).unwrap();
    let (mut hits, mut all) = ([0, 0], [0, 0]);
    let mut ids = Vec::new();
    for one in &labelled {
        ids.push(write(&world.admin, one["text"].as_str().unwrap()).await);
    }
    for (id, one) in ids.iter().zip(&labelled) {
        for (kind, field) in ["by_words", "by_meaning"].into_iter().enumerate() {
            for query in texts(one, field) {
                let found = find(&world.admin, &query, "").await;
                all[kind] += 1;
                hits[kind] += i32::from(column(&found, "id").contains(&id.as_str()));
            }
        }
    }
    assert!(all[0] + all[1] >= 60, "{all:?} queries");
    let share = |hits: i32, all: i32| f64::from(hits) / f64::from(all);
    let shares = (share(hits[0], all[0]), share(hits[1], all[1]), share(hits[0] + hits[1], all[0] + all[1]));
    println!(
        "recall at 10: {:.3} in its own words, {:.3} in others, {:.3} in all",
        shares.0, shares.1, shares.2
    );
    shares
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_in_a_prompts_own_words_finds_it_among_all_of_the_catalogue() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (own, ..) = recall(&world).await;
    assert!(own >= 0.9, "{own}");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the embedding model, which scripts/test brings and names in TOUCHSTONE_TEST_MODEL"]
async fn with_the_model_four_of_five_queries_find_their_prompt() {
    let model = PathBuf::from(std::env::var("TOUCHSTONE_TEST_MODEL").unwrap());
    let world = World::start_with(Backend::Embedded, TargetOptions::default(), |settings| {
        let models = settings.store.data_dir.join("models");
        std::fs::create_dir_all(&models).unwrap();
        std::os::unix::fs::symlink(&model, models.join("static")).unwrap();
    })
    .await;
    let asked = world.admin.get("/v1/prompts/search/find?query=lamp").await;
    assert_eq!(asked.headers["x-search"], "hybrid");
    let (.., all) = recall(&world).await;
    assert!(all >= 0.8, "{all}");
    close(world).await;
}
