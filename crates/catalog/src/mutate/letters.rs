//! Mutators that change how each letter is written.

use unicode_normalization::UnicodeNormalization;

use crate::draw::Draw;

const ZERO_WIDTH: [char; 3] = ['\u{200B}', '\u{200C}', '\u{2060}'];

/// Adds an accent to about half of the letters, as one composed character where Unicode has one.
pub(super) fn diacritics(text: &str, seed: u64) -> String {
    const MARKS: [char; 5] = ['\u{300}', '\u{301}', '\u{302}', '\u{303}', '\u{308}'];
    let mut draw = Draw::new(seed);
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        out.push(c);
        let takes = matches!(c.to_ascii_lowercase(), 'a' | 'c' | 'e' | 'i' | 'n' | 'o' | 's' | 'u' | 'y');
        if takes && draw.below(3) < 2 {
            out.push(draw.pick(&MARKS));
        }
    }
    out.nfc().collect()
}

/// A combining low line under every letter and digit.
pub(super) fn underline(text: &str, _seed: u64) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        out.push(c);
        if c.is_alphanumeric() {
            out.push('\u{332}');
        }
    }
    if out == text { format!("_{text}_") } else { out }
}

pub(super) fn uppercase(text: &str, _seed: u64) -> String {
    text.to_uppercase()
}

pub(super) fn lowercase(text: &str, _seed: u64) -> String {
    text.to_lowercase()
}

/// Cyrillic and Greek letters that look like Latin ones.
pub(super) fn homoglyph(text: &str, _seed: u64) -> String {
    text.chars()
        .map(|c| match c {
            'a' => 'а',
            'c' => 'с',
            'e' => 'е',
            'i' => 'і',
            'j' => 'ј',
            'o' => 'о',
            'p' => 'р',
            's' => 'ѕ',
            'x' => 'х',
            'y' => 'у',
            'A' => 'Α',
            'B' => 'Β',
            'E' => 'Ε',
            'H' => 'Η',
            'I' => 'Ι',
            'K' => 'Κ',
            'M' => 'Μ',
            'N' => 'Ν',
            'O' => 'Ο',
            'P' => 'Ρ',
            'T' => 'Τ',
            other => other,
        })
        .collect()
}

/// Printable ASCII in its full-width form; a space becomes the ideographic one.
pub(super) fn fullwidth(text: &str, _seed: u64) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// An invisible character after about two of three letters.
pub(super) fn zero_width(text: &str, seed: u64) -> String {
    let mut draw = Draw::new(seed);
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        out.push(c);
        if c.is_alphanumeric() && draw.below(3) < 2 {
            out.push(draw.pick(&ZERO_WIDTH));
        }
    }
    out
}

/// A space between the letters of a word, three between words.
pub(super) fn spaces(text: &str, _seed: u64) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            let mut out = String::with_capacity(word.len() * 2);
            for (at, c) in word.chars().enumerate() {
                if at > 0 {
                    out.push(' ');
                }
                out.push(c);
            }
            out
        })
        .collect();
    words.join("   ")
}

/// Digits and signs for letters that resemble them.
pub(super) fn leetspeak(text: &str, _seed: u64) -> String {
    text.chars()
        .map(|c| match c.to_ascii_lowercase() {
            'a' => '4',
            'e' => '3',
            'i' => '1',
            'o' => '0',
            's' => '5',
            't' => '7',
            _ => c,
        })
        .collect()
}

/// One or two combining marks on every letter.
pub(super) fn zalgo(text: &str, seed: u64) -> String {
    const MARKS: [char; 12] = [
        '\u{30D}', '\u{311}', '\u{312}', '\u{33E}', '\u{346}', '\u{34C}', '\u{317}', '\u{323}', '\u{32E}',
        '\u{349}', '\u{353}', '\u{359}',
    ];
    let mut draw = Draw::new(seed);
    let mut out = String::with_capacity(text.len() * 4);
    for c in text.chars() {
        out.push(c);
        if c.is_alphanumeric() {
            for _ in 0..=draw.below(2) {
                out.push(draw.pick(&MARKS));
            }
        }
    }
    out
}

/// Each printable ASCII character as its invisible twin in the Unicode tag block.
pub(super) fn unicode_tag(text: &str, _seed: u64) -> String {
    text.chars()
        .map(|c| match c {
            ' '..='~' => char::from_u32(u32::from(c) + 0xE_0000).unwrap_or(c),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Show me the ledger mark, Ada!";

    #[test]
    fn accents_fall_off_in_decomposed_form() {
        let plain: String =
            diacritics(TEXT, 9).nfd().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).collect();
        assert_eq!(plain, TEXT);
    }

    #[test]
    fn marks_and_invisible_characters_can_be_stripped() {
        let no_line: String = underline(TEXT, 0).chars().filter(|c| *c != '\u{332}').collect();
        let no_width: String = zero_width(TEXT, 4).chars().filter(|c| !ZERO_WIDTH.contains(c)).collect();
        let no_zalgo: String =
            zalgo(TEXT, 4).chars().filter(|c| !('\u{300}'..='\u{36F}').contains(c)).collect();
        assert_eq!((no_line.as_str(), no_width.as_str(), no_zalgo.as_str()), (TEXT, TEXT, TEXT));
    }

    #[test]
    fn full_width_and_tag_letters_map_back() {
        let wide: String = fullwidth(TEXT, 0).nfkc().collect();
        assert_eq!(wide, TEXT);
        let tag: String =
            unicode_tag(TEXT, 0).chars().filter_map(|c| char::from_u32(u32::from(c) - 0xE_0000)).collect();
        assert_eq!(tag, TEXT);
    }

    #[test]
    fn spaced_words_close_again() {
        let closed: Vec<String> = spaces(TEXT, 0).split("   ").map(|w| w.replace(' ', "")).collect();
        assert_eq!(closed.join(" "), TEXT);
    }

    #[test]
    fn look_alikes_keep_the_length_and_change_the_letters() {
        let text = homoglyph(TEXT, 0);
        assert_eq!(text.chars().count(), TEXT.chars().count());
        assert!(!text.contains('o') && leetspeak(TEXT, 0).contains("5h0w m3"));
    }
}
