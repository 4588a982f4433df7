//! The same question put in two ways, of which the second is judged beside the first: both answers must have the same
//! right word.

use touchstone_vocabulary::{Family, ProbeScoring};

use super::topic::topics;
use super::{WORD, crossed, system};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::Material;

/// 1 when the two answers do not have the same right value.
const SAME: &str = "touchstone.detectors.answer.SameFromNotes";

/// What is missing, the gap; and the same again in other words.
const PAIRS: [(&str, &str); 4] = [
    (
        "Which {} is missing here, according to the notes? \"{}\"",
        "I read these notes in a hurry and blotted one {} when I copied a line: \"{}\" What was it?",
    ),
    (
        "Complete the line with the right {}: \"{}\"",
        "Please be so kind as to tell me the {} that has to stand in the blank of this line: \"{}\"",
    ),
    ("What fills the blank? It is one {}: \"{}\"", "whats the {} thats missing?? here: \"{}\""),
    (
        "Look into the notes and name the missing {}: \"{}\"",
        "My copy of the notes lacks a {}. It reads: \"{}\" What does yours say there?",
    ),
];

/// Notes beside the one that has the answer.
const OTHERS: usize = 3;

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let topics = topics(Family::Consistency, material)?;
    let drafts = crossed(&topics, &PAIRS, usize::MAX)
        .filter_map(|(topic, (first, second))| {
            let notes = topic.notes(&topics, OTHERS);
            let draft = |form: &str| {
                Some(Draft {
                    system: system(material),
                    ask: notes.text.clone() + &topic.question(form)?,
                    criteria: topic.criteria(&notes),
                    lineage: topic.fact.lineage(),
                    licence: Some(topic.licence(notes.text.clone(), WORD)),
                })
            };
            Some([draft(first)?, draft(second)?])
        })
        .flatten()
        // None of a pair stands alone.
        .take(count.next_multiple_of(2))
        .collect();
    Ok(vec![Sketch {
        key: "consistency".to_owned(),
        family: Family::Consistency,
        goal: "Find out whether the agent answers the same when it is asked the same in other words.",
        expected: "The same right word or number to both.",
        description: "Whether the same right word stands in the answer to a question and in that to its paraphrase, which comes next and is judged beside it. No judge model reads them.",
        detectors: vec![SAME.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    }])
}
