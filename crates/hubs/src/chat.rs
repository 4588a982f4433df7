//! One call to a model.

use std::time::Duration;

use touchstone_egress::{Answer, Bytes, Egress, Limits};
use touchstone_vocabulary::Message;

use crate::error::HubError;
use crate::target::{Target, TargetFault};
use crate::wire;

/// Longest body of an answer, in bytes.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(90);
const LONGEST_TIMEOUT: Duration = Duration::from_mins(2);

/// How the model should answer, and how long that may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub max_completion_tokens: Option<u32>,
    /// For one call, from connecting to the last byte. More than 120 s counts as 120 s.
    pub timeout: Duration,
}

impl Default for Params {
    fn default() -> Self {
        Self { temperature: None, top_p: None, max_completion_tokens: None, timeout: DEFAULT_TIMEOUT }
    }
}

/// What the model said and what that cost. Token counts are 0 where the provider gives none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    /// Names of the tools that the model called, in order.
    pub tools: Vec<String>,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
}

/// The client of the chat-completions protocol. Clones share connections.
#[derive(Clone)]
pub struct ChatCompletions {
    pub(crate) egress: Egress,
}

impl ChatCompletions {
    pub fn new(egress: Egress) -> Self {
        Self { egress }
    }

    /// Whether the target could be called, as far as that is known without calling.
    pub fn check(&self, target: &Target) -> Result<(), TargetFault> {
        target.address(&self.egress)?;
        target.headers()?;
        Ok(())
    }

    /// Calls once; nothing is repeated here. Dropping the future drops the call.
    pub async fn complete(
        &self,
        target: &Target,
        params: &Params,
        messages: &[Message],
    ) -> Result<Completion, HubError> {
        let outcome = self.call(target, params, messages).await;
        let label = outcome.as_ref().map_or_else(HubError::label, |_| "completed");
        metrics::counter!("touchstone_hub_calls_total", "hub" => target.hub.as_str(), "outcome" => label)
            .increment(1);
        outcome
    }

    async fn call(
        &self,
        target: &Target,
        params: &Params,
        messages: &[Message],
    ) -> Result<Completion, HubError> {
        wire::completion(&self.exchange(target, params, messages).await?.body)
    }

    /// The whole answer to one question, if the hub answered it.
    pub(crate) async fn exchange(
        &self,
        target: &Target,
        params: &Params,
        messages: &[Message],
    ) -> Result<Answer, HubError> {
        let impossible = |fault: TargetFault| HubError::Blocked(fault.to_string());
        let url = target.address(&self.egress).map_err(impossible)?;
        let headers = target.headers().map_err(impossible)?;
        let body = wire::request(target.hub, &target.model, params, messages)?;
        let limits = Limits { total: params.timeout.min(LONGEST_TIMEOUT), max_body: MAX_BODY };
        HubError::unless_good(self.egress.post(url, headers, Bytes::from(body), limits).await?)
    }
}
