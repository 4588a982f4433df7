//! What is another team's is like what is not there, to the byte and headers included: by path, by query and by body.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Reply, TargetOptions, World};
use touchstone_vocabulary::TeamRole;
use uuid::Uuid;

use super::{INVENTED, SHARED, WORDS, kind, named, secured, sent, sent_badly, things, things_of};
use crate::contract::Contract;
use crate::harness_config::named as harness;
use crate::journey::{SMALL, close, fresh, head, rows, texts};

/// The uuid at the end of a part of an id, and what stands before.
fn split(part: &str) -> Option<(&str, &str)> {
    let (start, end) = part.split_at_checked(part.len().checked_sub(36)?)?;
    end.parse::<Uuid>().is_ok().then_some((start, end))
}

/// An unknown id of the same form.
fn unlike(id: &str) -> String {
    let parts = id.split('/').map(|part| match split(part) {
        Some((start, _)) => format!("{start}{}", fresh()),
        None => part.to_owned(),
    });
    let other = parts.collect::<Vec<_>>().join("/");
    assert_ne!(other, id, "{id} names nothing");
    other
}

/// An answer but for what differs between any two: the request's id, the time, and the id that was asked for.
fn bare(reply: &Reply, id: &str) -> (u16, Vec<(String, String)>, String) {
    let uuids = id.split('/').filter_map(split);
    let text = uuids.fold(reply.text.clone(), |text, (_, uuid)| text.replace(uuid, "_"));
    let differs = |name: &str| matches!(name, "x-request-id" | "date");
    let headers = reply.headers.iter().filter(|(name, _)| !differs(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (reply.status.as_u16(), headers, text)
}

type Things = BTreeMap<&'static str, String>;

/// Every operation with an id in its path, and of those with several each mixture of ours and theirs.
async fn by_path(stranger: &Caller, contract: &Contract, ours: &Things, theirs: &Things) {
    let (mut swept, mut with_body, mut mixed) = (0, 0, 0);
    for operation in &secured(contract) {
        let path = operation.path.as_str();
        if !path.contains('{') || WORDS.contains(&path) || INVENTED.contains(&path) {
            continue;
        }
        let nobody = fresh();
        let unknown = sent(stranger, operation, &nobody).await;
        let mut same =
            vec![("no%20such%2Fthing".to_owned(), sent(stranger, operation, "no%20such%2Fthing").await)];
        let foreign = theirs.get(kind(operation));
        assert!(foreign.is_some() || SHARED.contains(&path), "{path} is not swept");
        if let Some(foreign) = foreign {
            same.push((foreign.clone(), sent(stranger, operation, foreign).await));
            swept += 1;
        }
        if operation.has_body {
            with_body += 1;
            for id in foreign.into_iter().chain([&nobody]) {
                let replies = sent_badly(stranger, operation, id).await;
                same.extend(replies.into_iter().map(|reply| (id.clone(), reply)));
            }
        }
        for (id, reply) in &same {
            assert_eq!(bare(reply, id), bare(&unknown, &nobody), "{} {id}", operation.id);
        }
        contract.is("ErrorDetail", &unknown.refused(404));
        let (Some(own), Some(foreign)) = (ours.get(kind(operation)), foreign) else { continue };
        let (own, foreign): (Vec<&str>, Vec<&str>) = (own.split('/').collect(), foreign.split('/').collect());
        for place in (0..own.len()).step_by(2).filter(|_| own.len() > 1) {
            let with = |part: &str| {
                let mut parts = own.clone();
                parts[place] = part;
                parts.join("/")
            };
            let (foreign, unknown) = (with(foreign[place]), with(&unlike(foreign[place])));
            let replies =
                (sent(stranger, operation, &foreign).await, sent(stranger, operation, &unknown).await);
            assert_eq!(bare(&replies.0, &foreign), bare(&replies.1, &unknown), "{} {foreign}", operation.id);
            replies.1.refused(404);
            mixed += 1;
        }
    }
    assert!(
        swept >= 27 && with_body >= 3 && mixed >= 10,
        "{swept} operations, {with_body} with a body, {mixed} mixed"
    );
}

/// Every parameter that takes ids, with an id of each kind.
async fn by_query(stranger: &Caller, contract: &Contract, ours: &Things, theirs: &Things) {
    let mut swept = BTreeSet::new();
    for operation in secured(contract).iter().filter(|one| one.method == "GET" && !one.path.contains('{')) {
        let parameters = &contract.0["paths"][&operation.path]["get"]["parameters"];
        let seen = stranger
            .get(&format!("{}?version=1.0.0&evaluation_id={}", operation.path, ours["evaluations"]))
            .await;
        for foreign in theirs.values() {
            assert!(
                !seen.text.contains(foreign.rsplit('/').next().unwrap()),
                "{} shows {foreign}",
                operation.path
            );
        }
        let names: Vec<&str> =
            parameters.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        for name in
            names.iter().filter(|name| **name == "ids" || name.ends_with("_id") || name.ends_with("_ids"))
        {
            let within = if names.contains(&"evaluation_id") && *name != "evaluation_id" {
                format!("&evaluation_id={}", ours["evaluations"])
            } else {
                String::new()
            };
            let ask = async |id: &str| {
                stranger.get(&format!("{}?version=1.0.0&{name}={id}{within}", operation.path)).await
            };
            for foreign in theirs.values().map(|id| id.rsplit('/').next().unwrap()) {
                let unknown = unlike(foreign);
                let replies = (ask(foreign).await, ask(&unknown).await);
                assert_eq!(
                    bare(&replies.0, foreign),
                    bare(&replies.1, &unknown),
                    "{}?{name}={foreign}",
                    operation.path
                );
            }
            swept.insert(format!("{} {name}", operation.id));
        }
    }
    assert!(swept.len() >= 18, "{swept:?}");
}

/// Makes a body with an id in it.
type Body = Box<dyn Fn(&str) -> Value>;

/// A request with an id in its body.
struct Asked {
    operation: &'static str,
    /// The way to the id in the body; through lists, to their elements.
    field: &'static str,
    /// What the id names.
    kind: &'static str,
    path: String,
    body: Body,
}

fn asking(
    operation: &'static str,
    field: &'static str,
    kind: &'static str,
    path: &str,
    body: impl Fn(&str) -> Value + 'static,
) -> Asked {
    Asked { operation, field, kind, path: path.to_owned(), body: Box::new(body) }
}

/// A public event whose data hold the id.
fn telling(word: &'static str, kind: &'static str, data: impl Fn(&str) -> Value + 'static) -> Asked {
    asking("post_events", "data", kind, "/v1/events", move |id| json!({"type": word, "data": data(id)}))
}

fn evaluation(key: &str, field: &str, id: &Value) -> Value {
    let mut body = json!({"id": fresh(), "hub": "custom", "model": "m", "api_key_proxy": key,
        "harness_config_ids": [SMALL], "sample_size": 1});
    body[field] = id.clone();
    body
}

fn order(stage: &str) -> Value {
    json!({"harness_staging_id": stage, "eval_config_input": {"include_exfil": true, "harness_description": "x"}})
}

fn talk(harness: &str, stage: &str) -> Value {
    json!({"harness_config_id": harness, "harness_stage_id": stage, "message_list": []})
}

/// Every id that a body can name and that has to be the caller's.
fn bodies(ours: &Things, me: &str) -> Vec<Asked> {
    let mut all = Vec::new();
    for (field, kind) in [
        ("api_key_proxy", "api-keys"),
        ("agent_configuration_id", "agent-configurations"),
        ("harness_config_ids", "harness-configs"),
        ("scenario_config_filters", "scenario-configs"),
    ] {
        let key = ours["api-keys"].clone();
        let is_list = field.ends_with('s');
        let body = move |id: &str| evaluation(&key, field, &if is_list { json!([id]) } else { json!(id) });
        all.push(asking("post_evaluations", field, kind, "/v1/evaluations", body.clone()));
        all.push(telling("CREATE_EVALUATION", kind, body));
    }
    for word in ["CANCEL_EVALUATION", "DELETE_EVALUATION", "START_EVALUATION"] {
        all.push(telling(word, "evaluations", |id| json!({"evaluation_id": id})));
    }
    let agent = "/v1/harness-creation-agent";
    all.push(asking("post_harness_creation_agent", "harness_staging_id", "stages", agent, order));
    all.push(telling("CREATE_HARNESS_CONFIG", "stages", order));
    let (own, stage) = ours["stages"].split_once("/stages/").unwrap();
    let (own, stage) = (own.to_owned(), stage.to_owned());
    let (in_harness, of_stage) = (move |id: &str| talk(id, &stage), move |id: &str| talk(&own, id));
    let (chat, operation) = (format!("{agent}/chat"), "post_harness_creation_agent_chat");
    all.push(asking(operation, "harness_config_id", "harness-configs", &chat, in_harness.clone()));
    all.push(telling("CREATE_HARNESS_CONFIG_CHAT", "harness-configs", in_harness));
    all.push(asking(operation, "harness_stage_id", "stages", &chat, of_stage.clone()));
    all.push(telling("CREATE_HARNESS_CONFIG_CHAT", "stages", of_stage));
    let probe = format!("/v1/probe-configs/{}", ours["probe-configs"]);
    let update = format!("/v1/agent-configurations/{}/update", ours["agent-configurations"]);
    let role = format!("/v1/users/{me}/set-role");
    all.extend([
        asking("post_harness_configs", "probe_configs.prompt_ids", "prompts", "/v1/harness-configs", |id| {
            harness("x", &[id])
        }),
        asking("put_probe_configs_by_id", "prompt_ids", "prompts", &probe, |id| json!({"prompt_ids": [id]})),
        asking(
            "post_agent_configurations",
            "api_key_id",
            "api-keys",
            "/v1/agent-configurations",
            |id| json!({"agent_name": "x", "api_key_id": id}),
        ),
        asking(
            "put_agent_configurations_update",
            "api_key_id",
            "api-keys",
            &update,
            |id| json!({"api_key_id": id}),
        ),
        asking(
            "post_invites",
            "team_id",
            "teams",
            "/v1/invites",
            |id| json!({"team_id": id, "email": "x@example.org"}),
        ),
        asking(
            "post_users_set_role",
            "team_id",
            "teams",
            &role,
            |id| json!({"team_id": id, "team_role": "user"}),
        ),
    ]);
    all
}

/// Ids that the client itself chooses: another team's is as free as any.
fn chosen(ours: &Things) -> Vec<Asked> {
    let (key, own) = (ours["api-keys"].clone(), ours["prompts"].clone());
    let prompt = |id: &str| {
        let text = json!([{"role": "user", "content": "Which word?"}]);
        json!({"id": id, "text": text, "criteria": {"triggers": ["zebra"]}})
    };
    vec![
        asking("post_evaluations", "id", "evaluations", "/v1/evaluations", move |id| {
            evaluation(&key, "id", &json!(id))
        }),
        asking("post_prompts", "id", "prompts", "/v1/prompts", prompt),
        asking(
            "post_prompts_bulk",
            "prompts.id",
            "prompts",
            "/v1/prompts/bulk",
            move |id| json!({"prompts": [prompt(id)]}),
        ),
        asking(
            "post_harness_configs",
            "probe_configs.id",
            "probe-configs",
            "/v1/harness-configs",
            move |id| {
                let mut body = harness(&fresh(), &[&own]);
                body["probe_configs"][0]["id"] = json!(id);
                body
            },
        ),
        asking(
            "post_agent_configurations",
            "id",
            "agent-configurations",
            "/v1/agent-configurations",
            |id| json!({"id": id, "agent_name": fresh(), "model_name": "m"}),
        ),
        asking(
            "post_events",
            "id",
            "evaluations",
            "/v1/events",
            |id| json!({"type": "LOGIN_COMPLETE", "id": id, "data": {}}),
        ),
    ]
}

/// Fields that sound like ids of a team's things, and what they are.
const OTHERS: [(&str, &str, &str); 7] = [
    ("post_agent_configurations", "team_id", "never read: the token's team counts"),
    ("post_agent_configurations_files", "id", "never read: the server gives it"),
    ("post_agent_configurations_files", "team_id", "never read: the token's team counts"),
    ("post_harness_configs", "probe_configs.detector_ids", "everybody's"),
    ("put_probe_configs_by_id", "detector_ids", "everybody's"),
    ("post_harness_configs_stages", "persona_params.persona_ids", "words, not ids"),
    ("put_harness_configs_stages_by_id", "persona_params.persona_ids", "words, not ids"),
];

/// The ways to every field of a described body whose name says that it is an id.
fn ids(contract: &Contract, schema: &Value, way: &str, found: &mut BTreeSet<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let schema = contract.0.pointer(target.trim_start_matches('#')).unwrap();
        return ids(contract, schema, way, found);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        for option in schema[choice].as_array().into_iter().flatten() {
            ids(contract, option, way, found);
        }
    }
    if schema["items"].is_object() {
        ids(contract, &schema["items"], way, found);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
        let ends = ["_id", "_ids", "_proxy", "_config_filters"];
        if name == "id" || name == "ids" || ends.iter().any(|end| name.ends_with(end)) {
            found.insert(way.clone());
        }
        ids(contract, field, &way, found);
    }
}

/// Every id in a body is swept, is the client's to choose, or is none.
fn all_are_known(contract: &Contract, swept: &[&Asked]) {
    for operation in contract.operations().iter().filter(|operation| operation.has_body) {
        let schema = &contract.0["paths"][&operation.path][operation.method.to_lowercase()]["requestBody"]["content"]
            ["application/json"]["schema"];
        let mut found = BTreeSet::new();
        ids(contract, schema, "", &mut found);
        for field in found {
            let is_swept =
                swept.iter().any(|asked| (asked.operation, asked.field) == (operation.id.as_str(), &field));
            let is_other =
                OTHERS.iter().any(|(name, other, _)| (*name, *other) == (operation.id.as_str(), &field));
            assert!(is_swept || is_other, "{} {field} is not swept", operation.id);
        }
    }
}

async fn asked(caller: &Caller, asked: &Asked, id: &str) -> Reply {
    let method = if asked.operation.starts_with("put") { Method::PUT } else { Method::POST };
    caller.send(caller.request(method, &asked.path).json(&(asked.body)(id))).await
}

async fn alike(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let contract = Contract::of(&world.admin).await;
    let stranger = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let mut theirs = things(&world).await;
    let ours = things_of(&stranger, &world.target.url).await;
    world.settled().await;
    let events = head(&world).await;

    by_path(&stranger, &contract, &ours, &theirs).await;
    by_query(&stranger, &contract, &ours, &theirs).await;
    let config = format!("/v1/harness-configs/{}?version=1.0.0", theirs["harness-configs"]);
    let config = rows(&world.admin.get(&config).await.ok())[0]["harness_config"].clone();
    theirs.insert("scenario-configs", texts(&config, "scenario_config_ids").remove(0));
    let me = stranger.get("/v1/users/me").await.ok();
    let (bodies, chosen) = (bodies(&ours, me["user_id"].as_str().unwrap()), chosen(&ours));
    for one in &bodies {
        let foreign = theirs[one.kind].rsplit('/').next().unwrap();
        let unknown = unlike(foreign);
        let replies = (asked(&stranger, one, foreign).await, asked(&stranger, one, &unknown).await);
        let place = format!("{} {} {}", one.operation, one.field, one.kind);
        assert_eq!(bare(&replies.0, foreign), bare(&replies.1, &unknown), "{place}");
        assert!(matches!(replies.1.status.as_u16(), 404 | 422), "{place}: {}", replies.1.text);
        assert!(
            replies.1.text.contains("no such") || replies.1.text.contains("there is no"),
            "{place}: {}",
            replies.1.text
        );
    }
    all_are_known(&contract, &bodies.iter().chain(&chosen).collect::<Vec<_>>());
    assert_eq!(head(&world).await, events, "looking and knocking leave no trace");

    // The control: what was refused is refused for the id alone.
    for field in ["api_key_proxy", "harness_stage_id", "prompt_ids"] {
        let one = bodies.iter().find(|one| one.field == field).unwrap();
        let own = ours[one.kind].rsplit('/').next().unwrap();
        assert_eq!(asked(&stranger, one, own).await.status, 200, "{field}");
    }
    for one in &chosen {
        let foreign = asked(&stranger, one, &theirs[one.kind]).await;
        let unknown = asked(&stranger, one, &fresh()).await;
        let place = format!("{} {}: {} {}", one.operation, one.field, foreign.text, unknown.text);
        assert_eq!((foreign.status.as_u16(), unknown.status.as_u16()), (200, 200), "{place}");
    }
    for path in ["/v1/prompts/{id}", "/v1/agent-configurations/{id}"] {
        let id = &theirs[path.split('/').nth(2).unwrap()];
        let query = format!("?prompt_id={id}&team_id={}", theirs["teams"]);
        world.admin.get(&(named(path, id) + &query)).await.ok();
    }
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_what_is_another_teams_is_to_the_byte_like_what_is_not_there() {
    alike(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_what_is_another_teams_is_to_the_byte_like_what_is_not_there() {
    alike(Backend::Scaled).await;
}
