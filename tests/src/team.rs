//! Teams: founded, named, ended, and what goes with them.

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Spawn, TargetOptions, World, eventually};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::generation::file::brought;
use crate::generation::{self, asked, draft, staged};
use crate::journey::{SMALL, close, column, count, fresh, head, history, paced, race, team, won};
use crate::operate::{admin as first_admin, down, well};

fn named(name: &str) -> Value {
    json!({"name": name})
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|team| team["name"].as_str().unwrap()).collect()
}

async fn founded(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let own = team(&mo).await;
    let made = mo.post("/v1/teams", &json!({"name": "Harbour", "description": "quiet"})).await;
    assert_eq!(made.headers["etag"], "\"v2\"");
    let made = made.ok();
    contract.holds("post", "/v1/teams", &made);
    assert_eq!((&made["name"], &made["is_single_user"]), (&json!("Harbour"), &json!(false)));
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/teams/{id}");
    assert_eq!(team(&mo).await, own, "a token goes on acting for its team");
    let shown = mo.get(&path).await;
    assert_eq!(shown.headers["etag"], "\"v2\"");
    let shown = shown.ok();
    contract.holds("get", "/v1/teams/{id}", &shown);
    assert_eq!(shown, made);
    let all = mo.get("/v1/teams").await.ok();
    contract.holds("get", "/v1/teams", &all);
    assert_eq!(names(&all), ["default", "Harbour"], "oldest first");
    assert_eq!(names(&mo.get("/v1/teams?limit=1&offset=1").await.ok()), ["Harbour"]);
    let users = mo.get(&format!("{path}/users")).await.ok();
    contract.holds("get", "/v1/teams/{id}/users", &users);
    assert_eq!(
        (column(&users, "email"), column(&users, "team_role")),
        (vec!["mo@example.org"], vec!["admin"])
    );

    // Mo administers the new team, with a token for it.
    let mo = world.somebody("mo@example.org", id, TeamRole::Admin).await;
    assert_eq!(team(&mo).await, id);
    let events = head(&world).await;
    assert_eq!(mo.put(&path, &json!({"name": "Harbour", "description": null})).await.ok(), made);
    assert_eq!(head(&world).await, events, "what is the same is no event");
    let renamed = mo.put(&path, &json!({"name": "Lighthouse", "description": ""})).await.ok();
    contract.holds("put", "/v1/teams/{id}", &renamed);
    assert_eq!((&renamed["name"], &renamed["description"]), (&json!("Lighthouse"), &Value::Null));
    assert_eq!(mo.get(&path).await.ok(), renamed);
    let stale = mo.request(Method::PUT, &path).header("if-match", "\"v2\"").json(&named("Pier"));
    mo.send(stale).await.refused(412);
    let tag = mo.get(&path).await.headers["etag"].clone();
    let current = mo.request(Method::PUT, &path).header("if-match", tag).json(&named("harbour"));
    mo.send(current).await.ok();
    let gone = mo.delete(&path).await.ok();
    contract.holds("delete", "/v1/teams/{id}", &gone);
    assert_eq!((&gone["id"], &gone["name"]), (&json!(id), &json!("harbour")));
    // A request that is repeated under its key founds one team.
    let keyed = async |name: &str| {
        let asked = admin.request(Method::POST, "/v1/teams").header("idempotency-key", "once");
        admin.send(asked.json(&named(name))).await
    };
    let first = keyed("Pier").await.ok();
    assert_eq!(keyed("Pier").await.ok(), first);
    keyed("Quay").await.refused(422);
    assert_eq!(names(&admin.get("/v1/teams").await.ok()), ["default", "Pier"]);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_team_is_founded_named_and_ended() {
    founded(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_team_is_founded_named_and_ended() {
    founded(Backend::Scaled).await;
}

async fn ended(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let mo = world.somebody("mo@example.org", "harbour", TeamRole::User).await;
    let elsewhere = world.somebody("bo@example.org", "lighthouse", TeamRole::Admin).await;
    let (id, key) = (fresh(), paced(&bo, &world.target.url, 5).await);
    bo.evaluate(&id, &key, &[SMALL], json!({"sample_size": 10})).await.ok();
    eventually("it runs", || async { (bo.evaluation(&id).await["status"] == "IN_PROGRESS").then_some(()) })
        .await;
    bo.post("/v1/invites", &json!({"team_id": null, "email": "eve@example.org"})).await.ok();
    // Three stages: one with a file, one whose harness is made, and one in the middle of it.
    let (drafted, made, begun) = (fresh(), fresh(), fresh());
    let stage = staged(&bo, &drafted, &draft()).await;
    let files = format!("/v1/harness-configs/{drafted}/stages/{stage}/files");
    let rules = b"Boats may not leave at night.".to_vec();
    brought(&bo, &files, "rules.txt", "text/plain", rules).await;
    let kept = world.settings.store.data_dir.join("files").join(team(&bo).await);
    assert!(kept.is_dir());
    let stage = staged(&bo, &made, &draft()).await;
    asked(&bo, &stage, &["exfil"]).await;
    generation::ended(&bo, &stage).await;
    let stage = staged(&bo, &begun, &draft()).await;
    asked(&bo, &stage, &["security", "toxicity", "persona"]).await;
    let path = format!("/v1/teams/{}", team(&bo).await);
    elsewhere.delete(&path).await.ok();
    for gone in
        [elsewhere.get(&path).await, elsewhere.delete(&path).await, elsewhere.put(&path, &named("x")).await]
    {
        gone.refused(404);
    }
    assert_eq!(names(&elsewhere.get("/v1/teams").await.ok()), ["lighthouse"]);
    for former in [&bo, &mo] {
        eventually("its tokens are refused", || async {
            (former.get("/v1/users/me").await.status == 401).then_some(())
        })
        .await;
    }
    let wanted = [
        "evaluation.canceled",
        "api_key.deleted",
        "invite.revoked",
        "harness_stage.deleted",
        "harness_config.deleted",
    ];
    eventually("what it owned is taken down", || async {
        let names: Vec<String> = history(&world).await.into_iter().map(|event| event.envelope.name).collect();
        wanted.iter().all(|name| names.iter().any(|known| known == name)).then_some(())
    })
    .await;
    let taken_down =
        history(&world).await.into_iter().filter(|event| wanted.contains(&event.envelope.name.as_str()));
    for event in taken_down {
        assert_eq!(event.envelope.metadata().unwrap().actor, "system:registrar", "{}", event.envelope.name);
    }
    eventually("no stage, no harness and no file is left", || async {
        let names: Vec<String> = history(&world).await.into_iter().map(|event| event.envelope.name).collect();
        let count = |wanted: &str| names.iter().filter(|name| *name == wanted).count();
        let stages = (count("harness_stage.created"), count("harness_stage.deleted"));
        let harnesses = (count("harness_config.created"), count("harness_config.deleted"));
        (stages == (3, 3) && harnesses.0 == harnesses.1 && !kept.exists()).then_some(())
    })
    .await;
    // The secret goes with its key.
    eventually("no secret is left", || async {
        let left =
            crate::journey::stored(&world.settings.store.database_url, |table| table == "secret").await;
        left.is_empty().then_some(())
    })
    .await;
    elsewhere.post("/v1/teams", &named("Harbour")).await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_deleted_team_takes_what_it_owned_with_it() {
    ended(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_deleted_team_takes_what_it_owned_with_it() {
    ended(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_one_of_the_own_teams_has_and_what_is_no_name_are_refused() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let bo = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let made = admin.post("/v1/teams", &named("Pier")).await.ok();
    let path = format!("/v1/teams/{}", made["id"].as_str().unwrap());
    let pier = world.somebody("admin@localhost", made["id"].as_str().unwrap(), TeamRole::Admin).await;
    let events = head(&world).await;
    for taken in ["default", "Default", " pier "] {
        admin.post("/v1/teams", &named(taken)).await.refused(409);
    }
    pier.put(&path, &named("DEFAULT")).await.refused(409);
    for wrong in [named(""), json!({}), json!({"name": null}), named(&"n".repeat(2000))] {
        let refused = admin.post("/v1/teams", &wrong).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "name"]), "{wrong}");
    }
    let long = json!({"name": "x", "description": "d".repeat(2000)});
    assert_eq!(admin.post("/v1/teams", &long).await.refused(422)["detail"][0]["loc"][1], "description");
    pier.put(&path, &named(" ")).await.refused(422);
    for bad in ["limit=0", "limit=1001", "offset=-1"] {
        admin.get(&format!("/v1/teams?{bad}")).await.refused(422);
        pier.get(&format!("{path}/users?{bad}")).await.refused(422);
    }
    assert_eq!(head(&world).await, events);
    // Another's team may be called the same, and the name of the token's owner is no other's business.
    bo.post("/v1/teams", &named("Pier")).await.ok();
    assert_eq!(count(&pier.get(&format!("{path}/users?team_role=user")).await.ok(), "count"), 0);
    for odd in ["status=INACTIVE", "status=odd", "team_role=odd"] {
        assert_eq!(count(&pier.get(&format!("{path}/users?{odd}")).await.ok(), "count"), 0, "{odd}");
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_is_no_admin_there_changes_nothing_and_a_stranger_finds_nothing() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let default = format!("/v1/teams/{}", team(&world.admin).await);
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let own = world.somebody("mo@example.org", "harbour", TeamRole::Admin).await;
    let bo = world.somebody("bo@example.org", "lighthouse", TeamRole::Admin).await;
    let before = world.admin.get(&default).await.ok();
    for caller in [&mo, &own] {
        assert_eq!(
            caller.get(&default).await.ok(),
            before,
            "a member sees it, whichever team the token is for"
        );
        caller.put(&default, &named("mine")).await.refused(403);
        caller.delete(&default).await.refused(403);
    }
    assert_eq!(bo.get(&default).await.text, bo.get(&format!("/v1/teams/{}", fresh())).await.text);
    bo.put(&default, &named("mine")).await.refused(404);
    assert_eq!(world.admin.get(&default).await.ok(), before);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_who_want_one_name_on_two_servers_one_gets_it() {
    let spawn = Spawn::new(Backend::Scaled).await;
    let (one, two) = (spawn.serve().await, spawn.serve().await);
    let callers = [first_admin(&spawn, &one).await, first_admin(&spawn, &two).await];
    let created = race(&callers, |_, caller| async {
        caller.post("/v1/teams", &named("Harbour")).await.status.as_u16()
    })
    .await;
    assert_eq!(won(&created), 1);
    assert_eq!(names(&callers[1].get("/v1/teams").await.ok()), ["default", "Harbour"]);

    let mut paths = Vec::new();
    for n in 0..100 {
        let made = callers[n % 2].post("/v1/teams", &named(&format!("team {n}"))).await.ok();
        paths.push(format!("/v1/teams/{}", made["id"].as_str().unwrap()));
    }
    let renamed = race(&callers, |n, caller| {
        let path = &paths[n];
        async move { caller.put(path, &named("Lighthouse")).await.status.as_u16() }
    })
    .await;
    assert_eq!(won(&renamed), 1);
    eventually("one is called so", || async {
        let all = callers[0].get("/v1/teams?limit=1000").await.ok();
        (names(&all).iter().filter(|name| **name == "Lighthouse").count() == 1).then_some(())
    })
    .await;

    // A hundred names for one team: each renaming stands or is told that it does not, and the last one that stood holds.
    let one_team = &paths[0];
    let answers = race(&callers, |n, caller| async move {
        caller.put(one_team, &named(&format!("pier {n}"))).await.status.as_u16()
    })
    .await;
    let stood = won(&answers);
    let log =
        well(&spawn, &["log", "show", &format!("team:{}/team", &one_team["/v1/teams/".len()..]), "--json"])
            .await;
    let changes =
        log.lines().filter(|line| line.contains("team.details_changed") && line.contains("pier")).count();
    assert_eq!(changes, stood, "no renaming that was answered with 200 is lost");
    down(one).await;
    down(two).await;
}
