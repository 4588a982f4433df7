//! What we remember for reading: recorded events become rows of disposable tables.
//!
//! A projection is pure: the same events give the same rows, in one batch or in many, so a rebuild equals what it
//! replaces. Each reads and writes only its own tables, hence any of them can be rebuilt, or left behind, alone.
//!
//! After its terminal event an evaluation is closed: what its probe runs still record counts nowhere. After its
//! deletion nothing of it is left. Both go by the order of the log, which is the order in which events arrive here.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods))]

pub mod agent_configuration;
pub mod api_key;
pub mod audit;
mod batch;
mod count;
pub mod evaluation;
mod fold;
mod gate;
pub mod harness_config;
pub mod harness_stage;
pub mod invite;
pub mod probe_config;
pub mod probe_run;
pub mod prompt;
pub mod response_error;
pub mod team;
pub mod token;
pub mod user;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use touchstone_read_store::Projection;

/// Every projection of this build.
pub fn all() -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(evaluation::EvaluationRows),
        Arc::new(probe_run::ProbeRunRows),
        Arc::new(response_error::ResponseErrorRows),
        Arc::new(api_key::ApiKeyRows),
        Arc::new(team::TeamRows),
        Arc::new(user::UserRows),
        Arc::new(token::TokenRows),
        Arc::new(invite::InviteRows),
        Arc::new(audit::AuditRows),
        Arc::new(agent_configuration::AgentConfigurationRows),
        Arc::new(prompt::PromptRows),
        Arc::new(probe_config::ProbeConfigRows),
        Arc::new(harness_config::HarnessConfigRows),
        Arc::new(harness_stage::HarnessStageRows),
    ]
}
