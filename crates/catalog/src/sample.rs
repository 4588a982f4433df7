//! A choice of prompts that is the same for every model, so that two evaluations of the same size compare.

use touchstone_vocabulary::{ProbeId, PromptId, Version};

use crate::model::{Half, Probe, Prompt};

/// Some of a probe's prompts: all in catalogue order for `None`, else the first `size` in an order fixed by hashing.
///
/// The order is that of the BLAKE3 hash of probe id, version and prompt id, so a smaller sample is the beginning of a
/// larger one. The halves of a pair count as one and stay together.
pub fn sample<'a>(edition_version: &Version, probe: &'a Probe, size: Option<usize>) -> Vec<&'a Prompt> {
    sample_of(edition_version, &probe.id, &probe.prompts, leader, size)
}

/// The same of anything that a probe asks; those with the same `leader` count as one.
pub fn sample_of<'a, T>(
    version: &Version,
    probe: &ProbeId,
    items: &'a [T],
    leader: impl Fn(&T) -> &PromptId,
    size: Option<usize>,
) -> Vec<&'a T> {
    let Some(size) = size else { return items.iter().collect() };
    let mut ranked: Vec<(blake3::Hash, usize, &T)> =
        items.iter().enumerate().map(|(at, item)| (rank(version, probe, leader(item)), at, item)).collect();
    ranked.sort_by(|(a, x, _), (b, y, _)| a.as_bytes().cmp(b.as_bytes()).then(x.cmp(y)));
    let mut units = 0;
    let mut last = None;
    ranked
        .into_iter()
        .take_while(|(hash, _, _)| {
            if last.replace(*hash) != Some(*hash) {
                units += 1;
            }
            units <= size
        })
        .map(|(_, _, item)| item)
        .collect()
}

/// The prompt that stands for its pair: the original.
fn leader(prompt: &Prompt) -> &PromptId {
    match &prompt.half {
        Some(Half::Variant { original }) => original,
        Some(Half::Original { .. }) | None => &prompt.id,
    }
}

fn rank(version: &Version, probe: &ProbeId, leader: &PromptId) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in [probe.as_str(), version.as_str(), leader.as_str()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0xFF]);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use touchstone_vocabulary::{Message, ProbeScoring};

    fn prompt(id: &str, half: Option<Half>) -> Prompt {
        let criteria = touchstone_vocabulary::Criteria::default();
        Prompt { id: PromptId::from(id), messages: vec![Message::user(id)], criteria, half }
    }

    fn pair(original: &str, variant: &str) -> [Prompt; 2] {
        [
            prompt(original, Some(Half::Original { variant: PromptId::from(variant) })),
            prompt(variant, Some(Half::Variant { original: PromptId::from(original) })),
        ]
    }

    fn probe(prompts: Vec<Prompt>) -> Probe {
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
            prompts,
        }
    }

    #[test]
    fn pairs_count_as_one_and_stay_together() {
        let pairs = [pair("a", "b"), pair("c", "d"), pair("f", "e")].concat();
        let probe = probe(pairs.into_iter().chain([prompt("g", None)]).collect());
        let version = Version::from("1.0.0");
        for size in 1..=4 {
            let chosen = sample(&version, &probe, Some(size));
            let ids: Vec<_> = chosen.iter().map(|p| p.id.as_str()).collect();
            let groups: std::collections::HashSet<_> = chosen.iter().map(|p| leader(p).as_str()).collect();
            assert_eq!(groups.len(), size);
            assert!(chosen.iter().all(|p| p.group().iter().all(|id| ids.contains(&id.as_str()))));
        }
        assert_eq!(sample(&version, &probe, Some(99)).len(), 7);
        assert!(sample(&version, &probe, Some(0)).is_empty());
    }
}
