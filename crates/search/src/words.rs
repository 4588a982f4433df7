//! The words of a text, in the form in which they are compared.

/// Longer words are cut: nobody types them, and keys of the index stay short.
const LONGEST: usize = 40;

/// Lower case, without marks, plural forms as singular ones.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_mark = |c: char| !c.is_alphanumeric();
    text.split(is_mark).filter(|word| !word.is_empty()).map(|word| {
        let cut: String = word.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        singular(cut)
    })
}

/// Harman's S stemmer (JASIS 42, 1991): `ies` to `y`, `es` to `e`, `s` away, each with its exceptions; nothing else, so
/// that no word of another language loses more than that.
fn singular(mut word: String) -> String {
    if word.len() < 4 || !word.is_ascii() {
        return word;
    }
    if word.ends_with("ies") && !word.ends_with("eies") && !word.ends_with("aies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if word.ends_with("es") && !["aes", "ees", "oes"].iter().any(|end| word.ends_with(end))
        || word.ends_with('s') && !word.ends_with("us") && !word.ends_with("ss") && !word.ends_with("es")
    {
        word.truncate(word.len() - 1);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_marks_and_plurals() {
        let all: Vec<String> = words("The Policies' LAMPS, (re)uses of glass-gas… Ångström 42s").collect();
        assert_eq!(all, ["the", "policy", "lamp", "re", "use", "of", "glass", "gas", "ångström", "42s"]);
    }
}
