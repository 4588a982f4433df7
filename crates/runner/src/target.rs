//! Who is called and how fast: an evaluation's request resolved against its API key and the vault.

use std::time::Duration;

use secrecy::SecretString;
use touchstone_aggregates::api_key::{ApiKey, Key};
use touchstone_aggregates::evaluation::Spec;
use touchstone_event_store::Store;
use touchstone_hubs::{Params, Target};
use touchstone_kernel::{Owned, Rejection};
use touchstone_vocabulary::{ApiKeyId, ApiKeyStatus, TeamId};

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

/// Why a key must not be called with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    #[error("the API key was deleted")]
    Deleted,
    #[error("the API key is inactive; activate it, or use another")]
    Inactive,
}

/// Why the target cannot be called at all; `Display` is the cause that each response records.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    #[error(transparent)]
    Barred(#[from] Barred),
    #[error("the API key is not for the address of this evaluation")]
    Elsewhere,
    #[error("the API key's secret is gone; store the key again")]
    SecretGone,
    /// The store did not answer; worth another try.
    #[error("{0}")]
    Store(Rejection),
}

/// The key as it is now, and its secret.
async fn credential(
    store: &Store,
    team: TeamId,
    id: ApiKeyId,
) -> Result<(Key, Option<SecretString>), Unreachable> {
    let key = match store.load::<ApiKey>(&Owned::new(team, id)).await.map_err(Unreachable::Store)?.state {
        ApiKey::Stored(key) => *key,
        ApiKey::Absent | ApiKey::Deleted => return Err(Barred::Deleted.into()),
    };
    match key.status {
        ApiKeyStatus::Active => {}
        ApiKeyStatus::Inactive => return Err(Barred::Inactive.into()),
    }
    let secret = match &key.value {
        Some(value) => store.vault().secret(&value.secret_ref, team, &id.to_string(), "value").await,
        None => Ok(None),
    };
    let secret = secret.map_err(|fault| Unreachable::Store(Rejection::Unavailable(fault.to_string())))?;
    Ok((key, secret))
}

/// Resolves the key as it is now.
pub async fn callee(store: &Store, team: TeamId, spec: &Spec) -> Result<Callee, Unreachable> {
    let (key, secret) = match credential(store, team, spec.api_key).await? {
        // It may have been rotated between the two steps, so that its former secret is destroyed.
        (_, None) => credential(store, team, spec.api_key).await?,
        found => found,
    };
    // The command refused it already; a secret is not given out on the word of one place alone.
    if spec.url.as_deref().is_some_and(|url| !key.vouches_for(url)) {
        return Err(Unreachable::Elsewhere);
    }
    let secret = secret.ok_or(Unreachable::SecretGone)?;
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
