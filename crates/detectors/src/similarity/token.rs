//! Words and punctuation as machine translation is scored on them: the tokenizer `13a` of the WMT evaluations.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::pattern;

/// Long answers are compared by their beginning. In bytes.
const HEAD: usize = 64 * 1024;

static SYMBOL: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"[\{-~\[-` -&\(-\+:-@/]"));
/// A point or comma parts from what is no digit, on either side, and a hyphen from the digit before it.
static POINT_AFTER: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"([^0-9])([.,])"));
static POINT_BEFORE: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"([.,])([^0-9])"));
static HYPHEN: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"([0-9])(-)"));

/// The text with single spaces between its tokens, and at both ends.
pub(super) fn spaced(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(HEAD)];
    let text = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let text = text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    let text = format!(" {text} ");
    let text = SYMBOL.replace_all(&text, |found: &Captures<'_>| format!(" {} ", &found[0]));
    let text = POINT_AFTER.replace_all(&text, "$1 $2 ");
    let text = POINT_BEFORE.replace_all(&text, " $1 $2");
    HYPHEN.replace_all(&text, "$1 $2 ").into_owned()
}
