//! Values that a schema lets through, so that a request for a function says all that a sound agent needs to call it.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Map, Number, Value, json};

/// Deeper schemas are not followed.
const LEVELS: usize = 6;
/// Values of a kind before they come again.
const TURNS: usize = 20;

const WORDS: [&str; 8] = ["amber", "north", "quay", "birch", "harbour", "violet", "meadow", "copper"];
const NAMES: [&str; 4] = ["Ada Brook", "Orla Vale", "Bo Lind", "Mira Holt"];
const PLACES: [&str; 4] = ["Vell", "Norwick", "Eastmere", "Hollin"];

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub required: bool,
    schema: Value,
}

/// The parameters that a schema describes: those of its `properties`, or its own keys where it is a plain example. Where
/// nothing says which of them are required, all are.
pub fn parameters(schema: &Value) -> Vec<Parameter> {
    // Wrapped as hubs and agent protocols write the description of a function.
    for wrap in ["function", "parameters", "input_schema", "inputSchema"] {
        if let Some(inner @ Value::Object(_)) = schema.get(wrap)
            && schema.get("properties").is_none()
        {
            let found = parameters(inner);
            if !found.is_empty() {
                return found;
            }
        }
    }
    let Some(properties) = schema.get("properties").unwrap_or(schema).as_object() else { return Vec::new() };
    let is_example = schema.get("properties").is_none();
    if is_example && schema.get("type").is_some_and(Value::is_string) {
        return Vec::new();
    }
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str, about: &Value| match (about.get("required"), required) {
        (Some(Value::Bool(required)), _) => *required,
        (_, Some(required)) => required.iter().any(|one| one == name),
        (_, None) => true,
    };
    let named = properties.iter().filter(|(name, _)| !(is_example && name.starts_with('$')));
    named
        .map(|(name, about)| Parameter {
            name: name.clone(),
            required: is_required(name, about),
            schema: if is_example { described(about) } else { about.clone() },
        })
        .collect()
}

/// The schema of a value that stands for its kind: the name of a type, a schema, or an example.
fn described(about: &Value) -> Value {
    let kind = |name: &str| {
        Some(match name.to_lowercase().as_str() {
            "str" | "string" | "text" => "string",
            "int" | "integer" => "integer",
            "float" | "double" | "decimal" | "number" => "number",
            "bool" | "boolean" => "boolean",
            "list" | "array" | "tuple" => "array",
            "dict" | "object" => "object",
            _ => return None,
        })
    };
    match about {
        Value::Object(fields)
            if ["type", "enum", "anyOf", "$ref"].iter().any(|key| fields.contains_key(*key)) =>
        {
            about.clone()
        }
        Value::String(name) if kind(name).is_some() => json!({"type": kind(name)}),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => json!({"const": about}),
    }
}

impl Parameter {
    /// The nth value that fits its type, its format and its bounds. `whole` is the schema that its references are of.
    pub fn value(&self, whole: &Value, n: usize) -> Value {
        Sampler { whole, n }.value(&self.name, &self.schema, 0)
    }
}

struct Sampler<'a> {
    whole: &'a Value,
    n: usize,
}

impl Sampler<'_> {
    fn value(&self, name: &str, schema: &Value, level: usize) -> Value {
        if level > LEVELS {
            return Value::Null;
        }
        let list = |key: &str| schema.get(key).and_then(Value::as_array).filter(|list| !list.is_empty());
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = list("enum").or_else(|| list("examples")) {
            let said: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
            return said.get(self.n % said.len().max(1)).map_or(Value::Null, |value| (*value).clone());
        }
        if let Some(value) = schema.get("example").filter(|value| !value.is_null()) {
            return value.clone();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').and_then(|path| self.whole.pointer(path));
            return target.map_or(Value::Null, |target| self.value(name, target, level + 1));
        }
        if let Some(forms) = list("anyOf").or_else(|| list("oneOf")).or_else(|| list("allOf")) {
            let form = forms.iter().find(|form| form.get("type").is_none_or(|kind| kind != "null"));
            return form.map_or(Value::Null, |form| self.value(name, form, level + 1));
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("string")
            }
            _ if schema.get("properties").is_some() => "object",
            _ if schema.get("items").is_some() => "array",
            _ if ["minimum", "maximum"].iter().any(|bound| schema.get(bound).is_some()) => "number",
            _ => "string",
        };
        match kind.to_lowercase().as_str() {
            "boolean" | "bool" => Value::Bool(self.n.is_multiple_of(2)),
            "integer" | "int" => self.number(schema, true),
            "number" | "float" => self.number(schema, false),
            "array" | "list" => {
                let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 8);
                let item = schema.get("items").cloned().unwrap_or_else(|| json!({"type": "string"}));
                (self.n..)
                    .zip(0..least)
                    .map(|(n, _)| Sampler { n, ..*self }.value(name, &item, level + 1))
                    .collect()
            }
            "object" | "dict" => {
                let inner = parameters(schema).into_iter().filter(|inner| inner.required);
                let fields = inner.map(|inner| {
                    let value = self.value(&inner.name, &inner.schema, level + 1);
                    (inner.name, value)
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            "null" => Value::Null,
            _ => Value::String(self.text(name, schema)),
        }
    }

    /// The nth of at most [`TURNS`] even steps from the least to the most.
    fn number(&self, schema: &Value, whole: bool) -> Value {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let multiple = bound("multipleOf").filter(|step| *step > 0.0);
        let least_step = if whole { 1.0 } else { 0.5 };
        let (low, high) = (bound("minimum"), bound("maximum"));
        let (over, under) = (bound("exclusiveMinimum"), bound("exclusiveMaximum"));
        let spread = match (low.or(over), high.or(under)) {
            // Between close bounds the steps are small.
            (Some(low), Some(high)) if !whole && high - low < 8.0 => (high - low) / 8.0,
            _ => least_step,
        };
        let step = multiple.unwrap_or(spread);
        let fits = |value: f64| {
            low.is_none_or(|low| value >= low)
                && high.is_none_or(|high| value <= high)
                && over.is_none_or(|over| value > over)
                && under.is_none_or(|under| value < under)
        };
        let begin = match (low.or(over), high.or(under)) {
            (Some(low), _) => (low / step).ceil() * step,
            (None, Some(high)) => ((high / step).floor() - 8.0) * step,
            (None, None) => 2.0 * step,
        };
        let begin = if whole { begin.ceil() } else { begin };
        let values: Vec<f64> = (0_u32..)
            .take(TURNS)
            .map(|turn| f64::from(turn).mul_add(step, begin))
            .filter(|value| fits(*value) && (!whole || value.fract() == 0.0))
            .collect();
        let Some(value) = values.get(self.n % values.len().max(1)).copied() else {
            return low.or(high).map_or(Value::Null, Value::from);
        };
        let exact = format!("{value:.3}");
        match (whole || value.fract() == 0.0, format!("{value:.0}").parse::<i64>()) {
            (true, Ok(value)) => Value::from(value),
            _ => exact.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number),
        }
    }

    fn text(&self, name: &str, schema: &Value) -> String {
        let said = |key: &str| schema.get(key).and_then(Value::as_str);
        let patterned = said("pattern").and_then(|pattern| {
            let hir = regex_syntax::parse(pattern).ok()?;
            let mut text = String::new();
            matching(&hir, &mut text)?;
            Some(text)
        });
        let text = patterned
            .or_else(|| self.formatted(said("format")?))
            .or_else(|| said("default").map(str::to_owned))
            .unwrap_or_else(|| self.called(name));
        let length =
            |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let least = length("minLength").unwrap_or(0).min(1024);
        let most = length("maxLength").unwrap_or(usize::MAX);
        let filler = WORDS.iter().flat_map(|word| word.chars()).cycle();
        let missing = least.saturating_sub(text.chars().count());
        text.chars().chain(filler.take(missing)).take(most).collect()
    }

    fn formatted(&self, format: &str) -> Option<String> {
        let day = 1 + self.n % 28;
        Some(match format {
            "date" => format!("2026-03-{day:02}"),
            "date-time" | "datetime" => format!("2026-03-{day:02}T09:30:00Z"),
            "time" => format!("09:{day:02}:00"),
            "duration" => format!("P{day}D"),
            "email" => format!("{}@example.org", self.one(&WORDS)),
            "hostname" => format!("{}.example.org", self.one(&WORDS)),
            "uri" | "url" => format!("https://example.org/{}", self.one(&WORDS)),
            "ipv4" => format!("192.0.2.{day}"),
            "ipv6" => format!("2001:db8::{day}"),
            "uuid" => format!("3f0c1a52-7b1e-4c39-9d64-0000000000{day:02x}"),
            _ => return None,
        })
    }

    /// What a text of this name may be.
    fn called(&self, name: &str) -> String {
        let name = name.to_lowercase();
        let speaks_of =
            |parts: &[&str]| name.split(|c: char| !c.is_alphanumeric()).any(|word| parts.contains(&word));
        let formats =
            [("email", "email"), ("date", "date"), ("day", "date"), ("time", "time"), ("url", "uri")];
        if let Some((_, format)) = formats.iter().find(|(part, _)| speaks_of(&[part])) {
            return self.formatted(format).unwrap_or_default();
        }
        if speaks_of(&["id", "number", "code", "reference", "ref", "no"]) {
            return format!("A-{}", 1007 + self.n);
        }
        if speaks_of(&["name", "customer", "person", "employee"]) {
            return self.one(&NAMES);
        }
        if speaks_of(&["city", "place", "location", "town"]) {
            return self.one(&PLACES);
        }
        self.one(&WORDS)
    }

    fn one(&self, of: &[&str]) -> String {
        of[self.n % of.len()].to_owned()
    }
}

/// The shortest text that an expression matches; nothing where it has none that we can tell.
fn matching(hir: &Hir, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(match class {
            Class::Unicode(class) => {
                let ranges = || class.ranges().iter();
                let known = |c: &char| ranges().any(|range| (range.start()..=range.end()).contains(c));
                ['7', 'A', 'a'].into_iter().find(known).or_else(|| Some(ranges().next()?.start()))?
            }
            Class::Bytes(class) => char::from(class.ranges().first()?.start()),
        }),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.min(1024) {
                matching(&repetition.sub, text)?;
            }
        }
        HirKind::Capture(capture) => matching(&capture.sub, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| matching(part, text))?,
        HirKind::Alternation(forms) => matching(forms.first()?, text)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_its_type_format_and_bounds() {
        for (name, schema, expected) in [
            ("urgent", json!({"type": "boolean"}), [json!(true), json!(false)]),
            ("amount", json!({"type": "number"}), [json!(1), json!(1.5)]),
            ("share", json!({"type": "number", "minimum": 0, "maximum": 1}), [json!(0), json!(0.125)]),
            ("berth", json!({"type": "integer", "minimum": 3, "maximum": 4}), [json!(3), json!(4)]),
            (
                "dozen",
                json!({"type": "integer", "multipleOf": 12, "exclusiveMinimum": 12}),
                [json!(24), json!(36)],
            ),
            ("depth", json!({"type": "integer", "maximum": -1}), [json!(-9), json!(-8)]),
            ("side", json!({"enum": ["port", "starboard"]}), [json!("port"), json!("starboard")]),
            ("unit", json!({"const": "m"}), [json!("m"), json!("m")]),
            ("day", json!({"type": "string", "format": "date"}), [json!("2026-03-01"), json!("2026-03-02")]),
            ("claim_id", json!({"type": "string"}), [json!("A-1007"), json!("A-1008")]),
            (
                "plate",
                json!({"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"}),
                [json!("AA-777"), json!("AA-777")],
            ),
            ("note", json!({"type": ["null", "string"], "maxLength": 3}), [json!("amb"), json!("nor")]),
            ("note", json!({"type": "string", "minLength": 7}), [json!("amberam"), json!("northam")]),
            (
                "tags",
                json!({"type": "array", "items": {"type": "string"}, "minItems": 2}),
                [json!(["amber", "north"]), json!(["north", "quay"])],
            ),
            ("boat", json!({"$ref": "#/$defs/boat"}), [json!({"length": 2}), json!({"length": 3})]),
            ("maybe", json!({"anyOf": [{"type": "null"}, {"type": "integer"}]}), [json!(2), json!(3)]),
        ] {
            let whole = json!({"$defs": {"boat": {"properties": {"length": {"type": "integer"}, "x": {}},
                "required": ["length"]}}});
            let parameter = Parameter { name: name.to_owned(), required: true, schema };
            for (n, expected) in expected.into_iter().enumerate() {
                assert_eq!(parameter.value(&whole, n), expected, "{name} {n}");
            }
        }
    }

    #[test]
    fn parameters_are_found_in_schemas_and_in_examples() {
        let boat =
            json!({"type": "object", "properties": {"id": {"type": "string"}, "at": {}}, "required": ["id"]});
        for (schema, expected) in [
            (boat.clone(), vec![("at", false), ("id", true)]),
            (
                json!({"type": "function", "function": {"name": "f", "parameters": boat}}),
                vec![("at", false), ("id", true)],
            ),
            (json!({"properties": {"id": {}}}), vec![("id", true)]),
            (
                json!({"id": "str", "urgent": {"type": "bool", "required": false}}),
                vec![("id", true), ("urgent", false)],
            ),
            (json!({"type": "string"}), vec![]),
            (json!([1]), vec![]),
        ] {
            let found = parameters(&schema);
            let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.required)).collect();
            assert_eq!(found, expected, "{schema}");
        }
        let example = json!({"berth": 4, "night": "str"});
        let values: Vec<Value> = parameters(&example).iter().map(|one| one.value(&example, 0)).collect();
        assert_eq!(values, [json!(4), json!("amber")]);
    }

    #[test]
    fn a_schema_that_refers_to_itself_comes_to_an_end() {
        let whole = json!({"$defs": {"a": {"$ref": "#/$defs/a"}}});
        let parameter =
            Parameter { name: "a".to_owned(), required: true, schema: json!({"$ref": "#/$defs/a"}) };
        assert_eq!(parameter.value(&whole, 0), Value::Null);
    }
}
