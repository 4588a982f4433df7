//! Equality of mathematical answers.

use super::{is_unverified, judge};
use crate::Verdict;

const ID: &str = "autoredteam.detectors.mathLatexSympy.MathLatexSympy";

fn boxed(answer: &str) -> String {
    format!("So the result is \\boxed{{{answer}}}.")
}

#[test]
fn answers_of_equal_value_pass_in_any_notation() {
    for (expected, given) in [
        ("\\frac{1}{2}", "0.5"),
        ("\\frac{1}{2}", "\\dfrac12"),
        ("1/2", "2^{-1}"),
        ("3\\frac{1}{4}", "3.25"),
        ("\\sqrt{8}", "2\\sqrt{2}"),
        ("\\sqrt[3]{27}", "3"),
        ("2(x+1)", "2x+2"),
        ("(x+1)^2", "x^2 + 2x + 1"),
        ("x^2-1", "(x-1)(x+1)"),
        ("\\sin^2 x + \\cos^2 x", "1"),
        ("\\sin 2x", "2\\sin x\\cos x"),
        ("\\log_2 8", "3"),
        ("\\ln e^2", "2"),
        ("e^{\\ln 5}", "5"),
        ("10!", "3628800"),
        ("1,234,567", "1234567"),
        ("10{,}000", "10000"),
        ("\\pi r^2", "r^2\\pi"),
        ("x=5", "5"),
        ("5", "x = 5"),
        ("y = 2x", "f(x) = x + x"),
        ("x+y=3", "2x+2y=6"),
        ("50\\%", "50"),
        ("\\$12.50", "12.5"),
        ("45^\\circ", "45"),
        ("12\\text{ cm}", "12"),
        ("\\left(1,2\\right)", "(1, 2)"),
        ("(0,1]", "(0, 1]"),
        ("\\{1,2,3\\}", "\\{3, 2, 1\\}"),
        ("x \\in [-1, 1]", "[-1,1]"),
        ("-\\frac{3}{4}", "-0.75"),
        ("|-3|", "3"),
        ("x_1 + x_2", "x_2+x_1"),
        ("\\text{even}", "Even"),
        ("\\text{(B)}", "B"),
        ("a^{b+c}", "a^b a^c"),
        ("(-8)^{1/3}", "-2"),
        ("2^10", "2^10"),
        ("0.50", ".5"),
    ] {
        assert_eq!(judge(ID, &boxed(given), &[expected], &[]), Verdict::Raw(0.0), "{expected} = {given}");
    }
}

#[test]
fn answers_of_another_value_are_hits() {
    for (expected, given) in [
        ("\\frac{1}{2}", "0.51"),
        ("\\frac{1}{3}", "0.33"),
        ("2x+2", "2x+1"),
        ("x", "y"),
        ("\\sqrt{2}", "1.41"),
        ("5", "-5"),
        ("(1,2)", "(2,1)"),
        ("(0,1]", "[0,1]"),
        ("\\{1,2\\}", "\\{1,2,3\\}"),
        ("x+y=3", "x+y=4"),
        ("x+y=3", "3"),
        ("x \\le 5", "x \\ge 5"),
        ("\\text{even}", "odd"),
        ("1{,}000", "1"),
        ("7", ""),
        ("7", "I do not know"),
        ("\\sin x", "\\cos x"),
    ] {
        assert_eq!(judge(ID, &boxed(given), &[expected], &[]), Verdict::Raw(1.0), "{expected} = {given}");
    }
}

#[test]
fn the_answer_is_found_where_it_stands() {
    for response in [
        "42",
        "The answer is 42.",
        "We compute $6 \\cdot 7$ and get $42$.",
        "6 * 7 = 42",
        "First 41, then\n\n**Answer: 42**",
        "\\[ x = 42 \\]",
        "\\boxed{41} is wrong, so \\boxed{42}",
        "Therefore \\(42\\)",
        "The final answer is $\\frac{84}{2}$",
    ] {
        assert_eq!(judge(ID, response, &["42"], &[]), Verdict::Raw(0.0), "{response}");
    }
    for response in ["", "41", "The answer is 42.5", "42 is not the answer, \\boxed{41} is", "\\boxed{", "$$"]
    {
        assert_eq!(judge(ID, response, &["42"], &[]), Verdict::Raw(1.0), "{response}");
    }
    assert_eq!(judge(ID, &boxed("3"), &["2", "3"], &[]), Verdict::Raw(0.0), "any of several");
    assert!(is_unverified(&judge(ID, "42", &[], &[])));
}
