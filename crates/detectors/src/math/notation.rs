//! One way of writing for what LaTeX writes in many.

/// Commands that only arrange what they stand before.
const LAYOUT: &[&str] = &[
    "\\left",
    "\\right",
    "\\displaystyle",
    "\\quad",
    "\\qquad",
    "\\limits",
    "\\big",
    "\\Big",
    "\\bigl",
    "\\bigr",
];

/// Several notations of the same, and what is only layout.
const PLAIN: &[(&str, &str)] = &[
    ("\\!", ""),
    ("\\,", " "),
    ("\\;", " "),
    ("\\:", " "),
    ("\\ ", " "),
    ("\\$", ""),
    ("\\%", ""),
    ("%", ""),
    ("^{\\circ}", ""),
    ("^\\circ", ""),
    ("°", ""),
    ("{,}", ""),
    ("\\dfrac", "\\frac"),
    ("\\tfrac", "\\frac"),
    ("\\cfrac", "\\frac"),
    ("\\times", "*"),
    ("\\cdot", "*"),
    ("\\div", "/"),
    ("\\lvert", "|"),
    ("\\rvert", "|"),
    ("×", "*"),
    ("·", "*"),
    ("⋅", "*"),
    ("**", "^"),
    ("÷", "/"),
    ("−", "-"),
    ("–", "-"),
    ("²", "^2"),
    ("³", "^3"),
    ("√", "\\sqrt"),
    ("π", "\\pi "),
    ("∞", "\\infty "),
    ("~", " "),
];

/// One notation for what has several, and nothing of layout, units and money.
pub(super) fn plain(text: &str) -> String {
    let mut out = text.trim().trim_matches('$').trim().trim_end_matches('.').to_owned();
    for command in LAYOUT {
        out = remove_command(&out, command);
    }
    for (from, to) in PLAIN {
        if out.contains(from) {
            out = out.replace(from, to);
        }
    }
    without_thousands(&without_words(&out)).trim().to_owned()
}

/// Removes a command where no letter follows, so that `\left` does not eat the head of `\leftarrow`.
fn remove_command(text: &str, command: &str) -> String {
    let mut pieces = text.split(command);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if piece.starts_with(|ch: char| ch.is_ascii_alphabetic()) {
            out.push_str(command);
        }
        out.push_str(piece);
    }
    out
}

/// Units and other words in `\text{…}` go, as long as something is left.
fn without_words(text: &str) -> String {
    let mut out = text.to_owned();
    for command in ["\\text{", "\\mathrm{", "\\mbox{", "\\textbf{", "\\textrm{"] {
        while let Some(at) = out.find(command) {
            let Some(end) = out[at..].find('}') else { break };
            let rest = format!("{} {}", &out[..at], &out[at + end + 1..]);
            let inside = out[at + command.len()..at + end].to_owned();
            out = if rest.trim().is_empty() { inside } else { rest };
        }
    }
    out
}

/// `1,234,567` is one number, `(1,234)` may be a point: a comma counts as a separator of thousands outside brackets only.
fn without_thousands(text: &str) -> String {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',')
        && digits(first)
        && first.len() <= 3
        && groups.all(|group| group.len() == 3 && digits(group))
        && (fraction.is_empty() || digits(fraction));
    if grouped { text.replace(',', "") } else { text.to_owned() }
}
