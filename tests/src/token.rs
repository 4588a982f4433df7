//! Tokens on the command line: made, listed, revoked everywhere, run out, and what a service's is good for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::PgPool;
use touchstone_testkit::{Backend, Caller, Process, Spawn, eventually};

use crate::operate::{down, json as read, well};

async fn made(spawn: &Spawn, more: &[&str]) -> Value {
    let base = ["token", "create", "--email", "bo@example.org", "--team", "harbour", "--json"];
    read(&well(spawn, &[&base[..], more].concat()).await)
}

fn caller(server: &Process, token: &Value) -> Caller {
    Caller::new(format!("http://{}", server.address), token["token"].as_str().unwrap().to_owned())
}

async fn becomes(caller: &Caller, status: u16) {
    eventually("the token is known for what it is", || async {
        (caller.get("/v1/users/me").await.status.as_u16() == status).then_some(())
    })
    .await;
}

async fn listed(spawn: &Spawn) -> Vec<Value> {
    let said = well(spawn, &["token", "list", "--json"]).await;
    said.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["token_id"].is_string())
        .collect()
}

fn of<'a>(list: &'a [Value], token: &Value) -> &'a Value {
    list.iter().find(|item| item["token_id"] == token["token_id"]).unwrap()
}

async fn life(backend: Backend) {
    let spawn = Spawn::new(backend).await;
    let token = made(&spawn, &["--expires-days", "30"]).await;
    assert_eq!(of(&listed(&spawn).await, &token)["last_used_at"], Value::Null, "without a server, too");
    let text = token["token"].as_str().unwrap();
    assert!(touchstone_identity::is_intact(text), "{text}");
    // On PostgreSQL several servers share a store.
    let mut servers = vec![spawn.serve().await];
    if backend == Backend::Scaled {
        servers.push(spawn.serve().await);
    }
    let second = made(&spawn, &[]).await;
    let service =
        ["token", "create", "--email", "ci@example.org", "--team", "harbour", "--service", "--json"];
    let service = read(&well(&spawn, &service).await);
    assert_eq!((&second["team_role"], &service["team_role"]), (&json!("admin"), &Value::Null));
    for server in &servers {
        becomes(&caller(server, &token), 200).await;
        becomes(&caller(server, &second), 200).await;
        becomes(&caller(server, &service), 403).await;
        let notice = json!({"type": "WORKER_READY", "data": {}});
        caller(server, &service).post("/v1/events", &notice).await.ok();
        caller(server, &second).post("/v1/events", &notice).await.refused(403);
    }
    let used = eventually("the use is noted", || async {
        let list = listed(&spawn).await;
        of(&list, &token)["last_used_at"].is_i64().then_some(list)
    })
    .await;
    let item = of(&used, &token);
    assert_eq!(
        (&item["email"], &item["team"], &item["standing"], &item["status"]),
        (&json!("bo@example.org"), &json!("harbour"), &json!("admin"), &json!("active"))
    );
    assert!(item["expires_at"].as_i64().unwrap() > item["created_at"].as_i64().unwrap() + 29 * 86_400);
    assert_eq!(of(&used, &service)["standing"], "service");
    let said = well(&spawn, &["token", "list"]).await;
    assert!(said.contains("bo@example.org in harbour") && !said.contains("tst_"), "{said}");

    // By id and by itself, on every server within five seconds.
    for (named, revoked) in [("token_id", &token), ("token", &second)] {
        let name = revoked[named].as_str().unwrap();
        let began = Instant::now();
        well(&spawn, &["token", "revoke", name]).await;
        for server in &servers {
            becomes(&caller(server, revoked), 401).await;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        well(&spawn, &["token", "revoke", name, "--json"]).await;
    }
    assert_eq!(of(&listed(&spawn).await, &token)["status"], "revoked");
    becomes(&caller(&servers[0], &service), 403).await;

    // A member who is removed is let in no more, and the last admin stays.
    let third = made(&spawn, &[]).await;
    becomes(&caller(&servers[0], &third), 200).await;
    let remove = ["member", "remove", "--email", "bo@example.org", "--team", "harbour"];
    let (code, said) = spawn.run(&remove).await;
    assert!(code != Some(0) && said.contains("last"), "{said}");
    let eve =
        ["token", "create", "--email", "eve@example.org", "--team", "harbour", "--role", "admin", "--json"];
    let eve = read(&well(&spawn, &eve).await);
    well(&spawn, &remove).await;
    becomes(&caller(&servers[0], &third), 401).await;
    becomes(&caller(&servers[0], &eve), 200).await;
    assert_eq!(of(&listed(&spawn).await, &third)["status"], "no member");
    for server in servers {
        down(server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_tokens_are_made_listed_and_revoked() {
    life(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_tokens_are_made_listed_and_revoked_on_two_servers() {
    life(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_is_refused_in_time_while_nobody_projects_or_sequences_and_nats_is_down() {
    let mut spawn = Spawn::new(Backend::Scaled).await;
    let (token, other) = (made(&spawn, &[]).await, made(&spawn, &[]).await);
    let working = spawn.serve().await;
    let answering = spawn.serve_with(&["--log", "warn", "--roles", "api"]).await;
    let (revoked, left) = (caller(&answering, &token), caller(&answering, &other));
    for known in [&revoked, &left] {
        becomes(known, 200).await;
    }

    spawn.nats.as_mut().unwrap().kill().await;
    // Frozen, the one that projects, sequences and relays keeps its leases and does nothing.
    working.signal("STOP").await;
    let began = Instant::now();
    well(&spawn, &["token", "revoke", token["token_id"].as_str().unwrap()]).await;
    becomes(&revoked, 401).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let database = PgPool::connect(&spawn.settings.store.database_url).await.unwrap();
    let shown: bool = sqlx::query_scalar("select is_revoked from rm_token where id = $1")
        .bind(token["token_id"].as_str().unwrap())
        .fetch_one(&database)
        .await
        .unwrap();
    assert!(!shown, "the read models do not know yet");
    assert_eq!(left.get("/v1/users/me").await.status, 200, "others are let in as before");
    working.signal("CONT").await;
    down(answering).await;
    down(working).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_said_in_a_sentence() {
    let spawn = Spawn::new(Backend::Embedded).await;
    made(&spawn, &[]).await;
    let unknown = touchstone_identity::mint([3; 32]);
    let cut = &unknown[..50];
    let table: [(&[&str], &str); 8] = [
        (&["token", "revoke", &unknown], "no such token"),
        (&["token", "revoke", cut], "mistyped"),
        (&["token", "revoke", "x"], "name the token"),
        (&["token", "create", "--email", "nobody", "--team", "harbour"], "name@host"),
        (&["token", "create", "--email", "bo@example.org", "--team", "harbour", "--service"], "person"),
        (&["token", "create", "--email", "ci@example.org", "--team", "pier", "--service"], "no team"),
        (&["token", "create", "--email", "a@example.org", "--team", "harbour", "--expires-days", "0"], "0"),
        (&["member", "remove", "--email", "eve@example.org", "--team", "harbour"], "nobody has the address"),
    ];
    for (wrong, word) in table {
        let (code, said) = spawn.run(wrong).await;
        assert!(code.is_some_and(|code| code != 0) && said.contains(word), "{wrong:?}: {said}");
    }
}
