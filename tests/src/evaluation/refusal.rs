//! What may not be asked for, and what may not be done to an evaluation.

use serde_json::{Value, json};
use touchstone_testkit::{Backend, Practice, TargetOptions, World};
use touchstone_vocabulary::TeamRole;

use crate::contract::Contract;
use crate::journey::{SMALL, close, finished, fresh, head};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_request_is_named_and_nothing_is_recorded() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let contract = Contract::of(admin).await;
    let key = admin.key("practice", &world.target.url).await;
    let bare = json!({"name": "bare", "hub": "custom", "value": "practice-key-value", "rate_limit_per_interval": 1, "rate_limit_interval": 1});
    let bare = admin.post("/v1/api-keys", &bare).await.ok()["id"].clone();
    let before = head(&world).await;

    let fields = [
        (json!({"id": "seven"}), "id"),
        (json!({"harness_config_ids": []}), "harness_config_ids"),
        (json!({"api_key_proxy": bare}), "url"),
        (json!({"hub": "openai"}), "hub"),
        (json!({"hub": "nowhere"}), "hub"),
        (json!({"url": "http://169.254.169.254/v1"}), "url"),
        (json!({"url": "http://10.0.0.1/v1"}), "url"),
        (json!({"url": "file:///etc/passwd"}), "url"),
        (json!({"sample_size": 0}), "sample_size"),
        (json!({"sample_size": -1}), "sample_size"),
        (json!({"num_generations": 0}), "generations"),
        (json!({"num_generations": 101}), "generations"),
        (json!({"agent_params": {"temperature": 9}}), "temperature"),
        (json!({"agent_params": {"temperature": "warm"}}), "temperature"),
        (json!({"agent_params": {"top_p": 1.5}}), "top_p"),
        (json!({"agent_params": {"timeout": 0}}), "timeout"),
        (json!({"agent_params": {"max_completion_tokens": 0}}), "max_completion_tokens"),
        (json!({"name": "a\0b"}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"tags": "one"}), "tags"),
    ];
    for (wrong, field) in fields {
        let refused = admin.evaluate(&fresh(), &key, &[SMALL], wrong.clone()).await.refused(422);
        contract.is("HTTPValidationError", &refused);
        let loc: Vec<&Value> = refused["detail"][0]["loc"].as_array().unwrap().iter().collect();
        assert_eq!((loc[0], *loc.last().unwrap()), (&json!("body"), &json!(field)), "{wrong}");
    }
    for field in ["id", "api_key_proxy", "hub"] {
        let mut body = json!({"id": fresh(), "api_key_proxy": key, "hub": "custom", "model": "m", "harness_config_ids": [SMALL]});
        body.as_object_mut().unwrap().remove(field);
        let refused = admin.post("/v1/evaluations", &body).await.refused(422);
        assert_eq!(
            (&refused["detail"][0]["loc"], &refused["detail"][0]["type"]),
            (&json!(["body", field]), &json!("missing"))
        );
    }

    let missing = [
        (json!({"harness_config_ids": ["atlantis"]}), "atlantis"),
        (json!({"version": "9.9.9"}), "9.9.9"),
        (json!({"scenario_config_filters": ["atlantis"]}), "atlantis"),
        (json!({"api_key_proxy": fresh()}), "API key"),
        (json!({"api_key_proxy": "mine"}), "API key"),
        (json!({"agent_configuration_id": fresh()}), "agent configuration"),
    ];
    for (wrong, named) in missing {
        let refused = admin.evaluate(&fresh(), &key, &[SMALL], wrong).await.refused(404);
        assert!(refused["detail"].as_str().unwrap().contains(named), "{refused}");
    }
    assert_eq!(head(&world).await, before, "a refusal leaves no trace");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_means_one_request_in_a_team_and_another_one_in_another_team() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let other = world.somebody("bo@example.org", "harbour", TeamRole::Admin).await;
    let (id, key) = (fresh(), admin.key("practice", &world.target.url).await);
    let asked = json!({"sample_size": 1});
    let first = admin.evaluate(&id, &key, &[SMALL], asked.clone()).await.ok();
    let again =
        admin.evaluate(&id, &key, &[&format!("vijil.harnesses.{SMALL}"), SMALL], asked.clone()).await.ok();
    assert_eq!(first, again);
    admin.ended(&id).await;
    let events = head(&world).await;
    assert_eq!(admin.evaluate(&id, &key, &[SMALL], asked.clone()).await.ok(), first);
    assert_eq!(head(&world).await, events);
    for different in [json!({"sample_size": 2}), json!({"sample_size": 1, "name": "other"})] {
        admin.evaluate(&id, &key, &[SMALL], different).await.refused(409);
    }

    other.evaluate(&id, &key, &[SMALL], asked.clone()).await.refused(404);
    let theirs = other.key("practice", &world.target.url).await;
    other.evaluate(&id, &theirs, &[SMALL], json!({"sample_size": 2, "name": "theirs"})).await.ok();
    assert_eq!(other.ended(&id).await["name"], "theirs");
    assert_eq!(admin.evaluation(&id).await["name"], "journey");
    let of = async |caller: &touchstone_testkit::Caller| {
        caller.get(&format!("/v1/responses?evaluation_id={id}")).await.ok()["count"].as_i64().unwrap()
    };
    assert_eq!(of(&other).await, 2 * of(admin).await);
    other.post_empty(&format!("/v1/evaluations/{id}/delete")).await.ok();
    assert_eq!(admin.evaluation(&id).await["status"], "COMPLETED");
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotency_key_answers_a_repetition_and_refuses_another_request() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let id = finished(admin, &world.target.url).await;
    let send = async |name: &str| {
        let request = admin.request(reqwest::Method::PUT, &format!("/v1/evaluations/{id}"));
        admin.send(request.header("idempotency-key", "once").json(&json!({"name": name}))).await
    };
    send("first").await.ok();
    admin.put(&format!("/v1/evaluations/{id}"), &json!({"name": "second"})).await.ok();
    let events = head(&world).await;
    send("first").await.ok();
    assert_eq!((head(&world).await, &admin.evaluation(&id).await["name"]), (events, &json!("second")));
    send("third").await.refused(422);
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_evaluation_cannot_be_canceled_and_a_name_must_be_a_name() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let id = finished(admin, &world.target.url).await;
    let path = format!("/v1/evaluations/{id}");
    let refused = admin.post_empty(&format!("{path}/cancel")).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("COMPLETED"), "{refused}");
    let event = |kind: &str, data: Value| json!({"type": kind, "data": data});
    admin.post("/v1/events", &event("CANCEL_EVALUATION", json!({"evaluation_id": id}))).await.refused(409);
    for bad in [json!({}), json!({"name": ""}), json!({"name": null}), json!({"name": "a".repeat(5_000)})] {
        admin.put(&path, &bad).await.refused(422);
    }
    let refusals = [
        (event("DELETE_EVALUATION", json!({})), 422),
        (event("DELETE_EVALUATION", json!({"evaluation_id": 7})), 422),
        (event("DELETE_EVALUATION", json!({"evaluation_id": fresh()})), 404),
        (event("DELETE_EVALUATION", json!({"evaluation_id": "x"})), 404),
        (event("START_EVALUATION", json!({"evaluation_id": id})), 409),
        (event("START_DETECTION", json!({"evaluation_id": id})), 422),
        (event("PROBE_CREATED", json!({"evaluation_id": id})), 403),
        (json!({"data": {}}), 422),
    ];
    for (body, status) in refusals {
        admin.post("/v1/events", &body).await.refused(status);
    }
    let hanging =
        Practice::start(TargetOptions { fault: "hang".parse().ok(), ..TargetOptions::default() }).await;
    let (running, key) = (fresh(), admin.key("hanging", &hanging.url).await);
    admin.evaluate(&running, &key, &[SMALL], json!({"sample_size": 1})).await.ok();
    admin.post_empty(&format!("/v1/evaluations/{running}/score")).await.refused(409);
    admin.post_empty(&format!("/v1/evaluations/{running}/cancel")).await.ok();
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_has_a_key_sent_to_an_address_that_it_was_not_stored_for() {
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let admin = &world.admin;
    let mo = world.somebody("mo@example.org", "default", TeamRole::User).await;
    let sink = Practice::start(TargetOptions::default()).await;
    let openai = json!({"name": "openai", "hub": "openai", "value": "practice-key-value",
        "rate_limit_per_interval": 1, "rate_limit_interval": 1});
    let openai = admin.post("/v1/api-keys", &openai).await.ok()["id"].as_str().unwrap().to_owned();
    let custom = admin.key("custom", &world.target.url).await;
    for (hub, key) in [("openai", &openai), ("custom", &custom)] {
        let agent =
            json!({"id": fresh(), "agent_name": hub, "hub": hub, "model_name": "m", "api_key_id": key});
        let agent = mo.post("/v1/agent-configurations", &agent).await.ok()["id"].clone();
        let path = format!("/v1/agent-configurations/{}/update", agent.as_str().unwrap());
        mo.put(&path, &json!({"agent_url": sink.url})).await.ok();
        let events = head(&world).await;
        for extra in [
            json!({"hub": hub, "url": sink.url}),
            json!({"hub": null, "api_key_proxy": null, "agent_configuration_id": agent}),
        ] {
            let refused = mo.evaluate(&fresh(), key, &[SMALL], extra).await.refused(422);
            assert_eq!(refused["detail"][0]["loc"], json!(["body", "url"]), "{refused}");
        }
        let data = json!({"id": fresh(), "hub": hub, "model": "m", "api_key_proxy": key, "url": sink.url,
            "harness_config_ids": [SMALL]});
        let event = json!({"type": "CREATE_EVALUATION", "data": data});
        let refused = admin.post("/v1/events", &event).await.refused(422);
        assert_eq!(refused["detail"][0]["loc"], json!(["body", "data", "url"]), "{refused}");
        assert_eq!(head(&world).await, events);
    }
    assert_eq!(sink.calls().await["calls"], 0);
    close(world).await;
}
