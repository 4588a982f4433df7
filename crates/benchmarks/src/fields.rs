//! One record of a file: a line of CSV, an object of JSON, or a line of text, with the same way to ask for its parts.

use serde_json::{Map, Value};

/// No text of a row is longer, in bytes; the same bound as for texts of requests.
const LONGEST: usize = 256 * 1024;

/// What is wrong with a record. Never holds what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub field: String,
    pub sentence: &'static str,
}

impl Wrong {
    pub(crate) fn new(field: &str, sentence: &'static str) -> Self {
        Self { field: field.to_owned(), sentence }
    }
}

/// A record of the file of that name, without its ending.
pub(crate) struct Fields<'a> {
    pub file: &'a str,
    pub map: Map<String, Value>,
}

impl Fields<'_> {
    pub(crate) fn has(&self, field: &str) -> bool {
        self.map.contains_key(field)
    }

    /// What stands at a path of fields, separated by dots.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let mut found = self.map.get(first)?;
        for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
            found = found.get(step)?;
        }
        Some(found)
    }

    /// A text that is there and not blank.
    pub(crate) fn text(&self, field: &str) -> Result<&str, Wrong> {
        self.optional(field)?.ok_or_else(|| Wrong::new(field, "is missing or empty"))
    }

    /// The same where it may be absent.
    pub(crate) fn optional(&self, field: &str) -> Result<Option<&str>, Wrong> {
        match self.at(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(sound(field, text)?).filter(|text| !text.is_empty())),
            Some(_) => Err(Wrong::new(field, "must be a text")),
        }
    }

    /// A number, or its text.
    pub(crate) fn number(&self, field: &str) -> Result<String, Wrong> {
        match self.at(field) {
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => self.text(field).map(str::to_owned),
        }
    }

    /// The number of one of so many choices, which the file counts from `first`; from 0 here.
    pub(crate) fn place(&self, field: &str, first: usize, count: usize) -> Result<usize, Wrong> {
        let number: usize =
            self.number(field)?.parse().map_err(|_| Wrong::new(field, "must be a whole number"))?;
        let place = number.checked_sub(first).filter(|place| *place < count);
        place.ok_or_else(|| Wrong::new(field, "names none of the choices"))
    }

    /// Texts that are there and not blank.
    pub(crate) fn texts(&self, field: &str) -> Result<Vec<&str>, Wrong> {
        let Some(Value::Array(items)) = self.at(field) else {
            return Err(Wrong::new(field, "must be a list of texts"));
        };
        let text = |item| text_of(field, item);
        items.iter().map(text).collect()
    }
}

/// A text of a list that is not blank.
pub(crate) fn text_of<'a>(field: &str, value: &'a Value) -> Result<&'a str, Wrong> {
    let text = value.as_str().ok_or_else(|| Wrong::new(field, "must hold texts alone"))?;
    let text = sound(field, text)?;
    if text.is_empty() { Err(Wrong::new(field, "must not hold an empty text")) } else { Ok(text) }
}

/// A text as it can be stored and sent.
fn sound<'a>(field: &str, text: &'a str) -> Result<&'a str, Wrong> {
    if text.contains('\0') {
        return Err(Wrong::new(field, "holds the character NUL"));
    }
    if text.len() > LONGEST {
        return Err(Wrong::new(field, "is longer than 256 KiB"));
    }
    Ok(text.trim())
}
