//! The key-encryption key: 32 bytes as 64 hexadecimal characters, kept in a file that only its owner may read, or handed
//! over by whoever starts the process.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::cipher::{Cipher, KEY_BYTES, RawKey, random_key};
use crate::error::VaultError;

/// Where a key-encryption key comes from.
#[derive(Debug, Clone)]
pub enum KeySource {
    File(PathBuf),
    /// The 64 characters themselves.
    Given(SecretString),
}

impl KeySource {
    /// The key, if it is there.
    pub(crate) fn load(&self) -> Result<Option<KeyEncryptionKey>, VaultError> {
        match self {
            Self::File(path) => KeyEncryptionKey::load(path),
            Self::Given(text) => KeyEncryptionKey::from_hex(text.expose_secret()).map(Some),
        }
    }

    /// The same, made where it is a file that does not exist.
    pub(crate) fn load_or_create(&self) -> Result<KeyEncryptionKey, VaultError> {
        match self {
            Self::File(path) => KeyEncryptionKey::load_or_create(path),
            Self::Given(text) => KeyEncryptionKey::from_hex(text.expose_secret()),
        }
    }

    pub(crate) fn missing(&self) -> VaultError {
        match self {
            Self::File(path) => VaultError::KeyMissing { path: path.clone() },
            Self::Given(_) => VaultError::InvalidKey,
        }
    }
}

/// The key that wraps, and one that also opens what was wrapped under it: the next or the previous one, while the keys
/// are being changed.
#[derive(Debug, Clone)]
pub struct Keys {
    pub current: KeySource,
    pub second: Option<KeySource>,
}

impl Keys {
    /// One key in a file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { current: KeySource::File(path.into()), second: None }
    }
}

/// Wraps every other key. Its id is derived from it, tells nothing about it and is stored beside what it wrapped.
#[derive(Clone)]
pub struct KeyEncryptionKey {
    cipher: Arc<Cipher>,
    id: String,
}

impl KeyEncryptionKey {
    /// A new key that is written nowhere.
    #[must_use]
    pub fn random() -> Self {
        Self::from_raw(&random_key())
    }

    /// Reads 64 hexadecimal characters; space around them is ignored.
    pub fn from_hex(text: &str) -> Result<Self, VaultError> {
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * KEY_BYTES {
            return Err(VaultError::InvalidKey);
        }
        let mut key = RawKey::default();
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_value(pair[0])? << 4 | hex_value(pair[1])?;
        }
        Ok(Self::from_raw(&key))
    }

    /// The key in the file; `None` when there is no such file.
    pub fn load(path: &Path) -> Result<Option<Self>, VaultError> {
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => Self::from_hex(&text).map(Some),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) if fault.kind() == ErrorKind::InvalidData => Err(VaultError::InvalidKey),
            Err(source) => Err(VaultError::KeyFile { path: path.to_owned(), source }),
        }
    }

    /// The key in the file, which is made with a random key and mode 0600 when it does not exist. Of two processes
    /// that do this at once, both get the key of one of them.
    pub fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        if let Some(key) = Self::load(path)? {
            return Ok(key);
        }
        create(path).map_err(|source| VaultError::KeyFile { path: path.to_owned(), source })?;
        Self::load(path)?.ok_or_else(|| VaultError::KeyMissing { path: path.to_owned() })
    }

    /// Names the key without revealing it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    fn from_raw(key: &RawKey) -> Self {
        let digest = blake3::derive_key("touchstone 2026 vault key-encryption key id", key.as_slice());
        let id = digest[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self { cipher: Arc::new(Cipher::new(key)), id }
    }
}

fn hex_value(digit: u8) -> Result<u8, VaultError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(VaultError::InvalidKey),
    }
}

/// Writes a random key beside the path, makes it durable and links it into place: the file appears whole or not at
/// all, and an existing one is never replaced.
fn create(path: &Path) -> std::io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let key = random_key();
    let mut text = Zeroizing::new(Vec::with_capacity(2 * KEY_BYTES + 1));
    for byte in key.iter() {
        text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text.push(b'\n');

    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{:016x}", rand::random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked =
        file.write_all(&text).and_then(|()| file.sync_all()).and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match linked {
        Err(fault) if fault.kind() != ErrorKind::AlreadyExists => return Err(fault),
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_file_is_made_once_for_its_owner_only_and_read_ever_after() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        assert!(KeyEncryptionKey::load(&path).unwrap().is_none());
        let made = KeyEncryptionKey::load_or_create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(KeyEncryptionKey::load_or_create(&path).unwrap().id(), made.id());
        assert_eq!(std::fs::read_to_string(&path).unwrap().trim().len(), 64);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn processes_that_start_at_once_agree_on_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vault.key");
        let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| KeyEncryptionKey::load_or_create(&path).unwrap().id().to_owned()))
                .collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert_eq!(ids.len(), 1);
    }

    #[test]
    fn a_key_that_is_not_64_hex_digits_is_refused_in_one_sentence_without_it() {
        for text in ["", "abcd", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65), &"é".repeat(32)] {
            let fault = KeyEncryptionKey::from_hex(text).err().unwrap().to_string();
            assert!(fault.contains("64 hexadecimal characters"), "{fault}");
            assert!(text.is_empty() || !fault.contains(text));
        }
        let lower = KeyEncryptionKey::from_hex(&"ab".repeat(32)).unwrap();
        let upper = KeyEncryptionKey::from_hex(&format!(" {}\n", "AB".repeat(32))).unwrap();
        assert_eq!(lower.id(), upper.id());
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let fault = KeyEncryptionKey::load_or_create(Path::new("/nowhere/at/all.key")).err().unwrap();
        assert!(fault.to_string().contains("/nowhere/at/all.key"), "{fault}");
    }
}
