use serde_json::value::to_raw_value;
use touchstone_aggregates::api_key::{HubConfig, Kept};
use touchstone_aggregates::evaluation::{CallParams, PlannedProbe, Spec};
use touchstone_kernel::{ChainHash, Envelope, Event, Mark, Metadata, Sealed, encode};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, Hub, NodeId, ProbeScoring, PromptId, TeamId, UserId};

use super::*;

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const ID: Owned<EvaluationId> = Owned::new(TEAM, EvaluationId(Uuid::from_u128(2)));

struct Past {
    board: Board,
    seq: i64,
}

impl Past {
    fn new() -> Self {
        Self { board: Board::default(), seq: 0 }
    }

    fn record<E: Event>(&mut self, stream: &str, event: &E) -> &mut Self {
        self.seq += 1;
        let (name, payload) = encode(event).unwrap();
        let metadata = Metadata {
            actor: "system:test".into(),
            team: Some(TEAM),
            subject: None,
            correlation: Uuid::nil(),
            causation: None,
        };
        let envelope = Envelope {
            seq: self.seq,
            hash: ChainHash::GENESIS,
            prev: ChainHash::GENESIS,
            event_id: Uuid::from_u128(u128::try_from(self.seq).unwrap()),
            context: E::CONTEXT.into(),
            stream: stream.into(),
            sequence: 1,
            name,
            version: "1".into(),
            recorded_at: Time(0),
            mark: Mark::default(),
            payload: None,
            metadata: to_raw_value(&metadata).unwrap(),
        };
        let recorded = Recorded { envelope, payload: to_raw_value(&payload).unwrap() };
        self.board.apply(&recorded).unwrap();
        self
    }

    fn evaluation(&mut self, event: &EvaluationEvent) -> &mut Self {
        self.record(&ID.to_string(), event)
    }

    fn run(&mut self, probe: &str, event: &ProbeRunEvent) -> &mut Self {
        self.record(&format!("{ID}/{probe}"), event)
    }

    fn planned(probes: &[&str]) -> Self {
        let mut past = Self::new();
        past.evaluation(&created()).evaluation(&EvaluationEvent::Planned { plan: plan(probes) });
        for probe in probes {
            past.run(probe, &opened());
        }
        past.evaluation(&EvaluationEvent::Started {});
        past
    }
}

fn created() -> EvaluationEvent {
    EvaluationEvent::Created {
        created_by: UserId(Uuid::nil()),
        digest: String::new(),
        key_fingerprint: String::new(),
        spec: Box::new(Spec {
            name: Sealed::Erased,
            hub: Hub::Custom,
            model: String::new(),
            url: None,
            api_key: ApiKeyId(Uuid::nil()),
            harnesses: Vec::new(),
            scenarios: Vec::new(),
            version: "1.0.0".into(),
            sample_size: None,
            is_lite: false,
            tags: Vec::new(),
            params: CallParams {
                temperature: None,
                top_p: None,
                max_completion_tokens: None,
                generations: 1,
                timeout: None,
                system_prompt: None,
            },
            agent_configuration: None,
        }),
    }
}

fn plan(probes: &[&str]) -> Plan {
    let probe = |id: &&str| PlannedProbe {
        node: NodeId(Uuid::nil()),
        id: (*id).into(),
        name: String::new().into(),
        description: String::new().into(),
        revision: None,
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: 2,
        tests: 2,
    };
    Plan { probes: probes.iter().map(probe).collect(), ..Plan::default() }
}

fn opened() -> ProbeRunEvent {
    ProbeRunEvent::Opened {
        node: NodeId(Uuid::nil()),
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: ["p0", "p1"].map(|id| PromptId::from(id).into()).into(),
        generations: 1,
    }
}

#[test]
fn an_evaluation_stays_on_the_board_until_it_has_ended_and_every_run_is_closed() {
    let mut past = Past::planned(&["a", "b"]);
    past.evaluation(&EvaluationEvent::Canceled {}).run("a", &ProbeRunEvent::Closed { finished: false });
    assert!(past.board.cases[&ID].ended);
    past.run("b", &ProbeRunEvent::Closed { finished: false });
    assert!(past.board.cases.is_empty());
}

#[test]
fn one_that_ended_before_it_was_planned_needs_nothing_more() {
    let mut past = Past::new();
    past.evaluation(&created()).evaluation(&EvaluationEvent::Canceled {});
    assert!(past.board.cases.is_empty());
}

#[test]
fn a_new_process_replays_from_the_oldest_that_is_open() {
    let mut past = Past::new();
    let other = format!("{TEAM}/{}", Uuid::from_u128(9));
    past.record(&other, &created()).record(&other, &EvaluationEvent::Canceled {});
    past.evaluation(&created());
    assert_eq!(past.board.resume_from(), 2);
    past.evaluation(&EvaluationEvent::Canceled {});
    assert_eq!(past.board.resume_from(), past.seq);
}

#[test]
fn what_was_deleted_or_replaced_is_erased_even_when_it_ended_long_ago() {
    let key = Owned::new(TEAM, ApiKeyId(Uuid::from_u128(4)));
    let value = Kept { secret_ref: String::new(), mask: String::new(), fingerprint: String::new() };
    let mut past = Past::new();
    past.evaluation(&EvaluationEvent::Deleted {});
    for event in [
        ApiKeyEvent::StatusChanged { status: ApiKeyStatus::Inactive },
        ApiKeyEvent::SecretRotated { value },
        ApiKeyEvent::HubConfigChanged { config: HubConfig::new() },
        ApiKeyEvent::Deleted {},
    ] {
        past.record(&key.to_string(), &event);
    }
    assert_eq!(past.board.resume_from(), 0);
    let erasures: Vec<_> = past.board.erasures.into_iter().collect();
    assert_eq!(
        erasures,
        [
            (1, Erasure::DataKey { subject: subject(&ID) }),
            (3, Erasure::Secrets { key }),
            (4, Erasure::Secrets { key }),
            (5, Erasure::Secrets { key }),
        ]
    );
}

#[test]
fn only_a_finished_run_has_a_score_above() {
    let mut past = Past::planned(&["a", "b"]);
    past.run("a", &ProbeRunEvent::Scored { score: Some(Score::PASS) })
        .run("a", &ProbeRunEvent::Closed { finished: true })
        .run("b", &ProbeRunEvent::Closed { finished: false });
    let finished = past.board.cases[&ID].finished();
    assert_eq!(finished.into_iter().collect::<Vec<_>>(), [("a".into(), Some(Score::PASS))]);
}

#[test]
fn a_claim_tells_who_holds_a_run() {
    let mut past = Past::planned(&["a"]);
    let worker = WorkerId(Uuid::from_u128(5));
    past.run("a", &ProbeRunEvent::Claimed { fence: 1, worker });
    let state = &past.board.cases[&ID].runs[&"a".into()];
    assert_eq!(state, &RunState::Open { tests: 2, fence: 1, worker: Some(worker) });
}
