//! The key of one subject of the log.

use std::sync::Arc;

use crate::cipher::{Cipher, RawKey};

/// Seals and opens the texts of one subject. Cloning is cheap; the key itself is never given out.
#[derive(Clone)]
pub struct DataKey(Arc<Cipher>);

impl DataKey {
    pub(crate) fn new(key: &RawKey) -> Self {
        Self(Arc::new(Cipher::new(key)))
    }

    /// Base64 of nonce and ciphertext. `aad` binds the text to its place: it opens only with the same.
    #[must_use]
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> String {
        self.0.seal(aad, plain)
    }

    /// The plain bytes, or `None` where the key or the place is another or the text was altered.
    #[must_use]
    pub fn open(&self, aad: &[u8], sealed: &str) -> Option<Vec<u8>> {
        self.0.open(aad, sealed)
    }
}
