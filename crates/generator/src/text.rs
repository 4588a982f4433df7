//! Texts as sentences, each with its place.

use std::collections::HashSet;

use touchstone_vocabulary::word_at;

/// Where a sentence stands. Both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub page: u32,
    /// On its page.
    pub sentence: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    pub place: Place,
    /// The number of a numbered clause, e.g. `3.2` or `b`.
    pub clause: Option<String>,
    /// With single spaces, without clause number and bullet.
    pub text: String,
}

/// What parts one page from the next.
const PAGE_BREAK: char = '\u{c}';
/// Words whose full stop ends no sentence.
const ABBREVIATIONS: [&str; 10] = ["e.g", "i.e", "etc", "mr", "mrs", "ms", "dr", "st", "vs", "cf"];

/// The sentences of a text in order. Pages are parted by form feeds. Lines run on, but a line that begins with a bullet
/// or a clause number, and one after an empty line, begins a sentence.
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    let known = Known::of(text);
    for (page, body) in (1..).zip(text.split(PAGE_BREAK)) {
        let mut number = 0;
        for block in blocks(body, &known) {
            let (clause, rest) = numbered(&block);
            for (first, piece) in split(rest).into_iter().enumerate() {
                number += 1;
                let clause = clause.filter(|_| first == 0).map(str::to_owned);
                found.push(Sentence { place: Place { page, sentence: number }, clause, text: piece });
            }
        }
    }
    found
}

/// The words of a text in lower case, by which a word that a line breaks is known.
struct Known(HashSet<String>);

impl Known {
    fn of(text: &str) -> Self {
        let breaks = text.lines().any(|line| line.trim_end().ends_with('-'));
        let all = if breaks { text } else { "" };
        Self(words(all).map(str::to_lowercase).collect())
    }

    /// Whether a line ends in the first part of a word, and whether the word has no hyphen where it stands whole. Without
    /// a sign of that the hyphen stays.
    fn broken(&self, line: &str, next: &str) -> Option<bool> {
        let head = line.strip_suffix('-')?.rsplit(' ').next()?;
        let tail = words(next).next().filter(|tail| next.starts_with(tail))?;
        let parts = head.ends_with(char::is_alphabetic) && tail.starts_with(char::is_lowercase);
        let bare = head.trim_start_matches(|c: char| !c.is_alphanumeric());
        parts.then(|| self.0.contains(&format!("{bare}{tail}").to_lowercase()))
    }
}

/// Paragraphs and list items, each on one line.
fn blocks(body: &str, known: &Known) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in body.lines().map(str::trim) {
        if line.is_empty() {
            open = false;
            continue;
        }
        let bare = line.trim_start_matches(['-', '*', '•', '–', '#']).trim_start();
        let begins = bare.len() < line.len() || numbered(line).0.is_some();
        let words = bare.split_whitespace().collect::<Vec<_>>().join(" ");
        match blocks.last_mut().filter(|_| open && !begins) {
            Some(block) => {
                match known.broken(block, &words) {
                    Some(true) => drop(block.pop()),
                    Some(false) => {}
                    None => block.push(' '),
                }
                block.push_str(&words);
            }
            None => blocks.push(words),
        }
        open = true;
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// The clause number in front of a text, and the text: `3.2 Keys …`, `4) …`, `(b) …`.
fn numbered(text: &str) -> (Option<&str>, &str) {
    let Some((head, rest)) = text.split_once(' ') else { return (None, text) };
    let bare = head.trim_start_matches('(').trim_end_matches(['.', ')']);
    let is_number = bare
        .split('.')
        .all(|part| !part.is_empty() && part.len() <= 3 && part.chars().all(|c| c.is_ascii_digit()));
    let is_letter = head.ends_with(')') && bare.len() == 1 && bare.chars().all(|c| c.is_ascii_lowercase());
    let is_marked = bare.len() < head.len() || bare.contains('.');
    if (is_number && is_marked) || is_letter { (Some(bare), rest.trim_start()) } else { (None, text) }
}

fn split(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(end) = rest[from..].find(['.', '!', '?']).map(|at| from + at + 1) {
        let after = &rest[end..];
        let closed = after.trim_start_matches(['"', '”', ')', '’']);
        let goes_on = closed.trim_start().chars().next();
        let is_end = goes_on.is_none_or(|next| {
            closed.starts_with(char::is_whitespace) && (!next.is_lowercase() || next.is_numeric())
        });
        if is_end && !is_abbreviation(&rest[..end - 1]) {
            let cut = end + (after.len() - closed.len());
            pieces.push(rest[..cut].trim().to_owned());
            rest = &rest[cut..];
            from = 0;
        } else {
            from = end;
        }
    }
    pieces.push(rest.trim().to_owned());
    pieces.retain(|piece| piece.chars().any(char::is_alphanumeric));
    pieces
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '(']).next().unwrap_or_default().to_lowercase();
    ABBREVIATIONS.contains(&word.as_str())
}

/// The words of a text without punctuation around them.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// The text with a gap in place of this word.
pub fn gapped(text: &str, word: &str) -> String {
    let Some(at) = word_at(text, word) else { return text.to_owned() };
    format!("{}_____{}", &text[..at], &text[at + word.len()..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        sentences(text).into_iter().map(|sentence| sentence.text).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for (text, expected) in [
            ("One. Two! Three?", vec!["One.", "Two!", "Three?"]),
            ("It costs 3.50 a day, e.g. in May. Ask.", vec!["It costs 3.50 a day, e.g. in May.", "Ask."]),
            ("He said \"no.\" Then he left.", vec!["He said \"no.\"", "Then he left."]),
            ("a line\nthat runs on", vec!["a line that runs on"]),
            ("- first\n- second\n\nthird", vec!["first", "second", "third"]),
            ("...\n\n---", vec![]),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn clauses_keep_their_number_and_pages_theirs() {
        let found =
            sentences("3.2 Keys stay here. Ask first.\n(b) No dogs.\u{c}12. Boats go last.\n30 days pass.");
        let shown: Vec<_> = found
            .iter()
            .map(|s| (s.place.page, s.place.sentence, s.clause.as_deref(), s.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (1, 1, Some("3.2"), "Keys stay here."),
                (1, 2, None, "Ask first."),
                (1, 3, Some("b"), "No dogs."),
                (2, 1, Some("12"), "Boats go last."),
                (2, 2, None, "30 days pass."),
            ]
        );
    }

    #[test]
    fn a_word_that_a_line_breaks_loses_its_hyphen_only_where_the_text_has_it_without() {
        for (text, expected) in [
            ("Ask the har-\nbour master. The harbour is quiet.", "Ask the harbour master."),
            ("Use the wi-\nfi at the pier.", "Use the wi-fi at the pier."),
            ("Fees, tolls -\nall are due.", "Fees, tolls - all are due."),
            ("Call Anne-\nMarie first.", "Call Anne- Marie first."),
        ] {
            assert_eq!(texts(text)[0], expected);
        }
    }

    #[test]
    fn a_gap_is_a_whole_word() {
        assert_eq!(gapped("In pier 13 stay 3 boats.", "3"), "In pier 13 stay _____ boats.");
        assert_eq!(gapped("It takes 2.5 to 5 days.", "5"), "It takes 2.5 to _____ days.");
        assert_eq!(gapped("No such word.", "harbour"), "No such word.");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_or_invented(text in "[a-zA-Z0-9 .!?\n-]{0,200}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
            let all: String = sentences(&text)
                .iter()
                .map(|s| letters(s.clause.as_deref().unwrap_or_default()) + &letters(&s.text))
                .collect();
            prop_assert_eq!(all, letters(&text));
        }

        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let places: Vec<Place> = sentences(&text).iter().map(|s| s.place).collect();
            prop_assert!(places.is_sorted());
        }
    }
}
