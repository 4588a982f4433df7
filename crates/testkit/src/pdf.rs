//! PDFs of our own making, well written ones and others.

use flate2::{Compress, Compression, FlushCompress, Status};

/// A PDF, object by object; the first is its catalogue, so that what follows may be anything.
#[derive(Debug, Default)]
pub struct Pdf {
    objects: Vec<Vec<u8>>,
}

impl Pdf {
    /// One page for each text, line by line as it is broken.
    pub fn of_pages(texts: &[String]) -> Vec<u8> {
        let mut pdf = Self::default();
        let kids: Vec<String> = (0..texts.len()).map(|n| format!("{} 0 R", 4 + 2 * n)).collect();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object(&format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), kids.len()));
        pdf.object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        for (n, text) in texts.iter().enumerate() {
            pdf.object(&format!(
                "<< /Type /Page /Parent 2 0 R /Contents {} 0 R /Resources << /Font << /F 3 0 R >> >> >>",
                5 + 2 * n
            ));
            let lines = text.lines().map(|line| {
                let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
                format!("({escaped}) Tj T*\n")
            });
            let drawn = format!("BT /F 11 Tf 56 760 Td 14 TL\n{}ET", lines.collect::<Vec<_>>().concat());
            pdf.stream("", drawn.as_bytes());
        }
        pdf.bytes()
    }

    /// One page whose content is this stream, as it is.
    pub fn of_content(entries: &str, content: &[u8]) -> Vec<u8> {
        let mut pdf = Self::default();
        pdf.object("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        pdf.object("<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>");
        pdf.stream(entries, content);
        pdf.bytes()
    }

    /// The next object; the first has the number 1.
    pub fn object(&mut self, text: &str) {
        self.objects.push(text.as_bytes().to_vec());
    }

    /// The next object, a stream with these entries beside its length.
    pub fn stream(&mut self, entries: &str, content: &[u8]) {
        let head = format!("<< {entries} /Length {} >>\nstream\n", content.len());
        self.objects.push([head.as_bytes(), content, b"\nendstream"].concat());
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"%PDF-1.5\n".to_vec();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(&self.objects) {
            places.push(out.len());
            out.extend(format!("{number} 0 obj\n").bytes().chain(object.iter().copied()));
            out.extend(b"\nendobj\n");
        }
        let table = out.len();
        let size = places.len() + 1;
        let places: Vec<String> = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
        let places = places.concat();
        let end = format!(
            "xref\n0 {size}\n0000000000 65535 f \n{places}\
             trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
        );
        out.extend(end.bytes());
        out
    }
}

/// What unpacks to so many times this text, and is a thousandth as long: the same blocks over and over.
pub fn packed(text: &[u8], times: usize) -> Vec<u8> {
    let mut packer = Compress::new(Compression::best(), true);
    let mut once = Vec::with_capacity(text.len() + 1024);
    let done = packer.compress_vec(text, &mut once, FlushCompress::Full);
    assert!(matches!(done, Ok(Status::Ok)) && packer.total_in() == text.len() as u64, "packed at once");
    // The first two bytes are the head of the whole.
    let (head, block) = once.split_at(2);
    let mut out = head.to_vec();
    for _ in 0..times {
        out.extend_from_slice(block);
    }
    out
}
