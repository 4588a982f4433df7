//! The one way out: every HTTP request that the service makes to an address somebody gave it passes through [`Egress`].
//!
//! What is true here: the URL that is judged is the URL that is connected to; each address a name resolves to is
//! judged inside the resolver, so that nothing can change between the check and the use; redirects are answers like
//! any other and are never followed; environment proxies do not exist; a body is never read past its limit; no error
//! carries a text that came from outside.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod address;
mod client;
mod policy;
mod resolver;
#[cfg(test)]
mod tests;

pub use address::Zone;
pub use bytes::Bytes;
pub use client::{Answer, Egress, EgressError, Limits, Setup};
pub use policy::{Allowed, Blocked, InvalidEntry, Own, Place, Policy};
pub use reqwest::Method;
pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use resolver::Lookup;
pub use url::Url;
