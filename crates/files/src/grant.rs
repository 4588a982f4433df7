//! Leave to bring one file, in a form that can stand in an address.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use touchstone_vocabulary::{FileId, TeamId, Time, UserId};

use crate::intake::Expected;
use crate::store::Key;

/// Leave to bring one file of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub team: TeamId,
    /// Who asked for it; in this name the file is taken.
    pub user: UserId,
    /// What the file belongs to: the context of its stream, and its id there.
    pub context: String,
    pub owner: String,
    pub file: FileId,
    pub expected: Expected,
    pub expires_at: Time,
}

/// The token permits nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    #[error("this address permits no upload; ask for one where the file belongs")]
    Forged,
    #[error("the time of this address is over; ask for another one")]
    Expired,
}

impl Grant {
    /// How long one holds.
    pub const LIFE: Duration = Duration::from_mins(15);

    pub const fn key(&self) -> Key {
        Key { team: self.team, file: self.file }
    }

    /// The grant and its tag, in letters that stand in an address as they are.
    pub fn token(&self, tag: impl FnOnce(&[u8]) -> [u8; 32]) -> String {
        // A struct of texts and numbers always has a JSON form.
        let content = serde_json::to_vec(self).unwrap_or_default();
        let tag = tag(&signed(&content));
        format!("{}.{}", BASE64URL_NOPAD.encode(&content), BASE64URL_NOPAD.encode(&tag))
    }

    /// The grant in a token, if it was made here and its time is not over.
    pub fn read(token: &str, vouches: impl FnOnce(&[u8], &[u8]) -> bool, now: Time) -> Result<Self, Void> {
        let (content, tag) = token.split_once('.').ok_or(Void::Forged)?;
        let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Void::Forged);
        let (content, tag) = (decoded(content)?, decoded(tag)?);
        if !vouches(&signed(&content), &tag) {
            return Err(Void::Forged);
        }
        let grant: Self = serde_json::from_slice(&content).map_err(|_| Void::Forged)?;
        if grant.expires_at <= now { Err(Void::Expired) } else { Ok(grant) }
    }
}

/// What the tag is about: the method too.
fn signed(content: &[u8]) -> Vec<u8> {
    [b"PUT\n", content].concat()
}
