//! AES-256-GCM with a random nonce in front, as base64. The one place that knows the cipher.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;
use secrecy::zeroize::Zeroizing;

pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Raw key material, wiped when dropped.
pub(crate) type RawKey = Zeroizing<[u8; KEY_BYTES]>;

pub(crate) fn random_key() -> RawKey {
    let mut key = RawKey::default();
    rand::rng().fill_bytes(key.as_mut_slice());
    key
}

/// A key with its schedule worked out once.
pub(crate) struct Cipher(Aes256Gcm);

impl Cipher {
    pub(crate) fn new(key: &RawKey) -> Self {
        Self(Aes256Gcm::new((&**key).into()))
    }

    /// Base64 of nonce, ciphertext and tag. `context` must be given again to open it.
    pub(crate) fn seal(&self, context: &[u8], plain: &[u8]) -> String {
        let mut nonce = Nonce::default();
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_BYTES + plain.len() + TAG_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self.0.encrypt_inout_detached(&nonce, context, (&mut sealed[NONCE_BYTES..]).into());
        match tag {
            Ok(tag) => sealed.extend_from_slice(&tag),
            // Only for a text or context beyond 64 GiB, which no caller can hold. Never let the plain text through.
            Err(_) => sealed.clear(),
        }
        STANDARD.encode(sealed)
    }

    /// The plain bytes, or `None` where key, context or text is not the one it was sealed with.
    pub(crate) fn open(&self, context: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(sealed).ok()?;
        let body = NONCE_BYTES..bytes.len().checked_sub(TAG_BYTES)?;
        let nonce = Nonce::try_from(bytes.get(..NONCE_BYTES)?).ok()?;
        let tag = Tag::try_from(bytes.get(body.end..)?).ok()?;
        let length = body.len();
        let text = bytes.get_mut(body)?;
        self.0.decrypt_inout_detached(&nonce, context, text.into(), &tag).ok()?;
        bytes.copy_within(NONCE_BYTES..NONCE_BYTES + length, 0);
        bytes.truncate(length);
        Some(bytes)
    }

    /// Seals a key under this one.
    pub(crate) fn wrap(&self, context: &[u8], key: &RawKey) -> String {
        self.seal(context, key.as_slice())
    }

    pub(crate) fn unwrap_key(&self, context: &[u8], wrapped: &str) -> Option<RawKey> {
        let bytes = Zeroizing::new(self.open(context, wrapped)?);
        Some(RawKey::new(bytes.as_slice().try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_context_only() {
        let (key, other) = (Cipher::new(&random_key()), Cipher::new(&random_key()));
        for plain in [&b""[..], b"x", &[7; 2048]] {
            let sealed = key.seal(b"here", plain);
            assert_eq!(key.open(b"here", &sealed).as_deref(), Some(plain));
            assert_eq!(key.open(b"there", &sealed), None);
            assert_eq!(other.open(b"here", &sealed), None);
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same_twice() {
        let key = Cipher::new(&random_key());
        assert_ne!(key.seal(b"", b"text"), key.seal(b"", b"text"));
    }

    #[test]
    fn every_altered_bit_and_every_short_text_is_refused() {
        let key = Cipher::new(&random_key());
        let sealed = STANDARD.decode(key.seal(b"here", b"text")).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(b"here", &STANDARD.encode(altered)), None);
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(b"here", &STANDARD.encode(&sealed[..length])), None);
        }
        assert_eq!(key.open(b"here", "not base64!"), None);
    }
}
