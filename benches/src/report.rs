//! The line that a run prints.

use serde_json::{Map, Value, json};

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// One run's line.
pub struct Report {
    fields: Map<String, Value>,
    goals: Vec<Value>,
    reached: bool,
}

impl Report {
    pub fn new(name: &str, backend: &str, n: usize, seconds: f64) -> Self {
        let mut report = Self { fields: Map::new(), goals: Vec::new(), reached: true };
        report.fields.insert("name".to_owned(), json!(name));
        report.fields.insert("backend".to_owned(), json!(backend));
        report.fields.insert("n".to_owned(), json!(n));
        report.figure("seconds", seconds);
        report
    }

    /// A figure without a goal.
    pub fn figure(&mut self, name: &str, value: f64) {
        self.fields.insert(name.to_owned(), json!(rounded(value)));
    }

    /// Anything else that helps to read the figures.
    pub fn note(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// A figure with a goal.
    pub fn goal(&mut self, name: &str, value: f64, goal: Goal) {
        self.figure(name, value);
        let (word, bound, reached) = match goal {
            Goal::AtLeast(bound) => ("at_least", bound, value >= bound),
            Goal::AtMost(bound) => ("at_most", bound, value <= bound),
        };
        self.goals.push(json!({"figure": name, word: bound, "reached": reached}));
        self.reached &= reached;
    }

    pub fn print(mut self) {
        if !self.goals.is_empty() {
            self.fields.insert("goals".to_owned(), Value::Array(self.goals));
            self.fields.insert("reached".to_owned(), json!(self.reached));
        }
        self.fields.insert("machine".to_owned(), crate::machine::describe());
        println!("{}", Value::Object(self.fields));
    }
}

/// A count as a number to divide with.
pub fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
