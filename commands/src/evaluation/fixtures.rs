//! One evaluation at each stage of its life, for the tables of all commands.

use touchstone_aggregates::api_key::{ApiKey, HubConfig, Kept, Key};
use touchstone_aggregates::evaluation::{
    CallParams, EvaluationEvent, Plan, PlannedHarness, PlannedProbe, PlannedScenario, Spec,
};
use touchstone_kernel::Sealed;
use touchstone_vocabulary::{
    ApiKeyId, ApiKeyStatus, EvaluationId, HarnessType, Hub, NodeId, ProbeScoring, Score, TeamId, UserId,
    Version,
};
use uuid::Uuid;

use super::CreateEvaluation;

pub const TEAM: TeamId = TeamId(Uuid::from_u128(1));
/// Of the key's value.
pub const FINGERPRINT: &str = "f1";
pub const ID: EvaluationId = EvaluationId(Uuid::from_u128(10));

pub fn spec() -> Spec {
    Spec {
        name: Sealed::Open("nightly".to_owned()),
        hub: Hub::Custom,
        model: "m".into(),
        url: Some("http://127.0.0.1:9/v1".into()),
        api_key: ApiKeyId(Uuid::from_u128(4)),
        harnesses: vec!["vijil.harnesses.security".into()],
        scenarios: Vec::new(),
        version: Version::from("1.0.0"),
        sample_size: None,
        is_lite: false,
        tags: vec!["nightly".into()],
        params: CallParams {
            temperature: Some(0.0),
            top_p: Some(1.0),
            max_completion_tokens: Some(125),
            generations: 1,
            timeout: None,
            system_prompt: None,
        },
        agent_configuration: None,
    }
}

pub fn create() -> CreateEvaluation {
    CreateEvaluation { team: TEAM, id: ID, digest: "d1".into(), spec: spec() }
}

pub fn key(hub: Hub) -> ApiKey {
    let value = Kept { secret_ref: "ref".into(), mask: "ab****yz".into(), fingerprint: FINGERPRINT.into() };
    ApiKey::Stored(Box::new(Key {
        name: Sealed::Open("main".into()),
        name_digest: String::new(),
        hub,
        rate_limit_per_interval: 60,
        rate_limit_interval: 10,
        url: None,
        value: Some(value),
        config: HubConfig::new(),
        status: ApiKeyStatus::Active,
    }))
}

pub fn plan() -> Plan {
    let probe = |n: u128| PlannedProbe {
        node: NodeId(Uuid::from_u128(100 + n)),
        id: format!("probe.{n}").into(),
        name: String::new().into(),
        description: String::new().into(),
        revision: None,
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: 2,
        tests: 2,
    };
    let scenario = |n: u128, probes: &[u128]| PlannedScenario {
        node: NodeId(Uuid::from_u128(200 + n)),
        id: format!("scenario.{n}").into(),
        name: String::new().into(),
        description: String::new().into(),
        version: None,
        probes: probes.iter().map(|p| format!("probe.{p}").into()).collect(),
    };
    Plan {
        harnesses: vec![PlannedHarness {
            node: NodeId(Uuid::from_u128(300)),
            id: "vijil.harnesses.security".into(),
            name: String::new().into(),
            description: String::new().into(),
            harness_type: HarnessType::Dimension,
            version: None,
            scenarios: vec!["scenario.1".into(), "scenario.2".into()],
        }],
        scenarios: vec![scenario(1, &[1, 2]), scenario(2, &[3])],
        probes: vec![probe(1), probe(2), probe(3)],
    }
}

pub fn created() -> Vec<EvaluationEvent> {
    vec![EvaluationEvent::Created {
        created_by: UserId(Uuid::from_u128(7)),
        digest: "d1".into(),
        key_fingerprint: FINGERPRINT.into(),
        spec: Box::new(spec()),
    }]
}

pub fn planned() -> Vec<EvaluationEvent> {
    [created(), vec![EvaluationEvent::Planned { plan: plan() }]].concat()
}

pub fn running() -> Vec<EvaluationEvent> {
    [planned(), vec![EvaluationEvent::Started {}]].concat()
}

pub fn ended(end: EvaluationEvent) -> Vec<EvaluationEvent> {
    [running(), vec![end]].concat()
}

/// Every state an evaluation can be in, with its name.
pub fn every_state() -> Vec<(&'static str, Vec<EvaluationEvent>)> {
    let cause = || "c".to_owned();
    vec![
        ("absent", Vec::new()),
        ("created", created()),
        ("planned", planned()),
        ("running", running()),
        ("completed", ended(EvaluationEvent::Completed { score: Score::PASS })),
        ("canceled", ended(EvaluationEvent::Canceled {})),
        ("errored", ended(EvaluationEvent::Errored { cause: cause() })),
        ("timed out", ended(EvaluationEvent::TimedOut { cause: cause() })),
        ("failed", ended(EvaluationEvent::Failed { cause: cause() })),
        ("deleted", ended(EvaluationEvent::Deleted {})),
    ]
}

/// What a command answers in every state, as one word each: the table of a command's whole behaviour.
pub fn behaviour<C>(command: &C) -> Vec<(&'static str, String)>
where
    C: touchstone_kernel::Command<
            On = touchstone_aggregates::evaluation::Evaluation,
            Refusal = super::EvaluationRefusal,
        >,
{
    every_state()
        .into_iter()
        .map(|(name, past)| {
            let state = touchstone_kernel::State::fold(&past);
            let answer = match command.decide(&state, &[], &touchstone_kernel::testing::meta()) {
                Ok(events) => {
                    let names: Vec<_> = events
                        .iter()
                        .map(|e| touchstone_kernel::encode(e).unwrap().0.replace("evaluation.", ""))
                        .collect();
                    if names.is_empty() { "nothing".into() } else { names.join("+") }
                }
                Err(refusal) => format!("{:?}", touchstone_kernel::Refusal::kind(&refusal)),
            };
            (name, answer)
        })
        .collect()
}

/// Compares a behaviour with `state answer` lines.
#[track_caller]
pub fn assert_behaviour(actual: &[(&'static str, String)], expected: &[(&str, &str)]) {
    let actual: Vec<_> = actual.iter().map(|(state, answer)| (*state, answer.as_str())).collect();
    assert_eq!(actual, expected);
}
