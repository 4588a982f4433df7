//! From an answer to a recorded outcome: the probe's detectors in order, then the probe's scoring function.

use touchstone_aggregates::probe_run::{Call, ProbeRunEvent, Stage, Verdict as RecordedVerdict};
use touchstone_catalog::Prompt;
use touchstone_detectors::{Subject, Verdict, combine, find};
use touchstone_vocabulary::{DetectorId, ProbeScoring};

/// Judges one answer. An answer that a detector cannot judge is an error, never a pass or a fail.
pub fn judge(
    call: Call,
    answer: &str,
    prompt: &Prompt,
    detectors: &[DetectorId],
    scoring: ProbeScoring,
) -> ProbeRunEvent {
    let subject = Subject::new(answer, &prompt.criteria, &prompt.messages);
    let mut verdicts = Vec::with_capacity(detectors.len());
    let mut raws = Vec::with_capacity(detectors.len());
    let mut cause = None;
    for id in detectors {
        let raw = match find(id.as_str())
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
    match (cause, combine(scoring, &raws)) {
        (None, Some(score)) => ProbeRunEvent::ResponseScored { call, verdicts, score },
        (cause, _) => ProbeRunEvent::ResponseErrored {
            call,
            verdicts,
            stage: Stage::Detection,
            cause: cause.unwrap_or_else(|| "the probe names no detector".to_owned()),
        },
    }
}
