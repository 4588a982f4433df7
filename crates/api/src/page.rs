//! Query strings and path ids: every parameter with its range, repeated ones as lists, all faults at once.

use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use touchstone_vocabulary::{Direction, MAX_INDEXED_BYTES, Page};

use crate::error::{ApiError, Fault};
use crate::limit::Limits;

/// The parameters as sent, and what was found wrong with them so far.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<Fault>,
    limits: Limits,
}

/// A typed set of query parameters.
pub trait FromParameters: Sized {
    /// Takes what it wants; faults are collected in `given`.
    fn read(given: &mut Parameters) -> Self;
}

/// Typed query parameters. Unknown ones are ignored.
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: FromParameters,
    Limits: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let mut given = Parameters::of(parts.uri.query().unwrap_or_default());
        given.limits = Limits::from_ref(state);
        let read = T::read(&mut given);
        if given.faults.is_empty() { Ok(Self(read)) } else { Err(ApiError::Invalid(given.faults)) }
    }
}

impl Parameters {
    pub fn of(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { pairs, faults: Vec::new(), limits: Limits::default() }
    }

    fn fault(&mut self, name: &str, msg: impl Into<String>) {
        self.faults.push(Fault::new("query", name, msg));
    }

    fn raw(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn sound(&mut self, name: &str, value: String) -> Option<String> {
        if value.contains('\0') {
            self.fault(name, "must not contain the NUL character");
            None
        } else if value.len() > MAX_INDEXED_BYTES {
            self.fault(name, format!("must be at most {MAX_INDEXED_BYTES} bytes long"));
            None
        } else {
            Some(value)
        }
    }

    /// A text; empty counts as absent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.raw(name).filter(|value| !value.is_empty())?.to_owned();
        self.sound(name, value)
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str) -> String {
        let value = self.named(name);
        if self.raw(name).is_some_and(|value| value.trim().is_empty()) {
            self.fault(name, "must not be empty");
        }
        value.unwrap_or_default()
    }

    /// A parameter that must be there, but may be empty.
    pub fn named(&mut self, name: &str) -> Option<String> {
        if self.raw(name).is_none() {
            self.faults.push(Fault::missing("query", name));
        }
        self.text(name)
    }

    /// A repeated parameter.
    pub fn many(&mut self, name: &str) -> Vec<String> {
        let values: Vec<String> = self
            .pairs
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect();
        if values.len() > self.limits.values {
            self.fault(name, format!("at most {} values are taken", self.limits.values));
            return Vec::new();
        }
        values.into_iter().filter_map(|value| self.sound(name, value)).collect()
    }

    pub fn whole(&mut self, name: &str, range: &RangeInclusive<i64>) -> Option<i64> {
        let parsed = self.raw(name).filter(|value| !value.is_empty())?.parse::<i64>();
        match parsed {
            Ok(number) if range.contains(&number) => Some(number),
            Ok(_) => {
                self.fault(name, format!("must be between {} and {}", range.start(), range.end()));
                None
            }
            Err(_) => {
                self.fault(name, "must be a whole number");
                None
            }
        }
    }

    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.raw(name).filter(|value| !value.is_empty())?.to_ascii_lowercase();
        match value.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.fault(name, "must be true or false");
                None
            }
        }
    }

    /// A repeated parameter, each value one of a fixed set of words.
    pub fn words<T: FromStr>(&mut self, name: &str, allowed: &str) -> Vec<T> {
        let values = self.many(name);
        let parsed: Vec<T> = values.iter().filter_map(|value| value.parse().ok()).collect();
        if parsed.len() < values.len() {
            self.fault(name, format!("must be one of {allowed}"));
        }
        parsed
    }

    /// One of a fixed set of words.
    pub fn word<T: FromStr>(&mut self, name: &str, allowed: &str) -> Option<T> {
        let parsed = self.raw(name).filter(|value| !value.is_empty())?.parse::<T>();
        if parsed.is_err() {
            self.fault(name, format!("must be one of {allowed}"));
        }
        parsed.ok()
    }

    /// `limit`, at most this list's own maximum and what the operator allows of any, and `offset`.
    pub fn page(&mut self, default: i64, maximum: i64) -> Page {
        let Limits { list_limit, list_offset, .. } = self.limits;
        let maximum = maximum.min(list_limit);
        let limit = self.whole("limit", &(1..=maximum)).unwrap_or(default.min(maximum));
        let offset = self.whole("offset", &(0..=list_offset)).unwrap_or(0);
        Page { limit, offset }
    }

    /// `sort_order`, newest or greatest first by default.
    pub fn direction(&mut self) -> Direction {
        match self.raw("sort_order").map(str::to_ascii_uppercase).as_deref() {
            None | Some("" | "DESC") => Direction::Descending,
            Some("ASC") => Direction::Ascending,
            Some(_) => {
                self.fault("sort_order", "must be one of ASC, DESC");
                Direction::Descending
            }
        }
    }
}

/// The first id in a path. What cannot even be read is missing like any unknown id.
pub struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, state).await.ok();
        let first = path.and_then(|path| path.iter().next().map(|(_, id)| Self(id.to_owned())));
        first.ok_or_else(|| ApiError::missing("thing"))
    }
}

impl Id {
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The id of a thing; one of another form belongs to nothing.
    pub fn of<T: FromStr>(&self, noun: &str) -> Result<T, ApiError> {
        self.0.parse().map_err(|_| ApiError::missing(noun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> (Page, Vec<Fault>) {
        let mut given = Parameters::of(query);
        (given.page(10, 1000), given.faults)
    }

    #[test]
    fn a_page_has_defaults_and_bounds() {
        assert_eq!(page("").0, Page { limit: 10, offset: 0 });
        assert_eq!(page("limit=1000&offset=1000000").0, Page { limit: 1000, offset: 1_000_000 });
        for bad in ["limit=0", "limit=1001", "limit=x", "offset=-1", "offset=1000001", "limit=9e9"] {
            let faults = page(bad).1;
            assert_eq!(faults.len(), 1, "{bad}");
            assert_eq!(faults[0].kind, "value_error");
        }
        assert_eq!(page("limit=0&offset=-1").1.len(), 2);
    }

    #[test]
    fn an_operator_may_allow_less_of_every_list() {
        let page = |query: &str| {
            let limits = Limits { list_limit: 5, list_offset: 20, ..Limits::default() };
            let mut given = Parameters { limits, ..Parameters::of(query) };
            (given.page(10, 1000), given.faults.len())
        };
        assert_eq!(page(""), (Page { limit: 5, offset: 0 }, 0), "the default too");
        assert_eq!(page("limit=3&offset=20"), (Page { limit: 3, offset: 20 }, 0));
        assert_eq!(page("limit=6&offset=21").1, 2);
    }

    #[test]
    fn repeated_parameters_are_a_list_without_empty_values() {
        let mut given = Parameters::of("ids=a&x=1&ids=&ids=b%20c");
        assert_eq!(given.many("ids"), ["a", "b c"]);
        assert!(given.faults.is_empty());
        let mut many = Parameters::of(&"ids=a&".repeat(Limits::default().values + 1));
        assert!(many.many("ids").is_empty());
        assert_eq!(many.faults.len(), 1);
    }

    #[test]
    fn what_cannot_be_stored_cannot_be_searched() {
        let mut given = Parameters::of("name=a%00b");
        assert_eq!(given.text("name"), None);
        assert_eq!(given.faults.len(), 1);
    }

    #[test]
    fn a_required_parameter_is_named_when_it_is_missing_and_may_be_empty_only_where_it_is_nullable() {
        let mut given = Parameters::of("version=&evaluation_id=");
        assert_eq!(given.named("version"), None);
        assert!(given.faults.is_empty());
        given.required("evaluation_id");
        given.named("other");
        assert_eq!(given.faults.len(), 2);
        assert_eq!(given.faults[1], Fault::missing("query", "other"));
    }

    #[test]
    fn flags_and_orders_are_words() {
        let mut given = Parameters::of("a=true&b=False&c=maybe&sort_order=asc");
        assert_eq!((given.flag("a"), given.flag("b"), given.flag("c")), (Some(true), Some(false), None));
        assert_eq!(given.direction(), Direction::Ascending);
        assert_eq!(given.faults.len(), 1);
        assert_eq!(Parameters::of("").direction(), Direction::Descending);
    }
}
