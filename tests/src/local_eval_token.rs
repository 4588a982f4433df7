//! The tunnel for agents on members' own machines: who is given its credential, and what is kept of that.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Spawn, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, head};
use crate::operate::{admin as first_admin, down, well};

const PATH: &str = "/v1/local-eval-token";
const TOKEN: &str = "amber-lantern-tunnel-token";

async fn issued(backend: Backend) {
    let mut spawn = Spawn::new(backend).await;
    spawn.environment.push(("TOUCHSTONE_TUNNEL_TOKEN".into(), TOKEN.into()));
    let server = spawn.serve_with(&["--tunnel-domain", "agents.example.org"]).await;
    let admin = first_admin(&spawn, &server).await;
    let contract = Contract::of(&admin).await;
    let me = admin.get("/v1/users/me").await.ok();
    let stream =
        format!("local_eval_token:{}/{}", me["team_id"].as_str().unwrap(), me["user_id"].as_str().unwrap());
    let events = async || {
        let log = well(&spawn, &["log", "show", &stream, "--json"]).await;
        log.lines().filter(|line| line.contains("local_eval_token.")).count()
    };

    for _ in 0..3 {
        let reply = admin.get(PATH).await;
        assert_eq!(reply.headers["cache-control"], "no-store");
        let told = reply.ok();
        contract.holds("get", PATH, &told);
        assert_eq!(told, json!({"token": TOKEN, "domain": "agents.example.org"}));
    }
    assert_eq!(events().await, 1, "that it was given is recorded once");
    for _ in 0..2 {
        let told = admin.delete(PATH).await.ok();
        contract.holds("delete", PATH, &told);
        assert_eq!(told["status"], "deleted");
    }
    assert_eq!(events().await, 2);
    assert_eq!(admin.get(PATH).await.ok()["token"], TOKEN, "whoever gave it back may ask again");
    assert_eq!(events().await, 3);
    let audit = admin.get("/v1/audit?kind=local_eval_token.issued").await.ok();
    assert_eq!((&audit["count"], &audit["results"][0]["user_id"]), (&json!(2), &me["user_id"]));
    assert_eq!(audit["results"][0]["detail"], json!({"domain": "agents.example.org"}));
    assert!(!audit.to_string().contains(TOKEN));

    admin.with_token("").get(PATH).await.refused(401);
    admin.with_token("").delete(PATH).await.refused(401);
    down(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_member_is_given_the_tunnels_credential_and_that_is_recorded_once() {
    issued(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_member_is_given_the_tunnels_credential_and_that_is_recorded_once() {
    issued(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_tunnel_both_are_null_and_nothing_is_recorded() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let member = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let contract = Contract::of(&member).await;
    let events = head(&world).await;
    let told = member.get(PATH).await.ok();
    contract.holds("get", PATH, &told);
    assert_eq!(told, json!({"token": Value::Null, "domain": Value::Null}));
    assert_eq!(member.delete(PATH).await.ok()["status"], "deleted");
    assert_eq!(head(&world).await, events);
    close(world).await;
}
