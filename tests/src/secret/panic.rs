//! A panic tells its place and not its text, which may quote what was worked on: in a handler, in the tasks of the
//! runner and of the generator, in the log and in the answer.
//!
//! Each run is a process of its own, since a panic hook is a whole process's.

use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;
use touchstone_testkit::{Backend, TargetOptions, World, eventually};

use super::{all_of, holds, mark};
use crate::generation;
use crate::journey::{SMALL, close, fresh};

/// What the child of a test panics with.
const TEXT: &str = "TOUCHSTONE_TEST_PANIC";
/// Whether it tells of itself as the service does; otherwise as any program.
const DISCREET: &str = "TOUCHSTONE_TEST_DISCREET";

/// Runs this very test again, as a child that panics with a text.
async fn child(text: &str, discreet: bool) -> Output {
    let name = std::thread::current().name().unwrap().to_owned();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &name, "--nocapture", "--test-threads=1"]).env(TEXT, text);
    if discreet {
        child.env(DISCREET, "1");
    }
    child.output().await.unwrap()
}

/// Has every kind of part panic with a text, and says all that is answered meanwhile.
async fn broken(text: &str) -> String {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, clock) = (&world.admin, &world.clock);
    let key = admin.key("practice", &world.target.url).await;
    let (harness, mut said) = (fresh(), String::new());
    let stage = generation::staged(admin, &harness, &generation::draft()).await;

    clock.trap("routes/api_key.rs", text);
    for header in ["x-plain", "idempotency-key"] {
        let body = json!({"name": fresh(), "hub": "custom", "value": text, "url": "http://127.0.0.1:9/v1",
            "rate_limit_per_interval": 1, "rate_limit_interval": 1});
        let asked = admin.request(Method::POST, "/v1/api-keys").header(header, "panic").json(&body);
        let reply = admin.send(asked).await;
        said += &all_of(&reply);
        assert!(reply.refused(500)["id"].is_string());
    }
    assert_eq!(clock.sprung(), 2);

    clock.trap("runner/src/probe_task.rs", text);
    let id = fresh();
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    eventually("a task of the runner broke", || async { (clock.sprung() > 0).then_some(()) }).await;
    said += &admin.evaluation(&id).await.to_string();
    clock.trap("generator/src/stage.rs", text);
    generation::asked(admin, &stage, &["exfil"]).await;
    eventually("a task of the generator broke", || async { (clock.sprung() > 0).then_some(()) }).await;
    said += &admin.get("/v1/harness-config-stages").await.text;

    // What broke is taken up again.
    clock.mend();
    said += &admin.ended(&id).await.to_string();
    said += &generation::ended(admin, &stage).await.to_string();
    let statuses: [Value; 2] = [
        admin.evaluation(&id).await["status"].clone(),
        generation::ended(admin, &stage).await["status"].clone(),
    ];
    assert_eq!(statuses, [json!("COMPLETED"), json!("COMPLETED")]);
    said += &admin.get("/metrics").await.text;
    close(world).await;
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_with_a_secret_in_its_text_shows_it_neither_in_the_log_nor_in_an_answer() {
    if let Ok(text) = std::env::var(TEXT) {
        if std::env::var(DISCREET).is_ok() {
            touchstone::cli::tell("trace");
        }
        println!("{}", broken(&text).await);
        return;
    }
    let secret = mark();
    let output = child(&secret, true).await;
    let (said, logged) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{said} {logged}");
    for sentence in [
        "a part of the service panicked",
        "a probe run's task broke",
        "the making of a harness broke down",
        "request failed",
    ] {
        assert!(logged.contains(sentence), "{sentence}");
    }
    assert!(
        said.contains("COMPLETED") && said.contains("Quote the id"),
        "the answers are among what was searched"
    );
    for (place, text) in [("log", logged.as_bytes()), ("answers", &*output.stdout)] {
        assert!(!holds(text, secret.as_bytes()), "the {place} shows it");
    }

    // The control: told as any program tells it, the same text is found.
    let output = child(&secret, false).await;
    assert!(output.status.success() && holds(&output.stderr, secret.as_bytes()));
}
