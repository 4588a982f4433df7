use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::prop_assert_eq;
use touchstone_aggregates::evaluation::EvaluationEvent;
use touchstone_aggregates::probe_run::{Slot, Stage};
use touchstone_kernel::testing::{given, meta};
use touchstone_kernel::{Sealed, State};
use touchstone_vocabulary::{PromptId, ResponseId, Score, TeamId, TestId, Time};
use uuid::Uuid;

use super::*;

fn id() -> ProbeRunId {
    ProbeRunId {
        team: TeamId(Uuid::from_u128(1)),
        evaluation: EvaluationId(Uuid::from_u128(10)),
        probe: "probe.1".into(),
    }
}

fn asked() -> Vec<Asked> {
    ["p0", "p1"].map(|id| Asked::from(PromptId::from(id))).into()
}

fn open() -> OpenProbeRun {
    OpenProbeRun {
        id: id(),
        node: NodeId(Uuid::from_u128(100)),
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: asked(),
        generations: 1,
    }
}

fn opened() -> ProbeRunEvent {
    ProbeRunEvent::Opened {
        node: NodeId(Uuid::from_u128(100)),
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: asked(),
        generations: 1,
    }
}

fn claim(fence: u64) -> ClaimProbeRun {
    ClaimProbeRun { id: id(), fence, worker: WorkerId(Uuid::from_u128(50)) }
}

fn claimed(fence: u64) -> ProbeRunEvent {
    ProbeRunEvent::Claimed { fence, worker: WorkerId(Uuid::from_u128(50)) }
}

fn call_of(fence: u64, prompt_index: u32) -> Call {
    Call {
        fence,
        slot: Slot { prompt_index, generation: 1 },
        test: TestId(Uuid::from_u128(1)),
        response: ResponseId(Uuid::from_u128(2)),
        prompt: format!("p{prompt_index}").into(),
        prompt_group: Vec::new(),
        messages: Sealed::Open(Vec::new()),
        triggers: Sealed::Open(Vec::new()),
        answer: Sealed::Open("no".into()),
        tools: None,
        prompt_tokens: 1,
        completion_tokens: 1,
        started_at: Time(0),
        finished_at: Time(1),
    }
}

fn scored(fence: u64, prompt: u32, score: f64) -> ProbeRunEvent {
    ProbeRunEvent::ResponseScored {
        call: call_of(fence, prompt),
        verdicts: Vec::new(),
        score: Score::clamped(score),
    }
}

fn errored(fence: u64, prompt: u32) -> ProbeRunEvent {
    ProbeRunEvent::ResponseErrored {
        call: call_of(fence, prompt),
        verdicts: Vec::new(),
        stage: Stage::Generation,
        cause: "c".into(),
    }
}

fn record(fence: u64, responses: Vec<ProbeRunEvent>) -> RecordResponses {
    RecordResponses { id: id(), fence, responses }
}

fn running() -> Evaluation {
    use touchstone_aggregates::evaluation::Plan;
    let mut state = Evaluation::fold(&crate::evaluation_created());
    state.apply(&EvaluationEvent::Planned { plan: Plan::default() });
    state
}

#[test]
fn a_run_opens_once_and_only_while_its_evaluation_runs() {
    given(&[]).when_knowing(&open(), &[running()]).then(&[opened()]);
    given(&[opened()]).when_knowing(&open(), &[running()]).then_nothing();
    given(&[]).when_knowing(&open(), &[Evaluation::Absent]).then_refused(&ProbeRunRefusal::EvaluationEnded);
}

#[test]
fn each_claim_raises_the_fence_by_one() {
    given(&[]).when(&claim(1)).then_refused(&ProbeRunRefusal::NoSuchRun);
    given(&[opened()]).when(&claim(1)).then(&[claimed(1)]);
    given(&[opened(), claimed(1)]).when(&claim(2)).then(&[claimed(2)]);
    given(&[opened(), claimed(1)])
        .when(&claim(1))
        .then_refused(&ProbeRunRefusal::Fenced { given: 1, current: 1 });
}

#[test]
fn a_response_is_recorded_once() {
    let past = [opened(), claimed(1)];
    given(&past).when(&record(1, vec![scored(1, 0, 1.0), scored(1, 0, 0.0)])).then(&[scored(1, 0, 1.0)]);
    given(&[opened(), claimed(1), scored(1, 0, 1.0)]).when(&record(1, vec![errored(1, 0)])).then_nothing();
}

#[test]
fn an_old_fence_is_not_heard() {
    let past = [opened(), claimed(1), claimed(2)];
    let fenced = ProbeRunRefusal::Fenced { given: 1, current: 2 };
    given(&past).when(&record(1, vec![scored(1, 0, 1.0)])).then_refused(&fenced);
    given(&past).when(&ScoreProbeRun { id: id(), fence: 1 }).then_refused(&fenced);
}

#[test]
fn only_planned_responses_are_recorded() {
    let past = [opened(), claimed(1)];
    given(&past).when(&record(1, vec![scored(1, 7, 1.0)])).then_refused(&ProbeRunRefusal::Unplanned);
    given(&past).when(&record(1, vec![claimed(2)])).then_refused(&ProbeRunRefusal::Unplanned);
}

#[test]
fn the_original_half_of_a_pair_is_recorded_once_and_left_out_of_the_score() {
    let skipped = ProbeRunEvent::ResponseSkipped { call: call_of(1, 0) };
    let mut past = vec![opened(), claimed(1)];
    given(&past)
        .when(&record(1, vec![skipped.clone(), scored(1, 0, 1.0)]))
        .then(std::slice::from_ref(&skipped));
    past.extend([skipped, scored(1, 1, 0.0)]);
    given(&past).when(&record(1, vec![scored(1, 0, 1.0)])).then_nothing();
    let ended =
        [ProbeRunEvent::Scored { score: Some(Score::FAIL) }, ProbeRunEvent::Closed { finished: true }];
    given(&past).when(&ScoreProbeRun { id: id(), fence: 1 }).then(&ended);
}

#[test]
fn errors_are_left_out_of_the_score() {
    let score = ScoreProbeRun { id: id(), fence: 1 };
    let mut past = vec![opened(), claimed(1), scored(1, 0, 1.0)];
    given(&past).when(&score).then_refused(&ProbeRunRefusal::Incomplete { missing: 1 });
    past.push(errored(1, 1));
    let ended =
        [ProbeRunEvent::Scored { score: Some(Score::PASS) }, ProbeRunEvent::Closed { finished: true }];
    given(&past).when(&score).then(&ended);
    past.extend(ended);
    given(&past).when(&score).then_nothing();
}

#[test]
fn nothing_is_recorded_after_the_close() {
    let close = CloseProbeRun { id: id() };
    given(&[]).when(&close).then(&[ProbeRunEvent::Closed { finished: false }]);
    given(&[opened()]).when(&close).then(&[ProbeRunEvent::Closed { finished: false }]);
    let past = [opened(), claimed(1), ProbeRunEvent::Closed { finished: false }];
    given(&past).when(&close).then_nothing();
    given(&past).when(&record(1, vec![scored(1, 0, 1.0)])).then_refused(&ProbeRunRefusal::AlreadyClosed);
    given(&past).when(&claim(2)).then_refused(&ProbeRunRefusal::AlreadyClosed);
    given(&[ProbeRunEvent::Closed { finished: false }]).when_knowing(&open(), &[running()]).then_nothing();
}

#[derive(Debug, Clone)]
enum Try {
    Open,
    Claim(u64),
    Record(u64, u32),
    Error(u64, u32),
    Score(u64),
    Close,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let fence = 0..4_u64;
    let prompt = 0..3_u32;
    proptest::collection::vec(
        prop_oneof![
            4 => Just(Try::Open),
            4 => fence.clone().prop_map(Try::Claim),
            8 => (fence.clone(), prompt.clone()).prop_map(|(f, p)| Try::Record(f, p)),
            2 => (fence.clone(), prompt).prop_map(|(f, p)| Try::Error(f, p)),
            2 => fence.prop_map(Try::Score),
            1 => any::<bool>().prop_map(|_| Try::Close),
        ],
        0..40,
    )
}

proptest! {
    #[test]
    fn whatever_is_tried_no_response_counts_twice_and_fences_only_rise(tries in tries()) {
        let mut state = ProbeRun::default();
        let mut log = Vec::new();
        for one in tries {
            let meta = meta();
            let decided = match one {
                Try::Open => open().decide(&state, &[running()], &meta),
                Try::Claim(f) => claim(f).decide(&state, &[], &meta),
                Try::Record(f, p) => record(f, vec![scored(f, p, 0.5)]).decide(&state, &[], &meta),
                Try::Error(f, p) => record(f, vec![errored(f, p)]).decide(&state, &[], &meta),
                Try::Score(f) => ScoreProbeRun { id: id(), fence: f }.decide(&state, &[], &meta),
                Try::Close => CloseProbeRun { id: id() }.decide(&state, &[], &meta),
            };
            for event in decided.unwrap_or_default() {
                state.apply(&event);
                log.push(event);
            }
        }
        let mut slots: Vec<_> = log.iter().filter_map(call).map(|c| c.slot).collect();
        let count = slots.len();
        slots.sort();
        slots.dedup();
        prop_assert_eq!(slots.len(), count);
        let fences: Vec<_> = log
            .iter()
            .filter_map(|e| if let ProbeRunEvent::Claimed { fence, .. } = e { Some(*fence) } else { None })
            .collect();
        prop_assert_eq!(fences.clone(), (1..=fences.len() as u64).collect::<Vec<_>>());
        let (head, tail) = log.split_at(log.len() / 2);
        let mut split = ProbeRun::fold(head);
        for event in tail {
            split.apply(event);
        }
        prop_assert_eq!(split, ProbeRun::fold(&log));
    }
}
