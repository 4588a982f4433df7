//! How somebody proves who they are: by a token of ours, or by one of an identity provider that the operator trusts.
//!
//! Nothing here knows what anybody may do. A token is recognised by its form before anything is looked up.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod keys;
mod provider;
mod ring;
mod token;

pub use keys::Patience;
pub use provider::{Identity, Provider, Trust, Untrusted};
pub use token::{PREFIX, digest, is_intact, is_ours, mint, token_id};
