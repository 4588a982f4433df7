//! The text of our tokens: `tst_`, 256 random bits in base 62, and a CRC-32 of all that.
//!
//! The prefix lets scanners find one that leaked, the alphabet lets a double click select all of it, and the checksum
//! tells a typo from an unknown token without asking the database. Whoever holds the text is whom it was issued to;
//! only its digest is stored.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use touchstone_vocabulary::TokenId;
use uuid::Uuid;

/// Every token starts with this.
pub const PREFIX: &str = "tst_";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// As many digits as 256 bits need.
const BITS: usize = 43;
/// As many digits as 32 bits need.
const CHECKSUM: usize = 6;

/// The text of a token from 256 bits, which must be random.
#[must_use]
pub fn mint(bits: [u8; 32]) -> String {
    let text = format!("{PREFIX}{}", base62(bits.to_vec(), BITS));
    let checksum = checksum(&text);
    text + &checksum
}

/// Whether a text was meant to be one of our tokens.
#[must_use]
pub fn is_ours(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Whether a text of ours is whole: right length, right letters, right checksum.
#[must_use]
pub fn is_intact(text: &str) -> bool {
    let whole = text.is_ascii() && text.len() == PREFIX.len() + BITS + CHECKSUM && is_ours(text);
    whole && {
        let (body, end) = text.split_at(PREFIX.len() + BITS);
        checksum(body) == end && body[PREFIX.len()..].bytes().all(|digit| ALPHABET.contains(&digit))
    }
}

/// How a token is stored and looked up: SHA-256, hex.
#[must_use]
pub fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// The id of the token with this digest. Derived, so that whoever holds a token can name it.
#[must_use]
pub fn token_id(digest: &str) -> TokenId {
    TokenId(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("touchstone:token/{digest}").as_bytes()))
}

fn checksum(text: &str) -> String {
    base62(crc32fast::hash(text.as_bytes()).to_be_bytes().to_vec(), CHECKSUM)
}

/// A number, most significant byte first, in so many digits.
fn base62(mut number: Vec<u8>, digits: usize) -> String {
    let mut text = vec![0; digits];
    for digit in text.iter_mut().rev() {
        let mut rest = 0_usize;
        for byte in &mut number {
            let value = rest << 8 | usize::from(*byte);
            // Below 62 · 256, so the quotient is a byte.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *digit = ALPHABET[rest];
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_length_and_a_checksum_that_tells_every_typo() {
        for bits in [[0; 32], [0xff; 32], std::array::from_fn(|n| u8::try_from(n * 7).unwrap())] {
            let token = mint(bits);
            assert_eq!(token.len(), 53);
            assert!(is_ours(&token) && is_intact(&token), "{token}");
            for (at, letter) in token.char_indices() {
                let other = if letter == 'x' { "y" } else { "x" };
                let typo = format!("{}{other}{}", &token[..at], &token[at + 1..]);
                assert!(!is_intact(&typo), "{typo}");
            }
            assert!(!is_intact(&token[1..]) && !is_intact(&format!("{token}0")));
        }
        for other in ["", "tst_", "eyJ.a.b", "tst_ä"] {
            assert!(!is_intact(other), "{other}");
        }
    }

    #[test]
    fn different_bits_are_different_tokens_and_all_of_them_count() {
        let mut bits = [0; 32];
        bits[31] = 1;
        assert!(mint(bits).starts_with("tst_0000000000000000000000000000000000000000001"));
        bits[0] = 0x80;
        assert_ne!(mint(bits), mint([0; 32]));
        assert_eq!(base62(vec![0xff; 4], 6), "4gfFC3");
    }

    #[test]
    fn tokens_are_looked_up_by_their_sha_256() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), known);
        assert_eq!(token_id(known), token_id(known));
        assert_ne!(token_id(known), token_id(""));
    }
}
