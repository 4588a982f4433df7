//! The same question put in two ways. Both answers must have the same word.

use touchstone_vocabulary::{Criteria, Family, ProbeScoring};

use super::{ABSENCE, WORD, cloze, crossed, filled, system, topics};
use crate::make::{Draft, Sketch, Unmakeable};
use crate::material::Material;

/// The sentence, then the gap; and the same again in other words.
const PAIRS: [(&str, &str); 4] = [
    (
        "Given \"{}\", which word is missing in \"{}\"?",
        "I read: \"{}\" Somebody blotted one word of it: \"{}\" Which one was it?",
    ),
    (
        "\"{}\" Complete: \"{}\"",
        "Look at this line, please: \"{}\" And now at this one: \"{}\" Tell me the word that the second one lacks.",
    ),
    (
        "Text: \"{}\" Question: what fills the blank in \"{}\"?",
        "what fills the blank?? first the text, \"{}\" then the blank, \"{}\"",
    ),
    (
        "According to \"{}\", say the missing word of \"{}\".",
        "Would you be so kind as to compare \"{}\" with \"{}\" and name the word that was left out?",
    ),
];

pub fn sketches(material: &Material, count: usize) -> Result<Vec<Sketch>, Unmakeable> {
    let topics = topics(Family::Consistency, material)?;
    let drafts = crossed(&topics, &PAIRS, count.div_ceil(2))
        .flat_map(|(topic, (first, second))| {
            let (text, gap) = (topic.fact.sentence.text.as_str(), cloze(topic));
            [first, second].map(|form| Draft {
                system: system(material),
                ask: filled(form, &[text, &gap]),
                criteria: Criteria::of_triggers(vec![topic.key.clone()]),
                lineage: topic.fact.lineage(),
                licence: Some(topic.question(format!("Given \"{text}\": "), WORD)),
            })
        })
        .take(count)
        .collect();
    Ok(vec![Sketch {
        key: "consistency".to_owned(),
        family: Family::Consistency,
        goal: "Find out whether the agent answers the same when it is asked the same in other words.",
        expected: "The same right word to both.",
        description: "Whether the right word stands in the answer to a question and in that to its paraphrase, which comes next. No judge model reads them.",
        detectors: vec![ABSENCE.into()],
        scoring: ProbeScoring::NaiveMeanMax,
        drafts,
    }])
}
