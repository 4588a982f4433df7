//! The operations, one file per context: the document's words and the handler stand together.

pub mod agent_configuration;
pub mod api_key;
pub mod audit;
pub mod detector;
pub mod docs;
pub mod evaluation;
pub mod event;
pub mod harness;
pub mod harness_config;
pub mod harness_stage;
pub mod hub;
pub mod invite;
pub mod local_eval_token;
pub mod monitoring;
pub mod probe;
pub mod probe_config;
pub mod prompt;
pub mod response;
pub mod scenario;
pub mod team;
pub mod test;
pub mod upload;
pub mod user;
