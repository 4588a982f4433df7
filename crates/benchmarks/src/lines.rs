//! Which line of a table a record begins on.

/// Counts lines as an editor does, whatever they end with. The CSV reader counts a line that ends with CRLF only when it
/// comes to the next one, and blank lines before a record as its own.
pub struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub const fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line, from 1, of the record that begins at this byte or after the line ends that stand there. Records are asked
    /// for in their order.
    pub fn line(&mut self, byte: u64) -> u64 {
        let bytes = self.text.as_bytes();
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.at, bytes.len());
        let ends = bytes[byte..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.get(self.at..byte + ends).map_or(0, |passed| passed.matches('\n').count());
        self.at = byte + ends;
        self.line += u64::try_from(passed).unwrap_or(u64::MAX);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_on_its_line_whatever_lines_end_with() {
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "1,2", "", "\"3", "3\",4", "5,6", ""].join(end);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let mut lines = Lines::of(&text);
            let positions = reader.records().map(|record| record.unwrap().position().unwrap().byte());
            let found: Vec<u64> = positions.map(|byte| lines.line(byte)).collect();
            assert_eq!(found, [2, 4, 6], "{end:?}");
        }
    }
}
