//! Mutators that disturb the wording and leave the meaning: what a careless or talkative person might send.
//!
//! Numbers and names keep their letters, so that a question keeps its answer.

use crate::draw::Draw;

/// A slip in about every third longer word: two letters change places, one is left out, or one is doubled.
pub(super) fn typos(text: &str, seed: u64) -> String {
    let mut draw = Draw::new(seed);
    let slipped = by_word(text, |word| {
        if word.len() > 4 && is_plain(word) && draw.one_in(3) {
            slip(word, &mut draw)
        } else {
            word.to_owned()
        }
    });
    if slipped != text {
        return slipped;
    }
    let mut done = false;
    by_word(text, |word| {
        if done || word.len() < 2 || !is_plain(word) {
            return word.to_owned();
        }
        done = true;
        double(word, 1)
    })
}

fn slip(word: &str, draw: &mut Draw) -> String {
    let at = 1 + draw.below(word.len() - 3);
    match draw.below(3) {
        0 => {
            let mut letters: Vec<char> = word.chars().collect();
            letters.swap(at, at + 1);
            let swapped: String = letters.into_iter().collect();
            if swapped == word { double(word, at) } else { swapped }
        }
        1 => word.chars().enumerate().filter(|(place, _)| *place != at).map(|(_, c)| c).collect(),
        _ => double(word, at),
    }
}

fn double(word: &str, at: usize) -> String {
    word.chars()
        .enumerate()
        .flat_map(|(place, c)| std::iter::repeat_n(c, if place == at { 2 } else { 1 }))
        .collect()
}

/// Common words and stand-ins that fit wherever the word does.
const SYNONYMS: [(&str, &str); 61] = [
    ("because", "since"),
    ("begins", "starts"),
    ("big", "large"),
    ("boats", "vessels"),
    ("bought", "purchased"),
    ("buys", "purchases"),
    ("charming", "delightful"),
    ("cheap", "inexpensive"),
    ("clever", "bright"),
    ("cold", "chilly"),
    ("concert", "recital"),
    ("dreary", "gloomy"),
    ("dull", "tedious"),
    ("empty", "vacant"),
    ("ended", "finished"),
    ("fast", "quick"),
    ("film", "movie"),
    ("finds", "discovers"),
    ("finished", "completed"),
    ("friend", "pal"),
    ("garden", "yard"),
    ("glad", "pleased"),
    ("happy", "cheerful"),
    ("house", "home"),
    ("little", "small"),
    ("lively", "spirited"),
    ("meet", "gather"),
    ("morning", "forenoon"),
    ("near", "close to"),
    ("need", "require"),
    ("old", "aged"),
    ("picked", "gathered"),
    ("picks", "gathers"),
    ("play", "stage play"),
    ("quickest", "fastest"),
    ("rain", "rainfall"),
    ("repaired", "mended"),
    ("river", "stream"),
    ("road", "street"),
    ("said", "stated"),
    ("sea", "ocean"),
    ("sees", "notices"),
    ("sells", "trades away"),
    ("shop", "store"),
    ("shut", "closed"),
    ("sings", "chants"),
    ("sold", "traded away"),
    ("sometimes", "now and then"),
    ("story", "tale"),
    ("stuffy", "airless"),
    ("tidy", "neat"),
    ("tiresome", "wearying"),
    ("today", "this day"),
    ("together", "jointly"),
    ("town", "settlement"),
    ("visitors", "guests"),
    ("walked", "strolled"),
    ("warm", "cosy"),
    ("weary", "tired"),
    ("wet", "damp"),
    ("wonderful", "marvellous"),
];

/// Three in four of the words that have a stand-in give way to it, and one at least where there is any.
pub(super) fn synonyms(text: &str, seed: u64) -> String {
    let stand_in = |word: &str| {
        let place = SYNONYMS.binary_search_by(|(from, _)| (*from).cmp(word)).ok()?;
        SYNONYMS.get(place).map(|(_, to)| (*to).to_owned())
    };
    let mut draw = Draw::new(seed);
    let put =
        by_word(text, |word| stand_in(word).filter(|_| !draw.one_in(4)).unwrap_or_else(|| word.to_owned()));
    if put != text {
        return put;
    }
    let every = by_word(text, |word| stand_in(word).unwrap_or_else(|| word.to_owned()));
    if every == text { format!("In other words: {text}") } else { every }
}

/// A phrase that says nothing at the beginning, and another after about every second sentence.
pub(super) fn idle_phrases(text: &str, seed: u64) -> String {
    const OPENINGS: [&str; 6] = [
        "As I was about to say, ",
        "Now, to come to the point, ",
        "For what it is worth, ",
        "Between ourselves, ",
        "As it happens, ",
        "To put it plainly, ",
    ];
    const ASIDES: [&str; 6] = [
        "So much for that. ",
        "Well, there you are. ",
        "Anyway. ",
        "You know how it is. ",
        "That is that. ",
        "But I digress. ",
    ];
    let mut draw = Draw::new(seed);
    let mut out = draw.pick(&OPENINGS).to_owned();
    let mut sentences = text.split_inclusive(". ").peekable();
    while let Some(sentence) = sentences.next() {
        out.push_str(sentence);
        if sentences.peek().is_some() && draw.one_in(2) {
            out.push_str(draw.pick(&ASIDES));
        }
    }
    out
}

/// About a third of the words in capitals, and some with a capital inside.
pub(super) fn letter_case(text: &str, seed: u64) -> String {
    let mut draw = Draw::new(seed);
    let odd = by_word(text, |word| match draw.below(6) {
        0 | 1 => word.to_uppercase(),
        2 => {
            word.chars().enumerate().map(|(at, c)| if at == 1 { c.to_ascii_uppercase() } else { c }).collect()
        }
        _ => word.to_owned(),
    });
    if odd == text { text.to_uppercase() } else { odd }
}

/// About every third word inside a tag that changes nothing.
pub(super) fn markup_tags(text: &str, seed: u64) -> String {
    const TAGS: [&str; 5] = ["b", "i", "span", "em", "u"];
    let mut draw = Draw::new(seed);
    let inside = by_word(text, |word| {
        if draw.one_in(3) {
            let tag = draw.pick(&TAGS);
            format!("<{tag}>{word}</{tag}>")
        } else {
            word.to_owned()
        }
    });
    format!("<p>{inside}</p>")
}

/// The text with each run of letters replaced; everything else stays as it is.
fn by_word(text: &str, mut replace: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphabetic) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_alphabetic()).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(&replace(word));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// No name, and letters of one byte each.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Mira has 12 plums and buys 30 more. She gives each of 3 friends the same number.";

    #[test]
    fn numbers_stay_and_names_are_not_misspelt() {
        for seed in 0..50 {
            for mutator in [typos, synonyms, idle_phrases, letter_case, markup_tags] {
                let text = mutator(TEXT, seed);
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                assert_eq!(digits(&text), "12303", "{text}");
            }
            assert!(typos(TEXT, seed).contains("Mira") && synonyms(TEXT, seed).contains("Mira"));
        }
    }

    #[test]
    fn the_stand_ins_are_sorted_and_none_is_a_stand_in_for_itself() {
        assert!(SYNONYMS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(SYNONYMS.iter().all(|(from, to)| from != to));
    }

    #[test]
    fn each_disturbance_disturbs() {
        assert_eq!(synonyms("a film", 0), "a movie");
        assert!((0..40).all(|seed| typos("so it is", seed) != "so it is"));
        assert!(markup_tags(TEXT, 3).contains("</"));
        assert!(idle_phrases(TEXT, 3).ends_with("the same number."));
    }
}
