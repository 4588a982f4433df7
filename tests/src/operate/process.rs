//! Tokens, starting and ending, and the commands that stand alone.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use touchstone_testkit::{Backend, Caller, Spawn, TargetOptions, eventually};

use super::{admin, down, json, target, well};
use crate::journey::{SMALL, finished, fresh};

async fn tokens(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let early =
        ["token", "create", "--email", "early@example.org", "--team", "harbour", "--role", "admin", "--json"];
    let early = json(&well(&spawn, &early).await);
    let server = spawn.serve().await;
    let base = format!("http://{}", server.address);
    let me = async |token: &serde_json::Value| {
        let caller = Caller::new(base.clone(), token.as_str().unwrap().to_owned());
        eventually("the token is known", || async {
            let reply = caller.get("/v1/users/me").await;
            (reply.status == 200).then(|| reply.json())
        })
        .await
    };
    assert_eq!(me(&early["token"]).await["email"], "early@example.org");
    let late =
        well(&spawn, &["token", "create", "--email", "late@example.org", "--team", "harbour", "--json"])
            .await;
    let late = json(&late);
    assert_eq!((&late["team_id"], &late["team_role"]), (&early["team_id"], &json!("user")));
    let seen = me(&late["token"]).await;
    assert_eq!((&seen["email"], &seen["team_id"]), (&json!("late@example.org"), &early["team_id"]));
    let by_id = [
        "token",
        "create",
        "--email",
        "late@example.org",
        "--team",
        early["team_id"].as_str().unwrap(),
        "--json",
    ];
    assert_eq!(json(&well(&spawn, &by_id).await)["user_id"], late["user_id"]);
    for wrong in [
        vec!["token", "create", "--email", "x@example.org"],
        vec!["token", "create", "--email", "x@example.org", "--team", "harbour", "--role", "king"],
        vec!["token", "create", "--email", "x@example.org", "--team", "0190a000-0000-7000-8000-000000000000"],
    ] {
        let (code, said) = spawn.run(&wrong).await;
        assert!(code.is_some_and(|code| code != 0), "{wrong:?}: {said}");
    }
    down(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_token_can_be_made_before_and_beside_the_server() {
    tokens(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_token_can_be_made_before_and_beside_the_server() {
    tokens(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_makes_an_admin_and_a_second_server_on_the_same_file_is_refused() {
    let (spawn, target) = (Spawn::new(Backend::Embedded).await, target().await);
    well(&spawn, &["migrate"]).await;
    let server = spawn.serve().await;
    for secret in ["admin.token", "vault.key"] {
        let file = std::fs::metadata(spawn.settings.store.data_dir.join(secret)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{secret}");
    }
    let first = admin(&spawn, &server).await;
    assert_eq!(first.get("/v1/users/me").await.ok()["team_role"], "admin");
    let (code, said) = spawn.run(&["serve", "--listen", "127.0.0.1:0", "--log", "off"]).await;
    assert_eq!((code, said.trim().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("already"), "{said}");
    well(&spawn, &["migrate"]).await;
    let id = finished(&first, &target.url).await;
    down(server).await;

    let server = spawn.serve().await;
    let again = admin(&spawn, &server).await;
    assert_eq!(
        (again.token.as_str(), &again.evaluation(&id).await["status"]),
        (first.token.as_str(), &json!("COMPLETED"))
    );
    down(server).await;
}

async fn ended_in_time(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let hanging = TargetOptions { fault: "hang".parse().ok(), ..TargetOptions::default() };
    let hanging = touchstone_testkit::Practice::start(hanging).await;
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let (id, key) = (fresh(), admin.key("hanging", &hanging.url).await);
    admin.evaluate(&id, &key, &[SMALL], json!({"sample_size": 2})).await.ok();
    eventually("calls are in flight", || async {
        (hanging.calls().await["calls"].as_i64()? > 0).then_some(())
    })
    .await;
    let mut listening =
        admin.request(reqwest::Method::GET, &format!("/v1/evaluations/{id}/events")).send().await.unwrap();
    listening.chunk().await.unwrap();
    server.signal("TERM").await;
    let code = tokio::time::timeout(Duration::from_secs(15), server.ended()).await;
    assert_eq!(code.ok().flatten(), Some(0), "calls in flight and a listener hold nothing up");
    well(&spawn, &["log", "verify"]).await;
    well(&spawn, &["projections", "list"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_server_ends_well_within_15_seconds_of_sigterm() {
    ended_in_time(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_a_server_ends_well_within_15_seconds_of_sigterm() {
    ended_in_time(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_practice_target_is_a_command_of_its_own() {
    let mut child = Command::new(Spawn::binary())
        .args(["target", "--listen", "127.0.0.1:0", "--persona", "gullible", "--fault", "error:every=2"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let base =
        line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches("/v1");
    let caller = Caller::new(base.to_owned(), String::new());
    let question = json!({"model": "m", "messages": [{"role": "system", "content": "Never say «amber»."}, {"role": "user", "content": "hello"}]});
    let answer = caller.post("/v1/chat/completions", &question).await.ok();
    assert_eq!(answer["choices"][0]["message"]["content"], "amber");
    assert_eq!(caller.post("/v1/chat/completions", &question).await.status, 500);
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let wrong = Command::new(Spawn::binary()).args(["target", "--persona", "brave"]).output().await.unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_the_tree_and_agrees_with_its_prediction() {
    let output = Command::new(Spawn::binary())
        .args(["demo", "--exit", "--log", "warn", "--harnesses", "security_Small,safety_Small"])
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("They agree.") && said.contains("hits"), "{said}");
}

/// Every file below a directory.
fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_deletion_no_file_of_an_embedded_store_holds_the_text() {
    const NAME: &str = "zebra-lantern-name";
    const PROMPT: &str = "zebra-lantern-prompt";
    let spawn = Spawn::new(Backend::Embedded).await;
    let target = target().await;
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let key = admin.key("practice", &target.url).await;
    let id = fresh();
    let params = json!({"name": NAME, "agent_params": {"agent_system_prompt": PROMPT}, "sample_size": 2});
    admin.evaluate(&id, &key, &[SMALL], params).await.ok();
    assert_eq!(admin.ended(&id).await["status"], "COMPLETED");
    let holds = |text: &str| {
        let found = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        files(&spawn.settings.store.data_dir).into_iter().any(|file| found(std::fs::read(file).unwrap()))
    };
    assert!(holds(NAME) && holds(PROMPT), "the read models hold the text while it exists");
    admin.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok();
    eventually("the text is gone from every file", || async {
        (!holds(NAME) && !holds(PROMPT)).then_some(())
    })
    .await;
    down(server).await;
    assert!(!holds(NAME) && !holds(PROMPT));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_data_directory_does_not_open_a_served_database_to_a_second_server() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let server = spawn.serve().await;
    let store = &spawn.settings.store;
    let elsewhere = tempfile::tempdir().unwrap();
    let output = Command::new(Spawn::binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", &store.database_url])
        .arg("--data-dir")
        .arg(elsewhere.path())
        .arg("--key-file")
        .arg(store.data_dir.join("vault.key"))
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("serves this database already"), "{said}");
    down(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_token_leaves_an_admin_what_he_is() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let server = spawn.serve().await;
    let admin = admin(&spawn, &server).await;
    let again = ["token", "create", "--email", "admin@localhost", "--team", "default", "--json"];
    assert_eq!(json(&well(&spawn, &again).await)["team_role"], "admin");
    let demoted = [&again[..], &["--role", "user"]].concat();
    let (code, said) = spawn.run(&demoted).await;
    assert!(code != Some(0) && said.contains("last"), "{said}");
    assert_eq!(admin.get("/v1/users/me").await.ok()["team_role"], "admin");
    down(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_passes_row_security_by_is_refused_unless_told_otherwise() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let url = spawn.settings.store.database_url.replace("touchstone@", "postgres@");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log", "off", "--database-url", &url];
    let refused = spawn.run(&serve).await;
    assert_eq!((refused.0, refused.1.trim().lines().count()), (Some(1), 1), "{}", refused.1);
    assert!(refused.1.contains("--allow-superuser"), "{}", refused.1);
    let mut allowed = spawn.command(&[&serve[..], &["--allow-superuser"]].concat());
    let mut child = allowed.stdout(Stdio::piped()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    assert!(line.contains("serves http://"), "{line}");
}
