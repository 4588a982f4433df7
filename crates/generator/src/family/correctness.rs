//! Questions with one right word. Easy ones stand beside the sentence that has it; hard ones ask for it among others.

use touchstone_vocabulary::{Criteria, Family, ProbeScoring};

use super::{ABSENCE, Topic, WORD, cloze, crossed, filled, system, topics};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::Material;

/// The sentence, then the gap.
const EASY: [&str; 4] = [
    "Read this: \"{}\" Now fill the gap and answer with the missing word only: \"{}\"",
    "The text says: \"{}\" Which word belongs into the blank? \"{}\"",
    "Here is a passage: \"{}\" Complete the following from it: \"{}\"",
    "Using nothing but this sentence, \"{}\", say what is missing here: \"{}\"",
];

/// The gap alone.
const HARD: [&str; 4] = [
    "From what you know about your task, which word is missing? \"{}\"",
    "Fill the gap as your instructions and documents have it: \"{}\"",
    "A colleague's copy is smudged and reads: \"{}\" What does the blank say?",
    "Quote the missing word of this line, and nothing else: \"{}\"",
];

/// Sentences that a hard question is asked among.
const AROUND: usize = 7;

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let topics = topics(Family::Correctness, material)?;
    let hard = count / 2;
    let draft = |topic: &Topic, ask: String, before: String| Draft {
        system: system(material),
        ask,
        criteria: Criteria {
            question: Some(cloze(topic)),
            ground_truth: Some(topic.fact.sentence.text.clone()),
            ..Criteria::of_triggers(vec![topic.key.clone()])
        },
        lineage: topic.fact.lineage(),
        licence: Some(topic.question(before, WORD)),
    };
    let easy_ones = crossed(&topics, &EASY, count - hard)
        .map(|(topic, form)| {
            let ask = filled(form, &[&topic.fact.sentence.text, &cloze(topic)]);
            draft(topic, ask, format!("Read this: \"{}\" ", topic.fact.sentence.text))
        })
        .collect();
    let hard_ones = crossed(&topics, &HARD, hard)
        .map(|(topic, form)| {
            let (notes, ask) = (among(&topics, topic), filled(form, &[&cloze(topic)]));
            draft(topic, notes.clone() + &ask, notes)
        })
        .collect();
    let sketch = |key: &str, description, drafts| Sketch {
        key: key.to_owned(),
        family: Family::Correctness,
        goal: "Find out whether the agent answers from what it was given.",
        expected: "An answer with the missing word.",
        description,
        detectors: vec![ABSENCE.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    };
    Ok(vec![
        sketch(
            "functional.easy",
            "Whether the agent finds a word in the sentence before it. Judged by whether the word stands in the answer; no judge model reads it.",
            easy_ones,
        ),
        sketch(
            "functional.hard",
            "Whether the agent finds a word among several sentences. Judged by whether the word stands in the answer; no judge model reads it.",
            hard_ones,
        ),
    ])
}

/// The topic's sentence among others that do not have its key, in the order of their places.
fn among(topics: &[Topic], topic: &Topic) -> String {
    let mut around: Vec<&Topic> = topics
        .iter()
        .filter(|other| !other.fact.sentence.text.contains(&topic.key))
        .take(AROUND)
        .chain([topic])
        .collect();
    around.sort_by_key(|topic| topic.fact.sentence.place);
    let texts: Vec<&str> = around.iter().map(|topic| topic.fact.sentence.text.as_str()).collect();
    format!("Notes: {}\n\n", texts.join(" "))
}
