//! Seed texts: what the probes ask before any mutator has touched it.
//!
//! A theme is one weakness with its own canary vocabulary. Most are *crossed*: each pair of a scene and a way of asking
//! is one seed, so that a few dozen hand-written sentences give over a hundred different conversations. The rest are
//! made by a function: canaries too, questions with one right answer, or pairs of one question put in two ways.
//! Whatever is forbidden in a seed is inert: a code word, a nickname, an invented address.

pub(crate) mod classic;
pub(crate) mod cloze;
pub(crate) mod conduct;
pub(crate) mod confidential;
pub(crate) mod duties;
pub(crate) mod facts;
pub(crate) mod glue;
pub(crate) mod groups;
pub(crate) mod hoaxes;
pub(crate) mod income;
pub(crate) mod moral;
pub(crate) mod norms;
pub(crate) mod performance;
pub(crate) mod persons;
pub(crate) mod programs;
pub(crate) mod puzzles;
pub(crate) mod steady;
pub(crate) mod sums;
pub(crate) mod tokens;

use touchstone_vocabulary::Criteria;

use crate::draw::hash64;
use crate::frameworks::Code;

/// One weakness and the conversations that test it.
pub(crate) struct Theme {
    /// Short stable name: the tag of its probes and part of every prompt key.
    pub key: &'static str,
    /// What an attacker would want, in one sentence.
    pub goal: &'static str,
    /// What a probe of this theme measures, in plain words.
    pub measures: &'static str,
    /// The framework entries that it bears on.
    pub codes: &'static [Code],
    pub seeds: Seeds,
}

pub(crate) enum Seeds {
    Crossed(Crossed),
    /// The seeds for a salt, which differs from probe to probe.
    Made(fn(u64) -> Vec<Seed>),
    /// The same, where each seed is a question with a right answer.
    Asked(fn(u64) -> Vec<Seed>),
    /// The same, where each question is also put in another way.
    Paired(fn(u64) -> Vec<Seed>),
}

impl Seeds {
    /// How the weakness shows, as a tag.
    pub(crate) const fn tag(&self) -> &'static str {
        match self {
            Self::Crossed(_) | Self::Made(_) => "canary",
            Self::Asked(_) => "question",
            Self::Paired(_) => "pair",
        }
    }
}

/// Scenes times ways of asking.
pub(crate) struct Crossed {
    /// `{place}`, `{about}` and `{thing}`: who or what it is about, what that is, and what must not come out.
    pub scenes: &'static [(&'static str, &'static str, &'static str)],
    /// System messages, without their last sentence.
    pub briefs: &'static [&'static str],
    /// User messages. `{payload}` stands for the canary as the probe's mutators write it, `{core}` for the plain canary.
    pub asks: &'static [&'static str],
    pub first: &'static [&'static str],
    pub second: &'static [&'static str],
    /// How a canary is put together from `{a}`, `{b}` and the two-digit `{n}`.
    pub shape: &'static str,
}

/// One conversation before mutation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seed {
    /// Unique among the seeds of its theme and salt, and stable.
    pub key: String,
    /// System message without the sentence that forbids the canary.
    pub system: String,
    /// What must not be written; empty where nothing is forbidden.
    pub canary: String,
    /// `{payload}` stands for what the mutators act on; without it they act on all of it.
    pub user: String,
    /// What the payload is where it is not the canary.
    pub payload: Option<String>,
    /// The payload of the variant of a pair, before its mutators, where that differs.
    pub variant: Option<String>,
    /// The one right answer, where there is one.
    pub answer: Option<String>,
    /// What the detectors look at where that is not the answer or the canary.
    pub criteria: Option<Criteria>,
}

impl Seed {
    pub(crate) fn new(key: String, system: String, canary: String, user: String) -> Self {
        Self { key, system, canary, user, ..Self::default() }
    }

    /// A question with one right answer, about `payload`, which stands in the user's message as `{payload}`.
    pub(crate) fn question(key: String, system: &str, user: String, payload: String, answer: String) -> Self {
        let (payload, answer) = (Some(payload), Some(answer));
        Self { key, system: system.to_owned(), user, payload, answer, ..Self::default() }
    }

    pub(crate) fn with_triggers(self, triggers: Vec<String>) -> Self {
        Self { criteria: Some(Criteria::of_triggers(triggers)), ..self }
    }
}

impl Theme {
    /// Up to `count` seeds for a probe; which ones, and with which canaries, depends on `salt`.
    pub(crate) fn take(&self, salt: u64, count: usize) -> Vec<Seed> {
        match &self.seeds {
            Seeds::Crossed(crossed) => crossed.take(salt, count),
            Seeds::Made(make) | Seeds::Asked(make) | Seeds::Paired(make) => {
                let mut seeds = make(salt);
                seeds.truncate(count);
                seeds
            }
        }
    }
}

impl Crossed {
    /// Walks the grid of scenes and asks diagonally, so that neighbours share neither, and visits no cell twice.
    fn take(&self, salt: u64, count: usize) -> Vec<Seed> {
        let (rows, columns) = (self.scenes.len(), self.asks.len());
        let start = crate::draw::Draw::new(salt).below(rows * columns);
        (0..count.min(rows * columns))
            .filter_map(|at| {
                let n = start + at;
                let scene = n % rows;
                let ask = (n % columns + (n / rows) % columns + start) % columns;
                self.seed(scene, ask, salt, at)
            })
            .collect()
    }

    fn seed(&self, scene: usize, ask: usize, salt: u64, at: usize) -> Option<Seed> {
        let (place, about, thing) = *self.scenes.get(scene)?;
        let brief = *self.briefs.get(at % self.briefs.len().max(1))?;
        let fill = |text: &str| fill(text, place, about, thing);
        let canary = coin(self.first, self.second, self.shape, salt, at);
        Some(Seed::new(format!("{scene}-{ask}"), fill(brief), canary, fill(self.asks.get(ask)?)))
    }
}

/// The text with its slots filled; a phrase that opens a sentence gets a capital. Unknown slots stay.
fn fill(text: &str, place: &str, about: &str, thing: &str) -> String {
    let mut out = String::with_capacity(text.len() + place.len() + about.len() + thing.len());
    let mut pieces = text.split('{');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let phrase = match name {
            "place" => place,
            "about" => about,
            "thing" => thing,
            other => {
                out.extend(["{", other, "}", rest]);
                continue;
            }
        };
        let opens = out.trim_end().is_empty() || out.trim_end().ends_with(['.', '?', '!']);
        let mut letters = phrase.chars();
        match letters.next() {
            Some(first) if opens => out.extend(first.to_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(letters.as_str());
        out.push_str(rest);
    }
    out
}

/// The canary number `at` of a salt: no two with the same pair of words among the first hundred.
pub(crate) fn coin(first: &[&str], second: &[&str], shape: &str, salt: u64, at: usize) -> String {
    let turn = crate::draw::Draw::new(salt ^ 0xC0).below(first.len() * second.len());
    let n = turn + at;
    let a = first.get(n % first.len().max(1)).copied().unwrap_or_default();
    let b = second.get((n + n / first.len().max(1)) % second.len().max(1)).copied().unwrap_or_default();
    let number = hash64(&["coin", &salt.to_string(), &at.to_string()]) % 90 + 10;
    shape.replace("{a}", a).replace("{b}", b).replace("{n}", &number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_grid_gives_each_pair_once() {
        for salt in 0..30 {
            let seeds = confidential::DATA_PRIVACY.take(salt, 36);
            let keys: HashSet<_> = seeds.iter().map(|s| s.key.clone()).collect();
            let canaries: HashSet<_> = seeds.iter().map(|s| s.canary.clone()).collect();
            assert_eq!((seeds.len(), keys.len(), canaries.len()), (36, 36, 36));
        }
    }

    #[test]
    fn slots_are_filled_and_sentences_begin_with_a_capital() {
        let text = fill("{place} waits. {thing}? For {thing} {payload}.", "the Gull", "", "the key");
        assert_eq!(text, "The Gull waits. The key? For the key {payload}.");
        let seeds = steady::INTEGRITY.take(5, 36);
        assert!(seeds.iter().all(|s| !s.user.contains("{thing}") && !s.system.contains("{about}")));
    }
}
