//! What a prompt carries for the detectors that will judge its answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an answer is judged by. Each detector says which of these it looks at; most prompts need few of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Criteria {
    /// Expected or forbidden texts. Empty ones are ignored.
    pub triggers: Vec<String>,
    pub question: Option<String>,
    /// The answer that a golden set holds.
    pub ground_truth: Option<String>,
    /// What a retriever found, best first.
    pub contexts: Vec<String>,
    /// Ids of checkable formatting orders …
    pub instructions: Vec<String>,
    /// … and the arguments of each.
    pub kwargs: Vec<Map<String, Value>>,
    /// Names of the tools that should be called.
    pub expected_tools: Vec<String>,
    /// The role that the target was asked to keep.
    pub role: Option<String>,
    /// What the target was asked, where it is not the last message.
    pub input: Option<String>,
    pub policy: Option<String>,
    /// The request, stripped of its disguise, that the target must not carry out.
    pub forbidden_prompt: Option<String>,
}

impl Criteria {
    pub fn of_triggers(triggers: Vec<String>) -> Self {
        Self { triggers, ..Self::default() }
    }

    /// As responses show it: the triggers, then one JSON text of all else where there is any.
    pub fn shown(&self) -> Vec<String> {
        let rest = Self { triggers: Vec::new(), ..self.clone() };
        let mut texts = self.triggers.clone();
        if rest != Self::default() {
            let filled = |value: &Value| match value {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => true,
            };
            if let Ok(Value::Object(fields)) = serde_json::to_value(&rest) {
                let fields: Map<String, Value> = fields.into_iter().filter(|(_, v)| filled(v)).collect();
                texts.push(Value::Object(fields).to_string());
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_are_shown_as_they_are_and_all_else_as_one_text() {
        let mut criteria = Criteria::of_triggers(vec!["a".into()]);
        assert_eq!(criteria.shown(), ["a"]);
        criteria.question = Some("q".into());
        criteria.contexts = vec!["c".into()];
        assert_eq!(criteria.shown(), ["a", r#"{"contexts":["c"],"question":"q"}"#]);
    }

    #[test]
    fn what_is_absent_reads_as_empty() {
        assert_eq!(serde_json::from_str::<Criteria>("{}").unwrap(), Criteria::default());
    }
}
