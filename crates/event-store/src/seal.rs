//! Sealing before an event is stored, opening when it is read.
//!
//! Both walk the payload's text once and replace only the marked objects; everything else is copied as it stands, so
//! no tree is built. A sealed text is bound to the event it stands in and to its place there: moved elsewhere it does
//! not open.

use touchstone_vault::DataKey;
use uuid::Uuid;

use crate::StoreError;

const OPEN: &str = "$open";
const SHUT: &str = "$sealed";
const ERASED: &str = "{\"$erased\":true}";

/// Deeper payloads than serde itself would read are refused.
const MAX_DEPTH: usize = 128;

/// Whether sealing has anything to do.
pub(crate) fn has_open(payload: &str) -> bool {
    payload.contains("\"$open\"")
}

/// Whether opening has anything to do.
pub(crate) fn has_shut(payload: &str) -> bool {
    payload.contains("\"$sealed\"")
}

/// Replaces every open text by its ciphertext; without a key, because it was destroyed, by nothing at all.
pub(crate) fn seal(event: Uuid, payload: &str, key: Option<&DataKey>) -> Result<String, StoreError> {
    rewrite(payload, OPEN, |value, path, out| match key {
        None => out.push_str(ERASED),
        Some(key) => {
            out.push_str("{\"$sealed\":\"");
            out.push_str(&key.seal(&place(event, path), value.as_bytes()));
            out.push_str("\"}");
        }
    })
}

/// The reverse of [`seal`]. A text that does not fit its place stays shut.
pub(crate) fn open(event: Uuid, payload: &str, key: Option<&DataKey>) -> Result<String, StoreError> {
    rewrite(payload, SHUT, |value, path, out| {
        let Some(key) = key else { return out.push_str(ERASED) };
        let plain = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .and_then(|sealed| key.open(&place(event, path), sealed))
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let (marker, text) = plain.as_deref().map_or((SHUT, value), |plain| (OPEN, plain));
        out.push_str("{\"");
        out.push_str(marker);
        out.push_str("\":");
        out.push_str(text);
        out.push('}');
    })
}

/// What a ciphertext is bound to.
fn place(event: Uuid, path: &str) -> Vec<u8> {
    [event.as_bytes(), path.as_bytes()].concat()
}

/// Copies `text`, with every object whose only key is `marker` replaced by what `replace` writes for its value.
fn rewrite(
    text: &str,
    marker: &str,
    replace: impl FnMut(&str, &str, &mut String),
) -> Result<String, StoreError> {
    let mut walk = Walk {
        text,
        at: 0,
        copied: 0,
        out: String::with_capacity(text.len() + text.len() / 2),
        path: String::new(),
        depth: 0,
        marker,
        replace,
    };
    walk.value()
        .map_err(|Malformed| StoreError::Corrupt(format!("a payload is no JSON text at byte {}", walk.at)))?;
    walk.out.push_str(&text[walk.copied..]);
    Ok(walk.out)
}

struct Malformed;

struct Walk<'a, F> {
    text: &'a str,
    at: usize,
    /// Everything before this byte is in `out`.
    copied: usize,
    out: String,
    /// Where `at` is, e.g. `/call/messages`, keys as they stand in the text.
    path: String,
    depth: usize,
    marker: &'a str,
    replace: F,
}

impl<F: FnMut(&str, &str, &mut String)> Walk<'_, F> {
    fn peek(&mut self) -> Result<u8, Malformed> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Malformed)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Malformed> {
        if self.peek()? != wanted {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Takes a separator; true when the object or array ends with it.
    fn ends(&mut self, end: u8) -> Result<bool, Malformed> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Ok(false),
            byte if byte == end => Ok(true),
            _ => Err(Malformed),
        }
    }

    fn value(&mut self) -> Result<(), Malformed> {
        match self.peek()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => self.string().map(|_| ()),
            _ => self.scalar(),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<(), Malformed>) -> Result<(), Malformed> {
        if self.depth == MAX_DEPTH {
            return Err(Malformed);
        }
        self.depth += 1;
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        let mut first = true;
        loop {
            let (from, to) = self.string()?;
            self.expect(b':')?;
            if first && &self.text[from..to] == self.marker {
                self.peek()?;
                let value = self.at;
                self.skip()?;
                let end = self.at;
                if self.peek()? == b'}' {
                    self.at += 1;
                    self.out.push_str(&self.text[self.copied..start]);
                    (self.replace)(&self.text[value..end], &self.path, &mut self.out);
                    self.copied = self.at;
                    return Ok(());
                }
            } else {
                let length = self.path.len();
                self.path.push('/');
                self.path.push_str(&self.text[from..to]);
                self.value()?;
                self.path.truncate(length);
            }
            first = false;
            if self.ends(b'}')? {
                return Ok(());
            }
            self.peek()?;
        }
    }

    fn array(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(());
        }
        let length = self.path.len();
        let mut index = 0_usize;
        loop {
            self.path.push('/');
            self.path.push_str(&index.to_string());
            self.value()?;
            self.path.truncate(length);
            index += 1;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// The bounds of a string's content, escapes untouched.
    fn string(&mut self) -> Result<(usize, usize), Malformed> {
        self.expect(b'"')?;
        let from = self.at;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at).ok_or(Malformed)? {
                b'"' => {
                    self.at += 1;
                    return Ok((from, self.at - 1));
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), Malformed> {
        let from = self.at;
        let rest = &self.text.as_bytes()[from..];
        let length = rest
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']'))
            .unwrap_or(rest.len());
        self.at += length;
        if length == 0 { Err(Malformed) } else { Ok(()) }
    }

    /// Passes over a value without looking for markers in it.
    fn skip(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Malformed)?;
                    self.at += 1;
                }
                b'"' => {
                    self.string()?;
                }
                b',' | b':' => self.at += 1,
                _ => self.scalar()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use touchstone_vault::{KeyEncryptionKey, Tables, Vault};

    use super::*;

    async fn key() -> DataKey {
        let vault = Vault::new(Tables::memory(), KeyEncryptionKey::random());
        vault.data_key_or_create("a").await.unwrap().unwrap()
    }

    fn sample() -> String {
        json!({
            "plain": "a \\ {\"$open\":\"not marked\"}",
            "text": {"$open": "secret \" } words"},
            "list": [1, {"$open": [{"role": "user"}, [], -1.5e3, true]}, {"inner": {"$open": null}}],
            "two": {"$open": "kept", "other": 1},
        })
        .to_string()
    }

    #[tokio::test]
    async fn what_is_sealed_opens_again_and_nothing_else_changes() {
        let (key, event) = (key().await, Uuid::from_u128(1));
        let sealed = seal(event, &sample(), Some(&key)).unwrap();
        assert!(!sealed.contains("secret") && !sealed.contains("role"));
        let value: Value = serde_json::from_str(&sealed).unwrap();
        assert!(value["list"][1]["$sealed"].is_string() && value["list"][2]["inner"]["$sealed"].is_string());
        assert_eq!(value["two"], json!({"$open": "kept", "other": 1}));
        assert_eq!(open(event, &sealed, Some(&key)).unwrap(), sample());
    }

    #[tokio::test]
    async fn a_sealed_text_opens_only_in_its_own_event_and_place() {
        let (key, event) = (key().await, Uuid::from_u128(1));
        let sealed = seal(event, r#"{"a":{"$open":1},"b":{"$open":2}}"#, Some(&key)).unwrap();
        assert_eq!(open(Uuid::from_u128(2), &sealed, Some(&key)).unwrap(), sealed);
        let value: Value = serde_json::from_str(&sealed).unwrap();
        let swapped = json!({"a": value["b"], "b": value["a"]}).to_string();
        assert_eq!(open(event, &swapped, Some(&key)).unwrap(), swapped);
    }

    #[tokio::test]
    async fn without_the_key_every_marked_text_is_erased() {
        let event = Uuid::from_u128(1);
        let erased = r#"{"a":{"$erased":true}}"#;
        assert_eq!(seal(event, r#"{"a":{"$open":"x"}}"#, None).unwrap(), erased);
        assert_eq!(open(event, r#"{"a":{"$sealed":"x"}}"#, None).unwrap(), erased);
    }

    #[test]
    fn a_text_that_is_no_json_is_damage_and_not_a_panic() {
        for text in ["", "{", "{\"a\"", "{\"a\":}", "[1,", "\"a", "{\"$open\":", "{\"$open\":]}", "\"\\"] {
            assert!(seal(Uuid::nil(), text, None).is_err(), "{text}");
        }
        assert!(seal(Uuid::nil(), &"[".repeat(1000), None).is_err());
    }
}
