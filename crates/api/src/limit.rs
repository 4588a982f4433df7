//! What one request, one token, one address and one team may cost. Every limit has a default; operators set them by these
//! names.

use std::time::Duration;

use serde::Deserialize;

/// Limits of the surface. Counts per minute are per process. 0 lifts these counts, and what is limited per team.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most bytes of a JSON body: 413 beyond.
    pub body_bytes: usize,
    /// Most bytes of a request's head: 431 beyond.
    pub header_bytes: usize,
    /// Seconds for the rest of a head that was begun.
    pub header_seconds: u64,
    /// Seconds for which a connection may stay open between requests.
    pub idle_seconds: u64,
    /// Longest silence in the middle of a body, in seconds.
    pub body_idle_seconds: u64,
    /// Seconds for an answer: 503 beyond. What was begun is finished all the same.
    pub request_seconds: u64,
    /// The same for operations that wait for a model.
    pub chat_seconds: u64,
    /// The same for operations that take a file.
    pub upload_seconds: u64,
    /// Most bytes of a file: 413 beyond.
    pub upload_bytes: u64,
    /// Levels of lists and objects in a body.
    pub json_depth: usize,
    /// Elements of one list in a body.
    pub list_items: usize,
    /// Bytes of one text in a body.
    pub text_bytes: usize,
    /// Values of one repeated query parameter, such as ids.
    pub values: usize,
    /// Elements of one page of a list, where the list itself does not say less: 422 beyond.
    pub list_limit: i64,
    /// Elements that a page may skip: 422 beyond. Narrower filters find the same.
    pub list_offset: i64,
    /// Evaluations of one team that are not over: 429 beyond.
    pub team_evaluations: u64,
    /// Answers of models that one team's evaluations may ask for in 24 hours: 429 when it is reached.
    pub team_responses_per_day: u64,
    /// Files of one team that are waited for: 429 beyond.
    pub team_uploads: u64,
    /// Bytes of one team's files: 422 beyond where one is announced, 413 where it comes.
    pub team_bytes: u64,
    /// Requests that may be answered at once: 503 beyond.
    pub requests: usize,
    /// Connections that may be open at once; whoever comes later waits.
    pub connections: usize,
    /// Of one token.
    pub reads_per_minute: u32,
    /// Of one token.
    pub writes_per_minute: u32,
    /// Calls with a stored key to find out whether it works, of one token.
    pub key_tests_per_minute: u32,
    /// Of one token.
    pub invites_per_minute: u32,
    /// Requests with a token that is not good, of one address; of IPv6, of one network of 64 bits.
    pub failures_per_minute: u32,
    /// A revoked token is refused after this at the latest.
    #[serde(skip)]
    pub token_cache: Duration,
    /// Silence after which an event stream says that it is still there.
    #[serde(skip)]
    pub heartbeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            header_bytes: 32 * 1024,
            header_seconds: 10,
            idle_seconds: 75,
            body_idle_seconds: 30,
            request_seconds: 60,
            chat_seconds: 120,
            upload_seconds: 300,
            upload_bytes: 20 * 1024 * 1024,
            json_depth: 64,
            list_items: 10_000,
            text_bytes: 256 * 1024,
            values: 1000,
            list_limit: 1_000_000,
            list_offset: 1_000_000,
            team_evaluations: 500,
            team_responses_per_day: 10_000_000,
            team_uploads: 1000,
            team_bytes: 10 * 1024 * 1024 * 1024,
            requests: 1024,
            connections: 10_000,
            reads_per_minute: 600,
            writes_per_minute: 120,
            key_tests_per_minute: 10,
            invites_per_minute: 5,
            failures_per_minute: 20,
            token_cache: Duration::from_secs(2),
            heartbeat: Duration::from_secs(15),
        }
    }
}
