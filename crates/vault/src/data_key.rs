//! The key of one subject of the log.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

use crate::cipher::{Cipher, RawKey};

/// Bytes of a tag.
pub const TAG_BYTES: usize = 32;

/// Seals and opens the texts of one subject, and vouches for texts. Cloning is cheap; the key itself is never given out.
#[derive(Clone)]
pub struct DataKey(Arc<Parts>);

struct Parts {
    cipher: Cipher,
    /// For tags: a key of its own, derived from the same, as long as a block of the hash.
    mac: Zeroizing<[u8; 64]>,
}

impl DataKey {
    pub(crate) fn new(key: &RawKey) -> Self {
        let mut mac = Zeroizing::new([0; 64]);
        let mut derived = blake3::Hasher::new_derive_key("touchstone 2026 vault data key tags");
        derived.update(key.as_slice()).finalize_xof().fill(mac.as_mut_slice());
        Self(Arc::new(Parts { cipher: Cipher::new(key), mac }))
    }

    /// Base64 of nonce and ciphertext. `aad` binds the text to its place: it opens only with the same.
    #[must_use]
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> String {
        self.0.cipher.seal(aad, plain)
    }

    /// The plain bytes, or `None` where the key or the place is another or the text was altered.
    #[must_use]
    pub fn open(&self, aad: &[u8], sealed: &str) -> Option<Vec<u8>> {
        self.0.cipher.open(aad, sealed)
    }

    /// HMAC-SHA256 of a text: only who has the key can make it, and it tells nothing about the text to who has not.
    #[must_use]
    pub fn tag(&self, text: &[u8]) -> [u8; TAG_BYTES] {
        self.mac(text).finalize().into_bytes().into()
    }

    /// Whether this is the text's tag, in a time that does not depend on where they differ.
    #[must_use]
    pub fn vouches(&self, text: &[u8], tag: &[u8]) -> bool {
        self.mac(text).verify_slice(tag).is_ok()
    }

    fn mac(&self, text: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&*self.0.mac).into());
        mac.update(text);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::random_key;

    #[test]
    fn a_tag_holds_for_its_text_and_key_only() {
        let (key, other) = (DataKey::new(&random_key()), DataKey::new(&random_key()));
        let tag = key.tag(b"text");
        assert!(key.vouches(b"text", &tag));
        assert_eq!(tag, key.tag(b"text"));
        assert!(!key.vouches(b"texts", &tag) && !other.vouches(b"text", &tag));
        for bit in 0..8 * TAG_BYTES {
            let mut altered = tag;
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.vouches(b"text", &altered));
        }
        assert!(!key.vouches(b"text", &tag[..16]) && !key.vouches(b"text", b""));
    }
}
