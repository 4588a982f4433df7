//! The same behaviour of both buses, and what only a real server can do to one.

mod contract;
mod faults;
pub(crate) mod support;
