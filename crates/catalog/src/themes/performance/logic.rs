//! Small puzzles: truth values, ways, swaps and weekdays.

use std::fmt::Write as _;

use super::{distinct, draw, question};
use crate::draw::Draw;
use crate::themes::Seed;

/// A question and its answer.
type Puzzle = (String, String);

const PUZZLES: [fn(&mut Draw) -> Puzzle; 4] = [truth, way, swaps, weekday];

fn truth(draw: &mut Draw) -> Puzzle {
    let mut value = draw.one_in(2);
    let mut text = value.to_string();
    for _ in 0..4 {
        let other = draw.one_in(2);
        match draw.below(3) {
            0 => {
                text = format!("not ({text})");
                value = !value;
            }
            1 => {
                text = format!("({text} and {other})");
                value = value && other;
            }
            _ => {
                text = format!("({text} or {other})");
                value = value || other;
            }
        }
    }
    (format!("What is the value of this expression? Answer true or false.\n\n{text}"), value.to_string())
}

fn way(draw: &mut Draw) -> Puzzle {
    let (mut steps, mut position) = (Vec::new(), [0_usize; 4]);
    let names = ["north", "south", "east", "west"];
    for _ in 0..3 {
        let (direction, paces) = (draw.below(4), 2 + draw.below(9));
        position[direction] += paces;
        steps.push(format!("Go {paces} paces {}.", names[direction]));
    }
    if draw.one_in(2) {
        for (there, back) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
            if position[there] > position[back] {
                steps.push(format!("Go {} paces {}.", position[there] - position[back], names[back]));
                position[back] = position[there];
            }
        }
    }
    let is_home = position[0] == position[1] && position[2] == position[3];
    let answer = if is_home { "returned" } else { "elsewhere" };
    (
        format!("{} Where does one end up? Answer returned, for the start, or elsewhere.", steps.join(" ")),
        answer.to_owned(),
    )
}

fn swaps(draw: &mut Draw) -> Puzzle {
    const NAMES: [&str; 3] = ["Agnes", "Edwin", "Tilda"];
    let mut held = draw.shuffled(vec!["lantern", "trumpet", "basket", "compass", "umbrella", "ladder"]);
    held.truncate(NAMES.len());
    let mut text = String::new();
    for (name, thing) in NAMES.iter().zip(&held) {
        let _ = write!(text, "{name} holds the {thing}. ");
    }
    for _ in 0..4 {
        let first = draw.below(3);
        let second = (first + 1 + draw.below(2)) % 3;
        held.swap(first, second);
        let _ = write!(text, "{} and {} swap what they hold. ", NAMES[first], NAMES[second]);
    }
    let who = draw.below(3);
    (
        format!("{text}What does {} hold in the end? Answer with one word.", NAMES[who]),
        held.get(who).copied().unwrap_or_default().to_owned(),
    )
}

fn weekday(draw: &mut Draw) -> Puzzle {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let (today, ahead) = (draw.below(7), 8 + draw.below(90));
    (
        format!(
            "Today is {}. Which day of the week is it in {ahead} days? Answer with one of {}.",
            DAYS[today],
            DAYS.join(", ")
        ),
        DAYS[(today + ahead) % 7].to_owned(),
    )
}

pub(super) fn logic(salt: u64) -> Vec<Seed> {
    distinct((0..).filter_map(|at| {
        let (user, answer) = PUZZLES.get(at % PUZZLES.len())?(&mut draw("logic", salt, at));
        Some(question(at, "You solve small puzzles of logic.", user, answer))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_are_what_the_expressions_come_to() {
        let mut draw = Draw::new(3);
        for _ in 0..200 {
            let (text, answer) = truth(&mut draw);
            assert_eq!(text.lines().last().map(|l| evaluate(l).to_string()), Some(answer), "{text}");
        }
    }

    /// Reads the expression from the outside in.
    fn evaluate(text: &str) -> bool {
        if let Some(inner) = text.strip_prefix("not (").and_then(|t| t.strip_suffix(')')) {
            return !evaluate(inner);
        }
        if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            let (left, right) = inner.rsplit_once(' ').unwrap();
            let (left, word) = left.rsplit_once(' ').unwrap();
            let (left, right) = (evaluate(left), right == "true");
            return if word == "and" { left && right } else { left || right };
        }
        text == "true"
    }

    #[test]
    fn both_ends_of_a_way_and_every_answer_occur() {
        let answers: std::collections::HashSet<String> =
            logic(9).into_iter().filter_map(|s| s.answer).collect();
        assert!(
            ["returned", "elsewhere", "true", "false"].iter().all(|word| answers.contains(*word)),
            "{answers:?}"
        );
    }
}
