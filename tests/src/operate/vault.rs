//! The key is changed while the service is used, and may come from the environment.

use std::path::Path;

use serde_json::json as value;
use touchstone_testkit::{Backend, Spawn};

use super::{admin, down, json, target, well};
use crate::journey::{SMALL, finished, fresh, paced, team};

fn made(path: &Path, digit: &str) -> String {
    std::fs::write(path, digit.repeat(64)).unwrap();
    path.display().to_string()
}

async fn changed(backend: Backend) {
    let (spawn, target) = (Spawn::new(backend).await, target().await);
    let server = spawn.serve().await;
    let caller = admin(&spawn, &server).await;
    let before = finished(&caller, &target.url).await;
    let key = caller.key("stored", &target.url).await;
    let team = team(&caller).await;
    down(server).await;
    let data = &spawn.settings.store.data_dir;
    let (old, new) = (data.join("vault.key").display().to_string(), made(&data.join("next.key"), "c"));

    let only_new = ["--log", "off", "--key-file", &new];
    let (code, said) = spawn.run(&[&["serve", "--listen", "127.0.0.1:0"], &only_new[..]].concat()).await;
    assert_eq!((code, said.trim().lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("does not fit the database"), "{said}");

    // Everybody learns to open with the next key; then everybody wraps under it.
    let server = spawn.serve_with(&["--log", "warn", "--second-key-file", &new]).await;
    admin(&spawn, &server).await;
    let (code, said) = spawn.run(&["vault", "rewrap", "--json", "--second-key-file", &new]).await;
    assert_eq!((code, json(&said)["rewrapped"].as_i64()), (Some(0), Some(0)), "nothing to do yet: {said}");
    down(server).await;
    let both = ["--key-file", new.as_str(), "--second-key-file", old.as_str()];
    let server = spawn.serve_with(&[&["--log", "warn"], &both[..]].concat()).await;
    let caller = admin(&spawn, &server).await;

    let (id, paced) = (fresh(), paced(&caller, &target.url, 40).await);
    caller.evaluate(&id, &paced, &[SMALL], value!({"sample_size": 4})).await.ok();
    let report = json(&well(&spawn, &[&["vault", "rewrap", "--json"], &both[..]].concat()).await);
    assert!(report["rewrapped"].as_i64().unwrap() >= 4, "{report}");
    assert_eq!((report["left"].as_i64(), &report["unreadable"]), (Some(0), &value!([])));
    assert_eq!(caller.ended(&id).await["status"], "COMPLETED", "a running evaluation noticed nothing");
    let again = well(&spawn, &[&["vault", "rewrap"], &both[..]].concat()).await;
    assert!(again.contains("nothing needs the second key"), "{again}");
    down(server).await;

    let server = spawn.serve_with(&["--log", "warn", "--key-file", &new]).await;
    let caller = admin(&spawn, &server).await;
    let id = fresh();
    caller.evaluate(&id, &key, &[SMALL], value!({"sample_size": 2})).await.ok();
    assert_eq!(caller.ended(&id).await["status"], "COMPLETED", "the stored secret opens");
    let stream = format!("evaluation:{team}/{before}");
    let shown = well(&spawn, &["log", "show", &stream, "--json", "--key-file", &new]).await;
    assert!(shown.contains("$open") && !shown.contains("$erased"), "{shown}");
    down(server).await;
    let (code, said) = spawn.run(&["log", "show", &stream]).await;
    assert!(
        code == Some(1) && said.contains("does not fit the database"),
        "the old key opens nothing: {said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_key_is_changed_while_the_service_is_used() {
    changed(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_and_nats_the_key_is_changed_while_the_service_is_used() {
    changed(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_from_the_environment_needs_no_file_and_is_not_shown() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let hex = "ab12".repeat(16);
    let run = async |args: &[&str], key: &str| {
        let output = spawn.command(args).env("TOUCHSTONE_KEY", key).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said.into_owned())
    };
    let token = ["token", "create", "--email", "a@example.org", "--team", "harbour", "--log", "trace"];
    let (code, said) = run(&token, &hex).await;
    assert!(code == Some(0) && !said.contains(&hex), "{said}");
    assert!(!spawn.settings.store.data_dir.join("vault.key").exists());
    for (args, key, sentence) in [
        (&token[..], "ab12", "64 hexadecimal characters"),
        (&token, &"cd".repeat(32), "does not fit the database"),
        (&[&token[..], &["--key-file", "some.key"]].concat(), &hex, "give only one"),
    ] {
        let (code, said) = run(args, key).await;
        assert!(code == Some(1) && said.contains(sentence) && !said.contains(key), "{said}");
    }
    let (code, said) = spawn.run(&token).await;
    assert!(code == Some(1) && said.contains("vault.key is missing"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_would_leave_no_image_of_the_memory() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let server = spawn.serve().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"]);
    down(server).await;
}
