use serde_json::json;
use touchstone_egress::Policy;
use touchstone_vocabulary::Hub;
use uuid::Uuid;

use super::*;
use crate::error::Step;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));

/// As the common client sends it, with changes; a null change of a field takes it away.
fn sent(change: Value) -> Result<CreateEvaluation, ApiError> {
    sent_with(change, None)
}

/// The same with the agent configuration that it names.
fn sent_with(
    change: Value,
    agent: Option<Result<AgentConfigurationView, ApiError>>,
) -> Result<CreateEvaluation, ApiError> {
    let mut body = json!({
        "name": "nightly",
        "id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
        "hub": "custom",
        "api_key_proxy": "00000000-0000-0000-0000-000000000004",
        "scenario_config_filters": [],
        "is_lite": false,
        "version": "1.0.0",
        "agent_params": {"temperature": 0, "top_p": 1, "max_tokens": 125},
        "model": "m",
        "url": "http://127.0.0.1:9/v1",
        "harness_config_ids": ["vijil.harnesses.security"],
    });
    if let (Value::Object(body), Value::Object(change)) = (&mut body, change) {
        body.extend(change);
    }
    let egress = Egress::new(Policy { loopback: true, ..Policy::default() }).unwrap();
    crate::body::read::<EvaluationRequest>(body.to_string().as_bytes(), &crate::Limits::default())
        .unwrap()
        .command(TEAM, &own(), &egress, agent)
}

/// Two versions of one harness, the newer archived, and another that is archived altogether.
fn own() -> Own {
    let config = |version: &str, status: &str| HarnessConfigView {
        version: version.to_owned(),
        status: status.to_owned(),
        team_id: TEAM.to_string(),
        scenario_config_ids: vec![ScenarioId::own(Uuid::from_u128(3)).to_string()],
        ..suite::harness_configs(&[], None).remove(0)
    };
    let id = |number| HarnessId::own(Uuid::from_u128(number));
    let harnesses = BTreeMap::from([
        (id(1), vec![config("1.0.7", "INACTIVE"), config("1.0.0", "ACTIVE")]),
        (id(2), vec![config("1.0.0", "INACTIVE")]),
        (id(9), Vec::new()),
    ]);
    Own { harnesses, ..Own::default() }
}

fn field(change: &Value) -> String {
    let Err(ApiError::Invalid(faults)) = sent(change.clone()) else { panic!("not refused: {change}") };
    let Step::Field(field) = &faults[0].loc[1] else { panic!() };
    field.clone()
}

fn missing(change: &Value) -> String {
    let Err(ApiError::Missing(text)) = sent(change.clone()) else { panic!("not missing: {change}") };
    text
}

#[test]
fn the_common_request_becomes_a_command() {
    let command = sent(json!({})).unwrap();
    let spec = &command.spec;
    assert_eq!(spec.name.text(), "nightly");
    assert_eq!((spec.hub, spec.model.as_str(), spec.version.as_str()), (Hub::Custom, "m", "1.0.0"));
    assert_eq!(spec.harnesses, ["vijil.harnesses.security".into()]);
    assert_eq!((spec.params.temperature, spec.params.top_p), (Some(0.0), Some(1.0)));
    assert_eq!((spec.params.max_completion_tokens, spec.params.generations), (Some(125), 1));
    assert_eq!((spec.tags.as_slice(), spec.is_lite), (["vijil_harness".to_owned()].as_slice(), false));
}

#[test]
fn numbers_may_be_texts_and_absent_ones_have_the_contracts_defaults() {
    let of = |params: Value| {
        let params = sent(json!({"agent_params": params})).unwrap().spec.params;
        (params.temperature, params.top_p)
    };
    assert_eq!(of(json!({"temperature": "0.50", "top_p": "0.9"})), (Some(0.5), Some(0.9)));
    assert_eq!(of(json!({})), (Some(1.0), Some(0.99)));
    assert_eq!(of(json!({"temperature": null, "top_p": ""})), (None, None));
    assert_eq!(field(&json!({"agent_params": {"temperature": "warm"}})), "temperature");
    assert_eq!(field(&json!({"agent_params": {"top_p": "inf"}})), "top_p");
}

#[test]
fn older_names_of_parameters_are_understood() {
    let params = sent(json!({"num_generations": 3, "agent_params": {"max_tokens": 7}})).unwrap().spec.params;
    assert_eq!((params.generations, params.max_completion_tokens), (3, Some(7)));
    let official = json!({"num_generations": 3, "agent_params": {"generations": 2, "num_generations": 4,
        "max_completion_tokens": 8, "max_tokens": 7, "timeout": 9999, "unknown": {}}});
    let params = sent(official).unwrap().spec.params;
    assert_eq!((params.generations, params.max_completion_tokens), (2, Some(8)));
    assert_eq!(params.timeout, Some(120.0));
}

#[test]
fn harnesses_are_prefixed_and_asked_for_once_in_first_order() {
    let ids = ["security", "vijil.harnesses.safety", "vijil.harnesses.security", "safety"];
    let spec = sent(json!({"harness_config_ids": ids})).unwrap().spec;
    assert_eq!(spec.harnesses, ["vijil.harnesses.security".into(), "vijil.harnesses.safety".into()]);
    assert_eq!(spec.tags, ["vijil_harness"]);
}

#[test]
fn tags_that_were_sent_stay_and_each_kind_of_harness_has_its_own() {
    assert_eq!(sent(json!({"tags": ["mine"]})).unwrap().spec.tags, ["mine"]);
    assert!(sent(json!({"tags": []})).unwrap().spec.tags.is_empty());
    let all = tags(HarnessType::ALL);
    assert_eq!(all, ["vijil_harness", "audit", "vijil_scenario", "custom", "benchmarks"]);
}

#[test]
fn what_is_named_must_exist() {
    assert_eq!(
        missing(&json!({"harness_config_ids": ["nowhere"]})),
        "there is no harness vijil.harnesses.nowhere"
    );
    assert_eq!(missing(&json!({"version": "9.9.9"})), "there is no version 9.9.9");
    assert_eq!(
        missing(&json!({"scenario_config_filters": ["no.such"]})),
        "there is no scenario vijil.scenarios.no.such"
    );
    assert!(missing(&json!({"api_key_proxy": "my-key"})).contains("API key"));
}

fn agent() -> AgentConfigurationView {
    AgentConfigurationView {
        id: "00000000-0000-0000-0000-000000000009".into(),
        agent_name: "helper".into(),
        model_name: "kept".into(),
        agent_url: "http://127.0.0.1:7/v1".into(),
        hub: "openai".into(),
        team_id: TEAM.to_string(),
        created_by: String::new(),
        api_key_id: Some("00000000-0000-0000-0000-000000000005".into()),
        agent_system_prompt: Some("Keep the word.".into()),
        status: "active".into(),
        created_at: 0,
        hub_config: None,
        stream_version: 1,
    }
}

#[test]
fn what_the_request_leaves_out_is_the_agent_configurations() {
    let left_out =
        json!({"hub": null, "model": null, "url": null, "api_key_proxy": null, "agent_params": null});
    let spec = sent_with(left_out.clone(), Some(Ok(agent()))).unwrap().spec;
    assert_eq!((spec.hub, spec.model.as_str()), (Hub::OpenAi, "kept"));
    assert_eq!(spec.url.as_deref(), Some("http://127.0.0.1:7/v1"));
    assert_eq!(spec.api_key.to_string(), agent().api_key_id.unwrap());
    assert_eq!(spec.params.system_prompt.unwrap().text(), "Keep the word.");
    assert_eq!(spec.agent_configuration.as_deref(), Some(agent().id.as_str()));
    let said = json!({"agent_params": {"agent_system_prompt": "Another."}});
    let spec = sent_with(said, Some(Ok(agent()))).unwrap().spec;
    assert_eq!((spec.hub, spec.model.as_str(), spec.api_key.0.as_u128()), (Hub::Custom, "m", 4));
    assert_eq!(spec.url.as_deref(), Some("http://127.0.0.1:9/v1"));
    assert_eq!(spec.params.system_prompt.unwrap().text(), "Another.");

    let place = |agent| {
        let Err(ApiError::Invalid(faults)) = sent_with(left_out.clone(), agent) else { panic!() };
        serde_json::to_value(&faults[0].loc).unwrap()
    };
    assert_eq!(place(None), json!(["body", "api_key_proxy"]));
    let keyless = AgentConfigurationView { api_key_id: None, ..agent() };
    assert_eq!(place(Some(Ok(keyless))), json!(["body", "api_key_proxy"]));
    let hostile = AgentConfigurationView { agent_url: "http://10.0.0.1/v1".into(), ..agent() };
    assert_eq!(place(Some(Ok(hostile))), json!(["body", "agent_configuration_id"]));
}

#[test]
fn an_agent_configuration_that_is_not_there_is_told_after_what_is_wrong_with_the_request_itself() {
    let absent = || Some(Err(ApiError::missing("agent configuration")));
    assert!(matches!(sent_with(json!({}), absent()), Err(ApiError::Missing(_))));
    for wrong in [json!({"id": "1"}), json!({"hub": "nowhere"}), json!({"url": "http://10.0.0.1/v1"})] {
        assert!(matches!(sent_with(wrong, absent()), Err(ApiError::Invalid(_))));
    }
}

#[test]
fn a_benchmark_that_nobody_imported_is_refused_with_what_to_run() {
    let Err(ApiError::Conflict(text)) =
        sent(json!({"version": "1.1.0", "harness_config_ids": ["security", "MMLU"]}))
    else {
        panic!("it is not refused")
    };
    assert!(text.contains("`touchstone catalog import-benchmark MMLU FILE…`"), "{text}");
}

#[test]
fn a_teams_own_harness_is_asked_for_by_its_uuid_and_must_be_one_that_can_be_run() {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let of = |version: &str, ids: Value| json!({"version": version, "harness_config_ids": ids});
    for version in ["1.0.0", "1.1.0"] {
        let spec = sent(of(version, json!([one.to_string().to_uppercase(), "security"]))).unwrap().spec;
        assert_eq!(spec.harnesses, [HarnessId::own(one), "vijil.harnesses.security".into()]);
        assert_eq!(
            (spec.version.as_str(), spec.tags),
            (version, vec!["custom".into(), "vijil_harness".into()])
        );
    }
    for (version, id) in [("1.0.7", one), ("1.0.0", two), ("1.1.0", two)] {
        let Err(ApiError::Conflict(text)) = sent(of(version, json!([id]))) else { panic!("{version} {id}") };
        assert!(text.contains("archived"), "{text}");
    }
    assert!(missing(&of("1.1.0", json!([Uuid::from_u128(9)]))).contains("no harness"));
    assert!(missing(&of("1.0.7", json!([one, "security"]))).contains("no version"), "the catalogue has none");
    assert!(missing(&of("1.0.9", json!([one]))).contains("no version"));
    let filtered = |number: u128| {
        let mut asked = of("1.1.0", json!([one]));
        asked["scenario_config_filters"] = json!([Uuid::from_u128(number)]);
        asked
    };
    assert_eq!(sent(filtered(3)).unwrap().spec.scenarios, [ScenarioId::own(Uuid::from_u128(3))]);
    assert!(missing(&filtered(4)).contains("no scenario"));
}

#[test]
fn bad_fields_are_named() {
    assert_eq!(field(&json!({"id": "1"})), "id");
    assert_eq!(field(&json!({"hub": "nowhere"})), "hub");
    assert_eq!(field(&json!({"url": "http://10.0.0.1/v1"})), "url");
    assert_eq!(field(&json!({"sample_size": -1})), "sample_size");
    assert_eq!(field(&json!({"agent_params": {"generations": -1}})), "generations");
}

#[test]
fn what_may_be_absent_has_a_default() {
    let change = json!({"name": null, "model": null, "url": "", "version": null, "is_lite": null,
        "agent_params": null, "harness_config_ids": null, "scenario_config_filters": null});
    let spec = sent(change).unwrap().spec;
    assert_eq!((spec.name.text(), spec.model.as_str(), spec.url), ("", "", None));
    assert_eq!(&spec.version, touchstone_catalog::latest().version());
    assert!(spec.harnesses.is_empty(), "the command refuses an empty list");
}

#[test]
fn the_digest_covers_the_meaning_but_neither_the_spelling_nor_free_texts() {
    let digest = |change| sent(change).unwrap().digest;
    let same = json!({"agent_params": {"top_p": "1", "max_completion_tokens": 125, "temperature": "0.0"},
        "harness_config_ids": ["security", "security"], "ignored": 1});
    assert_eq!(digest(json!({})), digest(same));
    let newest = touchstone_catalog::latest().version().as_str();
    assert_eq!(digest(json!({"version": null})), digest(json!({"version": newest})));
    for other in [json!({"model": "n"}), json!({"is_lite": true}), json!({"agent_params": {"top_p": 0.5}})] {
        assert_ne!(digest(json!({})), digest(other));
    }
    // A digest of a text would outlive its erasure; the command compares the texts themselves.
    for text in [json!({"name": "other"}), json!({"agent_params": {"agent_system_prompt": "other"}})] {
        let prompted = json!({"agent_params": {"agent_system_prompt": "one"}});
        let like = if text.get("name").is_some() { json!({}) } else { prompted };
        assert_eq!(digest(like), digest(text));
    }
}
