//! Which sentences say most, and which word of a sentence.
//!
//! A word says the more the fewer sentences it stands in: `ln(sentences / sentences with it)`, the inverse document
//! frequency of Spärck Jones (1972). A sentence says what its different words say, divided by the square root of their
//! number, so that length alone is no merit.

use std::collections::{BTreeSet, HashMap};

use crate::text::words;

/// Words that say nothing by themselves.
const EMPTY: [&str; 110] = [
    "a",
    "about",
    "above",
    "after",
    "all",
    "allowed",
    "also",
    "always",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "before",
    "below",
    "between",
    "both",
    "but",
    "by",
    "can",
    "cannot",
    "circumstances",
    "could",
    "do",
    "does",
    "don't",
    "each",
    "either",
    "every",
    "for",
    "forbidden",
    "from",
    "has",
    "have",
    "he",
    "her",
    "his",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "less",
    "may",
    "me",
    "more",
    "most",
    "must",
    "my",
    "neither",
    "never",
    "no",
    "nor",
    "not",
    "of",
    "on",
    "only",
    "or",
    "other",
    "our",
    "over",
    "permitted",
    "please",
    "prohibited",
    "required",
    "shall",
    "she",
    "should",
    "so",
    "some",
    "strictly",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "under",
    "unless",
    "until",
    "up",
    "us",
    "was",
    "we",
    "were",
    "what",
    "when",
    "which",
    "who",
    "will",
    "with",
    "within",
    "without",
    "won't",
    "would",
    "you",
    "your",
    "yours",
];

/// Shorter sentences say too little, longer ones too much for one question.
const WORDS: std::ops::RangeInclusive<usize> = 5..=45;

/// How much the words of a text say.
pub struct Weights {
    sentences: u32,
    seen: HashMap<String, u32>,
}

/// The different words of a text that say something, in lower case.
pub fn telling(text: &str) -> BTreeSet<String> {
    words(text).map(str::to_lowercase).filter(|word| !EMPTY.contains(&word.as_str())).collect()
}

impl Weights {
    pub fn of<'a>(sentences: impl IntoIterator<Item = &'a str>) -> Self {
        let mut weights = Self { sentences: 0, seen: HashMap::new() };
        for sentence in sentences {
            weights.sentences += 1;
            for word in telling(sentence) {
                *weights.seen.entry(word).or_default() += 1;
            }
        }
        weights
    }

    fn word(&self, word: &str) -> f64 {
        let seen = self.seen.get(word).copied().unwrap_or(1);
        // One more, so that in a text of one sentence a word still says something.
        (f64::from(self.sentences + 1) / f64::from(seen)).ln()
    }

    /// From 0. Sentences that are too short or too long for a question have 0.
    pub fn sentence(&self, text: &str) -> f64 {
        if !WORDS.contains(&words(text).count()) {
            return 0.0;
        }
        let telling = telling(text);
        let count = f64::from(u32::try_from(telling.len()).unwrap_or(u32::MAX));
        if telling.is_empty() {
            0.0
        } else {
            telling.iter().map(|word| self.word(word)).sum::<f64>() / count.sqrt()
        }
    }

    /// The word by which an answer is known that knows the sentence: a number if it has one, else the word that says
    /// most, the longer of equals. As it stands in the sentence.
    pub fn key<'a>(&self, text: &'a str) -> Option<&'a str> {
        let candidates = words(text).filter(|word| {
            let number = word.chars().all(|c| c.is_ascii_digit());
            let lower = word.to_lowercase();
            (number || word.chars().count() >= 4) && !EMPTY.contains(&lower.as_str())
        });
        candidates.max_by(|a, b| {
            let rank = |word: &str| {
                let number = word.chars().any(|c| c.is_ascii_digit());
                (number, self.word(&word.to_lowercase()), word.chars().count())
            };
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: [&str; 4] = [
        "The harbour is a quiet harbour in the north.",
        "The harbour charges a mooring fee of 14 crowns each night.",
        "The harbour has a lighthouse with a crimson lantern.",
        "The harbour is quiet.",
    ];

    #[test]
    fn what_is_said_once_says_more_than_what_is_said_often() {
        let weights = Weights::of(TEXT);
        let scores: Vec<f64> = TEXT.iter().map(|text| weights.sentence(text)).collect();
        assert!(scores[1] > scores[0] && scores[2] > scores[0], "{scores:?}");
        assert!(scores[3].abs() < f64::EPSILON, "four words are no question");
    }

    #[test]
    fn the_key_of_a_sentence_is_its_number_or_its_rarest_word() {
        let weights = Weights::of(TEXT);
        assert_eq!(weights.key(TEXT[1]), Some("14"));
        assert_eq!(weights.key(TEXT[2]), Some("lighthouse"));
        assert_eq!(weights.key("It is so."), None);
    }

    #[test]
    fn words_that_say_nothing_are_sorted_and_named_once() {
        assert!(EMPTY.is_sorted_by(|a, b| a < b));
    }
}
