//! Deletion: nothing of an evaluation can be seen or read afterwards, and the log is still whole.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Persona, World, eventually};

use super::target;
use crate::journey::{SMALL, clean, close, column, fresh, history, rows, stored};

/// Texts that only this evaluation has.
const NAME: &str = "The tide table of Nimmerby";
const SYSTEM: &str = "You keep the lighthouse of Nimmerby.";

/// The paths under which an evaluation and what belongs to it are found.
async fn paths(admin: &Caller, id: &str) -> Vec<String> {
    let mut paths = vec![
        format!("/v1/evaluations/{id}"),
        format!("/v1/evaluations/metadata/{id}"),
        format!("/v1/evaluations/{id}/response-errors"),
        format!("/v1/evaluations/{id}/events"),
    ];
    for level in ["harness", "scenarios", "probes"] {
        paths.push(format!("/v1/{level}?evaluation_id={id}"));
    }
    for level in ["harness", "scenarios", "probes", "tests", "responses"] {
        let list = admin.get(&format!("/v1/{level}?evaluation_id={id}")).await.ok();
        paths.push(format!("/v1/{level}/{}", column(&list, "id")[0]));
    }
    paths
}

async fn deleted(backend: Backend, by_event: bool) {
    let world = World::start(backend, target(Persona::Mixed)).await;
    let admin = &world.admin;
    let key = admin.key("practice", &world.target.url).await;
    let (id, other) = (fresh(), fresh());
    let asked = json!({"name": NAME, "sample_size": 2, "agent_params": {"agent_system_prompt": SYSTEM}});
    admin.evaluate(&id, &key, &[SMALL], asked.clone()).await.ok();
    admin.evaluate(&other, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    admin.ended(&id).await;
    admin.ended(&other).await;
    let responses = admin.get(&format!("/v1/responses?evaluation_id={id}&limit=1000")).await.ok();
    let kept = admin.get(&format!("/v1/responses?evaluation_id={other}&limit=1000")).await.ok();
    let kept = kept.to_string();
    // Prompts and answers that the other evaluation does not have too.
    let texts: Vec<String> = rows(&responses)
        .iter()
        .flat_map(|row| [&row["input_prompt"], &row["response"]])
        .map(|text| text.as_str().unwrap().to_owned())
        .filter(|text| text.len() > 20 && !kept.contains(json_inside(text).as_str()))
        .chain([NAME.to_owned(), SYSTEM.to_owned()])
        .collect();
    assert!(texts.len() > 5);
    let paths = paths(admin, &id).await;
    let opened: String = history(&world).await.iter().map(|event| event.payload.get().to_owned()).collect();
    assert!(
        texts.iter().all(|text| opened.contains(json_inside(text).as_str())),
        "first everything can be read"
    );

    if by_event {
        let body = json!({"type": "DELETE_EVALUATION", "data": {"evaluation_id": id}});
        let understood = admin.post("/v1/events", &body).await.ok();
        assert_eq!((&understood["type"], &understood["data"]), (&body["type"], &body["data"]));
    } else {
        let ended = admin.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok();
        assert_eq!((&ended["evaluation_id"], &ended["status"]), (&json!(id), &json!("DELETED")));
    }

    for path in &paths {
        admin.get(path).await.refused(404);
    }
    for list in ["tests", "responses"] {
        assert_eq!(admin.get(&format!("/v1/{list}?evaluation_id={id}")).await.ok()["count"], 0);
    }
    for act in ["score", "cancel", "delete"] {
        admin.post_empty(&format!("/v1/evaluations/{id}/{act}")).await.refused(404);
    }
    admin.put(&format!("/v1/evaluations/{id}"), &json!({"name": "x"})).await.refused(404);
    admin.evaluate(&id, &key, &[SMALL], asked).await.refused(409);
    assert_eq!(column(&admin.get("/v1/evaluations").await.ok(), "id"), [other.as_str()]);

    eventually("the data key is gone", || async {
        let opened: String =
            history(&world).await.iter().map(|event| event.payload.get().to_owned()).collect();
        let readable = texts.iter().any(|text| opened.contains(json_inside(text).as_str()));
        (!readable && opened.contains("$erased")).then_some(())
    })
    .await;
    world.settled().await;
    let everything = stored(&world.settings.store.database_url, |_| true).await;
    let found: Vec<_> = texts.iter().filter(|text| everything.contains(text.as_str())).collect();
    assert!(found.is_empty(), "still stored: {found:?}");
    assert_eq!(admin.evaluation(&other).await["status"], "COMPLETED", "others stay as they are");
    clean(&world).await;
    close(world).await;
}

/// A text as it stands inside a JSON string.
fn json_inside(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_nothing_of_a_deleted_evaluation_can_be_seen_or_read() {
    deleted(Backend::Embedded, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_nothing_of_a_deleted_evaluation_can_be_seen_or_read() {
    deleted(Backend::Scaled, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_that_runs_can_be_deleted() {
    let world = World::start(Backend::Embedded, target(Persona::Mixed)).await;
    let (admin, id) = (&world.admin, fresh());
    let key = crate::journey::paced(admin, &world.target.url, 20).await;
    admin.evaluate(&id, &key, &["security"], json!({"name": NAME})).await.ok();
    eventually("some tests are done", || async {
        (admin.evaluation(&id).await["completed_test_count"].as_i64()? > 0).then_some(())
    })
    .await;
    admin.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok();
    admin.get(&format!("/v1/evaluations/{id}")).await.refused(404);
    eventually("the data key is gone", || async {
        let opened: String =
            history(&world).await.iter().map(|event| event.payload.get().to_owned()).collect();
        (!opened.contains(NAME)).then_some(())
    })
    .await;
    assert_eq!(admin.get(&format!("/v1/responses?evaluation_id={id}")).await.ok()["count"], 0);
    close(world).await;
}
