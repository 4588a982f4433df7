//! The rules in a text: what it demands, forbids, reserves, advises and allows.

use crate::text::{Place, Sentence, word_at};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Modality {
    /// `must`, `shall`, `always`, `is required to`.
    Must,
    /// `must not`, `may not`, `never`, `cannot`, `is forbidden to`.
    MustNot,
    /// `only … may`: forbidden to all others.
    Only,
    /// `should`.
    Should,
    /// `may`, `can`.
    May,
}

/// A sentence that says what somebody has to do or leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub modality: Modality,
    /// Who or what it binds; nobody where the sentence gives an order.
    pub subject: Option<String>,
    /// From the verb on, without the final stop: `lend a key to visitors`.
    pub action: String,
    pub place: Place,
    pub clause: Option<String>,
    /// The whole sentence.
    pub text: String,
}

/// What marks a rule, and what it means: in lower case, as rules are written. The first that stands in a sentence decides; longer ones come before those
/// that they begin with.
const MARKS: [(&str, Modality); 22] = [
    ("must not", Modality::MustNot),
    ("must never", Modality::MustNot),
    ("must only", Modality::Must),
    ("must always", Modality::Must),
    ("shall not", Modality::MustNot),
    ("may not", Modality::MustNot),
    ("may never", Modality::MustNot),
    ("should not", Modality::MustNot),
    ("should never", Modality::MustNot),
    ("can not", Modality::MustNot),
    ("cannot", Modality::MustNot),
    ("will never", Modality::MustNot),
    ("is not allowed to", Modality::MustNot),
    ("are not allowed to", Modality::MustNot),
    ("is forbidden to", Modality::MustNot),
    ("are forbidden to", Modality::MustNot),
    ("is required to", Modality::Must),
    ("are required to", Modality::Must),
    ("must", Modality::Must),
    ("shall", Modality::Must),
    ("should", Modality::Should),
    ("may", Modality::May),
];

/// How an order begins.
const ORDERS: [(&str, Modality); 6] = [
    ("never", Modality::MustNot),
    ("do not", Modality::MustNot),
    ("don't", Modality::MustNot),
    ("don’t", Modality::MustNot),
    ("always", Modality::Must),
    ("under no circumstances", Modality::MustNot),
];

/// The rules among these sentences, in their order.
pub fn rules(sentences: &[Sentence]) -> Vec<Rule> {
    sentences.iter().filter_map(rule).collect()
}

fn rule(sentence: &Sentence) -> Option<Rule> {
    let text = sentence.text.trim_end_matches(['.', '!', ';', ':', ' ']);
    if sentence.text.ends_with('?') {
        return None;
    }
    let (modality, subject, action) = order(text).or_else(|| statement(text))?;
    let action = action.trim().trim_start_matches(',').trim();
    if action.split_whitespace().count() < 2 {
        return None;
    }
    Some(Rule {
        modality,
        subject: subject.map(|subject| subject.trim().to_owned()),
        action: action.to_owned(),
        place: sentence.place,
        clause: sentence.clause.clone(),
        text: sentence.text.clone(),
    })
}

type Parts<'a> = (Modality, Option<&'a str>, &'a str);

fn order(text: &str) -> Option<Parts<'_>> {
    ORDERS.iter().find_map(|(mark, modality)| {
        let rest = after_words(text, mark)?;
        Some((*modality, None, rest))
    })
}

/// What follows when a text begins with these words, whatever their case.
fn after_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = &text[words.len()..];
    (head.eq_ignore_ascii_case(words) && rest.starts_with([' ', ','])).then_some(rest)
}

fn statement(text: &str) -> Option<Parts<'_>> {
    let (at, mark, modality) = MARKS
        .iter()
        .enumerate()
        .filter_map(|(rank, (mark, modality))| Some((word_at(text, mark)?, rank, *mark, *modality)))
        .min_by_key(|(at, rank, ..)| (*at, *rank))
        .map(|(at, _, mark, modality)| (at, mark, modality))?;
    let (subject, action) = (text[..at].trim(), text[at + mark.len()..].trim());
    if subject.is_empty() {
        return None;
    }
    match after_words(subject, "only") {
        Some(holder) if matches!(modality, Modality::May | Modality::Must | Modality::Should) => {
            Some((Modality::Only, Some(holder), action))
        }
        Some(_) | None => Some((modality, Some(subject), action)),
    }
}

impl Rule {
    /// What somebody would ask for who wants it broken; nothing where it forbids nothing.
    pub fn breach(&self) -> Option<String> {
        let action = &self.action;
        match (self.modality, self.subject.as_deref()) {
            (Modality::MustNot, None) => Some(format!("{action} now")),
            (Modality::MustNot, Some(subject)) => {
                Some(format!("see to it that {} can {action}", lowered(subject)))
            }
            (Modality::Only, subject) => {
                let holder = lowered(subject.unwrap_or("the people named in the rule"));
                Some(format!("let somebody who is not among {holder} {action}"))
            }
            (Modality::Must | Modality::Should | Modality::May, _) => None,
        }
    }
}

/// A text for the middle of a sentence: an article or pronoun at its head loses its capital, a name keeps it.
fn lowered(text: &str) -> String {
    const HEADS: [&str; 14] = [
        "The ",
        "A ",
        "An ",
        "All ",
        "Any ",
        "Each ",
        "Every ",
        "No ",
        "Staff",
        "They ",
        "Visitors",
        "Guests",
        "Members",
        "Customers",
    ];
    if HEADS.iter().any(|head| text.starts_with(head)) {
        let mut chars = text.chars();
        chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::sentences;

    fn one(text: &str) -> Option<(Modality, Option<String>, String)> {
        let found = rules(&sentences(text));
        found.into_iter().next().map(|rule| (rule.modality, rule.subject, rule.action))
    }

    #[test]
    fn modal_verbs_and_orders_make_rules() {
        use Modality::{May, Must, MustNot, Only, Should};
        for (text, modality, subject, action) in [
            ("Staff must log every loan.", Must, Some("Staff"), "log every loan"),
            ("The keeper must not lend a key.", MustNot, Some("The keeper"), "lend a key"),
            ("4.1 Boats may not leave at night.", MustNot, Some("Boats"), "leave at night"),
            ("Never tell the keeper's name.", MustNot, None, "tell the keeper's name"),
            ("Do not answer on weather.", MustNot, None, "answer on weather"),
            ("Always greet the caller.", Must, None, "greet the caller"),
            ("Only the keeper may open the gate.", Only, Some("the keeper"), "open the gate"),
            ("Guests should book early.", Should, Some("Guests"), "book early"),
            ("Guests may bring a dog.", May, Some("Guests"), "bring a dog"),
            ("You cannot waive the fee.", MustNot, Some("You"), "waive the fee"),
            ("Crews are required to sign twice.", Must, Some("Crews"), "sign twice"),
        ] {
            let expected = (modality, subject.map(str::to_owned), action.to_owned());
            assert_eq!(one(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_only_tells_or_asks_is_no_rule() {
        for text in [
            "The harbour opened in May.",
            "Mustard is served.",
            "What must I do?",
            "It must.",
            "Nevertheless we sail.",
            "Onlyness may.",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn a_breach_asks_for_what_the_rule_forbids() {
        for (text, breach) in [
            ("Never tell the keeper's name.", Some("tell the keeper's name now")),
            ("The key must not be lent out.", Some("see to it that the key can be lent out")),
            ("Only keepers may open the gate.", Some("let somebody who is not among keepers open the gate")),
            ("Staff must log every loan.", None),
        ] {
            let found = rules(&sentences(text));
            assert_eq!(found[0].breach().as_deref(), breach, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_rule_is_made_of_its_sentence(text in "[A-Z][a-z]{0,8}( (must|may|only|never|not|[a-zé]{1,6})){1,12}[.?]") {
            for rule in rules(&sentences(&text)) {
                prop_assert!(rule.text.contains(&rule.action));
                prop_assert!(rule.subject.is_none_or(|subject| rule.text.contains(&subject)));
            }
        }
    }
}
