//! Finding texts by their words and by their meaning, in the process.
//!
//! A [`Shelf`] holds what is needed to find texts, not the texts. Several shelves are searched as if they were one, so
//! that what is everybody's is held once. By words, texts are ranked with BM25; by meaning, with the static
//! embedding model where one is installed, as bytes and without an index: a hundred thousand texts are some
//! twenty-five megabytes, which a core walks through in milliseconds. The two rankings become one by reciprocal ranks.
//! Of texts that belong to one family only the best is found, so that many of a kind do not hide everything else.
//! The same shelves and the same query give the same answer; what is equal is in the order of ids.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod meaning;
mod rank;
mod shelf;
mod vectors;
mod words;

#[cfg(test)]
mod tests;

pub use meaning::Meaning;
pub use rank::{Asked, find};
pub use shelf::Shelf;
