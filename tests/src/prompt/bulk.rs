//! Many prompts at once: in one request, and from files on the command line.

use std::fs;

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Spawn, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, count, done, fresh, texts};
use crate::operate::{json as said, well};

fn asking(question: &str) -> Value {
    json!({"text": [{"role": "user", "content": question}], "criteria": {"triggers": ["zebra"]}})
}

async fn many(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let all: Vec<Value> = (0..150).map(|number| asking(&format!("Question {number}?"))).collect();
    let body = json!({"prompts": all});
    let made = admin.post("/v1/prompts/bulk", &body).await.ok();
    contract.holds("post", "/v1/prompts/bulk", &made);
    assert_eq!((count(&made, "count"), count(&made, "created"), &made["faults"]), (150, 150, &json!([])));
    let list = admin.get("/v1/prompts?limit=1").await.ok();
    assert_eq!(usize::try_from(count(&list, "count")).unwrap(), 150 + touchstone_catalog::prompts().count());
    let ids = texts(&made, "results");
    let one = admin.get(&format!("/v1/prompts?ids={}", ids[7])).await.ok();
    assert_eq!(one["results"][0]["text"][0]["content"], "Question 7?");
    // The same content is the same prompt, also twice in one request.
    let events = done(&world).await;
    let again = admin.post("/v1/prompts/bulk", &body).await.ok();
    assert_eq!((texts(&again, "results"), count(&again, "created")), (ids.clone(), 0));
    let twice = admin.post("/v1/prompts/bulk", &json!({"prompts": [all[3], all[3]]})).await.ok();
    assert_eq!(texts(&twice, "results"), [ids[3].clone(), ids[3].clone()]);
    assert_eq!(done(&world).await, events);
    // All of them or, when asked, those that are good.
    let (mut taken, mut chosen) = (asking("Other."), asking("Chosen."));
    taken["id"] = json!(ids[0]);
    chosen["id"] = json!(fresh());
    let (nobody, strange) =
        (json!({"text": []}), json!({"text": [{"role": "user", "content": "a"}], "id": "x"}));
    let mut mixed = json!({"prompts": [chosen, nobody, taken, strange]});
    let refused = admin.post("/v1/prompts/bulk", &mixed).await.refused(422);
    contract.is("HTTPValidationError", &refused);
    let places: Vec<&Value> =
        refused["detail"].as_array().unwrap().iter().map(|fault| &fault["loc"]).collect();
    let at = |place: usize, field: &str| json!(["body", "prompts", place, field]);
    assert_eq!(places, [&at(1, "text"), &at(2, "id"), &at(3, "id")]);
    assert_eq!(done(&world).await, events);
    mixed["partial"] = json!(true);
    let part = admin.post("/v1/prompts/bulk", &mixed).await.ok();
    assert_eq!((count(&part, "created"), part["faults"].as_array().unwrap().len()), (1, 3));
    assert_eq!(texts(&part, "results"), [chosen["id"].as_str().unwrap()]);
    // Another team's prompts are its own.
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::User).await;
    let theirs = stranger.post("/v1/prompts/bulk", &body).await.ok();
    assert_eq!(count(&theirs, "created"), 150);
    assert!(!texts(&theirs, "results").contains(&ids[0]));
    for body in [json!({}), json!({"prompts": []}), json!({"prompts": vec![asking("a"); 1001]})] {
        let refused = admin.post("/v1/prompts/bulk", &body).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "prompts"]));
    }
    let broken = admin.post("/v1/prompts/bulk", &json!({"prompts": [{"text": 4}]})).await.refused(422);
    assert_eq!(broken["detail"][0]["loc"], json!(["body", "prompts", 0, "text"]));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_many_prompts_are_written_in_one_request() {
    many(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_many_prompts_are_written_in_one_request() {
    many(Backend::Scaled).await;
}

async fn files(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    well(&spawn, &["token", "create", "--email", "mo@example.org", "--team", "harbour"]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (lines, table, copy) = (file("some.jsonl"), file("more.csv"), file("all.csv"));
    fs::write(
        &lines,
        "{\"text\": \"One?\", \"triggers\": [\"zebra\"]}\n{\"text\": 4}\n{\"text\": \"Two?\"}\n",
    )
    .unwrap();
    fs::write(&table, "text,tags,trigers\nThree?,\"a, b\",zebra\nOne?\n").unwrap();
    let import = async |more: &[&str]| {
        let args = ["catalog", "import", &lines, &table, "--team", "harbour"];
        spawn.run(&[&args[..], more].concat()).await
    };
    // Nothing while a line is wrong; each is told.
    let (code, told) = import(&[]).await;
    assert_eq!(code, Some(1), "{told}");
    for sentence in [
        "some.jsonl:2: text: must be a text",
        "more.csv:3: has not as many cells",
        "trigers: was not read, in 1 lines",
        "0 prompts imported",
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let (code, told) = import(&["--json", "--dry-run", "--partial"]).await;
    let told = said(&told);
    assert_eq!((code, &told["imported"], &told["dry_run"]), (Some(1), &json!(3), &json!(true)));
    assert_eq!((&told["faults"][0]["line"], &told["faults"][0]["field"]), (&json!(2), &json!("text")));
    assert_eq!(well(&spawn, &["catalog", "export", "--team", "harbour"]).await.matches("One?").count(), 0);
    // Those that are good, and once only.
    for (imported, known) in [(3, 0), (0, 3)] {
        let (code, told) = import(&["--json", "--partial"]).await;
        let told = said(&told);
        assert_eq!((code, &told["imported"], &told["known"]), (Some(1), &json!(imported), &json!(known)));
    }
    // What is exported can be imported again, there and elsewhere.
    well(&spawn, &["catalog", "export", "--team", "harbour", "--format", "csv", "--file", &copy]).await;
    let (code, told) = spawn.run(&["catalog", "import", &copy, "--team", "harbour", "--json"]).await;
    assert_eq!((code, &said(&told)["known"]), (Some(0), &json!(3)));
    well(&spawn, &["token", "create", "--email", "bo@example.org", "--team", "lighthouse"]).await;
    well(&spawn, &["catalog", "import", &copy, "--team", "lighthouse"]).await;
    let export = async |team: &str| {
        let shown = well(&spawn, &["catalog", "export", "--team", team]).await;
        let lines = shown.lines().filter(|line| line.starts_with("{\"criteria\"")).map(str::to_owned);
        let mut lines: Vec<String> = lines.collect();
        // Many are written at once, in no order.
        lines.sort_unstable();
        lines
    };
    let (ours, theirs) = (export("harbour").await, export("lighthouse").await);
    assert_eq!((ours.len(), &ours), (3, &theirs));
    assert!(ours.iter().any(|line| line.contains("One?") && line.contains("zebra")), "{ours:?}");
    let standard = well(&spawn, &["catalog", "export"]).await;
    assert_eq!(
        standard.lines().filter(|line| line.starts_with("{\"criteria\"")).count(),
        touchstone_catalog::latest().prompt_count()
    );
    let whole = file("catalogue.csv");
    well(&spawn, &["catalog", "export", "--format", "csv", "--file", &whole]).await;
    let back = said(&well(&spawn, &["catalog", "import", &whole, "--team", "harbour", "--json"]).await);
    let all = touchstone_catalog::latest().prompt_count();
    assert_eq!((&back["imported"], &back["known"], &back["unread"]), (&json!(0), &json!(all), &json!({})));
    // Under a prompt's id stands something else now.
    fs::write(&copy, fs::read_to_string(&copy).unwrap().replace("Three?", "Four?")).unwrap();
    let (code, told) = spawn.run(&["catalog", "import", &copy, "--team", "harbour", "--json"]).await;
    assert_eq!((code, &said(&told)["faults"][0]["field"]), (Some(1), &json!("id")));
    for (args, reason) in [
        (["catalog", "import", &lines, "--team", "nowhere"], "there is no team nowhere"),
        (["catalog", "import", "/nowhere.jsonl", "--team", "harbour"], "cannot be read"),
        (["catalog", "import", "Cargo.toml", "--team", "harbour"], "must end in .jsonl or .csv"),
        (["catalog", "export", "--format", "csv", "--team=nowhere"], "there is no team nowhere"),
    ] {
        let (code, told) = spawn.run(&args).await;
        assert!(code == Some(1) && told.contains(reason), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_prompts_come_from_files_and_go_into_files() {
    files(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_prompts_come_from_files_and_go_into_files() {
    files(Backend::Scaled).await;
}
