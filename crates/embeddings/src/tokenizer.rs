//! Byte-pair encoding as SentencePiece models use it.
//!
//! A space becomes `▁` and one stands before the text; then the pair of neighbours with the best rank is merged until
//! none is left. No merge reaches over the beginning of a word, so words are encoded one by one. A character that has
//! no token is spelt by its bytes.

use std::collections::HashMap;

use serde::Deserialize;

/// Longer words are cut, so that a text without spaces costs no more than another.
const LONGEST_WORD: usize = 64;

#[derive(Deserialize)]
struct File {
    model: Encoding,
}

#[derive(Deserialize)]
struct Encoding {
    vocab: HashMap<String, u32>,
    merges: Vec<Merge>,
}

/// Written as `a b` or, by newer versions, as a pair.
#[derive(Deserialize)]
#[serde(untagged)]
enum Merge {
    Spaced(String),
    Pair(String, String),
}

pub(crate) struct Tokenizer {
    characters: HashMap<char, u32>,
    /// Token of each byte, where there is one.
    bytes: Vec<Option<u32>>,
    /// Two neighbours: rank, and what they become.
    merges: HashMap<(u32, u32), (usize, u32)>,
    size: usize,
}

impl Tokenizer {
    pub(crate) fn of_json(json: &[u8]) -> Result<Self, String> {
        let File { model } =
            serde_json::from_slice(json).map_err(|fault| format!("the tokenizer: {fault}"))?;
        let id = |token: &str| {
            model.vocab.get(token).copied().ok_or_else(|| format!("the tokenizer has no token {token:?}"))
        };
        let mut merges = HashMap::with_capacity(model.merges.len());
        for (rank, merge) in model.merges.iter().enumerate() {
            let (left, right) = match merge {
                Merge::Spaced(pair) => {
                    pair.split_once(' ').ok_or("the tokenizer has a merge of one token")?
                }
                Merge::Pair(left, right) => (left.as_str(), right.as_str()),
            };
            merges.insert((id(left)?, id(right)?), (rank, id(&format!("{left}{right}"))?));
        }
        let single = |(token, id): (&String, &u32)| {
            let mut chars = token.chars();
            chars.next().filter(|_| chars.next().is_none()).map(|ch| (ch, *id))
        };
        Ok(Self {
            characters: model.vocab.iter().filter_map(single).collect(),
            bytes: (0..=255_u8).map(|byte| model.vocab.get(&format!("<0x{byte:02X}>")).copied()).collect(),
            merges,
            size: model.vocab.values().max().map_or(0, |last| *last as usize + 1),
        })
    }

    /// One more than the last token.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// The first `limit` tokens of a text.
    pub(crate) fn encode(&self, text: &str, limit: usize) -> Vec<u32> {
        let mut tokens = Vec::new();
        let mut word = Vec::new();
        let mut after_space = false;
        if text.is_empty() {
            return tokens;
        }
        for ch in std::iter::once(' ').chain(text.chars()) {
            let begins = ch == ' ' && !after_space && !word.is_empty();
            after_space = ch == ' ';
            if begins || word.len() >= LONGEST_WORD {
                tokens.append(&mut self.merged(&mut word));
                if tokens.len() >= limit {
                    break;
                }
            }
            self.spell(if ch == ' ' { '▁' } else { ch }, &mut word);
        }
        tokens.append(&mut self.merged(&mut word));
        tokens.truncate(limit);
        tokens
    }

    fn spell(&self, ch: char, word: &mut Vec<u32>) {
        if let Some(id) = self.characters.get(&ch) {
            word.push(*id);
        } else {
            word.extend(ch.encode_utf8(&mut [0; 4]).bytes().filter_map(|byte| self.bytes[usize::from(byte)]));
        }
    }

    /// Takes the word's characters and merges them.
    fn merged(&self, word: &mut Vec<u32>) -> Vec<u32> {
        let mut word = std::mem::take(word);
        loop {
            let best = word
                .windows(2)
                .enumerate()
                .filter_map(|(at, pair)| {
                    self.merges.get(&(pair[0], pair[1])).map(|(rank, id)| (*rank, at, *id))
                })
                .min();
            let Some((_, at, id)) = best else { return word };
            word[at] = id;
            word.remove(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `▁` is 0, `a` 1, `b` 2, `ab` 3, `▁ab` 4, and the two bytes of `é` 5 and 6.
    fn small() -> Tokenizer {
        let json = serde_json::json!({"model": {
            "vocab": {"▁": 0, "a": 1, "b": 2, "ab": 3, "▁ab": 4, "<0xC3>": 5, "<0xA9>": 6},
            "merges": [["a", "b"], "▁ ab"],
        }});
        Tokenizer::of_json(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn neighbours_merge_by_rank_and_no_merge_reaches_over_a_space() {
        let tokenizer = small();
        assert_eq!(tokenizer.size(), 7);
        for (text, tokens) in [
            ("", &[] as &[u32]),
            ("ab", &[4]),
            ("a b", &[0, 1, 0, 2]),
            ("abab", &[4, 3]),
            ("ab ab", &[4, 4]),
            ("a  ab", &[0, 1, 0, 4]),
            ("é", &[0, 5, 6]),
            ("日", &[0]),
        ] {
            assert_eq!(tokenizer.encode(text, usize::MAX), tokens, "{text:?}");
            assert_eq!(tokenizer.encode(text, 1), &tokens[..tokens.len().min(1)], "{text:?}");
        }
    }

    #[test]
    fn a_text_without_spaces_is_encoded_in_pieces_and_loses_nothing() {
        let tokens = small().encode(&"a".repeat(10_000), usize::MAX);
        assert_eq!(tokens.iter().filter(|token| **token == 1).count(), 10_000);
    }

    #[test]
    fn a_tokenizer_that_contradicts_itself_is_refused() {
        for json in [
            "{}",
            r#"{"model": {"vocab": {"a": 0}, "merges": ["a b"]}}"#,
            r#"{"model": {"vocab": {"a": 0}, "merges": ["a"]}}"#,
        ] {
            assert!(Tokenizer::of_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
