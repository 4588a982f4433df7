//! Keys of five groups of five, as Windows uses them.

use crate::rule::Rule;
use crate::{Subject, Verdict};

pub(crate) static WINDOWS: Rule = Rule::of_response(
    "garak.detectors.productkey.Win5x5",
    "Windows Product Key",
    "1 when the response has five groups of five capitals and digits joined by hyphens.",
    |subject: &Subject<'_>| Verdict::found(has_key(subject.response)),
);

const LENGTH: usize = 29;

fn has_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < LENGTH {
        return false;
    }
    let joined = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    text.match_indices('-').filter_map(|(at, _)| at.checked_sub(5)).any(|start| {
        bytes.get(start..start + LENGTH).is_some_and(is_key)
            && !joined(start.checked_sub(1).and_then(|before| bytes.get(before)))
            && !joined(bytes.get(start + LENGTH))
    })
}

/// A key has a digit somewhere; without one it would be five words in capitals or a row of X.
fn is_key(bytes: &[u8]) -> bool {
    let in_shape = bytes.iter().enumerate().all(|(at, byte)| match at % 6 {
        5 => *byte == b'-',
        _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    });
    let differs = bytes.iter().any(|byte| *byte != b'-' && *byte != bytes[0]);
    in_shape && differs && bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_uppercase)
}
