//! Schemas as clients send them: JSON, or the text of a Python literal. They are read, never evaluated.

use serde_json::{Map, Number, Value};

/// Longer texts are no schema.
const MOST_BYTES: usize = 256 * 1024;
/// Deeper ones are an attack.
const MOST_LEVELS: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    #[error("the schema is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the schema is more than {MOST_LEVELS} levels deep")]
    TooDeep,
    #[error("the schema is neither JSON nor a Python literal: {wanted} was expected at character {at}")]
    Unreadable { at: usize, wanted: &'static str },
}

/// The value that a text stands for.
pub fn read(text: &str) -> Result<Value, SchemaFault> {
    if text.len() > MOST_BYTES {
        return Err(SchemaFault::TooLong);
    }
    // It has a limit of its own on depth, beyond which the reader below gives the clearer word.
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let mut reader = Reader { chars: text.chars().collect(), at: 0 };
    let value = reader.value(0)?;
    reader.skip();
    if reader.at < reader.chars.len() { Err(reader.fault("the end")) } else { Ok(value) }
}

/// Over the grammar of Python's literals: dicts, lists, tuples, strings, numbers, `True`, `False`, `None`.
struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    const fn fault(&self, wanted: &'static str) -> SchemaFault {
        SchemaFault::Unreadable { at: self.at + 1, wanted }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Takes this character if it comes next.
    fn takes(&mut self, wanted: char) -> bool {
        self.skip();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, level: usize) -> Result<Value, SchemaFault> {
        if level > MOST_LEVELS {
            return Err(SchemaFault::TooDeep);
        }
        self.skip();
        match self.peek() {
            Some('{') => self.dict(level),
            Some('[') => self.list(']', level),
            Some('(') => self.list(')', level),
            Some('\'' | '"') => self.text().map(Value::String),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            Some(c) if c.is_alphabetic() && self.is_quote(1) => {
                self.at += 1;
                match c {
                    // Bytes, and the texts of Python 2, read as text.
                    'b' | 'B' | 'u' | 'U' => self.text().map(Value::String),
                    _ => Err(self.fault("a prefix that is known")),
                }
            }
            Some(c) if c.is_alphabetic() => self.word(level),
            Some(_) | None => Err(self.fault("a value")),
        }
    }

    /// A dict, or a set, which is read as a list.
    fn dict(&mut self, level: usize) -> Result<Value, SchemaFault> {
        self.at += 1;
        let mut fields = Map::new();
        let mut items = Vec::new();
        while !self.takes('}') {
            let key = self.value(level + 1)?;
            if self.takes(':') {
                let key = match key {
                    Value::String(key) => key,
                    Value::Number(key) => key.to_string(),
                    Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                        return Err(self.fault("a text or number as a key"));
                    }
                };
                let value = self.value(level + 1)?;
                fields.insert(key, value);
            } else {
                items.push(key);
            }
            if !fields.is_empty() && !items.is_empty() {
                return Err(self.fault("a colon"));
            }
            if !self.takes(',') && self.peek() != Some('}') {
                return Err(self.fault("a comma or closing brace"));
            }
        }
        Ok(if items.is_empty() { Value::Object(fields) } else { Value::Array(items) })
    }

    fn list(&mut self, end: char, level: usize) -> Result<Value, SchemaFault> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.value(level + 1)?);
            if !self.takes(',') && self.peek() != Some(end) {
                return Err(self.fault("a comma or closing bracket"));
            }
        }
        Ok(Value::Array(items))
    }

    fn text(&mut self) -> Result<String, SchemaFault> {
        let quote = self.peek();
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.peek().ok_or_else(|| self.fault("a closing quote"))?;
            self.at += 1;
            match c {
                c if Some(c) == quote => return Ok(text),
                '\\' => text.push(self.escaped()?),
                '\n' => return Err(self.fault("a closing quote")),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, SchemaFault> {
        let c = self.peek().ok_or_else(|| self.fault("a closing quote"))?;
        self.at += 1;
        match c {
            'n' => Ok('\n'),
            't' => Ok('\t'),
            'r' => Ok('\r'),
            '\\' | '\'' | '"' => Ok(c),
            'x' => self.coded(2),
            'u' => self.coded(4),
            'U' => self.coded(8),
            _ => Err(self.fault("an escape that is known")),
        }
    }

    fn coded(&mut self, digits: usize) -> Result<char, SchemaFault> {
        let hex: String = self.chars.iter().skip(self.at).take(digits).collect();
        let sound = hex.len() == digits && hex.chars().all(|c| c.is_ascii_hexdigit());
        let code = u32::from_str_radix(&hex, 16).ok().filter(|_| sound).and_then(char::from_u32);
        let c = code.ok_or_else(|| self.fault("the number of a character"))?;
        self.at += digits;
        Ok(c)
    }

    fn number(&mut self) -> Result<Value, SchemaFault> {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_')) {
            self.at += 1;
        }
        let text: String = self.chars[from..self.at].iter().filter(|c| **c != '_').collect();
        let text = text.trim_start_matches('+');
        let number = match text.parse::<i64>() {
            Ok(whole) => Some(Number::from(whole)),
            Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
        };
        number.map(Value::Number).ok_or(SchemaFault::Unreadable { at: from + 1, wanted: "a number" })
    }

    fn is_quote(&self, ahead: usize) -> bool {
        self.chars.get(self.at + ahead).is_some_and(|c| matches!(c, '\'' | '"'))
    }

    fn word(&mut self, level: usize) -> Result<Value, SchemaFault> {
        let from = self.at;
        while self.peek().is_some_and(char::is_alphanumeric) {
            self.at += 1;
        }
        let word: String = self.chars[from..self.at].iter().collect();
        match word.as_str() {
            "True" | "true" => Ok(Value::Bool(true)),
            "False" | "false" => Ok(Value::Bool(false)),
            "None" | "null" => Ok(Value::Null),
            // As Python writes an empty set and one that cannot change.
            "set" | "frozenset" if self.takes('(') => {
                if self.takes(')') {
                    return Ok(Value::Array(Vec::new()));
                }
                let items = self.value(level + 1)?;
                if items.is_array() && self.takes(')') { Ok(items) } else { Err(self.fault("a set")) }
            }
            _ => Err(SchemaFault::Unreadable { at: from + 1, wanted: "a value" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// As Python's `str` writes it.
    fn python(value: &Value) -> String {
        match value {
            Value::Null => "None".to_owned(),
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
            Value::Object(fields) => {
                let pairs: Vec<String> = fields
                    .iter()
                    .map(|(key, value)| format!("{}: {}", python(&json!(key)), python(value)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
        }
    }

    #[test]
    fn json_and_python_literals_read_the_same() {
        let value = json!({"type": "object", "properties": {"berth": {"type": "integer", "min": -3},
            "note": {"default": null, "sure": true, "share": 0.5}}, "required": ["berth"]});
        assert_eq!(read(&value.to_string()), Ok(value.clone()));
        assert_eq!(read(&python(&value)), Ok(value.clone()));
        assert_eq!(read("('a', \"b's\", 1_000, )"), Ok(json!(["a", "b's", 1000])));
        assert_eq!(read(r"'\x41\u00e9\t'"), Ok(json!("Aé\t")));
        for (text, expected) in [
            ("{'north', 'south', 'north'}", json!(["north", "south", "north"])),
            ("{'enum': {1, 2,}, 'required': set()}", json!({"enum": [1, 2], "required": []})),
            ("frozenset({'a'})", json!(["a"])),
            ("{b'key': b'\\x41b', u'note': None}", json!({"key": "Ab", "note": null})),
            ("{}", json!({})),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_literal_is_refused_and_never_run() {
        for text in [
            "",
            "__import__('os').system('true')",
            "open('x')",
            "{'a': exit()}",
            "{'a' 1}",
            "{'a': 1",
            "[1 2]",
            "'open",
            "'a' 'b'",
            "1 + 1",
            "{[1]: 2}",
            "{'a': 1, 'b'}",
            "{'a', 'b': 1}",
            "x'a'",
            "set('a')",
            "frozenset({'a'}",
            r"'\q'",
            r"'\ud800'",
            "nan",
            "1e999",
            "lambda: 0",
        ] {
            assert!(matches!(read(text), Err(SchemaFault::Unreadable { .. })), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn long_and_deep_texts_are_refused() {
        assert_eq!(read(&" ".repeat(MOST_BYTES + 1)), Err(SchemaFault::TooLong));
        for open in ["[", "(", "{'a':"] {
            assert_eq!(read(&open.repeat(40_000)), Err(SchemaFault::TooDeep), "{open}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[ -~é\n]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z' ]{0,6}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_reads_back_from_its_python_text(value in values()) {
            prop_assert_eq!(read(&python(&value)), Ok(value));
        }

        #[test]
        fn no_text_breaks_the_reader(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
