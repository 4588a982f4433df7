//! Orders about words, letters and the language.

use whatlang::Lang;

use super::argument::Arguments;

pub(super) fn existence(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let lower = response.to_lowercase();
    Some(arguments.texts("keywords")?.iter().all(|word| lower.contains(&word.to_lowercase())))
}

pub(super) fn frequency(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let keyword = arguments.text("keyword")?.trim().to_lowercase();
    arguments.compare(response.to_lowercase().matches(&keyword).count(), "frequency", "relation")
}

pub(super) fn forbidden(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let lower = response.to_lowercase();
    let joined = |ch: Option<char>| ch.is_some_and(|ch| ch.is_alphanumeric() || ch == '_');
    let stands = |word: &&str| {
        let word = word.to_lowercase();
        !word.is_empty()
            && lower.match_indices(&word).any(|(at, found)| {
                !joined(lower[..at].chars().next_back()) && !joined(lower[at + found.len()..].chars().next())
            })
    };
    Some(!arguments.texts("forbidden_words")?.iter().any(stands))
}

pub(super) fn letter_frequency(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let letter = arguments.text("letter")?.trim().to_lowercase();
    arguments.compare(response.to_lowercase().matches(&letter).count(), "let_frequency", "let_relation")
}

/// The language of the response, by its two-letter code. A short answer in no clear language cannot be judged.
pub(super) fn language(arguments: &Arguments<'_>, response: &str) -> Option<bool> {
    let code = arguments.text("language")?.trim().to_lowercase();
    let wanted = LANGUAGES.iter().find(|(two, _)| *two == code)?.1;
    is_in(response, wanted)
}

pub(super) fn is_in(text: &str, wanted: Lang) -> Option<bool> {
    let found = whatlang::detect(text)?;
    if found.lang() == wanted {
        return Some(true);
    }
    found.is_reliable().then_some(false)
}

const LANGUAGES: &[(&str, Lang)] = &[
    ("ar", Lang::Ara),
    ("bg", Lang::Bul),
    ("bn", Lang::Ben),
    ("cs", Lang::Ces),
    ("da", Lang::Dan),
    ("de", Lang::Deu),
    ("el", Lang::Ell),
    ("en", Lang::Eng),
    ("es", Lang::Spa),
    ("fa", Lang::Pes),
    ("fi", Lang::Fin),
    ("fr", Lang::Fra),
    ("gu", Lang::Guj),
    ("he", Lang::Heb),
    ("hi", Lang::Hin),
    ("hu", Lang::Hun),
    ("id", Lang::Ind),
    ("it", Lang::Ita),
    ("ja", Lang::Jpn),
    ("kn", Lang::Kan),
    ("ko", Lang::Kor),
    ("ml", Lang::Mal),
    ("mr", Lang::Mar),
    ("ne", Lang::Nep),
    ("nl", Lang::Nld),
    ("no", Lang::Nob),
    ("pa", Lang::Pan),
    ("pl", Lang::Pol),
    ("pt", Lang::Por),
    ("ro", Lang::Ron),
    ("ru", Lang::Rus),
    ("sv", Lang::Swe),
    ("ta", Lang::Tam),
    ("te", Lang::Tel),
    ("th", Lang::Tha),
    ("tr", Lang::Tur),
    ("uk", Lang::Ukr),
    ("ur", Lang::Urd),
    ("vi", Lang::Vie),
    ("zh", Lang::Cmn),
];
