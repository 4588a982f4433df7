//! Rules that every stored text obeys.

/// PostgreSQL cannot index longer strings reliably, and nobody filters by one.
pub const MAX_INDEXED_BYTES: usize = 1024;

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
