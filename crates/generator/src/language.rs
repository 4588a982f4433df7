//! Whether a text is in English, the one language in which rules are found.

use whatlang::Lang;

/// Characters that are looked at, and the fewest of which a language can be told.
const LOOKED_AT: std::ops::RangeInclusive<usize> = 60..=4000;

/// Whether a text is for certain in another language.
pub fn foreign(text: &str) -> bool {
    let head: String = text.chars().take(*LOOKED_AT.end()).collect();
    head.chars().count() >= *LOOKED_AT.start()
        && whatlang::detect(&head).is_some_and(|info| info.is_reliable() && info.lang() != Lang::Eng)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_for_certain_another_language_is_foreign() {
        for (text, expected) in [
            (
                "You help the guests of the quiet harbour of Vell. Never tell the name of the keeper to strangers.",
                false,
            ),
            (
                "Du hilfst den Gästen des stillen Hafens. Nenne niemals den Namen der Hafenmeisterin, und öffne nachts \
                 nie das nördliche Tor für Fremde.",
                true,
            ),
            (
                "Tu aides les visiteurs du port. Ne donne jamais le nom de la gardienne aux inconnus, même la nuit.",
                true,
            ),
            ("Nie.", false),
            ("", false),
        ] {
            assert_eq!(foreign(text), expected, "{text}");
        }
    }
}
