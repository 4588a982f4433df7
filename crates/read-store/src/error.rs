//! Two kinds of failure, told apart once: what would fail again whatever one does, and what passes.

use touchstone_event_store::StoreError;

/// A statement over read tables failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The database is away, full, locked or busy: the same statement may work later.
    #[error("the database cannot be used just now: {0}")]
    Unavailable(String),
    /// The statement or its values are at fault: it would fail again.
    #[error("the database refuses the data: {0}")]
    Data(String),
}

/// A projection could not apply events.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ApplyError {
    /// The event cannot be applied whatever one does: it counts as a try and then parks its lane.
    #[error("{0}")]
    Data(String),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl ApplyError {
    /// Whether it would fail again whatever one does.
    pub(crate) const fn is_deterministic(&self) -> bool {
        matches!(self, Self::Data(_) | Self::Read(ReadError::Data(_)))
    }
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::Database(fault) => {
                if is_data(
                    fault.code().as_deref(),
                    fault.message(),
                    fault.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some(),
                ) {
                    Self::Data(text)
                } else {
                    Self::Unavailable(text)
                }
            }
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::InvalidArgument(_) => Self::Data(text),
            _ => Self::Unavailable(text),
        }
    }
}

/// A missing table is being made or renamed, or a migration is due: that passes.
fn is_data(code: Option<&str>, message: &str, postgres: bool) -> bool {
    let Some(code) = code else { return false };
    if postgres {
        return code != "42P01" && ["21", "22", "23", "42"].iter().any(|class| code.starts_with(class));
    }
    // SQLite's extended result codes carry the primary one in their low byte.
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(1) => !message.starts_with("no such table"),
        Ok(18 | 19 | 20 | 25) => true,
        _ => false,
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        use std::error::Error as _;
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        match &error {
            StoreError::Corrupt(_) => Self::Data(error.to_string()),
            _ => Self::Unavailable(format!("{error}{cause}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_and_bad_values_are_data_and_everything_else_passes() {
        for code in ["23505", "22021", "21000", "42703"] {
            assert!(is_data(Some(code), "", true), "{code}");
        }
        for code in ["42P01", "53100", "40001", "40P01", "55P03", "57P01", "08006"] {
            assert!(!is_data(Some(code), "", true), "{code}");
        }
        for code in ["2067", "1299", "19", "20"] {
            assert!(is_data(Some(code), "", false), "{code}");
        }
        assert!(is_data(Some("1"), "no such column: x", false));
        assert!(!is_data(Some("1"), "no such table: rm_x", false));
        for code in ["5", "6", "13", "10", "517"] {
            assert!(!is_data(Some(code), "", false), "{code}");
        }
    }
}
