//! Orders about the form of a response: its lists, titles, case, beginning and end.

#![expect(clippy::unnecessary_wraps, reason = "a check of another order may find that it cannot tell")]

use std::sync::LazyLock;

use regex::Regex;
use serde::de::IgnoredAny;
use whatlang::Lang;

use super::argument::Arguments;
use super::keyword::is_in;
use crate::pattern;

static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"^\s*(?:\*[^*].*|-.*)$"));
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"\[.*?\]"));
static STRONG: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"\*\*[^\n*]*[^\s*][^\n*]*\*\*"));
static EMPHASIS: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"\*[^\n*]*[^\s*][^\n*]*\*"));
static TITLE: LazyLock<Regex> = LazyLock::new(|| pattern::text(r"<<[^\n]*[^\s<>][^\n]*>>"));

pub(super) fn bullets(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    Some(BULLET.find_iter(response).count() == arguments.number("num_bullets")?)
}

pub(super) fn placeholders(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    Some(PLACEHOLDER.find_iter(response).count() >= arguments.number("num_placeholders")?)
}

pub(super) fn highlights(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let strong = STRONG.find_iter(response).count();
    let plain = EMPHASIS.find_iter(&STRONG.replace_all(response, "")).count();
    Some(strong + plain >= arguments.number("num_highlights")?)
}

/// `Section 1`, `SECTION 2`: the name of the parts, then a number.
pub(super) fn sections(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let name = arguments.text("section_spliter").or_else(|| arguments.text("section_splitter"))?.trim();
    let wanted = arguments.number("num_sections")?;
    let found = response.match_indices(name).filter(|(at, name)| {
        response[at + name.len()..].trim_start().starts_with(|ch: char| ch.is_ascii_digit())
    });
    Some(found.count() >= wanted)
}

pub(super) fn title(_: &Arguments<'_>, response: &str) -> Option<bool> {
    Some(TITLE.is_match(response))
}

pub(super) fn constrained(_: &Arguments<'_>, response: &str) -> Option<bool> {
    let options = ["My answer is yes.", "My answer is no.", "My answer is maybe."];
    Some(options.iter().any(|option| response.contains(option)))
}

/// The whole response is JSON; a fence around it is allowed.
pub(super) fn json(_: &Arguments<'_>, response: &str) -> Option<bool> {
    let mut text = response.trim();
    for fence in ["```json", "```Json", "```JSON", "```"] {
        text = text.strip_prefix(fence).unwrap_or(text);
    }
    let text = text.strip_suffix("```").unwrap_or(text).trim();
    Some(serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// `P.S.` and `P.P.S` may be written with spaces between the letters.
pub(super) fn postscript(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let marker = arguments.text("postscript_marker")?.trim().to_lowercase();
    let squeezed = |text: &str| text.to_lowercase().replace(". ", ".");
    let text = squeezed(response);
    Some(match marker.as_str() {
        "p.p.s" => text.contains("p.p.s"),
        "p.s." => text.match_indices("p.s.").any(|(at, _)| !text[..at].ends_with(char::is_alphanumeric)),
        other => text.contains(&squeezed(other)),
    })
}

/// Two different responses with six asterisks between them.
pub(super) fn two_responses(_: &Arguments<'_>, response: &str) -> Option<bool> {
    let pieces: Vec<&str> = response.split("******").map(str::trim).collect();
    let last = pieces.len() - 1;
    let hole = pieces.iter().enumerate().any(|(at, piece)| piece.is_empty() && at != 0 && at != last);
    let said: Vec<&str> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
    Some(!hole && said.len() == 2 && said[0] != said[1])
}

pub(super) fn repeat_prompt(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let prompt = arguments.text("prompt_to_repeat")?.trim().to_lowercase();
    Some(response.trim().to_lowercase().starts_with(&prompt))
}

pub(super) fn end(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let phrase = arguments.text("end_phrase")?.trim().to_lowercase();
    Some(response.trim().trim_matches('"').to_lowercase().ends_with(&phrase))
}

pub(super) fn quotation(_: &Arguments<'_>, response: &str) -> Option<bool> {
    let text = response.trim();
    Some(text.len() > 1 && text.starts_with('"') && text.ends_with('"'))
}

pub(super) fn no_comma(_: &Arguments<'_>, response: &str) -> Option<bool> {
    Some(!response.contains(','))
}

/// Words without a small letter, such as `NASA` and `I`.
pub(super) fn capital_words(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let words = response.split(|ch: char| !ch.is_alphanumeric() && !matches!(ch, '-' | '_'));
    let capital = words.filter(|word| has_only(word, char::is_lowercase, char::is_uppercase));
    arguments.compare(capital.count(), "capital_frequency", "capital_relation")
}

pub(super) fn english_capital(_: &Arguments<'_>, response: &str) -> Option<bool> {
    if !has_only(response, char::is_lowercase, char::is_uppercase) {
        return Some(false);
    }
    is_in(response, Lang::Eng)
}

pub(super) fn english_lowercase(_: &Arguments<'_>, response: &str) -> Option<bool> {
    if !has_only(response, char::is_uppercase, char::is_lowercase) {
        return Some(false);
    }
    is_in(response, Lang::Eng)
}

/// None of one kind of letter, and at least one of the other.
fn has_only(text: &str, never: fn(char) -> bool, some: fn(char) -> bool) -> bool {
    !text.contains(never) && text.contains(some)
}
