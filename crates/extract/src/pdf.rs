//! The text of a PDF: what its pages show, line by line, in the order in which they show it.
//!
//! Where the pen is tells where a line, a paragraph and a word end: many writers put no space between two words, they
//! move. Text in pictures and in forms that a page embeds is not read.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{DecompressError, Document, Encoding, Error, LoadOptions, Object, ObjectId};

use crate::document::{MOST_PAGES, MOST_TEXT, Unreadable};

/// To how much a stream may unpack, in bytes; those of all pages together may to so many times as much.
pub const UNPACKED: usize = 64 << 20;
const TOGETHER: usize = 4;

/// A step down of more line heights than this begins a paragraph.
const PARAGRAPH: f32 = 1.7;
/// A gap between letters of more than this is a space, in thousandths of the letter size.
const GAP: f32 = 180.0;

pub fn texts(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    within(bytes, UNPACKED)
}

fn within(bytes: &[u8], most: usize) -> Result<Vec<String>, Unreadable> {
    if !bytes.iter().take(1024).copied().collect::<Vec<u8>>().windows(5).any(|start| start == b"%PDF-") {
        return Err(Unreadable::NoPdf);
    }
    let options = LoadOptions::with_max_decompressed_size(most);
    let document = Document::load_mem_with_options(bytes, options).map_err(|fault| told(&fault))?;
    // One that opens without a password was decrypted when it was loaded.
    if document.trailer.has(b"Encrypt") && !document.was_encrypted() {
        return Err(Unreadable::Encrypted);
    }
    let pages: Vec<ObjectId> = document.page_iter().take(MOST_PAGES + 1).collect();
    if pages.len() > MOST_PAGES {
        return Err(Unreadable::TooManyPages);
    }
    let (mut unpacked, mut length) = (0, 0);
    let mut texts = Vec::with_capacity(pages.len());
    for (number, page) in (1..).zip(pages) {
        let is_there = document.get_dictionary(page).is_ok();
        if !is_there
            || document.get_page_contents(page).iter().any(|part| document.get_object(*part).is_err())
        {
            return Err(Unreadable::NoPage(number));
        }
        let left = most.min(TOGETHER * most - unpacked);
        let content = match document.get_page_content_with_limit(page, left) {
            Ok(content) => content,
            Err(fault) if is_limit(&fault) => return Err(Unreadable::TooDense),
            // A page that shows nothing.
            Err(_) => Vec::new(),
        };
        unpacked += content.len();
        let text = text(&document, page, &content, most)?;
        length += text.len();
        if length > MOST_TEXT {
            return Err(Unreadable::TooMuchText);
        }
        texts.push(text);
    }
    Ok(texts)
}

fn is_limit(fault: &Error) -> bool {
    matches!(
        fault,
        Error::Decompress(
            DecompressError::MemoryLimitExceeded { .. } | DecompressError::TooManyFilters { .. }
        )
    )
}

fn told(fault: &Error) -> Unreadable {
    match fault {
        fault if is_limit(fault) => Unreadable::TooDense,
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => {
            Unreadable::Encrypted
        }
        _ => Unreadable::NoPdf,
    }
}

fn text(document: &Document, page: ObjectId, content: &[u8], most: usize) -> Result<String, Unreadable> {
    let mut fonts = BTreeMap::new();
    for (name, font) in document.get_page_fonts(page).unwrap_or_default() {
        match font.get_font_encoding_with_limit(document, most) {
            Ok(encoding) => drop(fonts.insert(name, encoding)),
            Err(fault) if is_limit(&fault) => return Err(Unreadable::TooDense),
            // What is written in a font that cannot be made out is not read.
            Err(_) => {}
        }
    }
    let Ok(content) = Content::decode(content) else { return Ok(String::new()) };
    let mut pen = Pen { fonts: &fonts, ..Pen::default() };
    for operation in &content.operations {
        pen.follow(operation);
        if pen.text.len() > MOST_TEXT {
            return Err(Unreadable::TooMuchText);
        }
    }
    Ok(pen.text)
}

type Fonts<'a> = BTreeMap<Vec<u8>, Encoding<'a>>;

/// A font and its size.
type Hand<'a> = (Option<&'a Encoding<'a>>, f32);

/// What is written, and where the pen stands.
struct Pen<'a> {
    fonts: &'a Fonts<'a>,
    text: String,
    hand: Hand<'a>,
    kept: Vec<Hand<'a>>,
    /// The height of the line, and how much one unit is up and down.
    y: f32,
    scale: f32,
    leading: f32,
    moved: bool,
    /// Where the last text was written.
    written_at: Option<f32>,
}

impl Default for Pen<'_> {
    fn default() -> Self {
        static NONE: Fonts<'static> = BTreeMap::new();
        Self {
            fonts: &NONE,
            text: String::new(),
            hand: (None, 0.0),
            kept: Vec::new(),
            y: 0.0,
            scale: 1.0,
            leading: 0.0,
            moved: false,
            written_at: None,
        }
    }
}

impl Pen<'_> {
    /// Operators as ISO 32000-1 names them (tables 57 and 103 to 109).
    fn follow(&mut self, operation: &Operation) {
        let number = |n: usize| operation.operands.get(n).and_then(|one| one.as_float().ok()).unwrap_or(0.0);
        match operation.operator.as_str() {
            "q" => self.kept.push(self.hand),
            "Q" => self.hand = self.kept.pop().unwrap_or(self.hand),
            "BT" => {
                (self.y, self.scale, self.moved) = (0.0, 1.0, true);
            }
            "Tf" => {
                let name = operation.operands.first().and_then(|name| name.as_name().ok());
                self.hand = (name.and_then(|name| self.fonts.get(name)), number(1));
            }
            "TL" => self.leading = number(0),
            "Td" => self.step(number(1)),
            "TD" => {
                self.leading = -number(1);
                self.step(number(1));
            }
            "Tm" => {
                let scale = number(3).abs();
                self.scale = if scale > 0.0 { scale } else { 1.0 };
                (self.y, self.moved) = (number(5), true);
            }
            "T*" => self.step(-self.leading),
            "Tj" | "TJ" => self.write(&operation.operands),
            "'" => {
                self.step(-self.leading);
                self.write(&operation.operands);
            }
            "\"" => {
                self.step(-self.leading);
                self.write(operation.operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn step(&mut self, up: f32) {
        self.y += up * self.scale;
        self.moved = true;
    }

    fn write(&mut self, operands: &[Object]) {
        let (Some(encoding), size) = self.hand else { return };
        if self.moved
            && let Some(last) = self.written_at
        {
            let height = (size * self.scale).abs().max(1.0);
            let fell = (last - self.y).abs();
            let gap = if fell < height * 0.3 {
                " "
            } else if fell <= height * PARAGRAPH {
                "\n"
            } else {
                "\n\n"
            };
            if !self.text.ends_with(char::is_whitespace) || gap != " " {
                self.text.push_str(gap);
            }
        }
        (self.written_at, self.moved) = (Some(self.y), false);
        let pieces = operands.iter().flat_map(|operand| match operand {
            Object::Array(pieces) => pieces.as_slice(),
            piece => std::slice::from_ref(piece),
        });
        for piece in pieces {
            match piece {
                Object::String(bytes, _) => {
                    self.text.push_str(&Document::decode_text(encoding, bytes).unwrap_or_default());
                }
                gap => {
                    let wide = gap.as_float().is_ok_and(|gap| -gap > GAP);
                    if wide && !self.text.ends_with(char::is_whitespace) {
                        self.text.push(' ');
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lopdf::{EncryptionState, EncryptionVersion, Permissions, Stream, dictionary};

    use super::*;

    /// A document of which each page is drawn so.
    fn drawn(pages: &[&str]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let font = document.add_object(
            dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" },
        );
        let kids: Vec<Object> = pages
            .iter()
            .map(|page| {
                let stream = Stream::new(dictionary! {}, page.as_bytes().to_vec());
                let content = document.add_object(stream);
                let resources = dictionary! { "Font" => dictionary! { "F" => font } };
                let page = dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources };
                document.add_object(page).into()
            })
            .collect();
        let count = i64::try_from(kids.len()).unwrap();
        let pages = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        document.objects.insert(tree, pages.into());
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalog);
        document.compress();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[track_caller]
    fn assert_reads(page: &str, expected: &str) {
        assert_eq!(texts(&drawn(&[page])).unwrap(), [expected], "{page}");
    }

    #[test]
    fn lines_paragraphs_and_words_end_where_the_pen_moves() {
        for (page, expected) in [
            ("BT /F 10 Tf 50 700 Td (Keep the) Tj 0 -12 Td (gate shut.) Tj ET", "Keep the\ngate shut."),
            (
                "BT /F 10 Tf 12 TL 50 700 Td (One) Tj T* (two) Tj (three) ' 0 0 (four) \" ET",
                "One\ntwo\nthree\nfour",
            ),
            ("BT /F 10 Tf 50 700 Td (One.) Tj 0 -30 TD (Two.) Tj ET", "One.\n\nTwo."),
            ("BT /F 10 Tf 50 700 Td (One) Tj 40 0 Td (word) Tj ET", "One word"),
            ("BT /F 10 Tf [(Ha) 20 (rbour) -250 (bell)] TJ ET", "Harbour bell"),
            (
                "BT /F 1 Tf 10 0 0 10 50 700 Tm (One) Tj 10 0 0 10 90 700 Tm (two) Tj 0 -1.2 Td (three) Tj ET",
                "One two\nthree",
            ),
            ("BT /F 10 Tf 1 0 0 1 50 700 Tm (a) Tj ET BT /F 10 Tf 1 0 0 1 50 688 Tm (b) Tj ET", "a\nb"),
            ("q BT /F 10 Tf (kept) Tj ET q BT /G 10 Tf (unread) Tj ET Q BT (too) Tj ET Q", "kept too"),
            ("BT /F 10 Tf (caf\\351) Tj ET", "café"),
            ("BT (no font) Tj ET Q Q Td Tf", ""),
        ] {
            assert_reads(page, expected);
        }
    }

    #[test]
    fn every_page_stands_by_itself_in_their_order() {
        let pages: Vec<String> = (1..=40).map(|n| format!("BT /F 10 Tf (Page {n}.) Tj ET")).collect();
        let drawn = drawn(&pages.iter().map(String::as_str).collect::<Vec<_>>());
        let expected: Vec<String> = (1..=40).map(|n| format!("Page {n}.")).collect();
        assert_eq!(texts(&drawn).unwrap(), expected);
    }

    /// The same document, for whose text one needs this password.
    fn locked(drawn: &[u8], user_password: &str) -> Vec<u8> {
        let mut document = Document::load_mem(drawn).unwrap();
        let id = || Object::string_literal(b"0123456789abcdef".to_vec());
        document.trailer.set("ID", vec![id(), id()]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_pdf_with_a_password_says_so_and_one_that_opens_without_is_read() {
        let drawn = drawn(&["BT /F 10 Tf (Keep the gate shut.) Tj ET"]);
        assert_eq!(texts(&locked(&drawn, "secret")), Err(Unreadable::Encrypted));
        assert_eq!(texts(&locked(&drawn, "")).unwrap(), ["Keep the gate shut."]);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_and_what_is_cut_off_is_no_pdf() {
        let most = 1 << 16;
        let (vast, long) = (" ".repeat(most + 1), " ".repeat(most - 1));
        assert_eq!(within(&drawn(&[&vast]), most), Err(Unreadable::TooDense));
        assert!(within(&drawn(&[long.as_str(); TOGETHER]), most).is_ok());
        assert_eq!(within(&drawn(&[long.as_str(); TOGETHER + 1]), most), Err(Unreadable::TooDense));
        assert_eq!(texts(b"%PDF-1.5\n"), Err(Unreadable::NoPdf));
        assert_eq!(texts(&drawn(&vec![""; MOST_PAGES + 1])), Err(Unreadable::TooManyPages));
    }
}
