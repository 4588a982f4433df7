//! What is expected of a file, and whether what arrives is that.

use bytes::Bytes;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use touchstone_vocabulary::MediaType;

use crate::checksum::Checksum;
use crate::store::FilesError;

/// What a file must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub media: MediaType,
    /// Bytes, where that was said.
    pub size: Option<u64>,
    /// Bytes, at most.
    pub limit: u64,
    pub checksum: Option<Checksum>,
}

/// What a file that came in is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Bytes.
    pub size: u64,
    pub checksum: Checksum,
    /// BLAKE3 of the content, in hexadecimal. Whoever reads the file compares it.
    pub digest: String,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("the file is longer than {0} bytes")]
    TooLong(u64),
    #[error("the file has {arrived} bytes where {expected} were announced")]
    OtherSize { expected: u64, arrived: u64 },
    #[error("the file's MD5 is another one than was announced")]
    OtherChecksum,
    #[error("the file's content is not {0}")]
    OtherMedia(MediaType),
    #[error("the file did not arrive whole")]
    Broken,
    #[error(transparent)]
    Store(#[from] FilesError),
}

impl Expected {
    /// Bytes, at most, of one that will do.
    pub fn most(&self) -> u64 {
        self.size.map_or(self.limit, |size| size.min(self.limit))
    }
}

/// Looks at a content as it passes.
pub struct Intake {
    expected: Expected,
    size: u64,
    md5: Md5,
    digest: blake3::Hasher,
    shape: Shape,
}

impl Intake {
    pub fn new(expected: Expected) -> Self {
        let shape = Shape::new(expected.media);
        Self { expected, size: 0, md5: Md5::new(), digest: blake3::Hasher::new(), shape }
    }

    /// One more piece; refused as soon as it can be told that the whole will not do.
    pub fn piece(&mut self, piece: &Bytes) -> Result<(), Refused> {
        self.size += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if self.size > self.expected.most() {
            return Err(Refused::TooLong(self.expected.most()));
        }
        self.md5.update(piece);
        self.digest.update(piece);
        if self.shape.fits(piece) { Ok(()) } else { Err(Refused::OtherMedia(self.expected.media)) }
    }

    /// What it is, when that was all.
    pub fn end(self) -> Result<Received, Refused> {
        if let Some(expected) = self.expected.size.filter(|size| *size != self.size) {
            return Err(Refused::OtherSize { expected, arrived: self.size });
        }
        let checksum = Checksum(self.md5.finalize().into());
        if self.expected.checksum.is_some_and(|expected| expected != checksum) {
            return Err(Refused::OtherChecksum);
        }
        if !self.shape.is_whole() {
            return Err(Refused::OtherMedia(self.expected.media));
        }
        let digest = self.digest.finalize().to_hex().to_string();
        Ok(Received { size: self.size, checksum, digest })
    }
}

const PDF: &[u8] = b"%PDF-";

/// What the first bytes and all others say about the type: a PDF begins like one, a text is UTF-8 without control
/// characters and does not begin like a PDF, JSON begins like a list or an object.
struct Shape {
    media: MediaType,
    /// The first bytes, as many as decide.
    head: Vec<u8>,
    /// The first bytes of a character whose others are in the next piece.
    open: Vec<u8>,
    began: bool,
}

impl Shape {
    const fn new(media: MediaType) -> Self {
        Self { media, head: Vec::new(), open: Vec::new(), began: false }
    }

    fn fits(&mut self, piece: &[u8]) -> bool {
        let wanted = PDF.len() - self.head.len();
        self.head.extend_from_slice(&piece[..wanted.min(piece.len())]);
        let is_pdf = PDF.starts_with(&self.head) && self.head.len() == PDF.len();
        match self.media {
            MediaType::Pdf => PDF.starts_with(&self.head),
            MediaType::Plain | MediaType::Markdown | MediaType::Csv => !is_pdf && self.text(piece, |_| true),
            MediaType::Json => self.text(piece, |first| matches!(first, '{' | '[')),
        }
    }

    /// Whether it is text, and its first character that is no space does.
    fn text(&mut self, piece: &[u8], first: impl Fn(char) -> bool) -> bool {
        let joined = [self.open.as_slice(), piece].concat();
        let text = match std::str::from_utf8(&joined) {
            Ok(text) => text,
            // The rest of a character may still come.
            Err(fault) if fault.error_len().is_none() => {
                std::str::from_utf8(&joined[..fault.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return false,
        };
        self.open = joined[text.len()..].to_vec();
        let mut visible = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}');
        let (began, start) = (self.began, visible.next());
        self.began |= start.is_some();
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
        !text.chars().any(is_control) && (began || start.is_none_or(first))
    }

    /// Whether nothing is missing at the end.
    fn is_whole(&self) -> bool {
        self.open.is_empty()
            && match self.media {
                MediaType::Pdf => self.head.len() == PDF.len(),
                MediaType::Json => self.began,
                MediaType::Plain | MediaType::Markdown | MediaType::Csv => true,
            }
    }
}
