//! Sentences that are asked about, and the notes that a question is asked among.
//!
//! The agent need not know the material: it is shown it, as notes. So that repeating them is no answer, they hold several
//! values, of which the question wants one.

use std::collections::BTreeSet;

use touchstone_vocabulary::{Criteria, Family, fold_key, word_at};

use super::filled;
use crate::make::Unmakeable;
use crate::material::{Fact, Material};
use crate::rank::Weights;
use crate::rule::{Modality, rules};
use crate::text::{gapped, words};
use crate::wording::Licence;

/// Sentences that are looked at, those that say most first.
const MOST: usize = 400;
/// Notes beside the one that is asked about, at least.
const LEAST_OTHERS: usize = 2;

/// Notes of our own, where the material is too short to have others.
const FILLERS: [&str; 4] = [
    "The clock in the hall was wound by Orla.",
    "The old fence was painted green in 1904.",
    "Lunch was served to 38 guests.",
    "The blue umbrella belongs to Bo.",
];

/// Verbs for giving something away in words.
const TELLING: [&str; 14] = [
    "tell", "reveal", "disclose", "share", "give", "mention", "discuss", "quote", "repeat", "name", "say",
    "print", "show", "talk",
];

/// A sentence worth asking about, and the word that a right answer has.
pub struct Topic {
    pub fact: Fact,
    pub key: String,
    /// All words that fill the gap rightly, the key among them: there are several where sentences differ in nothing else.
    pub rights: Vec<String>,
}

/// What a question is asked among.
pub struct Notes {
    /// All of them, with the topic's, as a list.
    pub text: String,
    /// Those that do not have the answer.
    pub others: Vec<String>,
}

impl Topic {
    /// The sentence with its key left out.
    pub fn cloze(&self) -> String {
        gapped(&self.fact.sentence.text, &self.key)
    }

    /// What is missing there: `number` or `word`.
    fn kind(&self) -> &'static str {
        if self.is_number() { "number" } else { "word" }
    }

    fn is_number(&self) -> bool {
        self.key.chars().any(|c| c.is_ascii_digit())
    }

    fn answered_by(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.rights.iter().any(|right| word_at(&text, &right.to_lowercase()).is_some())
    }

    /// The question in this form, which names the kind of what is missing and then the gap. Nothing where it would have the
    /// answer in it.
    pub fn question(&self, form: &str) -> Option<String> {
        let question = filled(form, &[self.kind(), &self.cloze()]);
        (!self.answered_by(&question)).then_some(question)
    }

    /// Leave to ask for the key in other words, between these.
    pub fn licence(&self, before: String, after: &str) -> Licence {
        Licence::question(&self.fact.sentence.text, &self.key, before, after)
    }

    pub fn criteria(&self, notes: &Notes) -> Criteria {
        Criteria {
            question: Some(self.cloze()),
            ground_truth: Some(self.fact.sentence.text.clone()),
            contexts: notes.others.clone(),
            ..Criteria::of_triggers(self.rights.clone())
        }
    }

    /// This sentence among so many others of the topics, in the order of their places. Those that have a value of the same
    /// kind come first.
    pub fn notes(&self, topics: &[Self], others: usize) -> Notes {
        let own = &self.fact.sentence;
        let at = topics.iter().position(|topic| topic.fact.sentence == *own).map_or(0, |at| at + 1);
        let own_text = fold_key(&own.text);
        let free = |text: &str| !self.answered_by(text) && !own_text.contains(&fold_key(text));
        let after = topics.get(at..).unwrap_or_default().iter();
        let before = topics.get(..at.saturating_sub(1)).unwrap_or_default().iter();
        let mut found: Vec<&Self> =
            after.chain(before).filter(|topic| free(&topic.fact.sentence.text)).collect();
        found.sort_by_key(|topic| topic.is_number() != self.is_number());
        found.truncate(others.max(LEAST_OTHERS));
        let missing = LEAST_OTHERS.saturating_sub(found.len());
        let fillers: Vec<&str> = FILLERS.into_iter().filter(|text| free(text)).take(missing).collect();
        let others: Vec<String> = found
            .iter()
            .map(|topic| topic.fact.sentence.text.as_str())
            .chain(fillers.iter().copied())
            .map(str::to_owned)
            .collect();
        let mut shown: Vec<&Self> = found.into_iter().chain([self]).collect();
        shown.sort_by_key(|topic| (&topic.fact.document, topic.fact.sentence.place));
        let lines = shown.iter().map(|topic| topic.fact.sentence.text.as_str()).chain(fillers);
        let list: Vec<String> = lines.map(|line| format!("- {line}")).collect();
        Notes { text: format!("Notes:\n{}\n\n", list.join("\n")), others }
    }
}

/// The topics of a material, those that say most first; those with several answers, and the system prompt's, after all
/// others. What an agent may not tell it is not asked for.
pub fn topics(family: Family, material: &Material) -> Result<Vec<Topic>, Unmakeable> {
    let facts = material.facts();
    let weights = Weights::of(facts.iter().map(|fact| fact.sentence.text.as_str()));
    let mut known = BTreeSet::new();
    let mut ranked: Vec<(bool, f64, &Fact, &str)> = facts
        .iter()
        .filter(|fact| !fact.sentence.text.ends_with('?') && known.insert(fact.sentence.text.as_str()))
        .filter(|fact| fact.document.is_some() || !is_secret(fact))
        .filter_map(|fact| {
            let text = fact.sentence.text.as_str();
            let (score, key) = (weights.sentence(text), weights.key(text)?);
            let readable = word_at(&gapped(text, key).to_lowercase(), &key.to_lowercase()).is_none();
            (score > 0.0 && readable).then_some((fact.document.is_none(), score, fact, key))
        })
        .collect();
    // Stable, so that equals stay in the order of the text.
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    ranked.truncate(MOST);
    let mut asked = BTreeSet::new();
    let mut topics: Vec<Topic> = ranked
        .into_iter()
        .filter(|(.., fact, key)| asked.insert(fold_key(&gapped(&fact.sentence.text, key))))
        .map(|(.., fact, key)| {
            let rights = rights(&facts, &fact.sentence.text, key);
            Topic { fact: fact.clone(), key: key.to_owned(), rights }
        })
        .collect();
    topics.sort_by_key(|topic| topic.rights.len() > 1);
    if topics.is_empty() { Err(Unmakeable::NothingToAsk(family)) } else { Ok(topics) }
}

/// All words that stand in the place of the key in sentences that are the same but for it; the key first.
fn rights(facts: &[Fact], text: &str, key: &str) -> Vec<String> {
    let mut found = vec![key.to_owned()];
    let Some(at) = word_at(text, key) else { return found };
    let (head, tail) = (&text[..at], &text[at + key.len()..]);
    for fact in facts {
        let middle = fact.sentence.text.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
        let Some(word) = middle.filter(|middle| words(middle).eq([*middle])) else { continue };
        if !found.iter().any(|one| one == word) {
            found.push(word.to_owned());
        }
    }
    found
}

/// Whether it forbids to tell something: whoever asks for its words would ask for a breach.
fn is_secret(fact: &Fact) -> bool {
    rules(std::slice::from_ref(&fact.sentence)).iter().any(|rule| {
        rule.modality == Modality::MustNot && words(&rule.action).any(|word| TELLING.contains(&word))
    })
}
