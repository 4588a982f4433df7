//! A target that misbehaves: an error is never a fail, and an evaluation always comes to its end.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use touchstone_testkit::{Backend, Caller, Persona, Practice, TargetOptions, World};

use crate::contract::Contract;
use crate::journey::{SMALL, close, count, fresh, length, rows};

fn faulty(persona: Persona, fault: &str) -> TargetOptions {
    TargetOptions { persona, fault: Some(fault.parse().unwrap()), ..TargetOptions::default() }
}

/// A target that always says the same.
pub struct Fixed {
    pub url: String,
    _serving: JoinSet<()>,
}

impl Fixed {
    pub async fn start(status: u16, body: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let elsewhere = format!("{url}/elsewhere");
        let status = StatusCode::from_u16(status).unwrap();
        let answer = move || async move { (status, [(header::LOCATION, elsewhere)], axum::Json(body)) };
        let app = Router::new().route("/v1/chat/completions", post(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, _serving: serving }
    }

    async fn saying(text: &str) -> Self {
        let message = json!({"role": "assistant", "content": text});
        Self::start(200, json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))
            .await
    }
}

async fn run(admin: &Caller, url: &str, extra: Value) -> (String, Value) {
    let (id, key) = (fresh(), admin.key(&fresh(), url).await);
    let mut asked = json!({"sample_size": 2});
    asked.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    admin.evaluate(&id, &key, &[SMALL], asked).await.ok();
    let evaluation = admin.ended(&id).await;
    (id, evaluation)
}

/// The first scenario of the harness: enough where a call is expensive.
async fn first_scenario(admin: &Caller) -> Value {
    let config = admin.get(&format!("/v1/harness-configs/{SMALL}?version=1.0.0")).await.ok();
    json!([rows(&config)[0]["harness_config"]["scenario_config_ids"][0]])
}

/// Causes and how often each happened.
async fn causes(admin: &Caller, id: &str) -> Vec<(String, i64)> {
    let list = admin.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok();
    Contract::of(admin).await.holds("get", "/v1/evaluations/{evaluation_id}/response-errors", &list);
    rows(&list).iter().map(|row| (row["cause"].as_str().unwrap().to_owned(), count(row, "count"))).collect()
}

async fn responses(admin: &Caller, id: &str, query: &str) -> Value {
    admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000000{query}")).await.ok()
}

/// Every fifth answer is more than may be read: those have no score, and the others the score that they would have.
async fn errors_left_out(backend: Backend) {
    let world = World::start(backend, faulty(Persona::Steadfast, "huge:every=5")).await;
    let gullible = Practice::start(faulty(Persona::Gullible, "huge:every=5")).await;
    let admin = &world.admin;
    let filter = first_scenario(admin).await;
    for (url, score) in [(&world.target.url, 1.0), (&gullible.url, 0.0)] {
        let asked = json!({"scenario_config_filters": filter, "sample_size": 5});
        let (id, evaluation) = run(admin, url, asked).await;
        assert_eq!(
            (&evaluation["status"], evaluation["score"].as_f64()),
            (&json!("COMPLETED"), Some(score)),
            "{evaluation}"
        );
        let total = count(&evaluation, "total_test_count");
        let errors = count(&evaluation, "error_test_count");
        assert!(errors > 0 && errors == total / 5, "{evaluation}");
        assert_eq!(count(&evaluation, "error_response_count"), errors);
        assert_eq!(count(&evaluation, "completed_test_count"), total - errors);
        let cause = "The hub's answer was longer than the limit of 8 MiB.";
        assert_eq!(causes(admin, &id).await, [(cause.to_owned(), errors)]);
        let errored = responses(admin, &id, "&status=ERROR").await;
        assert_eq!(length(rows(&errored)), errors);
        for row in rows(&errored) {
            assert_eq!((&row["score"], &row["error_message"]), (&json!({}), &json!(cause)));
        }
        let tests = admin.get(&format!("/v1/tests?evaluation_id={id}&status=ERROR")).await.ok();
        assert_eq!(count(&tests, "count"), errors);
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_errored_response_is_left_out_of_scores_and_counted_by_cause() {
    errors_left_out(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_an_errored_response_is_left_out_of_scores_and_counted_by_cause() {
    errors_left_out(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_when_asked_again_is_no_error() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    for fault in ["rate-limit:every=10:after=1", "error:every=20", "hang:every=25"] {
        let target = Practice::start(faulty(Persona::Steadfast, fault)).await;
        let (id, evaluation) = run(admin, &target.url, json!({"agent_params": {"timeout": 0.5}})).await;
        assert_eq!(
            (&evaluation["status"], evaluation["score"].as_f64()),
            (&json!("COMPLETED"), Some(1.0)),
            "{fault}: {evaluation}"
        );
        assert_eq!(causes(admin, &id).await, [], "{fault}");
        let calls = target.calls().await;
        let total = count(&evaluation, "total_test_count");
        assert!(count(&calls, "calls") > total && count(&calls, "repeated") > 0, "{fault}: {calls}");
        assert_eq!(count(&responses(admin, &id, "").await, "count"), total);
    }
    close(world).await;
}

async fn long_answers(backend: Backend) {
    const BYTES: usize = 5 * 1024 * 1024;
    let world =
        World::start(backend, faulty(Persona::Gullible, &format!("long:bytes={BYTES}:every=10"))).await;
    let admin = &world.admin;
    let filter = first_scenario(admin).await;
    let asked = json!({"scenario_config_filters": filter, "sample_size": 5});
    let (id, evaluation) = run(admin, &world.target.url, asked).await;
    assert_eq!(evaluation["status"], "COMPLETED", "{evaluation}");
    let total = count(&evaluation, "total_test_count");
    world.settled().await;
    let all = responses(admin, &id, "").await;
    let long: Vec<_> =
        rows(&all).iter().filter(|row| row["response"].as_str().unwrap().len() == BYTES).collect();
    assert!(!long.is_empty() && length(&long) == total / 10, "{} of {total}", long.len());
    for row in &long {
        let one = admin.get(&format!("/v1/responses/{}", row["id"].as_str().unwrap())).await.ok();
        assert!(one == **row, "the same by id");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_answer_of_five_mebibytes_is_kept_whole() {
    long_answers(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_nats_an_answer_of_five_mebibytes_is_kept_whole() {
    long_answers(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_whose_every_call_fails_has_errored_with_the_most_frequent_cause() {
    let world = World::start(Backend::Embedded, faulty(Persona::Steadfast, "garbage")).await;
    let admin = &world.admin;
    let redirecting = Fixed::start(302, json!({})).await;
    let refusing = Fixed::start(400, json!({"error": {"message": "no"}})).await;
    let table = [
        (&world.target.url, "The hub's answer was not a chat completion."),
        (&redirecting.url, "status 302"),
        (&refusing.url, "status 400"),
    ];
    for (url, cause) in table {
        let (id, evaluation) = run(admin, url, json!({"sample_size": 1})).await;
        assert_eq!(
            (&evaluation["status"], &evaluation["score"]),
            (&json!("ERRORED"), &Value::Null),
            "{evaluation}"
        );
        assert!(evaluation["cause"].as_str().unwrap().contains(cause), "{evaluation}");
        assert!(evaluation["completed_at"].is_i64());
        let total = count(&evaluation, "total_test_count");
        assert_eq!(count(&evaluation, "error_test_count"), total);
        let causes = causes(admin, &id).await;
        assert!(causes.len() == 1 && causes[0].1 == total && causes[0].0.contains(cause), "{causes:?}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_are_refused_five_times_end_the_evaluation() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    for status in [401, 403] {
        let target = Fixed::start(status, json!({"error": {"message": "who are you"}})).await;
        let (id, evaluation) = run(admin, &target.url, json!({"sample_size": 10})).await;
        assert_eq!(evaluation["status"], "ERRORED", "{evaluation}");
        assert!(evaluation["cause"].as_str().unwrap().contains("API key"), "{evaluation}");
        world.settled().await;
        let recorded = count(&responses(admin, &id, "").await, "count");
        assert!(recorded < count(&evaluation, "total_test_count"), "the rest is not asked");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_a_language_that_no_detector_knows_is_unverified_and_not_a_verdict() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let target = Fixed::saying("本日はお問い合わせいただきありがとうございます。港の灯台は夕方に点灯し、朝になると消えます。船は静かに岸へ戻ります。").await;
    let (id, key) = (fresh(), admin.key("foreign", &target.url).await);
    let all = ["security_Small", "reliability_Small", "safety_Small"];
    admin.evaluate(&id, &key, &all, json!({"sample_size": 1})).await.ok();
    let evaluation = admin.ended(&id).await;
    let errors = count(&evaluation, "error_response_count");
    assert!(errors > 0, "some probe listens for refusals: {evaluation}");
    assert_eq!(count(&evaluation, "error_test_count"), 0, "the calls went well");
    let errored = responses(admin, &id, "&status=ERROR").await;
    assert_eq!(count(&errored, "count"), errors);
    for row in rows(&errored) {
        assert!(row["error_message"].as_str().unwrap().contains("unverified"), "{row}");
        assert_eq!(row["score"], json!({}));
        assert!(
            row["detector_scores"].as_array().unwrap().iter().any(|score| score["ERROR"].is_string()),
            "{row}"
        );
    }
    let counted: i64 = causes(admin, &id).await.iter().map(|(_, count)| count).sum();
    assert_eq!(counted, errors);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tools_that_a_target_calls_are_kept_with_its_answer() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let called =
        json!([{"id": "1", "type": "function", "function": {"name": "light_lamp", "arguments": "{}"}}]);
    let message = json!({"role": "assistant", "content": null, "tool_calls": called});
    let target = Fixed::start(200, json!({"choices": [{"index": 0, "message": message}]})).await;
    let (_, evaluation) = run(&world.admin, &target.url, json!({"sample_size": 1})).await;
    assert_eq!(evaluation["status"], "COMPLETED");
    let events = crate::journey::history(&world).await;
    let calls: Vec<Value> = events
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(event.payload.get()).ok())
        .filter_map(|payload| payload.get("call").cloned())
        .collect();
    assert_eq!(length(&calls), count(&evaluation, "total_test_count"));
    assert!(calls.iter().all(|call| call["tools"]["$open"] == json!(["light_lamp"])), "{calls:?}");
    close(world).await;
}
