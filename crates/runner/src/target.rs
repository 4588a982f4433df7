//! Who is called and how fast: an evaluation's request resolved against its API key and the vault.

use std::time::Duration;

use touchstone_aggregates::api_key::{ApiKey, Key};
use touchstone_aggregates::evaluation::Spec;
use touchstone_event_store::Store;
use touchstone_hubs::{Params, Target};
use touchstone_kernel::{Owned, Rejection};
use touchstone_vocabulary::TeamId;

/// Seconds a call may take unless the request says otherwise.
const CALL_TIMEOUT: f64 = 90.0;
/// No request may make a call wait longer.
const LONGEST_CALL: f64 = 120.0;

/// Everything a call needs but the messages.
#[derive(Clone)]
pub struct Callee {
    pub target: Target,
    pub params: Params,
    pub key: Key,
}

/// Why the target cannot be called at all; `Display` is the cause that each response records.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    #[error("the API key was deleted")]
    KeyDeleted,
    #[error("the API key's secret is gone; store the key again")]
    SecretGone,
    /// The store did not answer; worth another try.
    #[error("{0}")]
    Store(Rejection),
}

/// Resolves the key as it is now.
pub async fn callee(store: &Store, team: TeamId, spec: &Spec) -> Result<Callee, Unreachable> {
    let id = Owned::new(team, spec.api_key);
    let key = match store.load::<ApiKey>(&id).await.map_err(Unreachable::Store)?.state {
        ApiKey::Active(key) => key,
        ApiKey::Absent | ApiKey::Deleted => return Err(Unreachable::KeyDeleted),
    };
    let secret_ref = key.secret_ref.clone().ok_or(Unreachable::SecretGone)?;
    let secret = store
        .vault()
        .secret(&secret_ref, team, &spec.api_key.to_string(), "value")
        .await
        .map_err(|fault| Unreachable::Store(Rejection::Unavailable(fault.to_string())))?
        .ok_or(Unreachable::SecretGone)?;
    let target = Target {
        hub: spec.hub,
        url: spec.url.clone().or_else(|| key.url.clone()),
        model: spec.model.clone(),
        secret,
    };
    let params = Params {
        temperature: spec.params.temperature,
        top_p: spec.params.top_p,
        max_completion_tokens: spec.params.max_completion_tokens,
        timeout: Duration::from_secs_f64(
            spec.params.timeout.unwrap_or(CALL_TIMEOUT).clamp(0.001, LONGEST_CALL),
        ),
    };
    Ok(Callee { target, params, key })
}
