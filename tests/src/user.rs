//! People: who is seen by whom, and who makes whom what.

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, fresh, head, history, team};

async fn id(caller: &Caller) -> String {
    caller.get("/v1/users/me").await.ok()["user_id"].as_str().unwrap().to_owned()
}

fn role(role: &str) -> Value {
    json!({"team_role": role})
}

async fn colleagues(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let (mo_id, bo_id) = (id(&mo).await, id(&bo).await);

    let all = mo.get("/v1/users").await.ok();
    contract.holds("get", "/v1/users", &all);
    assert_eq!(column(&all, "email"), ["admin@localhost", "mo@example.org"], "members of the own team");
    let some = mo.get(&format!("/v1/users?ids={mo_id}&ids={bo_id}&ids={}&ids=x", fresh())).await.ok();
    assert_eq!((column(&some, "user_id"), &some["count"]), (vec![mo_id.as_str()], &json!(1)));
    let shown = admin.get(&format!("/v1/users/{mo_id}")).await;
    let tag = shown.headers["etag"].clone();
    let shown = shown.ok();
    contract.holds("get", "/v1/users/{id}", &shown);
    assert_eq!((&shown["team_role"], &shown["team_id"]), (&json!("user"), &json!(team(&mo).await)));

    let path = format!("/v1/users/{mo_id}/set-role");
    let made = admin.post(&path, &role("admin")).await.ok();
    contract.holds("post", "/v1/users/{id}/set-role", &made);
    assert_eq!((&made["team_role"], &made["user_id"]), (&json!("admin"), &json!(mo_id)));
    let events = head(&world).await;
    assert_eq!(admin.post(&path, &role("admin")).await.ok(), made);
    assert_eq!(head(&world).await, events, "the same role again is no event");
    let stale = admin.request(Method::POST, &path).header("if-match", &tag).json(&role("user"));
    admin.send(stale).await.refused(412);
    let fresh_tag = admin.get(&format!("/v1/users/{mo_id}")).await.headers["etag"].clone();
    let current = admin.request(Method::POST, &path).header("if-match", &fresh_tag).json(&role("user"));
    assert_eq!(admin.send(current).await.ok()["team_role"], "user");

    // Bo has two teams and is seen from both, with the role in the one that is looked from.
    let both = world.somebody("bo@example.org", "default", TeamRole::User).await;
    let (harbour, default) = (team(&bo).await, team(&both).await);
    let by_default = admin.get(&format!("/v1/users/{bo_id}")).await.ok();
    assert_eq!((&by_default["team_id"], &by_default["team_role"]), (&json!(default), &json!("user")));
    let admin_id = id(admin).await;
    let from_harbour = bo.get(&format!("/v1/users/{admin_id}")).await.ok();
    assert_eq!((&from_harbour["team_id"], &from_harbour["team_role"]), (&Value::Null, &Value::Null));
    assert_eq!(column(&bo.get("/v1/users").await.ok(), "email"), ["bo@example.org"]);

    // A role in another team of one's own is given there, where one is admin.
    let there = json!({"team_role": "admin", "team_id": default});
    bo.post(&format!("/v1/users/{bo_id}/set-role"), &there).await.refused(403);
    let here = json!({"team_role": "user", "team_id": harbour});
    bo.post(&format!("/v1/users/{bo_id}/set-role"), &here).await.refused(409);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_colleagues_are_seen_and_given_roles() {
    colleagues(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_colleagues_are_seen_and_given_roles() {
    colleagues(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_role_no_member_or_the_last_admin_is_refused() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let (own, bo_id) = (id(admin).await, id(&bo).await);
    let path = format!("/v1/users/{own}/set-role");
    let events = head(&world).await;
    let refused = admin.post(&path, &role("user")).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("last"), "{refused}");
    for wrong in [role("king"), json!({"team_role": null}), json!({}), json!({"team_role": ["admin"]})] {
        let refused = admin.post(&path, &wrong).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "team_role"]));
    }
    mo.post(&path, &role("user")).await.refused(403);
    for other in [&bo_id, &fresh()] {
        admin.post(&format!("/v1/users/{other}/set-role"), &role("admin")).await.refused(404);
        admin.get(&format!("/v1/users/{other}")).await.refused(404);
    }
    let foreign = json!({"team_role": "user", "team_id": team(&bo).await});
    admin.post(&path, &foreign).await.refused(404);
    eventually("the denied attempt is recorded", || async { (head(&world).await > events).then_some(()) })
        .await;
    let left: Vec<_> =
        history(&world).await.into_iter().filter(|event| event.envelope.seq > events).collect();
    assert_eq!(left.iter().map(|event| event.envelope.name.as_str()).collect::<Vec<_>>(), ["access.denied"]);
    close(world).await;
}
