//! What is tried again, and when.
//!
//! Full jitter: the pause is drawn evenly between nothing and a ceiling that doubles from try to try, so that calls
//! that failed together do not come back together. A pause that the hub asked for is kept in full and the jitter
//! added on top.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio_util::sync::CancellationToken;

use crate::error::{HubError, MAX_RETRY_AFTER};

/// How often and how patiently a call is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Repetitions after the first try.
    pub max_retries: usize,
    /// Ceiling of the first pause.
    pub base: Duration,
    /// Ceiling of every pause, unless the hub asks for a longer one.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { max_retries: 5, base: Duration::from_millis(500), cap: Duration::from_secs(30) }
    }
}

/// A malformed answer is rarely an accident: it is asked for once more and then believed.
const MALFORMED_TRIES: usize = 2;

/// Runs `operation` until it succeeds, fails for good, or the repetitions are used up; then the last error is the
/// result. `cancel` ends a try and a pause at once with [`HubError::Canceled`].
pub async fn with_retry<T, F, Fut>(
    policy: Retry,
    cancel: &CancellationToken,
    mut operation: F,
) -> Result<T, HubError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, HubError>>,
{
    let mut ceilings = ExponentialBuilder::new()
        .with_min_delay(policy.base)
        .with_max_delay(policy.cap)
        .with_max_times(policy.max_retries)
        .build();
    let mut malformed = 0;
    loop {
        let outcome = cancel.run_until_cancelled(operation()).await.unwrap_or(Err(HubError::Canceled));
        let error = match outcome {
            Err(error) if error.is_transient() => error,
            done => return done,
        };
        if error == HubError::Malformed {
            malformed += 1;
            if malformed == MALFORMED_TRIES {
                return Err(error);
            }
        }
        let Some(ceiling) = ceilings.next() else {
            return Err(error);
        };
        let asked = error.retry_after().unwrap_or_default().min(MAX_RETRY_AFTER);
        let pause = asked + ceiling.min(policy.cap).mul_f64(rand::random());
        if cancel.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return Err(HubError::Canceled);
        }
    }
}
