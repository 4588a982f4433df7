//! Free text and personal data inside events.
//!
//! A command writes `Open`; the event store replaces it by ciphertext before anything is stored, hashed or sent. A
//! reader that holds the data key sees `Open` again, one that does not sees `Shut`, and once the key is destroyed
//! everybody sees `Erased`. Nothing sealed is counted, joined or branched on.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, PartialEq, Eq, Default)]
pub enum Sealed<T> {
    Open(T),
    /// Base64 of nonce and ciphertext.
    Shut(String),
    #[default]
    Erased,
}

/// Never the text: what is printed ends up in logs.
impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open(_) => "Open(…)",
            Self::Shut(_) => "Shut(…)",
            Self::Erased => "Erased",
        })
    }
}

impl<T> Sealed<T> {
    pub const fn open(&self) -> Option<&T> {
        match self {
            Self::Open(value) => Some(value),
            Self::Shut(_) | Self::Erased => None,
        }
    }

    pub fn into_open(self) -> Option<T> {
        match self {
            Self::Open(value) => Some(value),
            Self::Shut(_) | Self::Erased => None,
        }
    }
}

impl Sealed<String> {
    /// The text, or nothing where it can no longer be read.
    pub fn text(&self) -> &str {
        self.open().map_or("", String::as_str)
    }
}

impl<T> From<T> for Sealed<T> {
    fn from(value: T) -> Self {
        Self::Open(value)
    }
}

#[derive(Serialize, Deserialize)]
enum Wire<T> {
    #[serde(rename = "$open")]
    Open(T),
    #[serde(rename = "$sealed")]
    Shut(String),
    #[serde(rename = "$erased")]
    Erased(bool),
}

impl<T: Serialize> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open(value) => Wire::Open(value).serialize(serializer),
            Self::Shut(text) => Wire::<()>::Shut(text.clone()).serialize(serializer),
            Self::Erased => Wire::<()>::Erased(true).serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Open(value) => Self::Open(value),
            Wire::Shut(text) => Self::Shut(text),
            Wire::Erased(_) => Self::Erased,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_ever_printed() {
        for sealed in [Sealed::Open("amber".to_owned()), Sealed::Shut("amber".to_owned()), Sealed::Erased] {
            assert!(!format!("{sealed:?}").contains("amber"));
        }
    }

    #[test]
    fn each_form_reads_back_as_itself() {
        for sealed in [Sealed::Open("a".to_owned()), Sealed::Shut("b".to_owned()), Sealed::Erased] {
            let text = serde_json::to_string(&sealed).unwrap();
            assert_eq!(serde_json::from_str::<Sealed<String>>(&text).unwrap(), sealed);
        }
    }
}
