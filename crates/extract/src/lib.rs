//! Texts of documents that somebody sent, read where they can do no harm.
//!
//! A document is the work of a stranger and its reader is complicated. So a child process reads it (`touchstone extract`),
//! which has set itself limits first: so much memory, so much time, no further file, connection or process. It gets the
//! document on its standard input and answers on its standard output. Whatever becomes of it, [`Reader`] has either pages
//! or one sentence for people.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod child;
mod document;
mod pdf;
mod reader;

pub use child::{CPU_SECONDS, MEMORY, answer, confine};
pub use document::{Kind, MOST_BYTES, MOST_PAGES, MOST_TEXT, Page, Unreadable, read};
pub use reader::{Outcome, PATIENCE, Reader};
