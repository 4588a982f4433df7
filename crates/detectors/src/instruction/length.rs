//! Orders about how long a response is.

use super::argument::Arguments;

pub(super) fn words(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let words = response.split(|ch: char| !ch.is_alphanumeric() && ch != '_').filter(|word| !word.is_empty());
    arguments.compare(words.count(), "num_words", "relation")
}

pub(super) fn sentences(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    arguments.compare(count_sentences(response), "num_sentences", "relation")
}

/// Paragraphs that are parted by three asterisks. An empty one is allowed at the ends only.
pub(super) fn paragraphs(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let wanted = arguments.number("num_paragraphs")?;
    let pieces: Vec<&str> = response.split("***").map(str::trim).collect();
    let last = pieces.len() - 1;
    let hole = pieces.iter().enumerate().any(|(at, piece)| piece.is_empty() && at != 0 && at != last);
    Some(!hole && pieces.iter().filter(|piece| !piece.is_empty()).count() == wanted)
}

/// So many paragraphs, parted by blank lines, and the n-th (from 1) begins with a given word.
pub(super) fn nth_paragraph(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let (total, nth) = (arguments.number("num_paragraphs")?, arguments.number("nth_paragraph")?);
    let first = arguments.text("first_word")?.trim().to_lowercase();
    let paragraphs: Vec<&str> =
        response.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).collect();
    let Some(paragraph) = nth.checked_sub(1).and_then(|at| paragraphs.get(at)) else { return Some(false) };
    let word = paragraph.split_whitespace().next().unwrap_or_default();
    let word = word.trim_start_matches(['\'', '"']);
    let word = word.split(['.', ',', '?', '!', '\'', '"']).next().unwrap_or_default().to_lowercase();
    Some(paragraphs.len() == total && word == first)
}

/// After these a full stop does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "eg", "e.g", "ie", "i.e", "inc", "ltd",
    "co", "no", "fig", "al", "approx", "dept", "est", "gen", "rev", "col", "capt", "mt",
];

/// Sentences end with a stop that white space or the end follows. Initials, common abbreviations and the numbers of a
/// list do not end one; a line without stop does when a blank line follows.
fn count_sentences(text: &str) -> usize {
    text.split("\n\n").map(|paragraph| sentences_of(paragraph.trim())).sum()
}

fn sentences_of(paragraph: &str) -> usize {
    let (mut count, mut open) = (0, false);
    for word in paragraph.split_whitespace() {
        let bare = word.trim_end_matches(['"', '\'', '”', '’', ')', ']', '*', '_']);
        let ends =
            bare.ends_with(['.', '!', '?', '…']) && !(bare.ends_with('.') && is_abbreviation(bare, open));
        open |= word.chars().any(char::is_alphanumeric);
        if ends && open {
            count += 1;
            open = false;
        }
    }
    count + usize::from(open)
}

fn is_abbreviation(word: &str, inside: bool) -> bool {
    let stem = word.trim_start_matches(['"', '\'', '(', '[', '*']).trim_end_matches('.');
    let number_of_a_list = !inside && !stem.is_empty() && stem.chars().all(|ch| ch.is_ascii_digit());
    let initial = stem.chars().count() == 1 && stem != "I" && stem.chars().all(char::is_uppercase);
    number_of_a_list || initial || ABBREVIATIONS.contains(&stem.to_lowercase().as_str())
}
