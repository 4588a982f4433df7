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
