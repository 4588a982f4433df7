//! Checkable formatting orders: each with responses that follow it and responses that do not.

use serde_json::{Map, Value, json};
use touchstone_vocabulary::Criteria;

use super::{is_unverified, judge_by};
use crate::Verdict;

const ID: &str = "autoredteam.detectors.instructionFollowing.InstructionFollowing";

fn orders(ids: &[&str], arguments: &[Value]) -> Criteria {
    let kwargs: Vec<Map<String, Value>> =
        arguments.iter().map(|one| one.as_object().cloned().unwrap_or_default()).collect();
    Criteria { instructions: ids.iter().map(|id| (*id).to_owned()).collect(), kwargs, ..Criteria::default() }
}

fn check(id: &str, arguments: Value, followed: &[&str], missed: &[&str]) {
    let criteria = orders(&[id], &[arguments]);
    for (responses, raw) in [(followed, 0.0), (missed, 1.0)] {
        for response in responses {
            assert_eq!(judge_by(ID, response, &criteria, &[]), Verdict::Raw(raw), "{id}: {response:?}");
        }
    }
}

#[test]
fn orders_about_words_and_letters() {
    check(
        "keywords:existence",
        json!({"keywords": ["lamp", "pier"]}),
        &["A Lamp on the pier."],
        &["A lamp.", ""],
    );
    check(
        "keywords:forbidden_words",
        json!({"forbidden_words": ["lamp"]}),
        &["lamps", "boats"],
        &["A LAMP."],
    );
    let twice = json!({"keyword": "lamp", "frequency": 2, "relation": "at least"});
    check("keywords:frequency", twice, &["lamp Lamp", "lamplamp lamp"], &["lamp", ""]);
    let rare = json!({"keyword": "lamp", "frequency": 2.0, "relation": "less than"});
    check("keywords:frequency", rare, &["lamp", ""], &["lamp lamp"]);
    let letters = json!({"letter": "a", "let_frequency": 3, "let_relation": "at least"});
    check("keywords:letter_frequency", letters, &["Banana", "AAA"], &["lamp", ""]);
    let german = "Die Laterne am Hafen wurde vor einer Stunde angezündet, und wir gingen lange spazieren.";
    let english = "The lantern in the harbour was lit an hour ago, and we went for a long walk together.";
    check("language:response_language", json!({"language": "de"}), &[german], &[english]);
    check("language:response_language", json!({"language": "en"}), &[english], &[german]);
}

#[test]
fn orders_about_length() {
    let words = json!({"num_words": 4, "relation": "less than"});
    check("length_constraints:number_words", words, &["one two three", ""], &["it's one two", "a b c d"]);
    let sentences = json!({"num_sentences": 2, "relation": "at least"});
    check(
        "length_constraints:number_sentences",
        sentences,
        &["It is lit. We walk.", "Really? Yes!", "Lit\n\nWalk", "\"It is lit.\" She left."],
        &["Dr. A. Lind lit it.", "1. The lamp", "At 3.5 m, e.g. here, it shines.", ""],
    );
    let paragraphs = json!({"num_paragraphs": 2});
    check(
        "length_constraints:number_paragraphs",
        paragraphs,
        &["one\n***\ntwo", "***\none\n***\ntwo\n***"],
        &["one", "one\n\ntwo", "one\n***\n\n***\ntwo", "a***b***c"],
    );
    let nth = json!({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "lamp"});
    check(
        "length_constraints:nth_paragraph_first_word",
        nth,
        &["First.\n\n\"Lamp\" is second.", "a\n\n\n\nlamp, lit"],
        &["Lamp.\n\nSecond.", "a\n\nlamp\n\nthird", "lamp", "a\n\nlamps"],
    );
}

#[test]
fn orders_about_content_and_form() {
    let two = json!({"num_placeholders": 2});
    check(
        "detectable_content:number_placeholders",
        two,
        &["[name] of [town]", "[a][b][c]"],
        &["[name]", "none"],
    );
    check(
        "detectable_content:postscript",
        json!({"postscript_marker": "P.S."}),
        &["Yes.\nP.S. Lit.", "p. s. lit"],
        &["PS: lit", "no"],
    );
    check(
        "detectable_content:postscript",
        json!({"postscript_marker": "P.P.S"}),
        &["a\nP.P.S lit", "p. p. s. x"],
        &["P.S. lit"],
    );
    check(
        "detectable_format:number_bullet_lists",
        json!({"num_bullets": 2}),
        &["* a\n* b", "- a\n  - b"],
        &["* a", "* a\n- b\n* c", "**a**\n* b"],
    );
    let answers = ["My answer is yes.", "I think: My answer is maybe."];
    check("detectable_format:constrained_response", json!({}), &answers, &["Yes.", "my answer is yes"]);
    let marked = json!({"num_highlights": 2});
    check(
        "detectable_format:number_highlighted_sections",
        marked,
        &["*a* and **b**", "*a b* *c*"],
        &["*a*", "** **", "a * b * c"],
    );
    let sections = json!({"section_spliter": "SECTION", "num_sections": 2});
    check(
        "detectable_format:multiple_sections",
        sections,
        &["SECTION 1\na\nSECTION 2\nb"],
        &["SECTION 1", "Section 1 Section 2", "SECTION a SECTION b"],
    );
    check(
        "detectable_format:json_format",
        json!({}),
        &["{\"a\": 1}", "```json\n[1]\n```", " 3 "],
        &["{a: 1}", "Here: {}", ""],
    );
    check(
        "detectable_format:title",
        json!({}),
        &["<<The Lamp>>\nIt shines."],
        &["The Lamp", "<<>>", "<< >>", "<The Lamp>"],
    );
}

#[test]
fn orders_about_the_whole_response() {
    check(
        "combination:two_responses",
        json!({}),
        &["one\n******\ntwo"],
        &["one", "one******one", "a******b******c"],
    );
    let prompt = json!({"prompt_to_repeat": "Light the lamp."});
    check("combination:repeat_prompt", prompt, &["light the lamp. Done."], &["Done. Light the lamp.", ""]);
    check(
        "startend:end_checker",
        json!({"end_phrase": "Is it lit?"}),
        &["Well. is it lit?", "\"Is it lit?\""],
        &["Is it lit? Yes.", ""],
    );
    check("startend:quotation", json!({}), &["\"lit\"", " \"a\" \n"], &["lit", "\"", "\"lit"]);
    check("punctuation:no_comma", json!({}), &["lit and bright", ""], &["lit, bright"]);
    let capital = json!({"capital_frequency": 2, "capital_relation": "at least"});
    check(
        "change_case:capital_word_frequency",
        capital,
        &["THE LAMP is lit", "NASA and I"],
        &["The Lamp", "I am", "1 2"],
    );
    check(
        "change_case:english_capital",
        json!({}),
        &["THE LANTERN ON THE PIER WAS LIT AN HOUR AGO BY THE KEEPER."],
        &["The Lantern.", "", "123"],
    );
    check(
        "change_case:english_lowercase",
        json!({}),
        &["the lantern on the pier was lit an hour ago by the keeper."],
        &["The lantern.", "", "123"],
    );
}

#[test]
fn one_missed_order_of_several_is_a_hit() {
    let both = orders(&["punctuation:no_comma", "startend:quotation"], &[json!({}), json!({})]);
    for (response, raw) in [("\"lit\"", 0.0), ("\"lit, bright\"", 1.0), ("lit", 1.0)] {
        assert_eq!(judge_by(ID, response, &both, &[]), Verdict::Raw(raw), "{response}");
    }
}

#[test]
fn an_order_that_cannot_be_checked_is_unverified() {
    for criteria in [
        Criteria::default(),
        orders(&["keywords:rhyme"], &[json!({})]),
        orders(&["keywords:existence"], &[]),
        orders(&["keywords:existence"], &[json!({"keywords": null})]),
        orders(&["keywords:frequency"], &[json!({"keyword": "a", "frequency": 1, "relation": "about"})]),
        orders(&["length_constraints:number_words"], &[json!({"num_words": -1, "relation": "at least"})]),
        orders(&["language:response_language"], &[json!({"language": "xx"})]),
    ] {
        assert!(is_unverified(&judge_by(ID, "A lamp.", &criteria, &[])), "{criteria:?}");
    }
    assert!(is_unverified(&judge_by(
        ID,
        "",
        &orders(&["language:response_language"], &[json!({"language": "en"})]),
        &[]
    )));
}
