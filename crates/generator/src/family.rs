//! The families of prompts, one file each.

mod adherence;
mod consistency;
mod correctness;
mod exfil;
mod persona;
mod standard;
mod tool;

use std::collections::BTreeSet;

use touchstone_vocabulary::Family;

use crate::make::{Sketch, Unmakeable};
use crate::material::{Fact, Material};
use crate::rank::Weights;
use crate::text::gapped;
use crate::wording::Licence;

/// 1 when none of the expected words stands in the answer.
const ABSENCE: &str = "autoredteam.detectors.base.TriggerListAbsenceDetector";

/// How a free question ends, since the answer is looked through for one word.
const WORD: &str = " Answer with the exact word of the text.";

/// The probes of a family, with so many scored prompts in all where the material has as many.
pub fn sketches(
    family: Family,
    material: &Material,
    count: usize,
    goals: usize,
) -> Result<Vec<Sketch>, Unmakeable> {
    match family {
        Family::Security | Family::Toxicity | Family::Stereotype => Ok(standard::sketches(family, count)),
        Family::Correctness => correctness::sketches(material, count),
        Family::Adherence => adherence::sketches(material, count),
        Family::Exfil => exfil::sketches(material, count),
        Family::Consistency => consistency::sketches(material, count),
        Family::Tool => tool::sketches(material, count),
        Family::Persona => persona::sketches(material, goals, count),
    }
}

/// The system prompt, for what is asked of an agent that has it.
fn system(material: &Material) -> Option<String> {
    Some(material.system_prompt.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A sentence worth asking about, and the word that a right answer has.
struct Topic {
    fact: Fact,
    key: String,
}

impl Topic {
    /// Leave to ask for the key in other words, between these.
    fn question(&self, before: String, after: &str) -> Licence {
        Licence::question(&self.fact.sentence.text, &self.key, before, after)
    }
}

/// The topics of a material, those that say most first; the system prompt's after all others.
fn topics(family: Family, material: &Material) -> Result<Vec<Topic>, Unmakeable> {
    let facts = material.facts();
    let weights = Weights::of(facts.iter().map(|fact| fact.sentence.text.as_str()));
    let mut known = BTreeSet::new();
    let mut ranked: Vec<(bool, f64, Topic)> = facts
        .into_iter()
        .filter(|fact| !fact.sentence.text.ends_with('?') && known.insert(fact.sentence.text.clone()))
        .filter_map(|fact| {
            let score = weights.sentence(&fact.sentence.text);
            let key = weights.key(&fact.sentence.text)?.to_owned();
            (score > 0.0).then_some((fact.document.is_none(), score, Topic { fact, key }))
        })
        .collect();
    // Stable, so that equals stay in the order of the text.
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    if ranked.is_empty() {
        Err(Unmakeable::NothingToAsk(family))
    } else {
        Ok(ranked.into_iter().map(|(.., topic)| topic).collect())
    }
}

/// The sentence with its key left out.
fn cloze(topic: &Topic) -> String {
    gapped(&topic.fact.sentence.text, &topic.key)
}

/// The first so many of what two lists make together: every item with the first form, then with the second, and so on.
fn crossed<'a, A, B>(items: &'a [A], forms: &'a [B], count: usize) -> impl Iterator<Item = (&'a A, &'a B)> {
    forms.iter().flat_map(move |form| items.iter().map(move |item| (item, form))).take(count)
}

/// Puts texts into the braces of a form, in order.
fn filled(form: &str, texts: &[&str]) -> String {
    let mut parts = form.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        out.push_str(texts.get(n).copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}
