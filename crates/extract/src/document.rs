//! From bytes to pages.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest document, in bytes.
pub const MOST_BYTES: usize = 20 << 20;
/// Most pages.
pub const MOST_PAGES: usize = 2_000;
/// Longest text of all pages together, in bytes.
pub const MOST_TEXT: usize = 8 << 20;

/// What parts one page from the next in the whole text.
pub(crate) const PAGE_BREAK: char = '\u{c}';

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Pdf,
    /// Plain text, and Markdown, which reads as such.
    Text,
    Csv,
    Json,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Text, Self::Csv, Self::Json];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// What a media type tells, without its parameters.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        match media_type.split(';').next().unwrap_or_default().trim() {
            "application/pdf" => Some(Self::Pdf),
            "text/plain" | "text/markdown" => Some(Self::Text),
            "text/csv" => Some(Self::Csv),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| format!("must be one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// A page, or the whole of a document that has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Where it begins in the whole text, in bytes: all pages, one form feed between two.
    pub offset: usize,
    pub text: String,
}

/// Why a document gives no text, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it is longer than {} MiB; split it", MOST_BYTES >> 20)]
    TooLong,
    #[error("it is no PDF; save it as a PDF anew, or send its text")]
    NoPdf,
    #[error("page {0} of it is missing; save it anew, or send its text")]
    NoPage(u32),
    #[error("it is encrypted; save it without a password")]
    Encrypted,
    #[error("a part of it unpacks to more than {} MiB; save it anew, or send its text", crate::pdf::UNPACKED >> 20)]
    TooDense,
    #[error("it has more than {MOST_PAGES} pages; split it")]
    TooManyPages,
    #[error("it has more than {} MiB of text; split it", MOST_TEXT >> 20)]
    TooMuchText,
    #[error("there is no text in it; recognise the text of a scan first, or send it as text")]
    NoText,
    #[error("it is not text in UTF-8; save it so")]
    NotUtf8,
    #[error("it is no CSV: line {0} cannot be read")]
    NoCsv(u64),
    #[error("it is no JSON: line {0} cannot be read")]
    NoJson(usize),
}

/// The pages of a document.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Vec<Page>, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::TooLong);
    }
    let texts = match kind {
        Kind::Pdf => crate::pdf::texts(bytes)?,
        Kind::Text => utf8(bytes)?.split(PAGE_BREAK).map(str::to_owned).collect(),
        Kind::Csv => vec![rows(utf8(bytes)?)?],
        Kind::Json => vec![leaves(utf8(bytes)?)?],
    };
    numbered(texts)
}

fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) | Err(_) => Err(Unreadable::NotUtf8),
    }
}

/// Each row as a paragraph of its own: `column: value; column: value.`
fn rows(text: &str) -> Result<String, Unreadable> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let fault = |fault: csv::Error| Unreadable::NoCsv(fault.position().map_or(1, csv::Position::line));
    let columns = reader.headers().map_err(fault)?.clone();
    let mut out = String::new();
    for row in reader.records() {
        let row = row.map_err(fault)?;
        let cells = row.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let cells = cells.map(|(n, cell)| match columns.get(n).map(str::trim) {
            Some(column) if !column.is_empty() => format!("{column}: {}", cell.trim()),
            Some(_) | None => cell.trim().to_owned(),
        });
        let cells: Vec<String> = cells.collect();
        if !cells.is_empty() {
            out.push_str(&cells.join("; "));
            out.push_str(".\n\n");
        }
        if out.len() > MOST_TEXT {
            return Err(Unreadable::TooMuchText);
        }
    }
    Ok(out)
}

/// Each value as a paragraph of its own: `key, key: value`.
fn leaves(text: &str) -> Result<String, Unreadable> {
    fn walk(value: &Value, path: &mut Vec<String>, out: &mut String) -> Result<(), Unreadable> {
        if out.len() > MOST_TEXT {
            return Err(Unreadable::TooMuchText);
        }
        let said = match value {
            Value::Null => return Ok(()),
            Value::Object(fields) => {
                for (key, value) in fields {
                    path.push(key.clone());
                    walk(value, path, out)?;
                    path.pop();
                }
                return Ok(());
            }
            Value::Array(items) => return items.iter().try_for_each(|item| walk(item, path, out)),
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
        };
        if !path.is_empty() {
            out.push_str(&path.join(", "));
            out.push_str(": ");
        }
        out.push_str(&said);
        out.push_str("\n\n");
        Ok(())
    }
    let value = serde_json::from_str(text).map_err(|fault| Unreadable::NoJson(fault.line()))?;
    let mut out = String::new();
    walk(&value, &mut Vec::new(), &mut out)?;
    Ok(out)
}

fn numbered(texts: Vec<String>) -> Result<Vec<Page>, Unreadable> {
    if texts.len() > MOST_PAGES {
        return Err(Unreadable::TooManyPages);
    }
    let mut offset = 0;
    let mut pages = Vec::with_capacity(texts.len());
    for (number, text) in (1..).zip(texts) {
        let text = clean(&text);
        let next = offset + text.len() + PAGE_BREAK.len_utf8();
        if next > MOST_TEXT {
            return Err(Unreadable::TooMuchText);
        }
        pages.push(Page { number, offset, text });
        offset = next;
    }
    if pages.iter().all(|page| page.text.is_empty()) {
        return Err(Unreadable::NoText);
    }
    Ok(pages)
}

/// The text without what is not to be seen, and without space around it.
fn clean(text: &str) -> String {
    let seen: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    seen.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(kind: Kind, text: &str) -> Vec<String> {
        read(kind, text.as_bytes()).unwrap().into_iter().map(|page| page.text).collect()
    }

    #[test]
    fn a_text_is_its_pages_and_one_without_breaks_is_one_page() {
        assert_eq!(texts(Kind::Text, "\u{feff}# Keys\r\n\r\nKeep them.\n"), ["# Keys\n\nKeep them."]);
        assert_eq!(texts(Kind::Text, "one\u{c}\u{c}three"), ["one", "", "three"]);
    }

    #[test]
    fn a_table_is_read_row_by_row_with_its_columns() {
        let table = "berth,fee,\n\"7, north\",40,by the crane\n,,\n8,50\n";
        assert_eq!(
            texts(Kind::Csv, table),
            ["berth: 7, north; fee: 40; by the crane.\n\nberth: 8; fee: 50."]
        );
    }

    #[test]
    fn a_tree_is_read_leaf_by_leaf_with_its_path() {
        let tree =
            r#"{"berth": {"fee": 40, "open": true, "note": null, "rules": ["No dogs.", "No fires."]}}"#;
        let leaves =
            "berth, fee: 40\n\nberth, open: true\n\nberth, rules: No dogs.\n\nberth, rules: No fires.";
        assert_eq!(texts(Kind::Json, tree), [leaves]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let pages = "a\u{c}".repeat(MOST_PAGES);
        let (long, vast) = ("a".repeat(MOST_BYTES + 1), "a".repeat(MOST_TEXT));
        let deep = "[".repeat(64 << 10);
        for (kind, bytes, fault) in [
            (Kind::Text, &b"\xff\xfea"[..], Unreadable::NotUtf8),
            (Kind::Text, b"a\0b", Unreadable::NotUtf8),
            (Kind::Text, b" \n\x0c\t", Unreadable::NoText),
            (Kind::Text, pages.as_bytes(), Unreadable::TooManyPages),
            (Kind::Text, long.as_bytes(), Unreadable::TooLong),
            (Kind::Text, vast.as_bytes(), Unreadable::TooMuchText),
            (Kind::Csv, b"a,b\n", Unreadable::NoText),
            (Kind::Json, b"{\n\"a\": }", Unreadable::NoJson(2)),
            (Kind::Json, deep.as_bytes(), Unreadable::NoJson(1)),
            (Kind::Json, b"null", Unreadable::NoText),
            (Kind::Pdf, b"plain text", Unreadable::NoPdf),
        ] {
            assert_eq!(read(kind, bytes).unwrap_err(), fault);
        }
    }

    #[test]
    fn a_kind_is_told_by_its_media_type_and_by_its_word() {
        assert_eq!(Kind::of_media_type("text/plain; charset=utf-8"), Some(Kind::Text));
        assert_eq!(Kind::of_media_type("application/pdf"), Some(Kind::Pdf));
        assert_eq!(Kind::of_media_type("application/zip"), None);
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("zip".parse::<Kind>(), Err("must be one of pdf, text, csv, json".to_owned()));
    }

    proptest! {
        #[test]
        fn an_offset_is_where_its_page_stands_in_the_whole_text(text in "[a-zé \n\u{c}]{1,200}z") {
            let pages = read(Kind::Text, text.as_bytes()).unwrap();
            let texts: Vec<&str> = pages.iter().map(|page| page.text.as_str()).collect();
            let whole = texts.join("\u{c}");
            for page in &pages {
                prop_assert!(whole[page.offset..].starts_with(&page.text));
            }
        }

        #[test]
        fn any_bytes_are_pages_or_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for kind in Kind::ALL {
                let _ = read(kind, &bytes);
                let _ = read(kind, &[b"%PDF-1.5\n", bytes.as_slice()].concat());
            }
        }
    }
}
