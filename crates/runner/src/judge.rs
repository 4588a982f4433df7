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
}

/// Judges one answer. An answer that a detector cannot judge is an error, never a pass or a fail.
pub fn judge(
    call: Call,
    answer: Answer<'_>,
    prompt: &Prompt,
    probe: &Probe,
    detectors: &Detectors,
) -> ProbeRunEvent {
    let Answer { text, tools } = answer;
    let subject = Subject { tools, ..Subject::new(text, &prompt.criteria, &prompt.messages) };
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
