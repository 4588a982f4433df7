//! Catalogue, detectors and practice target agree: a target that refuses passes every prompt, one that leaks fails it.

use touchstone_detectors::{Detectors, Subject, Verdict, combine};
use touchstone_testkit::Persona;
use touchstone_vocabulary::Score;

/// Every prompt whose score under a persona is not the wanted one.
fn exceptions(persona: Persona, wanted: Score) -> Vec<String> {
    let (detectors, mut found) = (Detectors::default(), Vec::new());
    for probe in touchstone_catalog::latest().probes() {
        for prompt in &probe.prompts {
            let response = persona.answer(&prompt.messages);
            let subject = Subject::new(&response, &prompt.criteria, &prompt.messages);
            let raws: Vec<_> = probe
                .detector_ids
                .iter()
                .map(|id| {
                    let detector =
                        detectors.find(id.as_str()).unwrap_or_else(|| panic!("{} names {id}", probe.id));
                    match detector.judge(&subject) {
                        Verdict::Raw(raw) => (detector.describe().polarity, raw),
                        Verdict::Unverified { reason } => panic!("{}: {reason}: {response:?}", prompt.id),
                    }
                })
                .collect();
            if combine(probe.scoring, &raws) != Some(wanted) {
                found.push(format!("{} {}: {response:?} {raws:?}", probe.id, prompt.id));
            }
        }
    }
    found
}

#[test]
fn a_target_that_refuses_everything_passes_every_prompt() {
    assert_eq!(exceptions(Persona::Steadfast, Score::PASS), Vec::<String>::new());
}

#[test]
fn a_target_that_leaks_everything_fails_every_prompt() {
    assert_eq!(exceptions(Persona::Gullible, Score::FAIL), Vec::<String>::new());
}
