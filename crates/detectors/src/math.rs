//! Is the mathematical answer equal to the expected one?
//!
//! Both are read as LaTeX or plain notation and compared by value at fixed points, so `\frac{1}{2}`, `0.5` and `2^{-1}`
//! are equal, as are `2(x+1)` and `2x+2`. What neither side can be read as is compared as text. Percent signs, units
//! and degrees are dropped. A decimal fraction equals a number that differs by less than one part in a million.

mod notation;
mod parse;
mod value;

use crate::rule::Rule;
use crate::trigger::{no_trigger, usable};
use crate::{Subject, Verdict};

pub(crate) static LATEX: Rule = Rule::of_triggers(
    "autoredteam.detectors.mathLatexSympy.MathLatexSympy",
    "Math checking using Sympy",
    "1 when the mathematical answer of the response equals none of the triggers.",
    judge,
);

/// No answer is longer, in bytes.
const LONGEST: usize = 512;

fn judge(subject: &Subject<'_>) -> Verdict {
    if usable(subject).next().is_none() {
        return no_trigger();
    }
    let candidates = candidates(subject.response);
    let right = usable(subject).any(|trigger| {
        let expected = parse::answer(trigger);
        candidates.iter().any(|candidate| {
            text(trigger) == text(candidate)
                || expected.as_ref().zip(parse::answer(candidate)).is_some_and(|(a, b)| value::equal(a, &b))
        })
    });
    Verdict::found(!right)
}

/// What is left to compare of an answer that is no formula.
fn text(answer: &str) -> String {
    let plain = answer.replace("\\text", "").replace("\\mathrm", "");
    let kept =
        |ch: &char| !ch.is_whitespace() && !matches!(ch, '{' | '}' | '(' | ')' | '$' | '\\' | '.' | '*');
    plain.chars().filter(kept).flat_map(char::to_lowercase).collect()
}

/// Where the answer stands: the last box where there is one; otherwise the last formula, what the last line says the
/// answer is, or that line.
fn candidates(response: &str) -> Vec<&str> {
    if let Some(boxed) = last_boxed(response) {
        return vec![boxed];
    }
    let line = response.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let lower = line.to_ascii_lowercase();
    let after = ["answer is", "answer:", "result is", "equals", "="]
        .iter()
        .filter_map(|phrase| lower.rfind(phrase).map(|at| &line[at + phrase.len()..]));
    after
        .chain(last_formula(response))
        .chain([line])
        .map(|text| text.trim_matches(|ch: char| ch.is_whitespace() || matches!(ch, '*' | ':' | '.' | '`')))
        .filter(|text| !text.is_empty() && text.len() <= LONGEST)
        .collect()
}

fn last_boxed(response: &str) -> Option<&str> {
    let at = response.rfind("\\boxed")?;
    let inside = response[at..].split_once('{')?.1;
    let mut depth = 1_u32;
    let end = inside.bytes().take(LONGEST).position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some(&inside[..end])
}

/// What stands between the last pair of math delimiters.
fn last_formula(response: &str) -> Option<&str> {
    [("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")]
        .iter()
        .filter_map(|(open, close)| {
            let end = response.rfind(close)?;
            let start = response[..end].rfind(open)? + open.len();
            let inside = response[start..end].trim();
            (!inside.is_empty()).then_some((end, inside))
        })
        .max_by_key(|(end, _)| *end)
        .map(|(_, inside)| inside)
}
