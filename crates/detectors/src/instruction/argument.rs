//! The arguments of one order. A null counts as absent.

use serde_json::{Map, Value};

pub(super) struct Arguments<'a>(&'a Map<String, Value>);

/// How a count compares with the number in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    LessThan,
    AtLeast,
}

impl Relation {
    pub(super) const fn holds(self, count: usize, number: usize) -> bool {
        match self {
            Self::LessThan => count < number,
            Self::AtLeast => count >= number,
        }
    }
}

impl<'a> Arguments<'a> {
    pub(super) const fn of(given: &'a Map<String, Value>) -> Self {
        Self(given)
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str().filter(|text| !text.trim().is_empty())
    }

    pub(super) fn texts(&self, name: &str) -> Option<Vec<&'a str>> {
        let texts: Vec<&str> =
            self.0.get(name)?.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
        (!texts.is_empty()).then_some(texts)
    }

    /// A whole number; data sets write it as a float as well.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let value = self.0.get(name)?;
        let whole = value.as_u64().or_else(|| {
            let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0)?;
            format!("{number:.0}").parse().ok()
        })?;
        usize::try_from(whole).ok()
    }

    pub(super) fn relation(&self, name: &str) -> Option<Relation> {
        match self.text(name)?.trim() {
            "less than" => Some(Relation::LessThan),
            "at least" => Some(Relation::AtLeast),
            _ => None,
        }
    }

    /// Compares a count as two of the arguments say.
    pub(super) fn compare(&self, count: usize, number: &str, relation: &str) -> Option<bool> {
        Some(self.relation(relation)?.holds(count, self.number(number)?))
    }
}
