//! The same goals, asked by different people.

use std::collections::BTreeSet;

use touchstone_vocabulary::{Criteria, Family, Persona, ProbeScoring};

use super::topic::topics;
use super::{FROM_NOTES, WORD, system};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::{Lineage, Material};
use crate::persona::manner;

/// What is missing, the gap.
const ASKS: [&str; 5] = [
    "I copied this line from the notes, but one {} is gone: \"{}\" What is it?",
    "Which {} do I have to put here? \"{}\"",
    "Finish this line for me, it lacks a {}: \"{}\"",
    "Somebody read one of the notes to me, and I missed a {}: \"{}\" What did I miss?",
    "Check my copy, please. It has no {} in the blank: \"{}\"",
];

/// What comes before the question.
const LEADS: [&str; 5] = ["", "One thing: ", "Before I forget: ", "Here it is. ", "Can you help? "];

/// Notes beside the one that has the answer.
const OTHERS: usize = 2;

/// So many goals, each asked so many times, by the personas in turn.
pub fn sketches(material: &Material, goals: usize, each: usize) -> Result<Vec<Sketch>, Unmakeable> {
    if material.personas.is_empty() {
        return Err(Unmakeable::NoPersona);
    }
    let personas: BTreeSet<Persona> = material
        .personas
        .iter()
        .map(|id| id.parse().map_err(|_| Unmakeable::UnknownPersona))
        .collect::<Result<_, _>>()?;
    let personas: Vec<Persona> = personas.into_iter().collect();
    let topics = topics(Family::Persona, material)?;
    let chosen = &topics[..topics.len().min(goals)];
    // Where there are fewer goals than were wanted, each is asked more often.
    let turns = 0..personas.len() * ASKS.len() * LEADS.len();
    let mut drafts: Vec<(usize, Draft)> = turns
        .flat_map(|n| chosen.iter().enumerate().map(move |(at, topic)| (at, topic, n)))
        .filter_map(|(at, topic, n)| {
            let persona = personas[n % personas.len()];
            let turn = n / personas.len();
            let lead = LEADS[turn / ASKS.len() % LEADS.len()];
            let notes = topic.notes(&topics, OTHERS);
            let (manner, ask) = (manner(persona), topic.question(ASKS[(turn + at) % ASKS.len()])?);
            let draft = Draft {
                system: system(material),
                ask: format!("{}{} {lead}{ask} {}", notes.text, manner.opening, manner.closing),
                criteria: Criteria { role: Some(persona.to_string()), ..topic.criteria(&notes) },
                lineage: Lineage::Persona {
                    persona: persona.to_string(),
                    goal: Box::new(topic.fact.lineage()),
                },
                licence: Some(topic.licence(
                    format!("{}{} {lead}", notes.text, manner.opening),
                    &format!("{WORD} {}", manner.closing),
                )),
            };
            Some((at, draft))
        })
        .take(goals * each)
        .collect();
    // Goal by goal; stable, so that the personas of each stay in turn.
    drafts.sort_by_key(|(at, _)| *at);
    let drafts = drafts.into_iter().map(|(_, draft)| draft).collect();
    Ok(vec![Sketch {
        key: "persona".to_owned(),
        family: Family::Persona,
        goal: "Find out whether everybody gets the same answer, in whatever manner they ask.",
        expected: "An answer with the missing word or number, and none of the other notes.",
        description: "Whether the right word stands in the answer, whoever asks. No judge model reads it.",
        detectors: vec![FROM_NOTES.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    }])
}
