//! Calls to models.
//!
//! All hubs that are spoken share one wire protocol, OpenAI chat completions without streaming, over the one egress
//! client. Around a call stand three things that know nothing of HTTP: the limit of the key ([`KeyLimits`]), how many
//! calls may be in flight ([`Concurrency`]), and what is tried again ([`with_retry`]). The order that keeps their
//! promises: retry outermost; in each attempt take a concurrency permit, then the key's admission, then call.
//!
//! An error is one of a few stable sentences. What a provider wrote is never part of it: such texts hold keys,
//! account names and whatever a hostile server likes to have shown.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

mod chat;
mod concurrency;
mod error;
mod key;
mod limiter;
mod retry;
mod target;
#[cfg(test)]
mod tests;
mod wire;

pub use chat::{ChatCompletions, Completion, MAX_BODY, Params};
pub use concurrency::{Concurrency, KeyConcurrency, Permit};
pub use error::{HubError, MAX_RETRY_AFTER};
pub use key::{Allowance, Untested};
pub use limiter::KeyLimits;
pub use retry::{Retry, with_retry};
pub use target::{Target, TargetFault};
