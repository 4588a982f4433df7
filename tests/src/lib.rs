//! Journeys over HTTP and the command line, through everything real.
//!
//! One file per subject; the second half of each is what may not be. Nothing here sleeps: what takes time is waited
//! for, and what must not happen is bounded by counts.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::disallowed_methods,
        reason = "a journey stops at the first thing that is not as it should be"
    )
)]

#[cfg(test)]
mod access;
#[cfg(test)]
mod address;
#[cfg(test)]
mod agent_configuration;
#[cfg(test)]
mod api_key;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod benchmark;
#[cfg(test)]
mod bus;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod client;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod event;
#[cfg(test)]
mod extract;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod generation;
#[cfg(test)]
mod harness_config;
#[cfg(test)]
mod harness_stage;
#[cfg(test)]
mod invite;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod local_eval_token;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod pair;
#[cfg(test)]
mod prompt;
#[cfg(test)]
mod request;
#[cfg(test)]
mod result;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod secret;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod team;
#[cfg(test)]
mod token;
#[cfg(test)]
mod user;
