//! From an answer to a recorded outcome: the probe's detectors in order, then the probe's scoring function.

use touchstone_aggregates::probe_run::{Call, ProbeRunEvent, Stage, Verdict as RecordedVerdict};
use touchstone_catalog::{Probe, Prompt};
use touchstone_detectors::{Detectors, Subject, Verdict, combine};

/// What the target gave back.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub text: &'a str,
    /// Names of the tools that it called.
    pub tools: &'a [String],
    /// The answer to the original, where this one answers its variant.
    pub twin: Option<&'a Subject<'a>>,
}

/// Judges one answer. An answer that a detector cannot judge is an error, never a pass or a fail.
pub fn judge(
    call: Call,
    answer: Answer<'_>,
    prompt: &Prompt,
    probe: &Probe,
    detectors: &Detectors,
) -> ProbeRunEvent {
    let Answer { text, tools, twin } = answer;
    let subject = Subject { tools, twin, ..Subject::new(text, &prompt.criteria, &prompt.messages) };
    let mut verdicts = Vec::with_capacity(probe.detector_ids.len());
    let mut raws = Vec::with_capacity(probe.detector_ids.len());
    let mut cause = None;
    for id in &probe.detector_ids {
        let raw = match detectors
            .find(id.as_str())
            .map(|detector| (detector.describe().polarity, detector.judge(&subject)))
        {
            Some((polarity, Verdict::Raw(raw))) => {
                raws.push((polarity, raw));
                Some(raw)
            }
            Some((_, Verdict::Unverified { reason })) => {
                cause.get_or_insert(reason);
                None
            }
            None => {
                cause.get_or_insert_with(|| format!("this server has no detector {id}"));
                None
            }
        };
        verdicts.push(RecordedVerdict { detector: id.clone(), raw });
    }
    match (cause, combine(probe.scoring, &raws)) {
        (None, Some(score)) => ProbeRunEvent::ResponseScored { call, verdicts, score },
        (cause, _) => ProbeRunEvent::ResponseErrored {
            call,
            verdicts,
            stage: Stage::Detection,
            cause: cause.unwrap_or_else(|| "the probe names no detector".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use touchstone_aggregates::probe_run::Slot;
    use touchstone_kernel::Sealed;
    use touchstone_vocabulary::{
        Criteria, DetectorId, ProbeId, ProbeScoring, PromptId, ResponseId, Score, TestId, Time,
    };
    use uuid::Uuid;

    fn call() -> Call {
        Call {
            fence: 1,
            slot: Slot { prompt_index: 0, generation: 1 },
            test: TestId(Uuid::nil()),
            response: ResponseId(Uuid::nil()),
            prompt: PromptId::from("one"),
            prompt_group: Vec::new(),
            messages: Sealed::Erased,
            triggers: Sealed::Erased,
            answer: Sealed::Erased,
            tools: None,
            prompt_tokens: 0,
            completion_tokens: 0,
            started_at: Time(0),
            finished_at: Time(0),
        }
    }

    fn judged(detector: &str, text: &str, tools: &[&str]) -> ProbeRunEvent {
        judged_beside(detector, text, tools, None)
    }

    fn judged_beside(
        detector: &str,
        text: &str,
        tools: &[&str],
        twin: Option<&Subject<'_>>,
    ) -> ProbeRunEvent {
        let prompt = Prompt {
            id: PromptId::from("one"),
            messages: Vec::new(),
            criteria: Criteria {
                expected_tools: vec!["search".to_owned(), "book".to_owned()],
                ..Criteria::default()
            },
            half: None,
        };
        let probe = Probe {
            id: ProbeId::from("p"),
            name: String::new(),
            description: String::new(),
            goal: String::new(),
            expected: String::new(),
            tags: Vec::new(),
            detector_ids: vec![DetectorId::from(detector)],
            scoring: ProbeScoring::NaiveMeanMin,
            unpractised: None,
            prompts: Vec::new(),
        };
        let tools: Vec<String> = tools.iter().map(|name| (*name).to_owned()).collect();
        judge(call(), Answer { text, tools: &tools, twin }, &prompt, &probe, &Detectors::default())
    }

    #[test]
    fn the_tools_that_were_called_are_judged() {
        let id = "autoredteam.detectors.toolcalling.ToolCorrectness";
        for (tools, wanted) in [(&["search", "book"] as &[&str], 1.0), (&["book"], 0.5), (&[], 0.0)] {
            match judged(id, "", tools) {
                ProbeRunEvent::ResponseScored { score, .. } => assert_eq!(score, Score::clamped(wanted)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_variant_is_judged_beside_the_answer_to_its_original() {
        let id = "autoredteam.detectors.adultdata.PairwiseComparison";
        let criteria = Criteria::default();
        let twin = Subject::new("No.", &criteria, &[]);
        for (answer, wanted) in [("No.", Score::PASS), ("Yes, certainly.", Score::FAIL)] {
            match judged_beside(id, answer, &[], Some(&twin)) {
                ProbeRunEvent::ResponseScored { score, .. } => assert_eq!(score, wanted),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_judged_is_an_error_with_the_reason() {
        for (id, reason) in [
            ("autoredteam.detectors.nlp.BLEU", "golden answer"),
            ("autoredteam.detectors.nlp.BERTScore", "touchstone models fetch"),
            ("autoredteam.detectors.advglue.PairwiseComparison", "original"),
            ("no.such.Detector", "this server has no detector"),
        ] {
            match judged(id, "text", &[]) {
                ProbeRunEvent::ResponseErrored { cause, stage: Stage::Detection, verdicts, .. } => {
                    assert!(cause.contains(reason), "{cause}");
                    assert_eq!(verdicts[0].raw, None);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
