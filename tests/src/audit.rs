//! The audit: what an admin is told of who did what, and that nobody can drown it.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use touchstone_aggregates::access::AccessEvent;
use touchstone_testkit::{Backend, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, finished, history, rows, team};

async fn told(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let mo_id = mo.get("/v1/users/me").await.ok()["user_id"].as_str().unwrap().to_owned();
    let former = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let evaluation = finished(admin, &world.target.url).await;
    mo.post("/v1/teams", &json!({"name": "x"})).await.ok();
    mo.post("/v1/api-keys", &json!({})).await.refused(403);
    let key = admin.key("rotated", &world.target.url).await;
    for _ in 0..2 {
        mo.get(&format!("/v1/api-keys/{key}/models")).await.ok();
    }
    let change = json!({"value": "another-key-value", "status": "inactive"});
    admin.put(&format!("/v1/api-keys/{key}"), &change).await.ok();
    world.revoke(&former).await;
    let all = eventually("both denied attempts are told", || async {
        let all = admin.get("/v1/audit").await.ok();
        (column(&all, "kind").iter().filter(|kind| **kind == "access.denied").count() == 2).then_some(all)
    })
    .await;
    contract.holds("get", "/v1/audit", &all);
    let of =
        |kind: &str| rows(&all).iter().filter(|row| row["kind"] == kind).cloned().collect::<Vec<Value>>();
    let reasons: Vec<_> = of("access.denied")
        .iter()
        .map(|row| (row["detail"]["operation"].clone(), row["detail"]["reason"].clone()))
        .collect();
    assert!(reasons.contains(&(json!("post_api_keys"), json!("forbidden"))), "{reasons:?}");
    assert!(reasons.contains(&(json!("get_users_me"), json!("token_revoked"))), "{reasons:?}");
    assert!(of("access.denied").iter().all(|row| row["user_id"] == json!(mo_id)));
    assert_eq!(of("api_key.used")[1]["detail"]["evaluation_id"], json!(evaluation));
    assert_eq!(of("api_key.secret_rotated")[0]["detail"], json!({"api_key_id": key}));
    assert_eq!(of("api_key.status_changed")[0]["detail"], json!({"api_key_id": key, "status": "inactive"}));
    assert_eq!(of("token.issued").len(), 3);
    assert_eq!(of("token.revoked")[0]["actor"], json!("system:operator"));
    let added = of("team.member_added");
    assert!(added.iter().any(|row| row["user_id"] == json!(mo_id) && row["detail"]["role"] == "user"));
    let models = &of("api_key.used")[0];
    assert_eq!(models["detail"], json!({"api_key_id": key, "operation": "get_api_keys_models"}));
    assert_eq!((of("api_key.used").len(), &models["user_id"]), (2, &json!(mo_id)), "asked of the hub once");
    let seqs: Vec<i64> = rows(&all).iter().map(|row| count(row, "seq")).collect();
    assert!(seqs.is_sorted_by(|a, b| a > b), "newest first");

    let filtered = admin.get("/v1/audit?kind=token.revoked&kind=token.issued&limit=2&offset=1").await.ok();
    assert_eq!(
        (count(&filtered, "count"), column(&filtered, "kind")),
        (4, vec!["token.issued", "token.issued"])
    );
    let about = admin.get(&format!("/v1/audit?user_id={mo_id}&kind=access.denied")).await.ok();
    assert_eq!(count(&about, "count"), 2);
    let last = rows(&all)[0]["at"].as_i64().unwrap();
    assert_eq!(count(&admin.get(&format!("/v1/audit?from={}", last + 1)).await.ok(), "count"), 0);
    assert_eq!(count(&admin.get("/v1/audit?until=1").await.ok(), "count"), 0);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_admin_is_told_who_did_what() {
    told(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_an_admin_is_told_who_did_what() {
    told(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_is_an_admins_and_a_teams_own() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    mo.get("/v1/audit").await.refused(403);
    let theirs = bo.get("/v1/audit").await.ok();
    let default = team(&world.admin).await;
    assert!(count(&theirs, "count") >= 3 && !theirs.to_string().contains(&default), "{theirs}");
    assert!(!theirs.to_string().contains("example.org"), "no address, only ids: {theirs}");
    for bad in ["limit=1001", "offset=-1", "user_id=x", "from=x", "until=-1"] {
        bo.get(&format!("/v1/audit?{bad}")).await.refused(422);
    }
    assert_eq!(count(&bo.get("/v1/audit?kind=no.such").await.ok(), "count"), 0);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_denied_attempts_is_a_handful_of_events_and_holds_nobody_up() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let began = Instant::now();
    for _ in 0..40 {
        for reply in join_all((0..50).map(|_| mo.delete("/v1/api-keys/x"))).await {
            reply.refused(403);
        }
        admin.get("/v1/users/me").await.ok();
    }
    let took = began.elapsed();
    let denied = async || {
        let all = history(&world).await.into_iter();
        all.filter(|event| event.envelope.name == "access.denied")
            .map(|event| event.event::<AccessEvent>().unwrap())
            .map(|event| match event {
                AccessEvent::Denied(denials) => denials.count,
                AccessEvent::KeyUsed { .. } => panic!("nothing was used"),
            })
            .collect::<Vec<u64>>()
    };
    assert_eq!(denied().await.first(), Some(&1), "the first at once");
    let counts = eventually("the rest is counted", || async {
        let counts = denied().await;
        // A few may be dropped while the recorder is busy, never many.
        (counts.iter().sum::<u64>() >= 1_900).then_some(counts)
    })
    .await;
    assert!(counts.iter().sum::<u64>() <= 2_000);
    let windows = 2 + took.as_secs() / 10;
    assert!(counts.len() as u64 <= windows + 1, "{counts:?} in {took:?}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    close(world).await;
}
