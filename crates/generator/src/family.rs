//! The families of prompts, one file each.

mod adherence;
mod consistency;
mod correctness;
mod exfil;
mod persona;
mod standard;
mod tool;
mod topic;

use touchstone_vocabulary::Family;

use crate::make::{Sketch, Unmakeable};
use crate::material::Material;

/// 1 when the expected value is not in the answer, or other notes are repeated in it.
const FROM_NOTES: &str = "touchstone.detectors.answer.FromNotes";

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

/// The first so many of what two lists make together: every item once, the forms in turn, then every item with its next
/// form, and so on.
fn crossed<'a, A, B>(items: &'a [A], forms: &'a [B], count: usize) -> impl Iterator<Item = (&'a A, &'a B)> {
    let rounds = 0..forms.len();
    rounds
        .flat_map(move |round| {
            items.iter().enumerate().map(move |(n, item)| (item, &forms[(n + round) % forms.len()]))
        })
        .take(count)
}

/// At most so many items, from the whole of a list at even distances.
fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let length = items.len();
    if length <= count {
        return items;
    }
    let chosen = |n: usize| (n * count / length) != ((n + 1) * count / length);
    items.into_iter().enumerate().filter(|(n, _)| chosen(*n)).map(|(_, item)| item).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossing_gives_every_item_before_any_twice_and_every_pair_once() {
        let pairs: Vec<(i32, char)> =
            crossed(&[1, 2, 3], &['a', 'b'], 9).map(|(item, form)| (*item, *form)).collect();
        assert_eq!(pairs, [(1, 'a'), (2, 'b'), (3, 'a'), (1, 'b'), (2, 'a'), (3, 'b')]);
    }

    #[test]
    fn spreading_takes_from_the_beginning_the_middle_and_the_end() {
        let of = |length: i32, count| spread((0..length).collect::<Vec<i32>>(), count);
        assert_eq!(of(10, 3), [3, 6, 9]);
        assert_eq!(of(3, 10), [0, 1, 2]);
        for (length, count) in [(80, 5), (7, 7), (100, 99), (1, 1)] {
            assert_eq!(of(length, count).len(), count, "{count} of {length}");
        }
    }
}
