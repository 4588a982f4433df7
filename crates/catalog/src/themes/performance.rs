//! Themes of ability: questions in the manner of the Open LLM Leaderboard's tasks, made with the seed and with answers
//! that are worked out. No item of those data sets is in here.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use touchstone_vocabulary::Criteria;

mod logic;
mod reckoning;

use super::{Seed, Seeds, Theme};
use crate::draw::{Draw, hash64};
use crate::frameworks::{self, Code};

const CODES: &[Code] = &[frameworks::LLM09, frameworks::CONFABULATION];
const SEEDS: usize = 36;

const fn ability(
    key: &'static str,
    goal: &'static str,
    measures: &'static str,
    make: fn(u64) -> Vec<Seed>,
) -> Theme {
    Theme { key, goal, measures, codes: CODES, seeds: Seeds::Asked(make) }
}

/// Zhou et al., arXiv 2311.07911: orders on form that a program can check.
pub(crate) static ORDERS: Theme = ability(
    "orders",
    "See whether the model follows orders on the form of its answer.",
    "Measures whether checkable orders on the form of an answer are followed, in the manner of IFEval.",
    orders,
);
/// Sprague et al., arXiv 2310.16049: reasoning over a story in several steps.
pub(crate) static MYSTERY: Theme = ability(
    "mystery",
    "See whether the model puts scattered facts of a story together.",
    "Measures whether the one suspect is found who had the chance, the means and the reason, in the manner of MuSR.",
    mystery,
);
/// Rein et al., arXiv 2311.12022: questions of science.
pub(crate) static SCIENCE: Theme = ability(
    "science",
    "See whether the model works out a quantity of physics or chemistry.",
    "Measures whether a quantity of school physics or chemistry is worked out right; easier than GPQA, in whose place it stands.",
    reckoning::science,
);
/// Wang et al., arXiv 2406.01574: a choice among ten.
pub(crate) static TEN_CHOICES: Theme = ability(
    "ten-choices",
    "See whether the model picks the right one of ten answers.",
    "Measures whether the right one of ten answers is given to a question of reckoning, in the manner of MMLU-Pro.",
    reckoning::ten_choices,
);
/// Suzgun et al., arXiv 2210.09261: small puzzles of logic.
pub(crate) static LOGIC: Theme = ability(
    "logic",
    "See whether the model follows small chains of logic.",
    "Measures whether small puzzles of truth values, ways, swaps and weekdays are solved, in the manner of BIG-Bench Hard.",
    logic::logic,
);

fn draw(kind: &str, salt: u64, at: usize) -> Draw {
    Draw::new(hash64(&[kind, &salt.to_string(), &at.to_string()]))
}

/// The first seeds whose questions differ.
fn distinct(seeds: impl Iterator<Item = Seed>) -> Vec<Seed> {
    let mut seen = HashSet::new();
    seeds.filter(|seed| seen.insert(seed.user.clone())).take(SEEDS).collect()
}

fn question(at: usize, system: &str, user: String, answer: String) -> Seed {
    Seed { answer: Some(answer), ..Seed::new(at.to_string(), system.to_owned(), String::new(), user) }
}

/// One order: what the model is told, its id in the benchmark and its arguments.
type Order = (String, &'static str, Value);

/// Orders that one word can follow, so that following them shows in answers of any length.
fn order(kind: usize, word: &str, draw: &mut Draw) -> Order {
    match kind {
        0 => ("Do not use any commas.".to_owned(), "punctuation:no_comma", json!({})),
        1 => {
            let most = 20 + 5 * draw.below(9);
            (
                format!("Use fewer than {most} words."),
                "length_constraints:number_words",
                json!({"relation": "less than", "num_words": most}),
            )
        }
        2 => (
            format!("End your answer with the word {word} and nothing after it."),
            "startend:end_checker",
            json!({"end_phrase": word}),
        ),
        3 => {
            let shunned = draw.pick(&["very", "nice", "indeed", "quite", "really"]);
            (
                format!("Do not use the word {shunned}."),
                "keywords:forbidden_words",
                json!({"forbidden_words": [shunned]}),
            )
        }
        4 => {
            let most = 2 + draw.below(4);
            (
                format!("Write fewer than {most} sentences."),
                "length_constraints:number_sentences",
                json!({"relation": "less than", "num_sentences": most}),
            )
        }
        5 => {
            let most = 2 + draw.below(5);
            (
                format!("The letter z may occur fewer than {most} times."),
                "keywords:letter_frequency",
                json!({"letter": "z", "let_relation": "less than", "let_frequency": most}),
            )
        }
        _ => (
            "Write no word in capitals alone.".to_owned(),
            "change_case:capital_word_frequency",
            json!({"capital_relation": "less than", "capital_frequency": 1}),
        ),
    }
}

fn orders(salt: u64) -> Vec<Seed> {
    const TASKS: [&str; 6] = [
        "Describe the harbour of a small town to a visitor.",
        "Praise a bakery to someone who has never been there.",
        "Tell a traveller how a ferry is boarded.",
        "Explain to a guest what a weather vane is for.",
        "Invite a neighbour to an evening of music.",
        "Say in a note what a lost umbrella looks like.",
    ];
    const WORDS: [&str; 8] = ["copper", "tide", "lantern", "evening", "kettle", "ribbon", "gravel", "maple"];
    const KINDS: usize = 7;
    (0..SEEDS)
        .map(|at| {
            let mut draw = draw("orders", salt, at);
            let (task, word) = (draw.pick(&TASKS), draw.pick(&WORDS));
            let first = draw.below(KINDS);
            let second = (first + 1 + draw.below(KINDS - 1)) % KINDS;
            let mut user = format!("{task} Your answer must contain the word {word}.");
            let mut instructions = vec!["keywords:existence".to_owned()];
            let mut kwargs = vec![arguments(&json!({"keywords": [word]}))];
            for (said, id, given) in [first, second].map(|kind| order(kind, word, &mut draw)) {
                let _ = write!(user, " {said}");
                instructions.push(id.to_owned());
                kwargs.push(arguments(&given));
            }
            Seed {
                criteria: Some(Criteria { instructions, kwargs, ..Criteria::default() }),
                ..question(at, "You follow every order on the form of your answer.", user, word.to_owned())
            }
        })
        .collect()
}

fn arguments(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// What happened, then three things that it took: as it is of whoever did it, and as it is of somebody else.
type Mystery = (&'static str, [&'static str; 2], [&'static str; 2], [&'static str; 2]);

fn mystery(salt: u64) -> Vec<Seed> {
    const NAMES: [&str; 9] =
        ["Casper", "Odile", "Rufus", "Imogen", "Horace", "Selma", "Teodor", "Maud", "Pascal"];
    const CASES: [Mystery; 4] = [
        (
            "The plum pie of the tea room was eaten during the night. The doors were locked, so whoever did it had a key, was in town, and likes plums.",
            [
                "{name} spent the night at the inn across the square.",
                "{name} was two hundred miles away at sea that night.",
            ],
            ["{name} carries the spare key of the tea room.", "{name} has never had a key to the tea room."],
            ["{name} asks for plums at every meal.", "{name} gets a rash from plums."],
        ),
        (
            "The museum's brass owl was moved to the roof. It takes a ladder and a head for heights, and it was done on Tuesday, when only the staff could come in.",
            ["{name} is on the museum's staff.", "{name} came to the museum for the first time on Friday."],
            ["{name} climbs steeples as a hobby.", "{name} turns pale on a kitchen chair."],
            [
                "{name} borrowed the long ladder on Monday and returned it on Wednesday.",
                "{name} was seen looking for the long ladder in vain all week.",
            ],
        ),
        (
            "Someone has tuned the ferry's horn to a waltz. That needs a tuning fork, a free afternoon, and the mechanic's permission to go below.",
            [
                "{name} never travels without a tuning fork.",
                "{name} does not know what a tuning fork is for.",
            ],
            ["{name} had nothing to do that afternoon.", "{name} was on duty at the lock all afternoon."],
            [
                "The mechanic lets {name} go below at any time.",
                "The mechanic has forbidden {name} to go below.",
            ],
        ),
        (
            "A hundred tulips were planted in the shape of a goose. The bulbs came from the society's cellar, the digging took a night, and a drawing of a goose was left behind.",
            [
                "{name} has the key to the society's cellar.",
                "{name} was struck off the society's list and gave back the key.",
            ],
            [
                "{name} does not sleep at night and says so.",
                "{name} was asleep by nine, as three witnesses know.",
            ],
            ["{name} draws geese on every napkin.", "{name} cannot draw a straight line."],
        ),
    ];
    (0..SEEDS)
        .map(|at| {
            let mut draw = draw("mystery", salt, at);
            let (opening, chance, means, reason) = CASES.get(at % CASES.len()).copied().unwrap_or_default();
            let names = draw.shuffled(NAMES.to_vec());
            let culprit = names.first().copied().unwrap_or_default();
            let mut facts = Vec::new();
            for (place, name) in names.iter().take(3).enumerate() {
                // The first has everything, the others lack one thing each.
                for (nth, fact) in [chance, means, reason].iter().enumerate() {
                    let lacks = place > 0 && nth == (place + at) % 3;
                    facts.push(fact[usize::from(lacks)].replace("{name}", name));
                }
            }
            let story = draw.shuffled(facts).join(" ");
            let user = format!("{opening}\n\n{story}\n\nWho did it? Answer with the name alone.");
            question(at, "You solve small mysteries from the facts given.", user, culprit.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_suspect_lacks_nothing() {
        for seed in mystery(2) {
            let culprit = seed.answer.unwrap();
            let lacking = |name: &str| {
                let missing = [
                    "two hundred miles",
                    "never had a key",
                    "gets a rash",
                    "first time on Friday",
                    "turns pale",
                    "in vain",
                    "does not know what",
                    "on duty",
                    "has forbidden",
                    "struck off",
                    "asleep by nine",
                    "straight line",
                ];
                seed.user
                    .split(". ")
                    .filter(|s| s.contains(name))
                    .any(|s| missing.iter().any(|m| s.contains(m)))
            };
            let named: Vec<&str> =
                ["Casper", "Odile", "Rufus", "Imogen", "Horace", "Selma", "Teodor", "Maud", "Pascal"]
                    .into_iter()
                    .filter(|name| seed.user.contains(name))
                    .collect();
            assert_eq!(named.len(), 3);
            assert!(named.iter().all(|name| lacking(name) == (*name != culprit)), "{}", seed.user);
        }
    }
}
