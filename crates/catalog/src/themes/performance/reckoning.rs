//! Quantities that are worked out: of science, and to choose from ten.

use super::{distinct, draw, question};
use crate::draw::Draw;
use crate::themes::Seed;

/// A question and its answer.
type Quantity = (String, usize);

const QUANTITIES: [fn(&mut Draw) -> Quantity; 6] = [speed, density, current, half_lives, work, dilution];

fn speed(draw: &mut Draw) -> Quantity {
    let (speed, seconds) = (3 + draw.below(40), 6 + draw.below(25));
    (
        format!(
            "A cart covers {} metres in {seconds} seconds at an even speed. What is its speed in metres per second?",
            speed * seconds
        ),
        speed,
    )
}

fn density(draw: &mut Draw) -> Quantity {
    let (density, volume) = (2 + draw.below(18), 11 + draw.below(60));
    (
        format!(
            "A block of {volume} cubic centimetres weighs {} grams. What is its density in grams per cubic centimetre?",
            density * volume
        ),
        density,
    )
}

fn current(draw: &mut Draw) -> Quantity {
    let (amperes, ohms) = (2 + draw.below(12), 15 + draw.below(40));
    (
        format!(
            "A voltage of {} volts lies across a resistor of {ohms} ohms. How many amperes flow?",
            amperes * ohms
        ),
        amperes,
    )
}

fn half_lives(draw: &mut Draw) -> Quantity {
    let (left, halvings, life) = (3 + draw.below(20), 2 + draw.below(4), 5 + draw.below(15));
    (
        format!(
            "A sample of {} grams halves every {life} hours. How many grams are there after {} hours?",
            left << halvings,
            life * halvings
        ),
        left,
    )
}

fn work(draw: &mut Draw) -> Quantity {
    let (newtons, metres) = (12 + draw.below(40), 11 + draw.below(30));
    (
        format!(
            "A force of {newtons} newtons moves a crate {metres} metres along its own direction. How much work in joules is done?"
        ),
        newtons * metres,
    )
}

fn dilution(draw: &mut Draw) -> Quantity {
    let (percent, times) = (2 + draw.below(12), 2 + draw.below(5));
    (
        format!(
            "A salt solution of {} percent is diluted to {times} times its volume. What is its strength in percent now?",
            percent * times
        ),
        percent,
    )
}

pub(super) fn science(salt: u64) -> Vec<Seed> {
    distinct((0..).filter_map(|at| {
        let (asked, answer) = QUANTITIES.get(at % QUANTITIES.len())?(&mut draw("science", salt, at));
        let user = format!("{asked} Answer with the number alone.");
        Some(question(at, "You solve questions of physics and chemistry.", user, answer.to_string()))
    }))
}

const RECKONINGS: [fn(&mut Draw) -> Quantity; 5] = [angles, minutes, diagonals, remainder, area];

fn angles(draw: &mut Draw) -> Quantity {
    let corners = 5 + draw.below(7);
    (
        format!("What do the inner angles of a polygon with {corners} corners add up to, in degrees?"),
        (corners - 2) * 180,
    )
}

fn minutes(draw: &mut Draw) -> Quantity {
    let (hours, minutes) = (2 + draw.below(20), 1 + draw.below(59));
    (format!("How many minutes are {hours} hours and {minutes} minutes?"), hours * 60 + minutes)
}

fn diagonals(draw: &mut Draw) -> Quantity {
    let corners = 6 + draw.below(30);
    (
        format!("How many diagonals does a convex polygon with {corners} corners have?"),
        corners * (corners - 3) / 2,
    )
}

fn remainder(draw: &mut Draw) -> Quantity {
    let (number, by) = (500 + draw.below(9_000), 11 + draw.below(60));
    (format!("What remains when {number} is divided by {by}?"), number % by)
}

fn area(draw: &mut Draw) -> Quantity {
    let (base, height) = (2 * (6 + draw.below(20)), 7 + draw.below(30));
    (
        format!("What is the area of a triangle with a base of {base} and a height of {height}?"),
        base * height / 2,
    )
}

pub(super) fn ten_choices(salt: u64) -> Vec<Seed> {
    distinct((0..).filter_map(|at| {
        let mut draw = draw("choices", salt, at);
        let (asked, answer) = RECKONINGS.get(at % RECKONINGS.len())?(&mut draw);
        let mut options = vec![answer];
        while options.len() < 10 {
            let near = (answer + 1 + draw.below(40)).saturating_sub(20);
            if !options.contains(&near) {
                options.push(near);
            }
        }
        let listed: Vec<String> = draw.shuffled(options).iter().map(ToString::to_string).collect();
        let user = format!(
            "{asked}\n\nOne of these is right: {}. Answer with that number alone.",
            listed.join(", ")
        );
        Some(question(at, "You choose the right one of ten answers.", user, answer.to_string()))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_options_differ_and_hold_the_answer() {
        for seed in ten_choices(5) {
            let list = seed.user.split("right: ").nth(1).unwrap().split('.').next().unwrap();
            let mut options: Vec<&str> = list.split(", ").collect();
            assert!(options.contains(&seed.answer.as_deref().unwrap()), "{}", seed.user);
            options.sort_unstable();
            options.dedup();
            assert_eq!(options.len(), 10);
        }
    }
}
