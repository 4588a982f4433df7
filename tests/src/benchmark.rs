//! Benchmarks: listed from the start, run when somebody has brought the data set.

use std::fs;
use std::path::PathBuf;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use touchstone_testkit::{Backend, Caller, Spawn};

use crate::contract::Contract;
use crate::journey::{column, count, fresh, paced, rows, texts};
use crate::operate::{admin, down, json, well};

/// A target that multiplies the numbers of a question, but never by 3, and picks B of any choices.
struct Pupil {
    url: String,
    _serving: JoinSet<()>,
}

impl Pupil {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let reply = |Json(request): Json<Value>| async move { Self::reply(&request) };
        let app = Router::new().route("/v1/chat/completions", post(reply));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, _serving: serving }
    }

    fn reply(request: &Value) -> Json<Value> {
        let asked = request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
        let numbers: Vec<u64> = asked.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let answer = match numbers.as_slice() {
            [3, _] => "I never learnt that.".to_owned(),
            [one, other] => format!("So many each.\n{}", one * other),
            _ => "B".to_owned(),
        };
        let message = json!({"role": "assistant", "content": answer});
        Json(json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))
    }
}

/// A file of a data set, made up for the test.
fn file(spawn: &Spawn, name: &str, text: &str) -> String {
    let path: PathBuf = spawn.settings.store.data_dir.with_file_name("sets").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn sums(things: &str, factors: impl IntoIterator<Item = u64>) -> String {
    let row = |factor| {
        let question = format!("Ada fills {factor} jars with 1000 {things} each. How many?");
        json!({"question": question, "answer": format!("That is easy.\n#### {factor},000")}).to_string()
    };
    factors.into_iter().map(row).collect::<Vec<_>>().join("\n")
}

async fn imported(spawn: &Spawn, name: &str, files: &[&str]) -> Value {
    json(&well(spawn, &[&["catalog", "import-benchmark", name, "--json"], files].concat()).await)
}

async fn config(admin: &Caller, name: &str) -> Value {
    let found = admin.get(&format!("/v1/harness-configs/{name}?version=1.1.0")).await.ok();
    Contract::of(admin).await.holds("get", "/v1/harness-configs/{harness_config_id}", &found);
    rows(&found)[0]["harness_config"].clone()
}

async fn ended(admin: &Caller, key: &str, harnesses: &[&str], extra: Value) -> Value {
    let id = fresh();
    admin.evaluate(&id, key, harnesses, extra).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    evaluation
}

async fn brought_and_run(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let server = spawn.serve().await;
    let (admin, pupil) = (admin(&spawn, &server).await, Pupil::start().await);
    let key = admin.key("pupil", &pupil.url).await;

    let before = config(&admin, "GSM8k").await;
    assert_eq!(
        (&before["status"], &before["harness_type"], &before["scenario_config_ids"]),
        (&json!("INACTIVE"), &json!("BENCHMARK_RELIABILITY"), &json!([]))
    );
    let remedy = "touchstone catalog import-benchmark GSM8k FILE";
    assert!(before["description"].as_str().unwrap().contains(remedy), "{before}");
    for harnesses in [&["GSM8k"][..], &["security_Small", "GSM8k"]] {
        let refused = admin.evaluate(&fresh(), &key, harnesses, json!({})).await.refused(409);
        assert!(refused["detail"].as_str().unwrap().contains(remedy), "{refused}");
    }

    // Beside the running server.
    let beans = file(&spawn, "test.jsonl", &sums("beans", 2..6));
    let first = imported(&spawn, "GSM8k", &[&beans]).await;
    assert_eq!((&first["rows"], &first["probes"], &first["is_new"]), (&json!(4), &json!(1), &json!(true)));
    let again = imported(&spawn, "GSM8k", &[&beans]).await;
    assert_eq!((&again["digest"], &again["is_new"]), (&first["digest"], &json!(false)));
    let digest = first["digest"].as_str().unwrap();
    let after = config(&admin, "GSM8k").await;
    assert_eq!(after["status"], "ACTIVE");
    assert!(after["description"].as_str().unwrap().contains(digest), "{after}");
    let scenario = texts(&after, "scenario_config_ids").remove(0);
    let scenarios = admin.get(&format!("/v1/scenario-configs?version=1.1.0&ids={scenario}")).await.ok();
    let probe = texts(&rows(&scenarios)[0], "probe_ids").remove(0);
    assert!(probe.contains(digest), "{probe}");
    let probes = admin.get(&format!("/v1/probe-configs?version=1.1.0&ids={probe}")).await.ok();
    assert_eq!(
        (column(&probes, "id"), texts(&rows(&probes)[0], "prompt_ids")),
        (vec![probe.as_str()], vec![])
    );

    let evaluation = ended(&admin, &key, &["GSM8k"], json!({"scenario_config_filters": [scenario]})).await;
    assert_eq!((&evaluation["score"], count(&evaluation, "total_test_count")), (&json!(0.75), 4));
    assert_eq!(evaluation["tags"], json!(["benchmarks"]));
    let id = evaluation["id"].as_str().unwrap();
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=100")).await.ok();
    assert_eq!(count(&responses, "count"), 4);
    let sampled = ended(&admin, &key, &["GSM8k"], json!({"sample_size": 2})).await;
    assert_eq!(count(&sampled, "total_test_count"), 2);

    another_set_meanwhile(&spawn, &admin, &pupil).await;
    each_part_counts_alike(&spawn, &admin, &key).await;
    down(server).await;
}

/// What has begun goes on with the set that it was planned with; what begins later has the newer one.
async fn another_set_meanwhile(spawn: &Spawn, admin: &Caller, pupil: &Pupil) {
    let (slow, id) = (paced(admin, &pupil.url, 3).await, fresh());
    let many = file(spawn, "many.jsonl", &sums("peas", 10..22));
    imported(spawn, "GSM8k", &[&many]).await;
    admin.evaluate(&id, &slow, &["GSM8k"], json!({})).await.ok();
    touchstone_testkit::eventually("it has begun", || async {
        (count(&admin.evaluation(&id).await, "completed_test_count") > 0).then_some(())
    })
    .await;
    let few = file(spawn, "few.jsonl", &sums("figs", 3..5));
    imported(spawn, "GSM8k", &[&few]).await;
    assert_ne!(admin.evaluation(&id).await["status"], "COMPLETED", "the import came in between");
    let evaluation = admin.ended(&id).await;
    assert_eq!((&evaluation["score"], count(&evaluation, "total_test_count")), (&json!(1.0), 12));
    let asked = async |id: &str| {
        let responses = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=100")).await.ok();
        rows(&responses).iter().map(|row| row["input_prompt"].to_string()).collect::<Vec<_>>()
    };
    assert!(asked(&id).await.iter().all(|prompt| prompt.contains("peas")));
    let later = ended(admin, &slow, &["GSM8k"], json!({})).await;
    assert!(asked(later["id"].as_str().unwrap()).await.iter().all(|prompt| prompt.contains("figs")));
    assert_eq!((&later["score"], count(&later, "total_test_count")), (&json!(0.5), 2));
}

async fn each_part_counts_alike(spawn: &Spawn, admin: &Caller, key: &str) {
    let lamps = file(spawn, "lamp_lore_test.csv", "Which lamp?,tin,copper,zinc,lead,B\n");
    let quays = "Which quay?,oak,elm,ash,fir,B\nWhich one?,a,b,c,d,A\nWhose?,a,b,c,d,C\nWhen?,a,b,c,d,D\n";
    let quays = file(spawn, "quay_lore_test.csv", quays);
    let set = imported(spawn, "MMLU", &[&quays, &lamps]).await;
    assert_eq!(set["digest"], imported(spawn, "MMLU", &[&lamps, &quays]).await["digest"], "in any order");
    let evaluation = ended(admin, key, &["MMLU"], json!({})).await;
    assert_eq!(evaluation["score"], 0.625, "the mean of 1 and 1/4");
    let id = evaluation["id"].as_str().unwrap();
    let probes = admin.get(&format!("/v1/probes?evaluation_id={id}")).await.ok();
    assert_eq!(column(&probes, "name"), ["MMLU: lamp lore", "MMLU: quay lore"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_benchmark_is_run_once_its_data_set_is_brought() {
    brought_and_run(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_benchmark_is_run_once_its_data_set_is_brought() {
    brought_and_run(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_with_bad_rows_is_not_taken_unless_told_to_and_no_row_is_shown() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let bad = format!("{}\n{}", sums("beans", 2..4), r#"{"question":"zinnober","answer":"zinnober"}"#);
    let bad = file(&spawn, "bad.jsonl", &bad);
    let import = async |args: &[&str]| spawn.run(&[&["catalog", "import-benchmark"], args].concat()).await;
    let (code, said) = import(&["GSM8k", &bad]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("bad.jsonl:3: answer does not end with ####"), "{said}");
    assert!(
        said.contains("nothing was imported") && !said.contains("zinnober") && !said.contains("beans"),
        "{said}"
    );
    let (code, told) = import(&["GSM8k", &bad, "--json"]).await;
    let told = json(&told);
    assert_eq!((code, &told["rows"], &told["digest"]), (Some(1), &json!(0), &Value::Null));
    let fault =
        json!({"file": "bad.jsonl", "line": 3, "field": "answer", "sentence": told["faults"][0]["sentence"]});
    assert_eq!(told["faults"], json!([fault]));
    let (code, said) = import(&["GSM8k", &bad, "--skip-bad"]).await;
    assert!(code == Some(0) && said.contains("GSM8k imported: 2 rows in 1 probes"), "{said}");

    let nothing = file(&spawn, "nothing.jsonl", "\n");
    let latin = spawn.settings.store.data_dir.with_file_name("sets").join("latin.csv");
    fs::write(&latin, [b'a', 0xE9, b'\n']).unwrap();
    for (args, code, reason) in [
        (&["GSM8k", nothing.as_str()][..], 1, "the files hold no row"),
        (&["GSM8k", "/nowhere/test.jsonl"], 1, "cannot be read as text"),
        (&["GSM8k", latin.to_str().unwrap()], 1, "cannot be read as text"),
        (&["GSM9k", bad.as_str()], 1, "there is no benchmark of that name; there are MMLU, ARC"),
        (&["security", bad.as_str()], 1, "there is no benchmark of that name"),
        (&["GSM8k"], 2, "FILES"),
    ] {
        let (ended, said) = import(args).await;
        assert_eq!(ended, Some(code), "{args:?}: {said}");
        assert!(said.contains(reason), "{args:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_edition_has_no_benchmarks_and_a_scenario_without_a_set_is_unknown() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let server = spawn.serve().await;
    let (admin, pupil) = (admin(&spawn, &server).await, Pupil::start().await);
    let key = admin.key("pupil", &pupil.url).await;
    imported(&spawn, "GSM8k", &[&file(&spawn, "test.jsonl", &sums("beans", 2..6))]).await;
    let old = admin.evaluate(&fresh(), &key, &["GSM8k"], json!({"version": "1.0.0"})).await.refused(404);
    assert!(old["detail"].as_str().unwrap().contains("there is no harness"), "{old}");
    let filter = json!({"scenario_config_filters": ["vijil.scenarios.MMLU"]});
    let other = admin.evaluate(&fresh(), &key, &["GSM8k"], filter).await.refused(404);
    assert!(other["detail"].as_str().unwrap().contains("there is no scenario"), "{other}");
    let listed =
        admin.get("/v1/harness-configs?version=1.1.0&limit=1000&harness_type=BENCHMARK_SAFETY").await.ok();
    assert_eq!(count(&listed, "total"), 13);
    let all = rows(&listed).iter().map(|row| &row["harness_config"]["status"]);
    assert!(all.into_iter().all(|status| status == "INACTIVE"));
    down(server).await;
}
