//! Equality of two answers by their values at fixed points.
//!
//! Two expressions are equal when they agree wherever both have a value, on at least two of the points; that is proof
//! for no formula and enough for those of exercises. A point gives each variable a value of its own between 0.3 and 2.8.

use super::parse::{Answer, Expression, Function};

const POINTS: u32 = 8;
const CLOSE: f64 = 1e-6;
/// Differences of this size come from rounding.
const DUST: f64 = 1e-12;

pub(super) fn equal(expected: &Answer, given: &Answer) -> bool {
    match (expected, given) {
        (Answer::One(a), Answer::One(b)) => same(a, b),
        (Answer::Equation(a), Answer::Equation(b)) => proportional(a, b),
        (Answer::Ordered(open, a, close), Answer::Ordered(other_open, b, other_close)) => {
            (open, close) == (other_open, other_close)
                && a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Answer::Unordered(a), Answer::Unordered(b)) => {
            let within = |some: &[Answer], all: &[Answer]| {
                some.iter().all(|one| all.iter().any(|other| equal(one, other)))
            };
            within(a, b) && within(b, a)
        }
        (Answer::One(_) | Answer::Equation(_) | Answer::Ordered(..) | Answer::Unordered(_), _) => false,
    }
}

fn same(a: &Expression, b: &Expression) -> bool {
    let mut compared = 0;
    for point in 0..POINTS {
        let (a, b) = (value(a, point), value(b, point));
        if a.is_nan() || b.is_nan() {
            continue;
        }
        if !near(a, b) {
            return false;
        }
        compared += 1;
    }
    compared >= 2
}

/// Two equations are the same when one's difference is a constant multiple of the other's.
fn proportional(a: &Expression, b: &Expression) -> bool {
    let mut ratios =
        (0..POINTS).map(|point| value(a, point) / value(b, point)).filter(|ratio| ratio.is_finite());
    let Some(first) = ratios.next().filter(|ratio| ratio.abs() > DUST) else { return false };
    let mut rest = ratios.peekable();
    rest.peek().is_some() && rest.all(|ratio| near(first, ratio))
}

fn near(a: f64, b: f64) -> bool {
    let infinite = a.is_infinite() && b.is_infinite() && a.is_sign_positive() == b.is_sign_positive();
    infinite || (a - b).abs() <= (CLOSE * a.abs().max(b.abs())).max(DUST)
}

fn value(of: &Expression, point: u32) -> f64 {
    let at = |one: &Expression| value(one, point);
    match of {
        Expression::Number(number) => *number,
        Expression::Variable(name) => coordinate(name, point),
        Expression::Sum(a, b) => at(a) + at(b),
        Expression::Product(a, b) => at(a) * at(b),
        Expression::Quotient(a, b) => at(a) / at(b),
        Expression::Power(base, exponent) => power(at(base), exponent, point),
        Expression::Factorial(of) => factorial(at(of)),
        Expression::Apply(function, of) => apply(*function, at(of)),
    }
}

/// An odd root of a negative number is real.
fn power(base: f64, exponent: &Expression, point: u32) -> f64 {
    if let Expression::Quotient(over, under) = exponent
        && base < 0.0
    {
        let (over, under) = (value(over, point), value(under, point));
        let odd = |number: f64| (number.rem_euclid(2.0) - 1.0).abs() < DUST;
        if odd(under) && over.fract().abs() < DUST {
            let root = (-base).powf(over / under);
            return if odd(over) { -root } else { root };
        }
    }
    base.powf(value(exponent, point))
}

fn factorial(of: f64) -> f64 {
    if of.fract() != 0.0 || !(0.0..=170.0).contains(&of) {
        return f64::NAN;
    }
    let mut product = 1.0;
    let mut next = of;
    while next > 1.0 {
        product *= next;
        next -= 1.0;
    }
    product
}

fn apply(function: Function, x: f64) -> f64 {
    match function {
        Function::Absolute => x.abs(),
        Function::Arccos => x.acos(),
        Function::Arcsin => x.asin(),
        Function::Arctan => x.atan(),
        Function::Cos => x.cos(),
        Function::Cosh => x.cosh(),
        Function::Cot => 1.0 / x.tan(),
        Function::Csc => 1.0 / x.sin(),
        Function::Exp => x.exp(),
        Function::Log => x.log10(),
        Function::Ln => x.ln(),
        Function::Sec => 1.0 / x.cos(),
        Function::Sin => x.sin(),
        Function::Sinh => x.sinh(),
        Function::Tan => x.tan(),
        Function::Tanh => x.tanh(),
    }
}

/// Another value for each name and each point, the same in every process.
fn coordinate(name: &str, point: u32) -> f64 {
    let hash = name.bytes().fold(point.wrapping_mul(2_654_435_761), |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte)).rotate_left(5)
    });
    0.3 + f64::from(hash % 9973) / 4000.0
}
