//! What is still to be asked in a probe run, in which order.

use std::collections::{HashMap, VecDeque};

use touchstone_aggregates::probe_run::{Outcome, ProbeRunEvent, Run, Slot};
use touchstone_catalog::{Half, Probe, Prompt};
use touchstone_detectors::Subject;
use touchstone_kernel::Sealed;
use touchstone_vocabulary::PromptId;

/// One response to be fetched.
pub struct Ask<'a> {
    pub slot: Slot,
    pub prompt: &'a Prompt,
    pub twin: Twin<'a>,
}

/// What became of the original, where a variant is asked.
#[derive(Debug, PartialEq)]
pub enum Twin<'a> {
    /// The prompt is no variant.
    None,
    Answered(&'a Prompt, String),
    /// Without an answer to the original nothing can be said of the variant's.
    Missing,
}

impl Twin<'_> {
    pub fn subject(&self) -> Option<Subject<'_>> {
        match self {
            Self::Answered(original, answer) => {
                Some(Subject::new(answer, &original.criteria, &original.messages))
            }
            Self::None | Self::Missing => None,
        }
    }
}

/// The planned prompts of one run.
pub struct Agenda<'a> {
    /// In the order of the plan; `None` where this build does not know the prompt.
    prompts: Vec<Option<&'a Prompt>>,
    places: HashMap<&'a PromptId, usize>,
}

impl<'a> Agenda<'a> {
    pub fn new(probe: &'a Probe, run: &Run) -> Self {
        let known: HashMap<&PromptId, &Prompt> =
            probe.prompts.iter().map(|prompt| (&prompt.id, prompt)).collect();
        let prompts: Vec<_> = run.prompts.iter().map(|asked| known.get(&asked.id).copied()).collect();
        let places =
            prompts.iter().enumerate().filter_map(|(place, prompt)| Some((&(*prompt)?.id, place))).collect();
        Self { prompts, places }
    }

    /// What can be asked at once: everything that is not recorded, but for variants whose original is not recorded
    /// either.
    pub fn open(&self, run: &Run) -> VecDeque<Ask<'a>> {
        let mut todo = VecDeque::new();
        for (place, prompt) in self.prompts.iter().enumerate() {
            let Some(prompt) = *prompt else { continue };
            for generation in 1..=run.generations {
                let slot = Slot { prompt_index: index(place), generation };
                if run.recorded.contains_key(&slot) {
                    continue;
                }
                let twin = match &prompt.half {
                    None | Some(Half::Original { .. }) => Twin::None,
                    Some(Half::Variant { original }) => match self.recorded(run, original, generation) {
                        Some(twin) => twin,
                        None => continue,
                    },
                };
                todo.push_back(Ask { slot, prompt, twin });
            }
        }
        todo
    }

    /// What is known of a variant's original; `None` while it is still to be asked.
    fn recorded(&self, run: &Run, original: &PromptId, generation: u32) -> Option<Twin<'a>> {
        let Some(place) = self.places.get(original) else { return Some(Twin::Missing) };
        let outcome = run.recorded.get(&Slot { prompt_index: index(*place), generation })?;
        Some(match (outcome, self.at(*place)) {
            (Outcome::Skipped { answer }, Some(prompt)) => answered(prompt, answer),
            (Outcome::Skipped { .. } | Outcome::Scored(_) | Outcome::Errored { .. }, _) => Twin::Missing,
        })
    }

    /// The variant that can be asked now that its original was.
    pub fn next(&self, event: &ProbeRunEvent) -> Option<Ask<'a>> {
        let (call, is_answered) = match event {
            ProbeRunEvent::ResponseSkipped { call } => (call, true),
            ProbeRunEvent::ResponseErrored { call, .. } => (call, false),
            ProbeRunEvent::ResponseScored { .. }
            | ProbeRunEvent::Opened { .. }
            | ProbeRunEvent::Claimed { .. }
            | ProbeRunEvent::Scored { .. }
            | ProbeRunEvent::Closed { .. } => return None,
        };
        let original = self.at(call.slot.prompt_index as usize)?;
        let Some(Half::Original { variant }) = &original.half else { return None };
        let place = *self.places.get(variant)?;
        let twin = if is_answered { answered(original, &call.answer) } else { Twin::Missing };
        Some(Ask { slot: Slot { prompt_index: index(place), ..call.slot }, prompt: self.at(place)?, twin })
    }

    fn at(&self, place: usize) -> Option<&'a Prompt> {
        self.prompts.get(place).copied().flatten()
    }
}

/// An answer whose key is gone cannot be compared with anything.
fn answered<'a>(original: &'a Prompt, answer: &Sealed<String>) -> Twin<'a> {
    answer.open().map_or(Twin::Missing, |answer| Twin::Answered(original, answer.clone()))
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
