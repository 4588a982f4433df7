//! Whether an answer is what the served document promises: required fields, types and words, followed through every
//! reference.

use serde_json::Value;
use touchstone_testkit::Caller;

/// The served document.
pub struct Contract(pub Value);

/// One described operation.
pub struct Operation {
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    pub is_secured: bool,
    pub has_body: bool,
}

impl Contract {
    pub async fn of(caller: &Caller) -> Self {
        Self(caller.get("/openapi.json").await.ok())
    }

    pub fn operations(&self) -> Vec<Operation> {
        let mut all = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push(Operation {
                    id: operation["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    is_secured: operation["security"].is_array(),
                    has_body: operation["requestBody"].is_object(),
                });
            }
        }
        all
    }

    /// Fails when the body of a 200 is not as described.
    #[track_caller]
    pub fn holds(&self, method: &str, path: &str, body: &Value) {
        let answer =
            &self.0["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(answer.is_object(), "{method} {path} is not described");
        let mut faults = Vec::new();
        self.compare(answer, body, &mut path.to_owned(), &mut faults);
        assert!(faults.is_empty(), "{method} {path}: {faults:#?}");
    }

    /// Fails when a body is not of this component.
    #[track_caller]
    pub fn is(&self, component: &str, body: &Value) {
        let schema = &self.0["components"]["schemas"][component];
        assert!(schema.is_object(), "{component} is not described");
        let mut faults = Vec::new();
        self.compare(schema, body, &mut component.to_owned(), &mut faults);
        assert!(faults.is_empty(), "{faults:#?}");
    }

    fn compare(&self, schema: &Value, value: &Value, place: &mut String, faults: &mut Vec<String>) {
        if let Some(target) = schema["$ref"].as_str() {
            let found = self.0.pointer(target.trim_start_matches('#'));
            return self.compare(
                found.unwrap_or_else(|| panic!("{target} leads nowhere")),
                value,
                place,
                faults,
            );
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(options) = schema[choice].as_array() {
                let fits = options.iter().any(|option| {
                    let mut found = Vec::new();
                    self.compare(option, value, place, &mut found);
                    found.is_empty()
                });
                if !fits {
                    faults.push(format!("{place}: fits none of {choice}"));
                }
            }
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.compare(part, value, place, faults);
        }
        if !is_of_type(&schema["type"], value) {
            faults.push(format!("{place}: should be {}, is {}", schema["type"], kind(value)));
            return;
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            faults.push(format!("{place}: is none of the described words"));
        }
        let length = place.len();
        if let Some(fields) = value.as_object() {
            for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(required) {
                    faults.push(format!("{place}: {required} is missing"));
                }
            }
            for (name, field) in fields {
                let described = &schema["properties"][name];
                let described =
                    if described.is_object() { described } else { &schema["additionalProperties"] };
                if described.is_object() {
                    place.push('.');
                    place.push_str(name);
                    self.compare(described, field, place, faults);
                    place.truncate(length);
                } else if schema["properties"].is_object() {
                    faults.push(format!("{place}: {name} is not described"));
                }
            }
        }
        if let Some(items) = value.as_array()
            && schema["items"].is_object()
        {
            for item in items {
                place.push_str("[]");
                self.compare(&schema["items"], item, place, faults);
                place.truncate(length);
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of_type(described: &Value, value: &Value) -> bool {
    let is = |word: &str| kind(value) == word || (word == "number" && value.is_number());
    match described {
        Value::String(word) => is(word),
        Value::Array(words) => words.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
