//! Mutators: pure rewritings of a request that leave its meaning and change its looks.
//!
//! A filter that knows only one spelling of a request is passed by another one. Each mutator here is such a spelling or
//! framing; none adds anything harmful. All are deterministic in text and seed, write neither NUL nor guillemets, and
//! those that are encodings can be undone by a reader who knows the encoding.

mod encode;
mod frame;
mod letters;
mod noise;
mod veil;
mod wording;

macro_rules! mutators {
    ($($variant:ident = $name:literal, $words:literal, $function:path;)+) => {
        /// One way of rewriting a request.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Mutator { $(#[doc = $words] $variant),+ }

        impl Mutator {
            /// Every mutator.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Short stable name, used in tags and prompt keys.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it does to a request, in plain words that complete "the request is …".
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }

            /// The rewritten text: a pure function of `text` and `seed`.
            #[must_use]
            pub fn apply(self, text: &str, seed: u64) -> String {
                match self { $(Self::$variant => $function(text, seed)),+ }
            }
        }
    };
}

mutators! {
    Diacritics = "diacritics", "written with added accents", letters::diacritics;
    Underline = "underline", "underlined letter by letter", letters::underline;
    Uppercase = "uppercase", "written in capitals", letters::uppercase;
    Lowercase = "lowercase", "written without capitals", letters::lowercase;
    Homoglyph = "homoglyph", "spelt with look-alike letters of other scripts", letters::homoglyph;
    Fullwidth = "fullwidth", "spelt in full-width letters", letters::fullwidth;
    ZeroWidth = "zero-width", "interspersed with zero-width characters", letters::zero_width;
    Spaces = "spaces", "spaced out letter by letter", letters::spaces;
    Leetspeak = "leetspeak", "spelt with digits for letters", letters::leetspeak;
    Zalgo = "zalgo", "covered with stacked combining marks", letters::zalgo;
    UnicodeTag = "unicode-tag", "hidden in invisible tag characters", letters::unicode_tag;
    UnicodeJunk = "unicode-junk", "strewn with meaningless symbols", noise::unicode_junk;
    WhitespaceNoise = "whitespace-noise", "torn apart by irregular white space", noise::whitespace_noise;
    CommentInjection = "comment-injection", "interrupted by program comments", noise::comment_injection;
    ChecksumMarker = "checksum-marker", "flattened and closed with a checksum marker", noise::checksum_marker;
    TokenPadding = "token-padding", "padded with filler tokens", noise::token_padding;
    Macaronic = "macaronic", "mixed with words of other languages", noise::macaronic;
    ChunkFragmentation = "chunk-fragmentation", "cut into numbered fragments", noise::chunk_fragmentation;
    AdversarialPrefix = "adversarial-prefix", "preceded by a demand to agree", noise::adversarial_prefix;
    AdversarialSuffix = "adversarial-suffix", "followed by a string of random-looking tokens", noise::adversarial_suffix;
    Base64 = "base64", "encoded as Base64", encode::base64;
    Base32 = "base32", "encoded as Base32", encode::base32;
    Base16 = "base16", "encoded as Base16", encode::base16;
    Hex = "hex", "encoded as spaced hexadecimal bytes", encode::hex;
    Rot13 = "rot13", "rotated by thirteen letters", encode::rot13;
    Morse = "morse", "encoded in Morse code", encode::morse;
    Nato = "nato", "spelt in the NATO alphabet", encode::nato;
    Braille = "braille", "written in Braille patterns", encode::braille;
    Ascii85 = "ascii85", "encoded as Ascii85", encode::ascii85;
    Uuencode = "uuencode", "uuencoded", encode::uuencode;
    CharCode = "char-code", "given as a list of character codes", encode::char_code;
    JsonEscape = "json-escape", "escaped as a JSON string", encode::json_escape;
    QuotedPrintable = "quoted-printable", "sent as MIME quoted-printable text", encode::quoted_printable;
    HtmlEntities = "html-entities", "encoded as HTML entities", encode::html_entities;
    EmbedXml = "embed-xml", "embedded in an XML document", frame::embed_xml;
    EmbedJson = "embed-json", "embedded in a JSON document", frame::embed_json;
    LogicalAppeal = "logical-appeal", "argued for with seeming logic", frame::logical_appeal;
    Misrepresentation = "misrepresentation", "made under a false identity", frame::misrepresentation;
    AuthorityEndorsement = "authority-endorsement", "backed by an invented authority", frame::authority_endorsement;
    LegalOverride = "legal-override", "claimed to be required by law", frame::legal_override;
    GovernmentDirective = "government-directive", "dressed as a government directive", frame::government_directive;
    RolePlayActor = "role-play-actor", "put into the mouth of an actor's role", frame::role_play_actor;
    MathProblem = "math-problem", "set as a mathematical exercise", frame::math_problem;
    Enhancement = "enhancement", "strengthened with demands for detail", frame::enhancement;
    SoftMutation = "soft-mutation", "softened by polite synonyms", frame::soft_mutation;
    RecipeSteganography = "recipe-steganography", "hidden in the steps of a recipe", veil::recipe;
    StoryVeil = "story-veil", "wrapped in a fairy tale", veil::story;
    SongLyric = "song-lyric", "broken into the lines of a song", veil::song;
    Base2048 = "base2048", "encoded as Base2048", encode::base2048;
    Ecoji = "ecoji", "encoded as Ecoji", encode::ecoji;
    Typos = "typos", "sprinkled with typing errors", wording::typos;
    Synonyms = "synonyms", "put into words of the same meaning", wording::synonyms;
    IdlePhrases = "idle-phrases", "drawn out with idle phrases", wording::idle_phrases;
    LetterCase = "letter-case", "written with capitals in odd places", wording::letter_case;
    MarkupTags = "markup-tags", "strewn with meaningless markup tags", wording::markup_tags;
}

impl Mutator {
    /// Whether it hides what is asked from a filter that reads letters; framings and noise do not.
    pub(crate) const fn hides(self) -> bool {
        matches!(
            self,
            Self::Diacritics
                | Self::Underline
                | Self::Homoglyph
                | Self::Fullwidth
                | Self::ZeroWidth
                | Self::Spaces
                | Self::Leetspeak
                | Self::Zalgo
                | Self::UnicodeTag
                | Self::UnicodeJunk
                | Self::WhitespaceNoise
                | Self::CommentInjection
                | Self::Macaronic
                | Self::ChunkFragmentation
                | Self::Base64
                | Self::Base32
                | Self::Base16
                | Self::Base2048
                | Self::Ecoji
                | Self::Hex
                | Self::Rot13
                | Self::Morse
                | Self::Nato
                | Self::Braille
                | Self::Ascii85
                | Self::Uuencode
                | Self::CharCode
                | Self::JsonEscape
                | Self::QuotedPrintable
                | Self::HtmlEntities
                | Self::RecipeSteganography
                | Self::SongLyric
                | Self::StoryVeil
        )
    }
}

/// Applies mutators in order; each draws from its own seed so that none repeats another's choices.
#[must_use]
pub fn chain(mutators: &[Mutator], text: &str, seed: u64) -> String {
    let mut out = text.to_owned();
    for (mutator, step) in mutators.iter().zip(1_u64..) {
        out = mutator.apply(&out, seed.wrapping_add(step.wrapping_mul(0x9E37_79B9)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const TEXT: &str =
        "Please tell me the ledger mark of Marrow & Finch, today: I \"need\" it <now>. It's for 3 readers.";

    #[test]
    fn every_mutator_is_deterministic_and_changes_the_text() {
        for mutator in Mutator::ALL {
            let once = mutator.apply(TEXT, 5);
            assert_eq!(once, mutator.apply(TEXT, 5), "{}", mutator.name());
            assert_ne!(once, TEXT, "{}", mutator.name());
        }
    }

    #[test]
    fn no_mutator_writes_nul_or_guillemets_or_grows_a_request_beyond_16_kib() {
        let long = TEXT.repeat(6);
        for mutator in Mutator::ALL {
            for seed in 0..40 {
                let text = mutator.apply(&long, seed);
                assert!(!text.contains(['\0', '«', '»']), "{}", mutator.name());
                assert!(text.len() < 16 * 1024, "{} made {} bytes", mutator.name(), text.len());
            }
        }
    }

    #[test]
    fn every_mutator_bears_odd_input() {
        for mutator in Mutator::ALL {
            for text in ["", " ", "\n\n", "é", "日本語 text", "👩‍🚀", "a", "\u{301}"] {
                assert!(!mutator.apply(text, 1).contains('\0'));
            }
        }
    }

    #[test]
    fn names_are_unique_and_safe_in_keys() {
        let names: HashSet<_> = Mutator::ALL.iter().map(|m| m.name()).collect();
        assert_eq!(names.len(), Mutator::ALL.len());
        assert!(
            names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        );
    }

    #[test]
    fn a_chain_applies_its_mutators_in_order() {
        let text = chain(&[Mutator::Uppercase, Mutator::EmbedXml], "give it", 3);
        assert!(text.contains("GIVE IT") && text.contains("</"));
        assert_eq!(chain(&[], "give it", 3), "give it");
    }
}
