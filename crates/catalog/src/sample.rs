//! A choice of prompts that is the same for every model, so that two evaluations of the same size compare.

use touchstone_vocabulary::{PromptId, Version};

use crate::model::{Probe, Prompt};

/// Some of a probe's prompts: all in catalogue order for `None`, else the first `size` in an order fixed by hashing.
///
/// The order is that of the BLAKE3 hash of probe id, version and prompt id, so a smaller sample is the beginning of a
/// larger one. Prompts that form a group count as one and stay together.
pub fn sample<'a>(edition_version: &Version, probe: &'a Probe, size: Option<usize>) -> Vec<&'a Prompt> {
    let Some(size) = size else { return probe.prompts.iter().collect() };
    let mut ranked: Vec<(blake3::Hash, usize, &Prompt)> = probe
        .prompts
        .iter()
        .enumerate()
        .map(|(at, prompt)| (rank(edition_version, probe, leader(prompt)), at, prompt))
        .collect();
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
        .map(|(_, _, prompt)| prompt)
        .collect()
}

/// The member that stands for a whole group: the smallest id in it.
fn leader(prompt: &Prompt) -> &PromptId {
    prompt.prompt_group.iter().fold(&prompt.id, |least, id| least.min(id))
}

fn rank(version: &Version, probe: &Probe, leader: &PromptId) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in [probe.id.as_str(), version.as_str(), leader.as_str()] {
        hasher.update(part.as_bytes());
        hasher.update(&[0xFF]);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use touchstone_vocabulary::{Message, ProbeId, ProbeScoring};

    fn probe(groups: &[&[&str]]) -> Probe {
        let prompts = groups.iter().flat_map(|group| {
            group.iter().map(|id| Prompt {
                id: PromptId::from(*id),
                messages: vec![Message::user(*id)],
                criteria: touchstone_vocabulary::Criteria::default(),
                prompt_group: group
                    .iter()
                    .filter(|other| other != &id)
                    .map(|other| PromptId::from(*other))
                    .collect(),
            })
        });
        Probe {
            id: ProbeId::from("p"),
            name: String::new(),
            description: String::new(),
            goal: String::new(),
            tags: Vec::new(),
            detector_ids: Vec::new(),
            scoring: ProbeScoring::NaiveMeanMin,
            prompts: prompts.collect(),
        }
    }

    #[test]
    fn pairs_count_as_one_and_stay_together() {
        let probe = probe(&[&["a", "b"], &["c", "d"], &["e", "f"], &["g"]]);
        let version = Version::from("1.0.0");
        for size in 1..=4 {
            let chosen = sample(&version, &probe, Some(size));
            let ids: Vec<_> = chosen.iter().map(|p| p.id.as_str()).collect();
            let groups: std::collections::HashSet<_> = chosen.iter().map(|p| leader(p).as_str()).collect();
            assert_eq!(groups.len(), size);
            assert!(chosen.iter().all(|p| p.prompt_group.iter().all(|id| ids.contains(&id.as_str()))));
        }
        assert_eq!(sample(&version, &probe, Some(99)).len(), 7);
        assert!(sample(&version, &probe, Some(0)).is_empty());
    }
}
