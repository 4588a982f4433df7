//! Keys and their hubs: what each needs, whether a key is good, and which models it may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use touchstone_testkit::{Backend, TargetOptions, World};
use touchstone_vocabulary::{Hub, TeamRole};

use super::{SECRET, is_secret_in, key};
use crate::contract::Contract;
use crate::journey::{SMALL, close, fresh, head, stored};

/// A hub that knows one key and counts how often it was asked for its models.
async fn hub() -> (String, Arc<AtomicUsize>) {
    let asked: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&asked);
    let models = move |headers: HeaderMap| async move {
        count.fetch_add(1, Ordering::Relaxed);
        if headers[header::AUTHORIZATION] != format!("Bearer {SECRET}") {
            let echo = format!("{:?} is not a key", headers[header::AUTHORIZATION]);
            return (StatusCode::UNAUTHORIZED, echo).into_response() as Response;
        }
        let limit = [("x-ratelimit-limit-requests", "300")];
        (limit, r#"{"data":[{"id":"lamp-2"},{"id":"lamp-1"}]}"#).into_response()
    };
    let app = Router::new().route("/v1/models", get(models));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

/// A config with everything that a hub needs; what is secret in it contains [`SECRET`].
fn config(hub: Hub) -> Value {
    hub.config_fields()
        .iter()
        .map(|field| {
            let text = if field.is_secret() { format!("{SECRET}-{field}") } else { format!("a {field}") };
            (field.to_string(), json!(text))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn stores(backend: Backend) {
    let world = World::start(backend, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let hubs = admin.get("/v1/hubs").await.ok();
    contract.holds("get", "/v1/hubs", &hubs);
    assert_eq!(hubs.as_array().unwrap().len(), 14, "a bare array");
    assert_eq!(hubs[0]["display_name"], "OpenAI");
    let mut said = String::new();
    for hub in ["vertex", "bedrock", "bedrockAgents", "digitalocean"] {
        let body = json!({"name": hub, "hub": hub, "rate_limit_per_interval": 60, "rate_limit_interval": 10,
                          "value": null, "url": null, "hub_config": config(hub.parse().unwrap())});
        let reply = admin.post("/v1/api-keys", &body).await;
        said.push_str(&reply.text);
        let made = reply.ok();
        contract.holds("post", "/v1/api-keys", &made);
        assert_eq!(made["display_value"], "", "{made}");
        let shown = made["hub_config"].as_object().unwrap();
        assert_eq!(shown.len(), 8, "always all of them: {shown:?}");
        assert!(!made.to_string().contains("refresh") && !made.to_string().contains("alias"), "{made}");
        let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
        assert_eq!(admin.get(&path).await.ok(), made);
        assert_eq!(admin.get(&format!("{path}/models")).await.ok(), json!({"models": null}));

        // Merged over what there is: the rest stays.
        let region = json!({"hub_config": {"agent_id": "another", "region": "eu", "colour": 7}});
        let changed = admin.put(&path, &region).await.ok();
        let field = if hub == "digitalocean" { "agent_id" } else { "region" };
        let text = if hub == "digitalocean" { "another" } else { "eu" };
        assert_eq!(changed["hub_config"][field], text);
        let masked = made["hub_config"].as_object().unwrap().iter().find(|(name, shown)| {
            name.starts_with("display") && shown.as_str().is_some_and(|shown| shown.starts_with("sk****"))
        });
        let (masked, mask) = masked.unwrap();
        assert_eq!(&changed["hub_config"][masked], mask);
        assert_eq!(admin.get(&path).await.ok(), changed);

        // Stored it can be; nothing can be evaluated on it yet.
        let asked = json!({"hub": hub, "url": "http://127.0.0.1:9/v1"});
        let refused =
            admin.evaluate(&fresh(), made["id"].as_str().unwrap(), &[SMALL], asked).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "hub"]));
        assert!(refused["detail"][0]["msg"].as_str().unwrap().contains("openai, custom"), "{refused}");
    }
    said.push_str(&admin.get("/v1/api-keys").await.text);
    world.settled().await;
    let everything = stored(&world.settings.store.database_url, |_| true).await;
    assert!(!is_secret_in(&said) && !is_secret_in(&everything));
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_every_hub_takes_a_key_and_shows_masks_only() {
    stores(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_every_hub_takes_a_key_and_shows_masks_only() {
    stores(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_config_without_all_that_its_hub_needs_is_refused_field_by_field() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let events = head(&world).await;
    for hub in Hub::ALL.iter().filter(|hub| !hub.config_fields().is_empty()) {
        let new = |config: Value| {
            json!({"name": "x", "hub": hub.as_str(), "rate_limit_per_interval": 1, "rate_limit_interval": 1,
                   "value": SECRET, "hub_config": config})
        };
        for field in hub.config_fields() {
            for absent in [None, Some(Value::Null), Some(json!(""))] {
                let mut config = config(*hub);
                config.as_object_mut().unwrap().remove(field.as_str());
                config.as_object_mut().unwrap().extend(absent.map(|value| (field.to_string(), value)));
                let refused = admin.post("/v1/api-keys", &new(config)).await.refused(422);
                assert_eq!(refused["detail"][0]["loc"], json!(["body", "hub_config", field.as_str()]));
                assert_eq!(refused["detail"][0]["type"], "missing");
            }
        }
        let all = admin.post("/v1/api-keys", &new(Value::Null)).await.refused(422);
        assert_eq!(all["detail"].as_array().unwrap().len(), hub.config_fields().len(), "{all}");
    }
    assert_eq!(head(&world).await, events);
    assert_eq!(stored(&world.settings.store.database_url, |table| table == "secret").await, "");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_tried_without_being_kept_and_a_hub_that_fails_is_an_answer() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let contract = Contract::of(&world.admin).await;
    let member = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let (url, _) = hub().await;
    let events = head(&world).await;
    let trial =
        |value: &str, url: &str| json!({"hub": "custom", "value": value, "url": url, "model": "lamp-1"});
    let tried = async |body: Value| {
        let reply = member.post("/v1/api-keys/test", &body).await;
        assert!(!is_secret_in(&reply.text) && !reply.text.contains("hunter2"), "{}", reply.text);
        let told = reply.ok();
        contract.holds("post", "/v1/api-keys/test", &told);
        told
    };
    let good = tried(trial(SECRET, &url)).await;
    assert_eq!(good, json!({"status": "valid", "rate_limit": 300, "interval": 60, "message": null}));
    let bad = tried(trial("hunter2-is-no-key", &url)).await;
    assert_eq!((&bad["status"], &bad["rate_limit"]), (&json!("invalid"), &Value::Null));
    assert!(bad["message"].as_str().unwrap().contains("did not accept the API key"), "{bad}");
    let away = tried(trial(SECRET, "http://127.0.0.1:9/v1")).await;
    assert_eq!(away["status"], "error");
    let practice = tried(trial(SECRET, &world.target.url)).await;
    assert_eq!(practice["status"], "valid", "{practice}");
    let open = tried(json!({"hub": "openrouter", "value": SECRET, "url": url})).await;
    assert_eq!(open["status"], "error", "its list says nothing about a key: {open}");

    for (wrong, field) in [
        (json!({"hub": "nowhere"}), "hub"),
        (json!({"hub": "vertex"}), "hub"),
        (json!({"value": ""}), "value"),
        (json!({"value": null}), "value"),
        (json!({"value": "hunter2\n"}), "value"),
        (json!({"url": null}), "url"),
        (json!({"url": "http://169.254.169.254/v1"}), "url"),
        (json!({"url": "http://10.0.0.1/v1"}), "url"),
    ] {
        let mut body = trial(SECRET, &url);
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = member.post("/v1/api-keys/test", &body).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", field]), "{wrong}");
    }
    assert_eq!(head(&world).await, events, "a trial is no event");
    assert_eq!(stored(&world.settings.store.database_url, |table| table == "secret").await, "");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_models_of_a_key_are_what_its_hub_says_and_are_not_asked_for_each_time() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let (url, asked) = hub().await;
    let made = admin.post("/v1/api-keys", &key("first", &url)).await.ok();
    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
    let models = async || {
        let told = admin.get(&format!("{path}/models")).await.ok();
        contract.holds("get", "/v1/api-keys/{id}/models", &told);
        told["models"].clone()
    };
    for _ in 0..3 {
        assert_eq!(models().await, json!(["lamp-2", "lamp-1"]));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    admin.put(&path, &json!({"value": "hunter2-is-no-key"})).await.ok();
    assert_eq!(models().await, Value::Null, "a changed key is asked for anew");
    admin.put(&path, &json!({"value": SECRET})).await.ok();
    assert_eq!(models().await, json!(["lamp-2", "lamp-1"]));
    admin.put(&path, &json!({"status": "inactive"})).await.ok();
    let before = asked.load(Ordering::Relaxed);
    assert_eq!(models().await, Value::Null);
    assert_eq!(asked.load(Ordering::Relaxed), before, "an inactive key is not called with");
    admin.get(&format!("/v1/api-keys/{}/models", fresh())).await.refused(404);
    close(world).await;
}
