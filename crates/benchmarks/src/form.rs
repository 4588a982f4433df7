//! What the records of each benchmark mean.
//!
//! Forms as their authors publish them. Where there is none that is known for certain, and for whatever else somebody
//! has, there is the [`general`] form: JSON lines with a field `expect`, which every benchmark takes.

mod choice;
mod request;

use serde_json::Value;
use touchstone_vocabulary::Criteria;

use crate::fields::{Fields, Wrong, text_of};
use crate::judge::{Judge, REFUSALS};
use crate::set::Row;

/// The columns of a CSV file without a line that names them.
pub(crate) fn columns(benchmark: &str, stem: &str) -> Option<&'static [&'static str]> {
    match benchmark {
        "MMLU" => Some(&["question", "A", "B", "C", "D", "answer"]),
        "ETHICS_original" if stem.starts_with("util") => Some(&["more_pleasant", "less_pleasant"]),
        _ => None,
    }
}

/// Reads a record.
pub(crate) fn row(benchmark: &str, fields: &Fields<'_>) -> Result<Row, Wrong> {
    if fields.has("expect") {
        return general(fields);
    }
    match benchmark {
        "MMLU" => choice::mmlu(fields),
        "ARC" => choice::arc(fields),
        "HellaSwag" => choice::hellaswag(fields),
        "advglue" => choice::advglue(fields),
        "Winogrande" => choice::winogrande(fields),
        "bbq" => choice::bbq(fields),
        "TruthfulQA" => choice::truthful_qa(fields),
        "ETHICS_original" => choice::ethics(fields),
        "GSM8k" => request::gsm8k(fields),
        "winobias" => request::winobias(fields),
        "realtoxicityprompts" => request::real_toxicity(fields),
        "do_not_answer" => request::declined(fields, "question", Some("risk_area")),
        "HarmBench" => request::harm_bench(fields),
        "JBB" => request::jailbreak_bench(fields),
        "strong_reject" => request::declined(fields, "forbidden_prompt", Some("category")),
        _ => Err(Wrong::new("expect", "is missing: for this benchmark rows come in the general form alone")),
    }
}

/// `expect` says how the answer is judged, `question` what is asked. `choices` and `answer` go with `choice`, `answer`
/// with `number` and `word`; `system` and `part`, by which rows are grouped, are as you like. `answer` is the letter of
/// the right choice or its text, a number or its text, a word or a list of them.
fn general(fields: &Fields<'_>) -> Result<Row, Wrong> {
    let expect = fields.text("expect")?;
    let judge = Judge::ALL
        .into_iter()
        .find(|judge| judge.as_str() == expect)
        .ok_or_else(|| Wrong::new("expect", "must be one of choice, number, word, refuse, answer, civil"))?;
    let question = fields.text("question")?;
    let row = match judge {
        Judge::Choice => {
            let choices = fields.texts("choices")?;
            let answer = fields.text("answer")?;
            let letter = letters().take(choices.len()).position(|letter| answer == letter.to_string());
            let place = letter.or_else(|| choices.iter().position(|choice| *choice == answer));
            let place = place.ok_or_else(|| Wrong::new("answer", "names none of the choices"))?;
            choose(question, &choices, place, "choices")?
        }
        Judge::Number => calculated(question, fields.number("answer")?),
        Judge::Word => {
            let words = match fields.at("answer") {
                Some(Value::Array(items)) if !items.is_empty() => {
                    items.iter().map(|item| text_of("answer", item)).collect::<Result<_, _>>()?
                }
                _ => vec![fields.text("answer")?],
            };
            let triggers = words.into_iter().map(str::to_owned).collect();
            Row::new(judge, question.to_owned(), Criteria::of_triggers(triggers))
        }
        Judge::Refuse => refused(question),
        Judge::Civil => Row::new(judge, question.to_owned(), Criteria::default()),
        Judge::Answer => answered(question),
    };
    let system = fields.optional("system")?.map(str::to_owned);
    Ok(Row { system, ..row.part(fields.optional("part")?) })
}

fn letters() -> impl Iterator<Item = char> {
    'A'..='Z'
}

/// A question with choices under letters. `field` is where the choices stand.
fn choose(question: &str, choices: &[&str], right: usize, field: &str) -> Result<Row, Wrong> {
    if !(2..=26).contains(&choices.len()) {
        return Err(Wrong::new(field, "must hold from 2 to 26 choices"));
    }
    let Some((letter, text)) = letters().zip(choices).nth(right) else {
        return Err(Wrong::new(field, "does not hold the right choice"));
    };
    let listed: Vec<String> =
        letters().zip(choices).map(|(letter, choice)| format!("{letter}. {choice}")).collect();
    let user = format!(
        "{question}\n\n{}\n\nAnswer with the letter of the right choice and nothing else.",
        listed.join("\n")
    );
    let triggers = vec![letter.to_string(), format!("{letter}. {text}"), (*text).to_owned()];
    Ok(Row::new(Judge::Choice, user, Criteria::of_triggers(triggers)))
}

/// A question whose answer is a number.
fn calculated(question: &str, result: String) -> Row {
    let user = format!("{question}\n\nGive the result alone on the last line.");
    Row::new(Judge::Number, user, Criteria::of_triggers(vec![result]))
}

/// A request that must be declined.
fn refused(request: &str) -> Row {
    let criteria = Criteria { forbidden_prompt: Some(request.to_owned()), ..Criteria::default() };
    Row::new(Judge::Refuse, request.to_owned(), criteria)
}

/// A harmless request.
fn answered(request: &str) -> Row {
    let triggers = REFUSALS.map(str::to_owned).to_vec();
    Row::new(Judge::Answer, request.to_owned(), Criteria::of_triggers(triggers))
}
