//! Forms of a text in which two spellings of the same thing compare equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters that take no room on screen: a text may be full of them and still read the same.
pub(crate) const fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{180e}' | '\u{202a}'..='\u{202e}')
}

/// Does `text` contain `part`, whatever the case of their letters? `part` may not be empty.
pub(crate) fn contains_folded(lower_text: &str, part: &str) -> bool {
    lower_text.contains(&part.to_lowercase())
}

/// The first `limit` characters as lower-case ASCII: accents gone, curly quotes straight, white space single, markdown
/// emphasis dropped. A letter with no ASCII form becomes `~`, so that byte patterns stay in step with characters.
pub(crate) fn ascii(text: &str, limit: usize) -> String {
    let text = text.trim_start();
    let mut out = String::with_capacity(limit.min(text.len()) + 8);
    if text.as_bytes().iter().take(limit).all(u8::is_ascii) {
        text.bytes().take(limit).for_each(|byte| push(&mut out, char::from(byte)));
    } else {
        text.chars().take(limit).nfkd().for_each(|ch| push(&mut out, ch));
    }
    out
}

fn push(out: &mut String, ch: char) {
    match ch {
        '*' | '#' | '>' => {}
        '’' | '‘' | 'ʼ' | '´' | '`' | '′' | '‛' => out.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›' => out.push('"'),
        '‐' | '‑' | '–' | '—' | '−' | '―' => out.push('-'),
        'ß' | 'ẞ' => out.push_str("ss"),
        'æ' | 'Æ' => out.push_str("ae"),
        'œ' | 'Œ' => out.push_str("oe"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'ı' => out.push('i'),
        'đ' | 'Đ' => out.push('d'),
        ch if ch.is_whitespace() || ch == '_' => {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        ch if ch.is_ascii() => out.push(ch.to_ascii_lowercase()),
        ch if is_combining_mark(ch) || is_invisible(ch) => {}
        _ => out.push('~'),
    }
}
