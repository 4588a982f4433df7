//! The model that words prompts, where the operator has named one.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use touchstone_hubs::{ChatCompletions, HubError, Params, Retry, Target, with_retry};
use touchstone_vocabulary::Writer;

use crate::wording::Portion;

const PATIENCE: Duration = Duration::from_mins(1);
/// Templates are good enough not to wait for long.
const RETRY: Retry = Retry { max_retries: 3, base: Duration::from_millis(500), cap: Duration::from_secs(10) };

/// A model, and how it is reached.
#[derive(Clone)]
pub struct Scribe {
    pub hub: ChatCompletions,
    pub target: Target,
}

impl Scribe {
    pub fn writer(&self) -> Writer {
        Writer { hub: self.target.hub, model: self.target.model.clone() }
    }

    /// Its answer to a portion, whatever it says.
    pub async fn ask(&self, portion: &Portion) -> Result<String, HubError> {
        let (messages, never) = (portion.messages(), CancellationToken::new());
        let params = Params { timeout: PATIENCE, ..Params::default() };
        let call = || self.hub.complete(&self.target, &params, &messages);
        with_retry(RETRY, &never, call).await.map(|completion| completion.text)
    }
}
