//! A static embedding model, run in the process.
//!
//! Each token has one vector, whatever stands beside it; a text is the mean of its tokens. That is no transformer, and
//! costs microseconds: good enough to find texts of like meaning and to compare an answer with a golden one. The
//! program ships without a model. `touchstone models fetch` brings one into the data directory: two files, the vectors as
//! safetensors and a byte-pair tokenizer as Hugging Face writes it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod model;
mod tokenizer;

pub use model::{Broken, Model, TOKENIZER, VECTORS};
