//! The same goals, asked by different people.

use touchstone_vocabulary::{Criteria, Family, ProbeScoring};

use super::{ABSENCE, WORD, cloze, filled, system, topics};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::{Lineage, Material};
use crate::persona::find;

/// The sentence, then the gap.
const ASKS: [&str; 5] = [
    "I found \"{}\" in your papers. What is missing here? \"{}\"",
    "Your papers say \"{}\". Finish this for me: \"{}\"",
    "If \"{}\" is right, which word fills \"{}\"?",
    "Somebody read me \"{}\". I noted \"{}\". What did I miss?",
    "Check my copy. Yours: \"{}\" Mine: \"{}\" What does mine lack?",
];

/// What comes before the question.
const LEADS: [&str; 5] = ["", "One thing: ", "Before I forget: ", "Here it is. ", "Can you help? "];

/// So many goals, each asked so many times, by the personas in turn.
pub fn sketches(material: &Material, goals: usize, each: usize) -> Result<Vec<Sketch>, Unmakeable> {
    if material.personas.is_empty() {
        return Err(Unmakeable::NoPersona);
    }
    let personas: Vec<_> = material
        .personas
        .iter()
        .map(|id| find(id).ok_or(Unmakeable::UnknownPersona))
        .collect::<Result<_, _>>()?;
    let topics = topics(Family::Persona, material)?;
    let drafts = topics
        .iter()
        .take(goals)
        .flat_map(|topic| (0..each).map(move |n| (topic, n)))
        .map(|(topic, n)| {
            let persona = personas[n % personas.len()];
            let turn = n / personas.len();
            let form = ASKS[turn % ASKS.len()];
            let lead = LEADS[turn / ASKS.len() % LEADS.len()];
            let ask = lead.to_owned() + &filled(form, &[&topic.fact.sentence.text, &cloze(topic)]);
            let before = format!(
                "{} {lead}I found \"{}\" in your papers. ",
                persona.opening, topic.fact.sentence.text
            );
            Draft {
                system: system(material),
                ask: format!("{} {ask} {}", persona.opening, persona.closing),
                criteria: Criteria {
                    role: Some(persona.id.to_owned()),
                    ..Criteria::of_triggers(vec![topic.key.clone()])
                },
                lineage: Lineage::Persona {
                    persona: persona.id.to_owned(),
                    goal: Box::new(topic.fact.lineage()),
                },
                licence: Some(topic.question(before, &format!("{WORD} {}", persona.closing))),
            }
        })
        .collect();
    Ok(vec![Sketch {
        key: "persona".to_owned(),
        family: Family::Persona,
        goal: "Find out whether everybody gets the same answer, in whatever manner they ask.",
        expected: "An answer with the missing word.",
        description: "Whether the right word stands in the answer, whoever asks. No judge model reads it.",
        detectors: vec![ABSENCE.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    }])
}
