//! Invites: one offer per address, answered once, by its addressee.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{close, column, count, fresh, head, history, team};
use crate::operate::{admin as first_admin, down, json as read, well};

const FORTNIGHT: Duration = Duration::from_hours(14 * 24);

fn to(email: &str) -> Value {
    json!({"team_id": null, "email": email})
}

async fn invite(admin: &Caller, email: &str) -> String {
    admin.post("/v1/invites", &to(email)).await.ok()["invite_id"].as_str().unwrap().to_owned()
}

async fn status(caller: &Caller, id: &str) -> String {
    let found = caller.get(&format!("/v1/invites/{id}")).await.ok();
    column(&found, "status")[0].to_owned()
}

async fn answer(caller: &Caller, id: &str, what: &str) -> touchstone_testkit::Reply {
    caller.post_empty(&format!("/v1/invites/{id}/{what}")).await
}

async fn listed(caller: &Caller, status: &str) -> Vec<String> {
    let list = caller.get(&format!("/v1/invites/status/{status}")).await.ok();
    column(&list, "invite_id").into_iter().map(str::to_owned).collect()
}

async fn answered(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::User).await;
    let (default, me) = (team(admin).await, admin.get("/v1/users/me").await.ok());
    let offered = json!({"team_id": default, "email": "Bo@Example.org", "team_role": "admin"});
    let made = admin.post("/v1/invites", &offered).await;
    assert_eq!(made.headers["etag"], "\"v1\"");
    let made = made.ok();
    contract.holds("post", "/v1/invites", &made);
    let bo_id = bo.get("/v1/users/me").await.ok()["user_id"].clone();
    assert_eq!(
        (&made["status"], &made["team_role"], &made["email"], &made["user_id"], &made["created_by"]),
        (&json!("PENDING"), &json!("admin"), &json!("Bo@Example.org"), &bo_id, &me["user_id"])
    );
    let id = made["invite_id"].as_str().unwrap();
    for caller in [admin, &bo] {
        let shown = caller.get(&format!("/v1/invites/{id}")).await.ok();
        contract.holds("get", "/v1/invites/{invite_id}", &shown);
        assert_eq!(shown, json!({"results": [made], "count": 1}));
        assert_eq!(listed(caller, "PENDING").await, [id]);
    }
    contract.holds("get", "/v1/invites/status/{status}", &bo.get("/v1/invites/status/PENDING").await.ok());
    let accepted = answer(&bo, id, "accept").await.ok();
    contract.holds("post", "/v1/invites/{invite_id}/accept", &accepted);
    assert_eq!((&accepted["status"], &accepted["updated_by"]), (&json!("ACCEPTED"), &bo_id));
    // A member the moment it is answered, and only once.
    let members = bo.get(&format!("/v1/teams/{default}/users")).await.ok();
    assert_eq!(column(&members, "email"), ["admin@localhost", "bo@example.org"]);
    assert_eq!(column(&members, "team_role"), ["admin", "admin"]);
    let events = head(&world).await;
    assert_eq!(answer(&bo, id, "accept").await.ok(), accepted);
    assert_eq!(head(&world).await, events, "accepting again changes nothing");
    answer(&bo, id, "decline").await.refused(409);
    admin.delete(&format!("/v1/invites/{id}")).await.refused(409);
    admin.post("/v1/invites", &to("bo@example.org")).await.refused(409);

    // Declined, taken back, run out.
    let eve = world.somebody("eve@example.org", "harbour", TeamRole::User).await;
    let declined = invite(admin, "eve@example.org").await;
    let turned_down = answer(&eve, &declined, "decline").await.ok();
    contract.holds("post", "/v1/invites/{invite_id}/decline", &turned_down);
    assert_eq!(turned_down["status"], "DECLINED");
    assert_eq!(answer(&eve, &declined, "decline").await.ok(), turned_down);
    answer(&eve, &declined, "accept").await.refused(409);
    let revoked = invite(admin, "eve@example.org").await;
    let taken_back = admin.delete(&format!("/v1/invites/{revoked}")).await.ok();
    contract.holds("delete", "/v1/invites/{invite_id}", &taken_back);
    admin.delete(&format!("/v1/invites/{revoked}")).await.refused(404);
    answer(&eve, &revoked, "accept").await.refused(409);
    let overdue = invite(admin, "eve@example.org").await;
    admin.post("/v1/invites", &to("EVE@example.org")).await.refused(409);
    world.clock.advance(FORTNIGHT);
    assert_eq!(status(&eve, &overdue).await, "EXPIRED", "shown before it is recorded");
    answer(&eve, &overdue, "accept").await.refused(409);
    let again = invite(admin, "eve@example.org").await;
    assert_eq!(listed(&eve, "EXPIRED").await, [overdue.as_str()]);
    world.clock.advance(FORTNIGHT);
    eventually("what has run out is recorded", || async {
        let names = history(&world).await.into_iter().map(|event| event.envelope.name);
        (names.filter(|name| name == "invite.expired").count() == 2).then_some(())
    })
    .await;
    let all = admin.get(&format!("/v1/invites/team/{default}")).await.ok();
    contract.holds("get", "/v1/invites/team/{team_id}", &all);
    assert_eq!(column(&all, "invite_id"), [&again, &overdue, &revoked, &declined, id], "newest first");
    assert_eq!(column(&all, "status"), ["EXPIRED", "EXPIRED", "REVOKED", "DECLINED", "ACCEPTED"]);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_an_invite_is_accepted_declined_taken_back_or_runs_out() {
    answered(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_an_invite_is_accepted_declined_taken_back_or_runs_out() {
    answered(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_is_its_addressees_and_the_admins_and_to_others_it_is_not_there() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let eve = world.somebody("eve@example.org", "harbour", TeamRole::User).await;
    let harbour = team(&bo).await;
    let id = invite(admin, "bo@example.org").await;
    let used = invite(admin, "pia@example.org").await;
    admin.delete(&format!("/v1/invites/{used}")).await.ok();
    for stranger in [&eve, &mo] {
        let unknown = answer(stranger, &fresh(), "accept").await;
        for known in [&id, &used] {
            for what in ["accept", "decline"] {
                let reply = answer(stranger, known, what).await;
                assert_eq!((reply.status, &reply.text), (unknown.status, &unknown.text));
            }
            stranger.get(&format!("/v1/invites/{known}")).await.refused(404);
        }
        assert_eq!(listed(stranger, "PENDING").await, Vec::<String>::new());
    }
    // Who sees it and may not.
    answer(admin, &id, "accept").await.refused(403);
    answer(admin, &id, "decline").await.refused(403);
    bo.delete(&format!("/v1/invites/{id}")).await.refused(403);
    mo.post("/v1/invites", &to("x@example.org")).await.refused(403);
    bo.get(&format!("/v1/invites/team/{}", team(admin).await)).await.refused(404);
    let foreign = json!({"team_id": harbour, "email": "x@example.org"});
    admin.post("/v1/invites", &foreign).await.refused(404);
    let stale = bo.request(Method::POST, &format!("/v1/invites/{id}/accept")).header("if-match", "\"v7\"");
    bo.send(stale).await.refused(412);
    assert_eq!(status(&bo, &id).await, "PENDING");
    admin.get("/v1/invites/status/pending").await.refused(422);
    admin.get("/v1/invites/status/NEVER").await.refused(422);
    let table = [
        (json!({"team_id": null, "email": null}), "email"),
        (json!({"team_id": null}), "email"),
        (to("nobody"), "email"),
        (to("a b@example.org"), "email"),
        (json!({"team_id": null, "email": "x@example.org", "team_role": "king"}), "team_role"),
        (json!({"team_id": 7, "email": "x@example.org"}), "team_id"),
    ];
    for (wrong, field) in table {
        let refused = admin.post("/v1/invites", &wrong).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", field]), "{wrong}");
    }
    // A second hand on the same address may not take what the first was offered.
    let namesake = world.somebody("BO@example.org", "lighthouse", TeamRole::Admin).await;
    assert_eq!(
        answer(&namesake, &id, "accept").await.ok()["status"],
        "ACCEPTED",
        "the same person, another token"
    );
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_racing_accepts_on_two_servers_are_one_membership_and_one_answer() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let admin = first_admin(&spawn, &one).await;
    let made = ["token", "create", "--email", "bo@example.org", "--team", "harbour", "--json"];
    let token = read(&well(&spawn, &made).await)["token"].as_str().unwrap().to_owned();
    let callers = [&one, &two].map(|server| Caller::new(format!("http://{}", server.address), token.clone()));
    for caller in &callers {
        eventually("the token is known", || async {
            (caller.get("/v1/users/me").await.status == 200).then_some(())
        })
        .await;
    }
    let id = invite(&admin, "bo@example.org").await;
    let default = team(&admin).await;
    eventually("both servers show it", || async {
        (callers[1].get(&format!("/v1/invites/{id}")).await.status == 200).then_some(())
    })
    .await;
    let answers = join_all((0..100).map(|n| answer(&callers[n % 2], &id, "accept"))).await;
    let first = answers[0].text.clone();
    for reply in answers {
        assert_eq!((reply.status.as_u16(), &reply.text), (200, &first));
    }
    assert!(first.contains("ACCEPTED"));
    let members = admin.get(&format!("/v1/teams/{default}/users")).await.ok();
    assert_eq!(count(&members, "count"), 2);
    let log = well(&spawn, &["log", "show", &format!("team:{default}/team"), "--json"]).await;
    assert_eq!(
        log.lines().filter(|line| line.contains("team.member_added")).count(),
        2,
        "the founder and Bo: {log}"
    );
    let log = well(&spawn, &["log", "show", &format!("invite:{default}/{id}"), "--json"]).await;
    assert_eq!(log.lines().filter(|line| line.contains("invite.accepted")).count(), 1);

    // Of a hundred offers to one address one stands.
    let offers = join_all((0..100).map(|n| {
        let server = [&one, &two][n % 2];
        let admin = Caller::new(format!("http://{}", server.address), admin.token.clone());
        async move { admin.post("/v1/invites", &to("eve@example.org")).await.status.as_u16() }
    }))
    .await;
    assert!(offers.iter().all(|status| matches!(status, 200 | 409)), "{offers:?}");
    assert_eq!(offers.iter().filter(|status| **status == 200).count(), 1);
    down(one).await;
    down(two).await;
}
