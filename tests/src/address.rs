//! Addresses that a request names: judged when they are written and again at each use.

use reqwest::Method;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, Caller, Practice, Spawn, TargetOptions, World, eventually};

use crate::access::plausible;
use crate::contract::Contract;
use crate::journey::{SMALL, close, finished, fresh, head, paced};

/// Named so by the contract, but given by the server and never read.
const NOT_OURS: [&str; 1] = ["upload_url"];

/// Every field of the served document with an address that the service will contact. To serve another one, judge it and
/// write it down here.
const FIELDS: [&str; 5] = [
    "post_agent_configurations agent_url",
    "post_api_keys url",
    "post_api_keys_test url",
    "post_evaluations url",
    "put_agent_configurations_update agent_url",
];

/// Operations of the contract that take an address and are not served yet, with the way to it in the body.
const NOT_SERVED: [(&str, &str); 2] = [
    ("/v1/chat_complete", "completion_params.url"),
    ("/v1/playgrounds/{id}/messages", "completion_request.completion_params.url"),
];

const HOSTILE: [&str; 24] = [
    "http://10.0.0.1/v1",
    "http://192.168.1.1:8000/v1",
    "http://172.16.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[fd00:ec2::254]/",
    "http://0.0.0.0:80/",
    "http://metadata.google.internal/",
    "http://printer.local/",
    "http://0/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:5432/",
    "http://user:hunter2@example.org/",
    "file:///etc/hunter2",
    "gopher://127.0.0.1:70/_hunter2",
    "hunter2",
];

/// The ways to every text in a described body whose name says that it is an address.
fn addresses(contract: &Contract, schema: &Value, way: &[String], found: &mut Vec<Vec<String>>) {
    if let Some(target) = schema["$ref"].as_str() {
        let schema = contract.0.pointer(target.trim_start_matches('#')).unwrap();
        return addresses(contract, schema, way, found);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        for option in schema[choice].as_array().into_iter().flatten() {
            addresses(contract, option, way, found);
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let way = [way, std::slice::from_ref(name)].concat();
        if (name == "url" || name.ends_with("_url")) && !NOT_OURS.contains(&name.as_str()) {
            found.push(way);
        } else {
            addresses(contract, field, &way, found);
        }
    }
}

/// A body with a text at some place in it.
fn with(mut body: Value, way: &[String], text: &str) -> Value {
    let place = way.iter().fold(&mut body, |place, step| {
        if !place.is_object() {
            *place = json!({});
        }
        &mut place[step]
    });
    *place = json!(text);
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_in_a_body_is_judged_when_it_is_written() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let agent = json!({"agent_name": "helper", "model_name": "m"});
    let agent = admin.post("/v1/agent-configurations", &agent).await.ok();
    let events = head(&world).await;
    let mut swept = Vec::new();
    for operation in contract.operations().iter().filter(|operation| operation.has_body) {
        let schema = &contract.0["paths"][&operation.path][operation.method.to_lowercase()]["requestBody"]["content"]
            ["application/json"]["schema"];
        let mut ways = Vec::new();
        addresses(&contract, schema, &[], &mut ways);
        for way in ways {
            let own = format!("{}/v1", admin.base);
            for address in HOSTILE.iter().copied().chain([own.as_str()]) {
                let method: Method = operation.method.parse().unwrap();
                let body = with(plausible(), &way, address);
                // The things with an address in them that a path names.
                let path = operation.path.replace("{id}", agent["id"].as_str().unwrap());
                let reply = admin.send(admin.request(method, &path).json(&body)).await;
                assert!(!reply.text.contains("hunter2"), "{}: {}", operation.id, reply.text);
                let refused = reply.refused(422);
                contract.is("HTTPValidationError", &refused);
                let loc: Vec<&str> = ["body"].into_iter().chain(way.iter().map(String::as_str)).collect();
                assert_eq!(refused["detail"][0]["loc"], json!(loc), "{} {address}", operation.id);
            }
            swept.push(format!("{} {}", operation.id, way.join(".")));
        }
    }
    swept.sort();
    assert_eq!(swept, FIELDS);
    assert_eq!(head(&world).await, events);
    for (path, field) in NOT_SERVED {
        assert!(contract.0["paths"][path].is_null(), "{path} is served: its {field} is to be judged");
    }
    // An evaluation can be asked for by an event, too, in which nothing is described.
    let key = admin.key("practice", "http://127.0.0.1:9/v1").await;
    let events = head(&world).await;
    for address in HOSTILE {
        let asked = json!({"id": fresh(), "hub": "custom", "model": "m", "api_key_proxy": key, "url": address,
            "harness_config_ids": [SMALL]});
        let event = json!({"type": "CREATE_EVALUATION", "data": asked});
        let reply = admin.post("/v1/events", &event).await;
        assert!(!reply.text.contains("hunter2"), "{}", reply.text);
        assert_eq!(reply.refused(422)["detail"][0]["loc"], json!(["body", "data", "url"]), "{address}");
    }
    assert_eq!(head(&world).await, events, "what is refused is not kept");
    // One that the server gives is not read.
    let agent = format!("/v1/agent-configurations/{}/files", agent["id"].as_str().unwrap());
    let hostile = json!({"file_name": "a.txt", "upload_url": HOSTILE[4]});
    let given = admin.post(&agent, &hostile).await.ok();
    assert!(given["upload_url"].as_str().unwrap().starts_with(&admin.base), "{given}");
    close(world).await;
}

async fn admin(spawn: &Spawn, args: &[&str]) -> (touchstone_testkit::Process, Caller) {
    let server = spawn.serve_with(&[&["--log", "warn"], args].concat()).await;
    let admin = spawn.admin(&server);
    eventually("the token is known", || async {
        (admin.get("/v1/users/me").await.status == 200).then_some(())
    })
    .await;
    (server, admin)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_permitted_once_is_judged_again_at_each_use() {
    let spawn = Spawn::new(Backend::Embedded).await;
    let target = Practice::start(TargetOptions::default()).await;
    let place = target.url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    let (server, caller) = admin(&spawn, &["--egress-allow", &place]).await;
    let key = caller.key("stored", &target.url).await;
    finished(&caller, &target.url).await;
    let agent = json!({"agent_name": "kept", "model_name": "m", "agent_url": target.url, "api_key_id": key});
    let agent = caller.post("/v1/agent-configurations", &agent).await.ok()["id"].clone();
    caller.get(&format!("/v1/api-keys/{key}/models")).await.ok();
    // Both are still at it when the server goes, and would go on calling.
    let slow = [paced(&caller, &target.url, 4).await, paced(&caller, &target.url, 4).await];
    let (asked, told) = (fresh(), fresh());
    let url = json!({"sample_size": 2, "url": target.url});
    caller.evaluate(&asked, &slow[0], &[SMALL], url).await.ok();
    let body = json!({"id": told, "hub": "custom", "model": "m", "api_key_proxy": slow[1], "url": target.url,
        "harness_config_ids": [SMALL], "sample_size": 2});
    caller.post("/v1/events", &json!({"type": "CREATE_EVALUATION", "data": body})).await.ok();
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));

    let calls = target.calls().await;
    let (server, caller) = admin(&spawn, &["--egress-allow", "elsewhere.example:443"]).await;
    let id = fresh();
    caller.evaluate(&id, &key, &[SMALL], json!({"sample_size": 2})).await.ok();
    for id in [id, asked, told] {
        let ended = caller.ended(&id).await;
        let errors = caller.get(&format!("/v1/evaluations/{id}/response-errors")).await.ok();
        let said = format!("{ended} {errors}");
        assert!(said.contains("not on the operator's list"), "{said}");
    }
    let by_agent = json!({"agent_configuration_id": agent});
    let refused = caller.evaluate(&fresh(), &key, &[SMALL], by_agent).await.refused(422);
    assert_eq!(refused["detail"][0]["loc"], json!(["body", "agent_configuration_id"]));
    let models = caller.get(&format!("/v1/api-keys/{key}/models")).await;
    assert!(models.json()["models"].is_null(), "{}", models.text);
    assert_eq!(target.calls().await["calls"], calls["calls"], "the target heard nothing of it");
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
}
