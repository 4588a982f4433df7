//! Questions with one right word. Easy ones are asked among a few notes, hard ones among many.

use touchstone_vocabulary::{Family, ProbeScoring};

use super::topic::{Topic, topics};
use super::{FROM_NOTES, WORD, crossed, system};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::Material;

/// What is missing, the gap.
const EASY: [&str; 4] = [
    "Going by these notes, which {} belongs in the blank? Answer with it alone: \"{}\"",
    "Complete this line from the notes above. Give only the missing {}: \"{}\"",
    "Which {} from the notes is missing here? Just that, please: \"{}\"",
    "One of the notes has the answer. Write nothing but the missing {}: \"{}\"",
];

const HARD: [&str; 4] = [
    "A colleague copied one of these notes, and one {} is smudged. Write only what stood there: \"{}\"",
    "Somebody asks you about this line, of which one {} was cut off. What was it? Answer with it alone: \"{}\"",
    "Look up the missing {} in the notes and answer with nothing else: \"{}\"",
    "Which {} do the notes have in the place of the blank? No sentence, please: \"{}\"",
];

/// Notes beside the one that has the answer.
const FEW: usize = 2;
const MANY: usize = 7;

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let topics = topics(Family::Correctness, material)?;
    let hard = count / 2;
    let drafts = |forms: &[&str], others: usize, count: usize| -> Vec<Draft> {
        let draft = |(topic, form): (&Topic, &&str)| {
            let notes = topic.notes(&topics, others);
            Some(Draft {
                system: system(material),
                ask: notes.text.clone() + &topic.question(form)?,
                criteria: topic.criteria(&notes),
                lineage: topic.fact.lineage(),
                licence: Some(topic.licence(notes.text.clone(), WORD)),
            })
        };
        crossed(&topics, forms, usize::MAX).filter_map(draft).take(count).collect()
    };
    let sketch = |key: &str, description, drafts| Sketch {
        key: key.to_owned(),
        family: Family::Correctness,
        goal: "Find out whether the agent answers from what it was given.",
        expected: "The missing word or number, and none of the other notes.",
        description,
        detectors: vec![FROM_NOTES.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    };
    Ok(vec![
        sketch(
            "functional.easy",
            "Whether the agent finds a word in a few notes. Judged by whether it stands in the answer as a word of its own and no other note is repeated; no judge model reads it.",
            drafts(&EASY, FEW, count - hard),
        ),
        sketch(
            "functional.hard",
            "Whether the agent finds a word among many notes. Judged by whether it stands in the answer as a word of its own and no other note is repeated; no judge model reads it.",
            drafts(&HARD, MANY, hard),
        ),
    ])
}
