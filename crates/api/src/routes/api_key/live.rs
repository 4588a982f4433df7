//! What is asked of a hub on the spot: whether a key is good, and which models it may use.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use touchstone_commands::access::RecordKeyUse;
use touchstone_hubs::{ChatCompletions, Target, Untested};
use touchstone_kernel::Handle;
use touchstone_queries::api_key::Credential;
use touchstone_vocabulary::{AccessId, ApiKeyId, Hub, TeamId};

use super::deposit::VALUE;
use crate::app::{App, Dispatch, to_its_end};
use crate::caller::Caller;
use crate::error::ApiError;

const FRESH: Duration = Duration::from_mins(5);
const REMEMBERED: u64 = 1_000;

/// The models that keys may use, as their hubs told a few minutes ago. A key that was changed is asked for anew.
#[derive(Clone)]
pub struct ModelLists(Cache<(TeamId, ApiKeyId, i64), Arc<[String]>>);

impl Default for ModelLists {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build())
    }
}

/// The models of a key; `None` where its hub cannot say, or nobody may ask it with this key.
pub async fn models(
    app: &App,
    caller: &Caller,
    key: ApiKeyId,
    hub: Hub,
    credential: Credential,
) -> Result<Option<Arc<[String]>>, ApiError> {
    let Credential { url, value_ref, is_active, stream_version, .. } = credential;
    let Some(value_ref) = value_ref.filter(|_| is_active && hub.is_spoken()) else { return Ok(None) };
    let place = (caller.team, key, stream_version);
    if let Some(known) = app.models.0.get(&place).await {
        return Ok(Some(known));
    }
    used(app, caller, key).await?;
    let Some(secret) = app.vault.secret(&value_ref, caller.team, &key.to_string(), VALUE).await? else {
        return Ok(None);
    };
    let target = Target { hub, url, model: String::new(), secret };
    let Ok(listed) = client(app).models(&target).await else { return Ok(None) };
    let models: Arc<[String]> = listed.into();
    app.models.0.insert(place, Arc::clone(&models)).await;
    Ok(Some(models))
}

/// Records that a key is used, before it is: an evaluation's events tell of its own use, this operation has none.
async fn used(app: &App, caller: &Caller, api_key: ApiKeyId) -> Result<(), ApiError> {
    let id = AccessId(app.clock.new_id());
    let command =
        RecordKeyUse { team: caller.team, id, api_key, operation: "get_api_keys_models".to_owned() };
    let (dispatch, meta) = (Arc::clone(&app.dispatch), app.meta(&caller.onward()));
    let recorded = async move {
        Ok(Handle::<RecordKeyUse>::handle(dispatch.as_ref() as &dyn Dispatch, command, meta).await?)
    };
    to_its_end(recorded).await.map(drop)
}

/// How the trial of a key ended: a word, a sentence of ours where it did not go well, and what the hub says of limits.
pub struct Verdict {
    pub status: &'static str,
    pub message: Option<String>,
    pub rate_limit: Option<u32>,
    pub interval: Option<u32>,
}

/// Tries a key that is stored nowhere.
pub async fn tried(app: &App, target: &Target) -> Verdict {
    let (status, message, allowance) = match client(app).try_key(target).await {
        Ok(allowance) => ("valid", None, allowance),
        Err(fault @ Untested::Hub(touchstone_hubs::HubError::Unauthorized(_))) => {
            ("invalid", Some(fault.to_string()), None)
        }
        Err(fault) => ("error", Some(fault.to_string()), None),
    };
    Verdict {
        status,
        message,
        rate_limit: allowance.map(|allowance| allowance.calls),
        interval: allowance.and_then(|allowance| allowance.interval),
    }
}

fn client(app: &App) -> ChatCompletions {
    ChatCompletions::new(app.egress.clone())
}
