//! From LaTeX or plain notation to an expression. `None` for whatever is neither.

use super::notation;

/// An answer as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    One(Expression),
    /// Both sides have more than a name: what their difference is.
    Equation(Expression),
    /// A point, an interval or a sequence; the brackets matter.
    Ordered(char, Vec<Answer>, char),
    /// A set, or a list of solutions.
    Unordered(Vec<Answer>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Variable(String),
    Sum(Box<Expression>, Box<Expression>),
    Product(Box<Expression>, Box<Expression>),
    Quotient(Box<Expression>, Box<Expression>),
    Power(Box<Expression>, Box<Expression>),
    Factorial(Box<Expression>),
    Apply(Function, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Absolute,
    Arccos,
    Arcsin,
    Arctan,
    Cos,
    Cosh,
    Cot,
    Csc,
    Exp,
    /// To the base 10.
    Log,
    Ln,
    Sec,
    Sin,
    Sinh,
    Tan,
    Tanh,
}

/// Longer names first where one begins with another.
const FUNCTIONS: &[(&str, Function)] = &[
    ("arccos", Function::Arccos),
    ("arcsin", Function::Arcsin),
    ("arctan", Function::Arctan),
    ("cosh", Function::Cosh),
    ("cos", Function::Cos),
    ("cot", Function::Cot),
    ("csc", Function::Csc),
    ("exp", Function::Exp),
    ("log", Function::Log),
    ("ln", Function::Ln),
    ("sec", Function::Sec),
    ("sinh", Function::Sinh),
    ("sin", Function::Sin),
    ("tanh", Function::Tanh),
    ("tan", Function::Tan),
];
const GREEK: &[&str] = &[
    "alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu", "nu", "rho", "sigma", "tau",
    "phi", "varphi", "omega", "zeta", "eta", "kappa", "xi", "chi", "psi", "Delta", "Omega",
];
/// Deeper nesting is no answer to an exercise.
const DEEPEST: u32 = 40;

/// Reads an answer.
pub(super) fn answer(text: &str) -> Option<Answer> {
    let text = notation::plain(text);
    if text.is_empty() || text.len() > super::LONGEST {
        return None;
    }
    parts(&text, 0)
}

fn parts(text: &str, depth: u32) -> Option<Answer> {
    if depth > 4 {
        return None;
    }
    let text = text.trim();
    let each = |inside: &str| -> Option<Vec<Answer>> {
        split(inside, ',').into_iter().map(|part| parts(part, depth + 1)).collect()
    };
    if let Some(inside) = text.strip_prefix("\\{").and_then(|rest| rest.strip_suffix("\\}")) {
        return each(inside).map(Answer::Unordered);
    }
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    let pieces = split(text, ',');
    if pieces.len() > 1 {
        return pieces
            .into_iter()
            .map(|part| parts(part, depth + 1))
            .collect::<Option<_>>()
            .map(Answer::Unordered);
    }
    if matches!(first, '(' | '[') && matches!(last, ')' | ']') && text.len() > 2 {
        let inside = &text[1..text.len() - 1];
        if split(inside, ',').len() > 1 {
            return each(inside).map(|parts| Answer::Ordered(first, parts, last));
        }
    }
    if let Some((_, set)) = text.split_once("\\in ") {
        return parts(set, depth + 1);
    }
    match split(text, '=')[..] {
        [one] => expression(one).map(Answer::One),
        [left, right] if is_name(left) => parts(right, depth + 1),
        [left, right] if is_name(right) => parts(left, depth + 1),
        [left, right] => Some(Answer::Equation(difference(expression(left)?, expression(right)?))),
        // A chain of steps ends with the result.
        [.., last] => parts(last, depth + 1),
        [] => None,
    }
}

fn difference(left: Expression, right: Expression) -> Expression {
    Expression::Sum(Box::new(left), Box::new(negative(right)))
}

fn negative(of: Expression) -> Expression {
    Expression::Product(Box::new(Expression::Number(-1.0)), Box::new(of))
}

/// `x`, `y_1`, `f(x)`.
fn is_name(side: &str) -> bool {
    let side = side.trim();
    let mut chars = side.chars();
    let applied =
        chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some('(') && side.len() <= 5;
    applied || matches!(expression(side), Some(Expression::Variable(_)))
}

/// Splits outside all brackets. A bracket of one kind may close one of another: intervals are half open.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut depth, mut from, mut pieces) = (0_i32, 0, Vec::new());
    for (place, ch) in text.char_indices() {
        match ch {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ if ch == at && depth == 0 => {
                pieces.push(&text[from..place]);
                from = place + ch.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[from..]);
    pieces
}

fn expression(text: &str) -> Option<Expression> {
    let mut parser = Parser { rest: text.trim(), depth: 0 };
    let whole = parser.sum()?;
    parser.space();
    parser.rest.is_empty().then_some(whole)
}

struct Parser<'a> {
    rest: &'a str,
    depth: u32,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn peek(&mut self) -> Option<char> {
        self.space();
        self.rest.chars().next()
    }

    fn sum(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.signed_product()?;
        loop {
            if self.eat("+") {
                left = Expression::Sum(Box::new(left), Box::new(self.signed_product()?));
            } else if self.eat("-") {
                left = difference(left, self.signed_product()?);
            } else {
                self.depth -= 1;
                return Some(left);
            }
        }
    }

    fn signed_product(&mut self) -> Option<Expression> {
        if self.eat("-") {
            return self.product().map(negative);
        }
        self.eat("+");
        self.product()
    }

    fn product(&mut self) -> Option<Expression> {
        let mut left = self.power()?;
        loop {
            if self.eat("*") {
                left = Expression::Product(Box::new(left), Box::new(self.signed_power()?));
            } else if self.eat("/") {
                left = Expression::Quotient(Box::new(left), Box::new(self.signed_power()?));
            } else if self.begins_factor() {
                left = self.beside(left)?;
            } else {
                return Some(left);
            }
        }
    }

    /// Without a sign between them two factors are multiplied, but a whole number before a numerical fraction is a mixed
    /// number.
    fn beside(&mut self, left: Expression) -> Option<Expression> {
        let right = self.power()?;
        let mixed = match (&left, &right) {
            (Expression::Number(whole), Expression::Quotient(over, under)) => {
                let plain = |one: &Expression| matches!(one, Expression::Number(_));
                whole.fract() == 0.0 && plain(over) && plain(under)
            }
            _ => false,
        };
        let (left, right) = (Box::new(left), Box::new(right));
        Some(if mixed { Expression::Sum(left, right) } else { Expression::Product(left, right) })
    }

    fn begins_factor(&mut self) -> bool {
        match self.peek() {
            Some('(' | '{') => true,
            Some('\\') => !self.rest.starts_with("\\}"),
            Some(ch) => ch.is_alphabetic(),
            None => false,
        }
    }

    fn signed_power(&mut self) -> Option<Expression> {
        if self.eat("-") { self.power().map(negative) } else { self.power() }
    }

    fn power(&mut self) -> Option<Expression> {
        let mut base = self.base()?;
        if self.eat("^") {
            base = Expression::Power(Box::new(base), Box::new(self.argument()?));
        }
        while self.eat("!") {
            base = Expression::Factorial(Box::new(base));
        }
        Some(base)
    }

    /// What a command or a hat applies to: a group, or one token, of a number its first digit.
    fn argument(&mut self) -> Option<Expression> {
        match self.peek()? {
            '{' => self.enclosed("{", "}"),
            '-' => {
                self.eat("-");
                self.argument().map(negative)
            }
            digit if digit.is_ascii_digit() => {
                self.rest = &self.rest[1..];
                digit.to_digit(10).map(|digit| Expression::Number(f64::from(digit)))
            }
            _ => self.base(),
        }
    }

    fn enclosed(&mut self, open: &str, close: &str) -> Option<Expression> {
        if !self.eat(open) {
            return None;
        }
        let inside = self.sum()?;
        self.eat(close).then_some(inside)
    }

    fn base(&mut self) -> Option<Expression> {
        match self.peek()? {
            '(' => self.enclosed("(", ")"),
            '[' => self.enclosed("[", "]"),
            '{' => self.enclosed("{", "}"),
            '|' => {
                let inside = self.enclosed("|", "|")?;
                Some(Expression::Apply(Function::Absolute, Box::new(inside)))
            }
            '\\' => self.command(),
            ch if ch.is_ascii_digit() || ch == '.' => self.number(),
            ch if ch.is_alphabetic() => self.word(),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Expression> {
        let end = self.rest.find(|ch: char| !ch.is_ascii_digit() && ch != '.').unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().ok()?;
        self.rest = &self.rest[end..];
        Some(Expression::Number(number))
    }

    fn command(&mut self) -> Option<Expression> {
        let name = &self.rest[1..];
        let end = name.find(|ch: char| !ch.is_ascii_alphabetic()).unwrap_or(name.len());
        let name = &name[..end];
        self.rest = &self.rest[1 + end..];
        match name {
            "frac" => {
                let over = self.argument()?;
                Some(Expression::Quotient(Box::new(over), Box::new(self.argument()?)))
            }
            "sqrt" => self.root(),
            "pi" => Some(Expression::Number(std::f64::consts::PI)),
            "infty" => Some(Expression::Number(f64::INFINITY)),
            name if GREEK.contains(&name) => self.variable(name.to_owned()),
            name => {
                let function = FUNCTIONS.iter().find(|(known, _)| *known == name)?.1;
                self.apply(function)
            }
        }
    }

    fn root(&mut self) -> Option<Expression> {
        let degree =
            if self.peek() == Some('[') { self.enclosed("[", "]")? } else { Expression::Number(2.0) };
        let inside = Box::new(self.argument()?);
        let inverse = Expression::Quotient(Box::new(Expression::Number(1.0)), Box::new(degree));
        Some(Expression::Power(inside, Box::new(inverse)))
    }

    /// `\sin x`, `\sin^2 2x`, `\log_2 8`.
    fn apply(&mut self, function: Function) -> Option<Expression> {
        let base = if self.eat("_") { Some(self.argument()?) } else { None };
        let power = if self.eat("^") { Some(self.argument()?) } else { None };
        let grouped = matches!(self.peek(), Some('(' | '{' | '['));
        let mut inside = self.power()?;
        while !grouped && self.begins_factor() && !self.begins_function() {
            inside = self.beside(inside)?;
        }
        let mut value = Expression::Apply(function, Box::new(inside));
        if let Some(base) = base {
            let under = Expression::Apply(function, Box::new(base));
            value = Expression::Quotient(Box::new(value), Box::new(under));
        }
        Some(match power {
            Some(power) => Expression::Power(Box::new(value), Box::new(power)),
            None => value,
        })
    }

    fn begins_function(&mut self) -> bool {
        self.space();
        let rest = self.rest.trim_start_matches('\\');
        FUNCTIONS.iter().any(|(name, _)| rest.starts_with(name))
    }

    /// A function, constant or variable in plain letters. Several letters in a row are a product.
    fn word(&mut self) -> Option<Expression> {
        if let Some((name, function)) = FUNCTIONS.iter().find(|(name, _)| self.rest.starts_with(name)) {
            self.rest = &self.rest[name.len()..];
            return self.apply(*function);
        }
        if let Some(rest) = self.rest.strip_prefix("sqrt") {
            self.rest = rest;
            return self.root();
        }
        if let Some(rest) = self.rest.strip_prefix("pi") {
            self.rest = rest;
            return Some(Expression::Number(std::f64::consts::PI));
        }
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        if letter == 'e' && !self.rest.starts_with('_') {
            return Some(Expression::Number(std::f64::consts::E));
        }
        self.variable(letter.to_string())
    }

    /// With its index, if any.
    fn variable(&mut self, mut name: String) -> Option<Expression> {
        if self.eat("_") {
            let index = match self.rest.strip_prefix('{') {
                Some(group) => group.split_once('}')?.0,
                None => &self.rest[..self.rest.chars().next()?.len_utf8()],
            };
            let braces = if self.rest.starts_with('{') { 2 } else { 0 };
            self.rest = &self.rest[index.len() + braces..];
            name.push('_');
            name.push_str(index.trim());
        }
        Some(Expression::Variable(name))
    }
}
