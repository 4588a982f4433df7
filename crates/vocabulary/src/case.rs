//! Case numbers: a commitment to the one right answer of a question. It tells nobody the answer and lets anybody check
//! one.
//!
//! In a system message it reads `Case 417-5f0c3a9e.`: a serial number, and the first eight hexadecimal digits of BLAKE3
//! over `<serial>/<answer>`. Both halves of a pair carry the same one, with eight digits more, over
//! `<serial>/<question>` as the original puts it: `Case 417-5f0c3a9e-8b12d07c.` A model learns nothing from it. Whoever
//! has only the messages, like the practice target, finds the answer by trying what it could be.

use std::fmt;

/// What stands before a case number.
const SIGN: &str = "Case ";
/// Numbers up to this one are tried as answers.
pub const GREATEST_NUMBER: u32 = 2_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    serial: u32,
    answer: String,
    question: Option<String>,
}

impl Case {
    /// A case whose right answer is `answer`, letter by letter.
    pub fn of(serial: u32, answer: &str) -> Self {
        Self { serial, answer: digest(serial, answer), question: None }
    }

    /// The same for a pair whose original is `question`.
    #[must_use]
    pub fn filed(mut self, question: &str) -> Self {
        self.question = Some(digest(self.serial, question));
        self
    }

    /// The first case number in a text.
    pub fn read(text: &str) -> Option<Self> {
        text.match_indices(SIGN).find_map(|(at, sign)| {
            let rest = &text[at + sign.len()..];
            let end = rest.find(|c: char| !c.is_ascii_hexdigit() && c != '-').unwrap_or(rest.len());
            let mut parts = rest[..end].split('-');
            let serial = parts.next()?.parse().ok()?;
            let answer = parts.next().filter(|part| part.len() == DIGITS)?.to_owned();
            let question = match parts.next() {
                Some(part) if part.len() == DIGITS => Some(part.to_owned()),
                Some(_) => return None,
                None => None,
            };
            parts.next().is_none().then_some(Self { serial, answer, question })
        })
    }

    /// Whether this is the right answer.
    pub fn is_answer(&self, answer: &str) -> bool {
        digest(self.serial, answer) == self.answer
    }

    /// Whether the question is put as the original of a pair puts it.
    pub fn is_original(&self, question: &str) -> bool {
        self.question.as_ref().is_some_and(|filed| *filed == digest(self.serial, question))
    }

    /// The right answer, if it is a word of the question, yes, no, or a number up to [`GREATEST_NUMBER`].
    pub fn solve(&self, question: &str) -> Option<String> {
        let words = question.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        let word = words.chain(["yes", "no"]).find(|word| self.is_answer(word)).map(str::to_owned);
        word.or_else(|| (0..=GREATEST_NUMBER).map(|n| n.to_string()).find(|n| self.is_answer(n)))
    }
}

const DIGITS: usize = 8;

fn digest(serial: u32, text: &str) -> String {
    let mut hex = blake3::hash(format!("{serial}/{text}").as_bytes()).to_hex();
    hex.truncate(DIGITS);
    hex.to_string()
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGN}{}-{}", self.serial, self.answer)?;
        self.question.iter().try_for_each(|question| write!(f, "-{question}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_reads_back_from_the_middle_of_a_text() {
        for case in [Case::of(417, "seven"), Case::of(0, "no").filed("Is it so?")] {
            assert_eq!(Case::read(&format!("In Case of doubt ask. {case}. Be brief.")), Some(case));
        }
        for text in [
            "",
            "Case",
            "Case 4",
            "Case 4-abc",
            "Case x-5f0c3a9e",
            "Case 4-5f0c3a9e-1",
            "Case 4-5f0c3a9e-5f0c3a9e-",
        ] {
            assert_eq!(Case::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_answer_is_found_among_words_yes_and_no_and_numbers() {
        let question = "Which is it, \"follows\" or open?";
        for answer in ["follows", "open", "no", "yes", "0", "1764"] {
            assert_eq!(Case::of(5, answer).solve(question).as_deref(), Some(answer));
        }
        assert_eq!(Case::of(5, "neither").solve(question), None);
    }

    #[test]
    fn only_the_original_is_as_it_was_filed() {
        let case = Case::of(5, "no").filed("Is it so?");
        assert!(case.is_original("Is it so?") && !case.is_original("Is it sо?"));
        assert!(!Case::of(5, "no").is_original("Is it so?"));
        assert!(case.is_answer("no") && !case.is_answer("No"));
    }
}
