//! Data sets that people bring for the catalogue's benchmarks: read from their public file forms, kept in the database.
//!
//! A [`read`] file gives rows, each a conversation and what its answer is judged by. [`Set::of`] puts them in probes and
//! names the whole by the digest of its content, which is part of every probe's id. So an imported set never changes: a
//! later import is another set beside it, and an evaluation that has begun goes on with the one it was planned with.
//!
//! The rows are not ours. They are stored where the operator says, shown where they are asked, and stand in no message,
//! log line or fault.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod fields;
mod file;
mod form;
mod judge;
mod lines;
mod set;
mod store;
#[cfg(test)]
mod tests;

pub use file::{Fault, Reading, read};
pub use judge::Judge;
pub use lines::Lines;
pub use set::{Outline, Row, Set};
pub use store::{Benchmarks, Tables, Unreachable};
