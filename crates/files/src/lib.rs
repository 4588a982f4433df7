//! Files that people upload: what may come in, and where it is kept.
//!
//! A file comes in under a [`Grant`]: one file of one owner, of one type, with one content, until a time. The grant
//! travels in an address and is signed, so whoever holds the address needs nothing else, and can change nothing about
//! it. A content is kept under
//! `<team>/<file>/<digest>`; what people call it is data and names nothing. Nothing can be read before
//! all of it is in and is what it was said to be.
//!
//! That an address is good once is not known here: the owner's stream says whether it still waits for the file.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod bucket;
mod checksum;
mod grant;
mod intake;
mod store;
#[cfg(test)]
mod tests;

pub use bucket::Bucket;
pub use checksum::Checksum;
pub use grant::{Grant, Void};
pub use intake::{Expected, Received, Refused};
pub use store::{Files, FilesError, Key};
