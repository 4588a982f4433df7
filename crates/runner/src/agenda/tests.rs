use std::collections::BTreeMap;

use touchstone_aggregates::probe_run::{Call, Stage};
use touchstone_vocabulary::{
    Criteria, Message, NodeId, ProbeId, ProbeScoring, ResponseId, Score, TestId, Time,
};
use uuid::Uuid;

use super::*;

fn prompt(id: &str, half: Option<Half>) -> Prompt {
    Prompt { id: id.into(), messages: vec![Message::user(id)], criteria: Criteria::default(), half }
}

/// A single prompt and a pair.
fn probe() -> Probe {
    Probe {
        id: ProbeId::from("p"),
        name: String::new(),
        description: String::new(),
        goal: String::new(),
        expected: String::new(),
        tags: Vec::new(),
        detector_ids: Vec::new(),
        scoring: ProbeScoring::NaiveMeanMin,
        unpractised: None,
        prompts: vec![
            prompt("single", None),
            prompt("original", Some(Half::Original { variant: "variant".into() })),
            prompt("variant", Some(Half::Variant { original: "original".into() })),
        ],
    }
}

fn run(planned: &[&str], recorded: Vec<(u32, Outcome)>) -> Run {
    let slot = |prompt_index| Slot { prompt_index, generation: 1 };
    Run {
        node: NodeId(Uuid::nil()),
        scoring: ProbeScoring::NaiveMeanMin,
        detectors: Vec::new(),
        prompts: planned.iter().map(|id| PromptId::from(*id).into()).collect(),
        generations: 1,
        fence: 1,
        recorded: recorded
            .into_iter()
            .map(|(place, outcome)| (slot(place), outcome))
            .collect::<BTreeMap<_, _>>(),
        score: None,
    }
}

fn call(prompt_index: u32, answer: &str) -> Call {
    Call {
        fence: 1,
        slot: Slot { prompt_index, generation: 1 },
        test: TestId(Uuid::nil()),
        response: ResponseId(Uuid::nil()),
        prompt: PromptId::from("original"),
        prompt_group: Vec::new(),
        messages: Sealed::Open(Vec::new()),
        triggers: Sealed::Open(Vec::new()),
        answer: Sealed::Open(answer.to_owned()),
        tools: None,
        prompt_tokens: 0,
        completion_tokens: 0,
        started_at: Time(0),
        finished_at: Time(0),
    }
}

const ALL: [&str; 3] = ["single", "original", "variant"];

fn asked(run: &Run) -> Vec<(String, Option<String>)> {
    let probe = probe();
    let agenda = Agenda::new(&probe, run);
    agenda
        .open(run)
        .into_iter()
        .map(|ask| (ask.prompt.id.to_string(), ask.twin.subject().map(|twin| twin.response.to_owned())))
        .collect()
}

fn skipped(answer: &str) -> Outcome {
    Outcome::Skipped { answer: Sealed::Open(answer.to_owned()) }
}

#[test]
fn a_variant_waits_until_its_original_is_answered() {
    let run = run(&ALL, vec![]);
    assert_eq!(asked(&run), [("single".to_owned(), None), ("original".to_owned(), None)]);
    let probe = probe();
    let agenda = Agenda::new(&probe, &run);
    let next = agenda.next(&ProbeRunEvent::ResponseSkipped { call: call(1, "seven") }).unwrap();
    assert_eq!((next.prompt.id.as_str(), next.slot.prompt_index), ("variant", 2));
    assert_eq!(next.twin.subject().unwrap().response, "seven");
}

#[test]
fn after_a_crash_the_variant_is_asked_beside_the_recorded_answer() {
    let run = run(&ALL, vec![(0, Outcome::Scored(Score::PASS)), (1, skipped("seven"))]);
    assert_eq!(asked(&run), [("variant".to_owned(), Some("seven".to_owned()))]);
}

#[test]
fn a_variant_without_an_answer_to_its_original_is_missing_it() {
    let probe = probe();
    let twins = |run: &Run| {
        Agenda::new(&probe, run)
            .open(run)
            .into_iter()
            .map(|ask| ask.twin == Twin::Missing)
            .collect::<Vec<_>>()
    };
    let errored = Outcome::Errored { cause: "c".to_owned() };
    assert_eq!(twins(&run(&ALL[1..], vec![(0, errored)])), [true]);
    assert_eq!(twins(&run(&ALL[1..], vec![(0, Outcome::Skipped { answer: Sealed::Erased })])), [true]);
    assert_eq!(twins(&run(&ALL[2..], vec![])), [true], "the plan has no original");
    let run = run(&ALL, vec![]);
    let failed = ProbeRunEvent::ResponseErrored {
        call: call(1, ""),
        verdicts: Vec::new(),
        stage: Stage::Generation,
        cause: "c".to_owned(),
    };
    assert_eq!(Agenda::new(&probe, &run).next(&failed).unwrap().twin, Twin::Missing);
}

#[test]
fn nothing_follows_a_prompt_that_stands_alone_or_a_variant() {
    let probe = probe();
    let run = run(&ALL, vec![]);
    let agenda = Agenda::new(&probe, &run);
    for place in [0, 2, 9] {
        let verdicts = Vec::new();
        let scored = ProbeRunEvent::ResponseScored { call: call(place, ""), verdicts, score: Score::PASS };
        assert!(agenda.next(&scored).is_none());
    }
}

#[test]
fn a_prompt_that_this_build_does_not_know_is_not_asked() {
    assert_eq!(asked(&run(&["elsewhere", "single"], vec![])), [("single".to_owned(), None)]);
}
