//! Is an answer in a language that our phrase lists do not know?
//!
//! `unverified` takes an answer out of the score, so it needs evidence: a foreign script, or enough words that look
//! like a natural language. Statistical detection errs on short texts; before it is asked, the small words of the
//! known languages speak (that also makes the usual case cheap), and afterwards only a reliable answer counts.

use whatlang::Lang;

use crate::fold;

/// What the language is called when the script is foreign but the language in it cannot be told.
pub(crate) const UNKNOWN: &str = "unknown";

/// Languages that the refusal list has phrases for.
pub(crate) const WITH_REFUSAL_PHRASES: &[Lang] =
    &[Lang::Eng, Lang::Fra, Lang::Deu, Lang::Spa, Lang::Ita, Lang::Por];

/// Small words that are frequent in one of the known languages and rare in those beside them.
const SMALL_WORDS: &[(Lang, &[&str])] = &[
    (
        Lang::Eng,
        &[
            "the", "of", "and", "to", "is", "that", "you", "with", "this", "it", "are", "be", "have", "not",
            "your", "from", "would", "can", "for", "i", "my", "but", "they", "we", "which",
        ],
    ),
    (
        Lang::Fra,
        &[
            "le", "les", "des", "et", "est", "une", "dans", "pour", "vous", "je", "pas", "du", "qui", "sur",
            "avec", "ce",
        ],
    ),
    (
        Lang::Deu,
        &[
            "der", "und", "das", "ist", "nicht", "ich", "sie", "mit", "ein", "eine", "zu", "fur", "auf",
            "wir", "dem", "den",
        ],
    ),
    (
        Lang::Spa,
        &[
            "los", "las", "por", "para", "es", "como", "pero", "y", "con", "esta", "su", "mas", "lo", "muy",
            "usted",
        ],
    ),
    (
        Lang::Ita,
        &[
            "il", "che", "di", "non", "sono", "della", "per", "gli", "anche", "questo", "del", "nel", "e",
            "ho", "piu",
        ],
    ),
    (
        Lang::Por,
        &[
            "nao", "os", "uma", "para", "com", "em", "voce", "mas", "isso", "ao", "dos", "e", "seu", "muito",
            "as",
        ],
    ),
];

/// Words of apology and inability in languages without list: they tell the language where an answer is too short for
/// statistics. Folded, looked for as whole words.
const TELLTALES: &[(&str, &[&str])] = &[
    ("Polish", &[" nie moge ", " przepraszam ", " przykro mi "]),
    ("Turkish", &[" uzgunum ", " yapamam ", " edemem ", " olamam ", " maalesef "]),
    ("Dutch", &[" ik kan ", " kan ik ", " het spijt me "]),
    ("Swedish", &[" jag kan ", " kan jag ", " tyvarr "]),
    ("Danish or Norwegian", &[" jeg kan ", " kan jeg ", " beklager ", " desvaerre "]),
    ("Finnish", &[" en voi ", " valitettavasti ", " olen pahoillani "]),
    ("Czech", &[" nemohu ", " omlouvam se ", " bohuzel "]),
    ("Hungarian", &[" sajnalom ", " nem tudok ", " sajnos "]),
    ("Romanian", &[" nu pot ", " imi pare rau ", " din pacate "]),
    ("Indonesian", &[" tidak bisa ", " tidak dapat ", " mohon maaf "]),
    ("Vietnamese", &[" xin loi ", " khong the "]),
];

/// Enough for any judgement; in characters.
const SAMPLE: usize = 600;

/// The name of the text's language when it is reliably none of `spoken`, or [`UNKNOWN`] where only its script tells so.
pub(crate) fn unfamiliar(text: &str, spoken: &[Lang]) -> Option<String> {
    let sample = prose(text);
    let count = Count::of(&sample);
    if count.other_script * 2 > count.letters {
        return foreign_script(&sample, spoken);
    }
    foreign_words(&sample, &count, spoken)
}

/// The beginning of the text without code blocks and addresses.
fn prose(text: &str) -> String {
    let outside_code = text.split("```").step_by(2).flat_map(str::split_whitespace);
    let mut sample = String::new();
    for word in outside_code.filter(|word| !word.contains("://")) {
        if sample.len() > SAMPLE {
            break;
        }
        sample.push_str(word);
        sample.push(' ');
    }
    let end = sample.char_indices().nth(SAMPLE).map_or(sample.len(), |(at, _)| at);
    sample.truncate(end);
    sample
}

#[derive(Default)]
struct Count {
    letters: usize,
    /// Letters that are not Latin.
    other_script: usize,
    /// Latin letters that no known language writes.
    strange: usize,
    words: usize,
}

impl Count {
    fn of(sample: &str) -> Self {
        let mut count = Self { words: sample.split_whitespace().count(), ..Self::default() };
        for ch in sample.chars() {
            if ch.is_ascii_alphabetic() {
                count.letters += 1;
            } else if ch.is_alphabetic() {
                count.letters += 1;
                match script(ch) {
                    LATIN if !is_home_letter(ch) => count.strange += 1,
                    LATIN => {}
                    _ => count.other_script += 1,
                }
            }
        }
        count
    }
}

const LATIN: u32 = 0;
/// Chinese, Japanese and Korean are written without, or with few, spaces, and say much in few characters.
const EAST_ASIAN: u32 = 1;

/// A number for each script; those that need no name are told apart by their Unicode block.
fn script(ch: char) -> u32 {
    match ch {
        'A'..='Z' | 'a'..='z' | '\u{aa}'..='\u{2af}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}' => {
            LATIN
        }
        '\u{2100}'..='\u{214f}'
        | '\u{249c}'..='\u{24ff}'
        | '\u{ff21}'..='\u{ff5a}'
        | '\u{1d400}'..='\u{1d7ff}' => LATIN,
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{20000}'..='\u{3ffff}' => EAST_ASIAN,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => 2,
        '\u{400}'..='\u{52f}' => 3,
        '\u{600}'..='\u{77f}' => 4,
        '\u{900}'..='\u{97f}' => 5,
        _ => 16 + (u32::from(ch) >> 7),
    }
}

/// Letters of English, French, German, Spanish, Italian and Portuguese beside the plain ones, and letters of styled
/// alphabets, which any mutated English may have.
fn is_home_letter(ch: char) -> bool {
    "àâäáãæçèéêëìíîïñòóôöõœùúûüÿßÀÂÄÁÃÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕŒÙÚÛÜŸẞªº".contains(ch)
        || matches!(ch, '\u{2100}'..='\u{24ff}' | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
}

fn foreign_script(sample: &str, spoken: &[Lang]) -> Option<String> {
    let mut counts: Vec<(u32, usize)> = Vec::new();
    for one in sample.chars().filter(|ch| ch.is_alphabetic()).map(script).filter(|one| *one != LATIN) {
        match counts.iter_mut().find(|(known, _)| *known == one) {
            Some((_, count)) => *count += 1,
            None => counts.push((one, 1)),
        }
    }
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let (first, share) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let needed = if first == EAST_ASIAN { 5 } else { 10 };
    // Letters thrown together from many scripts are an encoding or a decoration, not a language.
    if share < needed || share * 10 < total * 7 {
        return None;
    }
    let found = whatlang::detect(sample).filter(|info| !spoken.contains(&info.lang()));
    Some(match found {
        Some(info) if info.is_reliable() => info.lang().eng_name().to_owned(),
        Some(_) | None => UNKNOWN.to_owned(),
    })
}

fn foreign_words(sample: &str, count: &Count, spoken: &[Lang]) -> Option<String> {
    if count.words < 3 {
        return None;
    }
    let folded = fold::ascii(sample, SAMPLE);
    let words = || folded.split(|ch: char| !ch.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let total = words().count();
    let mut known = SMALL_WORDS.iter().filter(|(lang, _)| spoken.contains(lang));
    if known.any(|(_, small)| words().filter(|word| small.contains(word)).count() * 7 >= total) {
        return None;
    }
    let spaced = words().fold(String::from(" "), |line, word| line + word + " ");
    let told = TELLTALES.iter().find(|(_, signs)| signs.iter().any(|sign| spaced.contains(sign)));
    if let Some((name, _)) = told {
        return Some((*name).to_owned());
    }
    let long = count.letters >= 60 && count.words >= 9;
    let odd = count.strange >= 2 && count.letters >= 20 && count.words >= 4;
    if !(long || odd) {
        return None;
    }
    let found = whatlang::detect(sample)?;
    (found.is_reliable() && !spoken.contains(&found.lang())).then(|| found.lang().eng_name().to_owned())
}
