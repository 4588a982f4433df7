//! Rules that every stored text obeys.

/// PostgreSQL cannot index longer strings reliably, and nobody filters by one.
pub const MAX_INDEXED_BYTES: usize = 1024;

/// How the goal of a probe begins that says what a good answer does.
pub const EXPECTED_GOAL: &str = "Expected: ";

/// Why a text cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("must not contain the NUL character")]
    Nul,
    #[error("must not be empty")]
    Empty,
    #[error("must be at most {MAX_INDEXED_BYTES} bytes long")]
    TooLong,
}

/// A short text that is stored and searched: not empty, no NUL, at most [`MAX_INDEXED_BYTES`].
pub fn check_text(text: &str) -> Result<(), TextFault> {
    if text.trim().is_empty() {
        Err(TextFault::Empty)
    } else if text.contains('\0') {
        Err(TextFault::Nul)
    } else if text.len() > MAX_INDEXED_BYTES {
        Err(TextFault::TooLong)
    } else {
        Ok(())
    }
}

/// The form that names are compared and searched in: trimmed, lower-case.
pub fn fold_key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Where these words stand in a text as words of their own. A number does not stand in a longer one: no 5 in 50, 2.5 or
/// 5,000.
pub fn word_at(text: &str, words: &str) -> Option<usize> {
    text.match_indices(words)
        .map(|(at, _)| at)
        .find(|at| !goes_on(text[..*at].chars().rev()) && !goes_on(text[at + words.len()..].chars()))
}

fn goes_on(mut chars: impl Iterator<Item = char>) -> bool {
    match chars.next() {
        Some('.' | ',') => chars.next().is_some_and(|next| next.is_ascii_digit()),
        Some(next) => next.is_alphanumeric(),
        None => false,
    }
}

/// Why a text is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error("{0}")]
    Text(#[from] TextFault),
    #[error("must look like name@host")]
    Form,
}

/// An e-mail address as far as one can be told without sending a letter: one `@` with something on both sides and
/// nothing that a header could break at.
pub fn check_email(text: &str) -> Result<(), AddressFault> {
    check_text(text)?;
    let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    let sound = parts.is_some_and(|(_, host)| !host.contains('@'));
    if sound && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        Ok(())
    } else {
        Err(AddressFault::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_a_text_only_as_words_of_their_own() {
        for (text, words, at) in [
            ("within 5 hours", "5", Some(7)),
            ("5", "5", Some(0)),
            ("5, 6 or 7.", "7", Some(8)),
            ("50 or 2.5 or 5,000", "5", None),
            ("2.5 or 5", "5", Some(7)),
            ("the wood-key", "key", Some(9)),
            ("a monkey", "key", None),
            ("you must not", "must not", Some(4)),
            ("", "key", None),
        ] {
            assert_eq!(word_at(text, words), at, "{text}");
        }
    }

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for sound in ["ada@example.org", "a+b@localhost", "Ada.Vale@Example.ORG"] {
            assert_eq!(check_email(sound), Ok(()), "{sound}");
        }
        for wrong in ["ada", "@host", "ada@", "a@b@c", "a b@host", "a@host\r\nx"] {
            assert_eq!(check_email(wrong), Err(AddressFault::Form), "{wrong:?}");
        }
        assert_eq!(check_email(""), Err(AddressFault::Text(TextFault::Empty)));
    }
}
