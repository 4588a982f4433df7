//! What a hub says about a key without being asked a question: whether it is good, which models it may use, and how
//! often.

use std::time::Duration;

use serde::Deserialize;
use touchstone_egress::{Answer, HeaderMap, Limits};
use touchstone_vocabulary::{Hub, Message};

use crate::chat::{ChatCompletions, MAX_BODY, Params};
use crate::error::HubError;
use crate::target::{Target, TargetFault};
use crate::wire;

const PATIENCE: Duration = Duration::from_secs(15);
/// Longer lists, or longer names, are no honest answer.
const MOST_MODELS: usize = 10_000;
const LONGEST_NAME: usize = 256;

/// So many calls as a hub says it allows a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub calls: u32,
    /// In so many seconds, where the hub tells.
    pub interval: Option<u32>,
}

/// Why nothing is known of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untested {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("The hub {0} shows its models to anybody, whatever the key; name a model to try the key with.")]
    NoModel(Hub),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Wrapped { data: Vec<Model> },
    Bare(Vec<Model>),
}

#[derive(Deserialize)]
struct Model {
    id: String,
}

impl ChatCompletions {
    /// The models that the key may use, in the hub's order.
    pub async fn models(&self, target: &Target) -> Result<Vec<String>, HubError> {
        listed(&self.listing(target).await?)
    }

    /// Tries a key at the least cost: by the list of models, or where that says nothing by one word of the target's
    /// model. Tells how often the hub lets it call, where the hub says so.
    pub async fn try_key(&self, target: &Target) -> Result<Option<Allowance>, Untested> {
        let has_model = !target.model.trim().is_empty();
        if target.hub.lists_models_openly() {
            return if has_model { self.try_model(target).await } else { Err(Untested::NoModel(target.hub)) };
        }
        match self.listing(target).await {
            Ok(answer) if listed(&answer).is_ok() => Ok(allowance(&answer.headers)),
            Err(HubError::Refused(_)) | Ok(_) if has_model => self.try_model(target).await,
            Ok(_) => Err(HubError::Malformed.into()),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn listing(&self, target: &Target) -> Result<Answer, HubError> {
        let impossible = |fault: TargetFault| HubError::Blocked(fault.to_string());
        let url = target.models_address(&self.egress).map_err(impossible)?;
        let headers = target.headers().map_err(impossible)?;
        let limits = Limits { total: PATIENCE, max_body: MAX_BODY };
        HubError::unless_good(self.egress.get(url, headers, limits).await?)
    }

    async fn try_model(&self, target: &Target) -> Result<Option<Allowance>, Untested> {
        let params = Params { max_completion_tokens: Some(1), timeout: PATIENCE, ..Params::default() };
        let answer = self.exchange(target, &params, &[Message::user("Hello")]).await?;
        wire::completion(&answer.body)?;
        Ok(allowance(&answer.headers))
    }
}

fn listed(answer: &Answer) -> Result<Vec<String>, HubError> {
    let list: List = serde_json::from_slice(&answer.body).map_err(|_| HubError::Malformed)?;
    let (List::Wrapped { data: models } | List::Bare(models)) = list;
    let honest = |id: &String| id.len() <= LONGEST_NAME && !id.chars().any(char::is_control);
    Ok(models.into_iter().map(|model| model.id).filter(honest).take(MOST_MODELS).collect())
}

/// Reads the usual headers about limits: `x-ratelimit-limit-requests` counts by the minute, `ratelimit-limit` may name
/// its window (`100;w=10`).
fn allowance(headers: &HeaderMap) -> Option<Allowance> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
    if let Some(calls) = text("x-ratelimit-limit-requests").and_then(number) {
        return Some(Allowance { calls, interval: Some(60) });
    }
    let told = text("ratelimit-limit").or_else(|| text("x-ratelimit-limit"))?;
    let window = told.split([';', ',']).find_map(|part| number(part.trim().strip_prefix("w=")?));
    let calls = number(told.split([',', ';']).next()?)?;
    Some(Allowance { calls, interval: window })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_from_the_usual_headers_and_from_no_others() {
        let told = |pairs: &[(&'static str, &'static str)]| {
            let headers =
                pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            allowance(&headers).map(|Allowance { calls, interval }| (calls, interval))
        };
        assert_eq!(told(&[("x-ratelimit-limit-requests", "500")]), Some((500, Some(60))));
        assert_eq!(told(&[("x-ratelimit-limit", "100")]), Some((100, None)));
        assert_eq!(told(&[("ratelimit-limit", "100, 100;w=10")]), Some((100, Some(10))));
        assert_eq!(told(&[("ratelimit-limit", "60;w=1, 1000; w=60")]), Some((60, Some(1))));
        for strange in ["", "0", "-1", "many", "4294967296"] {
            assert_eq!(told(&[("x-ratelimit-limit-requests", strange)]), None, "{strange}");
        }
        assert_eq!(told(&[("x-ratelimit-limit-tokens", "9000")]), None);
    }
}
