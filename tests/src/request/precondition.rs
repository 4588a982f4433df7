//! Every single thing has a tag, and every write on one honours it.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use touchstone_testkit::{Backend, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::access::{kind, named, plausible, things};
use crate::contract::Contract;
use crate::journey::{close, column, finished, fresh, head, team};

/// Answers that are no single thing of ours: lists, streams and reports below a path with an id.
const NO_THING: [&str; 9] = [
    "/v1/evaluations/{id}/events",
    "/v1/evaluations/{evaluation_id}/response-errors",
    "/v1/teams/{id}/users",
    "/v1/invites/team/{team_id}",
    "/v1/invites/status/{status}",
    // What a hub says of a key, not the key.
    "/v1/api-keys/{id}/models",
    "/v1/agent-configurations/{id}/files",
    "/v1/harness-configs/{harness_config_id}/stages",
    "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files",
];

/// Writes below a thing that need not be there: a stage is what a harness begins with.
const BEGINS: [&str; 1] = ["post_harness_configs_stages"];

/// An id of ours for each kind of thing.
async fn ours(world: &World) -> BTreeMap<&'static str, String> {
    let admin = &world.admin;
    let id = finished(admin, &world.target.url).await;
    let mut ours = BTreeMap::from([("evaluations", id.clone())]);
    for level in ["harness", "scenarios", "probes", "tests", "responses"] {
        let list = admin.get(&format!("/v1/{level}?evaluation_id={id}")).await.ok();
        ours.insert(level, column(&list, "id")[0].to_owned());
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    ours.insert("api-keys", text(&admin.get("/v1/api-keys").await.ok()[0]["id"]));
    let me = admin.get("/v1/users/me").await.ok();
    let agent = json!({"agent_name": "helper", "model_name": "m"});
    let agent = admin.post("/v1/agent-configurations", &agent).await.ok();
    ours.insert("agent-configurations", text(&agent["id"]));
    ours.insert("users", text(&me["user_id"]));
    ours.insert("teams", team(admin).await);
    let invite = json!({"email": "new@example.org", "team_role": "user"});
    ours.insert("invites", text(&admin.post("/v1/invites", &invite).await.ok()["invite_id"]));
    let things = things(world).await;
    for word in ["harness-configs", "stages", "files", "probe-configs", "prompts"] {
        ours.insert(word, things[word].clone());
    }
    ours.insert("detectors", text(&admin.get("/v1/detectors?version=1.0.0").await.ok()["results"][0]["id"]));
    ours
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_single_thing_has_a_tag_and_every_write_on_it_honours_one() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let (admin, contract) = (&world.admin, Contract::of(&world.admin).await);
    let invited = world.somebody("new@example.org", "harbour", TeamRole::User).await;
    let ours = ours(&world).await;
    let events = head(&world).await;
    let (mut shown, mut refused) = (0, 0);
    for operation in contract.operations() {
        if !operation.path.contains('{') {
            continue;
        }
        let is_no_thing = operation.method == "GET" && NO_THING.contains(&operation.path.as_str());
        if is_no_thing || !operation.is_secured {
            continue;
        }
        let id = ours.get(kind(&operation)).unwrap_or_else(|| panic!("{} is not swept", operation.path));
        let named = named(&operation.path.replace("{version}", "1.0.0"), id);
        let path = format!("{named}?version=1.0.0&prompt_id={id}&team_id={}", ours["teams"]);
        let method: Method = operation.method.parse().unwrap();
        if method == Method::GET {
            let reply = admin.get(&path).await;
            assert_eq!(reply.status, 200, "{}: {}", operation.id, reply.text);
            let tag = reply.headers.get("etag").unwrap_or_else(|| panic!("{} has no tag", operation.id));
            assert!(tag.to_str().unwrap().starts_with('"'));
            shown += 1;
            continue;
        }
        let is_theirs = ["/accept", "/decline"].iter().any(|end| operation.path.ends_with(end));
        let caller = if is_theirs { &invited } else { admin };
        for stale in ["\"v99999\"", "\"something else\"", "W/\"v1\""] {
            let asked = caller.request(method.clone(), &path).header("if-match", stale);
            let asked = if operation.has_body { asked.json(&plausible()) } else { asked };
            let reply = admin.send(asked).await;
            assert_eq!(reply.status, 412, "{} with {stale}: {}", operation.id, reply.text);
            contract.is("ErrorDetail", &reply.json());
        }
        // Of what is not there, no version is the wrong one.
        if BEGINS.contains(&operation.id.as_str()) {
            refused += 1;
            continue;
        }
        let last = id.rsplit('/').next().unwrap();
        let nowhere = path.replace(last, &fresh());
        let asked = caller.request(method, &nowhere).header("if-match", "\"v1\"");
        let asked = if operation.has_body { asked.json(&plausible()) } else { asked };
        let reply = admin.send(asked).await;
        assert_eq!(reply.status, 404, "{}: {}", operation.id, reply.text);
        refused += 1;
    }
    assert!(shown >= 12 && refused >= 10, "{shown} shown, {refused} refused");
    assert_eq!(head(&world).await, events, "what was refused left nothing behind");

    // With the tag that it shows, a change is made, and shows the next.
    let path = format!("/v1/evaluations/{}", ours["evaluations"]);
    let tag = admin.get(&path).await.headers["etag"].clone();
    let rename = |tag: reqwest::header::HeaderValue, name: &str| {
        admin.request(Method::PUT, &path).header("if-match", tag).json(&json!({"name": name}))
    };
    let renamed = admin.send(rename(tag.clone(), "first")).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    assert_ne!(renamed.headers["etag"], tag);
    assert_eq!(admin.send(rename(tag, "second")).await.status, 412);
    assert_eq!(admin.send(rename(renamed.headers["etag"].clone(), "third")).await.status, 200);
    assert_eq!(admin.evaluation(&ours["evaluations"]).await["name"], "third");
    close(world).await;
}
