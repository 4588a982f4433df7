//! A statement with optional parts. Parameters are numbered as they are written, each used once, which both databases
//! understand.

use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use touchstone_read_store::Arg;
use uuid::Uuid;

pub struct Sql {
    text: String,
    args: Vec<Arg>,
}

impl Sql {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), args: Vec::new() }
    }

    #[must_use]
    pub fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// The next parameter.
    #[must_use]
    pub fn bind(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.args.len());
        self
    }

    /// `text` followed by a parameter, where there is a value.
    #[must_use]
    pub fn when<T: Into<Arg>>(self, text: &str, value: Option<T>, end: &str) -> Self {
        match value {
            Some(value) => self.push(text).bind(value).push(end),
            None => self,
        }
    }

    /// `<before> in ($n, …)<end>`, unless there are no values: an absent filter.
    #[must_use]
    pub fn among(self, before: &str, values: &[String], end: &str) -> Self {
        if values.is_empty() {
            return self;
        }
        let mut sql = self.push(before).push(" in (");
        for (n, value) in values.iter().enumerate() {
            sql = if n == 0 { sql } else { sql.push(", ") };
            sql = sql.bind(value.as_str());
        }
        sql.push(")").push(end)
    }

    pub fn parts(self) -> (String, Vec<Arg>) {
        (self.text, self.args)
    }
}

#[derive(sqlx::FromRow)]
pub struct Count {
    pub n: i64,
}

/// Ids as they are stored: a uuid in its one canonical form, whatever the caller wrote; other ids as they are.
pub fn ids(given: &[String]) -> Vec<String> {
    given.iter().map(|id| Uuid::parse_str(id).map_or_else(|_| id.clone(), |id| id.to_string())).collect()
}

/// A document column as a value; the empty value when it is unreadable, which only a damaged table is.
pub fn parsed<T: DeserializeOwned + Default>(document: &str) -> T {
    serde_json::from_str(document).unwrap_or_default()
}

/// A list column passed through unread.
pub fn raw_list(document: String) -> Box<RawValue> {
    RawValue::from_string(document)
        .unwrap_or_else(|_| RawValue::from_string("[]".to_owned()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_in_the_order_of_the_text() {
        let sql = Sql::new("select a from t where x = ")
            .bind("1")
            .among(" and y", &["2".to_owned(), "3".to_owned()], "")
            .when(" and z = ", None::<i64>, "")
            .when(" and w = ", Some(4_i64), " or w is null");
        let (text, args) = sql.parts();
        assert_eq!(text, "select a from t where x = $1 and y in ($2, $3) and w = $4 or w is null");
        assert_eq!(args.len(), 4);
    }

    #[test]
    fn uuids_are_looked_up_in_their_stored_form() {
        let given = ["6F9619FF-8B86-D011-B42D-00CF4FC964FF".to_owned(), "a.b.C".to_owned()];
        assert_eq!(ids(&given), ["6f9619ff-8b86-d011-b42d-00cf4fc964ff", "a.b.C"]);
    }
}
