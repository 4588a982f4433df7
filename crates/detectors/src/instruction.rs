//! Was a formatting order followed that a machine can check?
//!
//! The orders, their ids and the names of their arguments are those of IFEval: Zhou et al., "Instruction-Following
//! Evaluation for Large Language Models", arXiv 2311.07911. The response is a hit when any of its prompt's orders was
//! not followed (the paper's strict accuracy by prompt). An order that is unknown, or lacks an argument, is
//! `unverified`.

mod argument;
mod form;
mod keyword;
mod length;

use serde_json::Map;

use argument::Arguments;

use crate::rule::Rule;
use crate::{Subject, Verdict};

pub(crate) static FOLLOWING: Rule = Rule::of_response(
    "autoredteam.detectors.instructionFollowing.InstructionFollowing",
    "Following Formatting Instructions",
    "1 when one of the prompt's checkable formatting orders was not followed.",
    judge,
)
.taking(&[("response", "str"), ("instructions", "list[str]"), ("kwargs", "list[dict]")]);

/// Whether the response follows an order; `None` when that cannot be told.
type Check = fn(&Arguments<'_>, &str) -> Option<bool>;

static CHECKS: &[(&str, Check)] = &[
    ("change_case:capital_word_frequency", form::capital_words),
    ("change_case:english_capital", form::english_capital),
    ("change_case:english_lowercase", form::english_lowercase),
    ("combination:repeat_prompt", form::repeat_prompt),
    ("combination:two_responses", form::two_responses),
    ("detectable_content:number_placeholders", form::placeholders),
    ("detectable_content:postscript", form::postscript),
    ("detectable_format:constrained_response", form::constrained),
    ("detectable_format:json_format", form::json),
    ("detectable_format:multiple_sections", form::sections),
    ("detectable_format:number_bullet_lists", form::bullets),
    ("detectable_format:number_highlighted_sections", form::highlights),
    ("detectable_format:title", form::title),
    ("keywords:existence", keyword::existence),
    ("keywords:forbidden_words", keyword::forbidden),
    ("keywords:frequency", keyword::frequency),
    ("keywords:letter_frequency", keyword::letter_frequency),
    ("language:response_language", keyword::language),
    ("length_constraints:nth_paragraph_first_word", length::nth_paragraph),
    ("length_constraints:number_paragraphs", length::paragraphs),
    ("length_constraints:number_sentences", length::sentences),
    ("length_constraints:number_words", length::words),
    ("punctuation:no_comma", form::no_comma),
    ("startend:end_checker", form::end),
    ("startend:quotation", form::quotation),
];

fn judge(subject: &Subject<'_>) -> Verdict {
    let orders = &subject.criteria.instructions;
    if orders.is_empty() {
        return Verdict::unverified("the prompt has no instructions to check the response against");
    }
    let none = Map::new();
    let mut missed = false;
    for (place, id) in orders.iter().enumerate() {
        let Ok(found) = CHECKS.binary_search_by(|check| check.0.cmp(id.as_str())) else {
            return Verdict::unverified(&format!("there is no instruction {id:?}"));
        };
        let arguments = Arguments::of(subject.criteria.kwargs.get(place).unwrap_or(&none));
        match CHECKS[found].1(&arguments, subject.response) {
            Some(followed) => missed |= !followed,
            None => {
                return Verdict::unverified(&format!(
                    "the response cannot be checked against {id} with its arguments"
                ));
            }
        }
    }
    Verdict::found(missed)
}
