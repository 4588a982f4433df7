//! Patterns of the program itself: constant, and tried by the tests that use them.

use regex::{Regex, RegexBuilder, bytes};

/// Over text that [`crate::fold::ascii`] made.
pub(crate) fn folded(source: &str) -> bytes::Regex {
    valid(bytes::RegexBuilder::new(source).unicode(false).build())
}

/// Over text as it stands; `^` and `$` are the ends of lines.
pub(crate) fn text(source: &str) -> Regex {
    valid(RegexBuilder::new(source).multi_line(true).build())
}

fn valid<R>(built: Result<R, regex::Error>) -> R {
    match built {
        Ok(regex) => regex,
        Err(error) => unreachable!("the patterns are constant and valid: {error}"),
    }
}
