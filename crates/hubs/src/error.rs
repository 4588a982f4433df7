//! What can go wrong with a call, in words that do not vary from call to call: they are counted by their text.

use std::time::{Duration, SystemTime};

use touchstone_egress::{Answer, EgressError, HeaderMap, header};

/// A hub may ask for a pause of at most this length; a longer wish is shortened to it.
pub const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);

/// Why a call brought no completion. `Display` is one sentence that depends on the kind and the status only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// 401 or 403.
    #[error("The hub did not accept the API key (status {0}). Check the key and its rights.")]
    Unauthorized(u16),
    /// Any other answer that repeating would not change: 4xx, and redirects, which are not followed.
    #[error("The hub refused the request (status {0}). Check the model name, the parameters and the URL.")]
    Refused(u16),
    /// 429.
    #[error("The hub's rate limit was reached (status 429). Lower the rate limit of the API key.")]
    RateLimited { after: Option<Duration> },
    /// 408 or 5xx.
    #[error("The hub could not serve the request (status {status}).")]
    Unavailable { status: u16, after: Option<Duration> },
    #[error("The hub did not answer within the time limit of the call.")]
    TimedOut,
    #[error("The hub's answer was longer than the limit of 8 MiB.")]
    TooLarge,
    #[error("The hub's answer was not a chat completion.")]
    Malformed,
    #[error("The hub could not be reached.")]
    Unreachable,
    #[error("The connection to the hub broke before its answer was complete.")]
    Broken,
    /// The address may not be called, or the target cannot be addressed at all; the text says why.
    #[error("{0}")]
    Blocked(String),
    /// Nobody waits for the answer any more.
    #[error("The call was canceled.")]
    Canceled,
}

impl HubError {
    /// Whether the same call may succeed later. A malformed answer counts as such, but is worth one more try only.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Unavailable { .. }
            | Self::TimedOut
            | Self::Unreachable
            | Self::Broken
            | Self::Malformed => true,
            Self::Unauthorized(_) | Self::Refused(_) | Self::TooLarge | Self::Blocked(_) | Self::Canceled => {
                false
            }
        }
    }

    /// Whether it says that fewer calls should be in flight.
    pub const fn is_overload(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. } | Self::TimedOut)
    }

    /// The pause that the hub asked for, at most [`MAX_RETRY_AFTER`].
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { after } | Self::Unavailable { after, .. } => *after,
            _ => None,
        }
    }

    /// A short word for metrics.
    pub(crate) const fn label(&self) -> &'static str {
        match self {
            Self::Unauthorized(_) => "unauthorized",
            Self::Refused(_) => "refused",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable { .. } => "unavailable",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::Unreachable => "unreachable",
            Self::Broken => "broken",
            Self::Blocked(_) => "blocked",
            Self::Canceled => "canceled",
        }
    }

    /// The answer, if its status says that it is one.
    pub(crate) fn unless_good(answer: Answer) -> Result<Answer, Self> {
        match answer.status {
            200..300 => Ok(answer),
            status => Err(Self::of_status(status, &answer.headers)),
        }
    }

    /// What a status outside 2xx means.
    pub(crate) fn of_status(status: u16, headers: &HeaderMap) -> Self {
        match status {
            401 | 403 => Self::Unauthorized(status),
            429 => Self::RateLimited { after: retry_after(headers) },
            408 | 500.. => Self::Unavailable { status, after: retry_after(headers) },
            _ => Self::Refused(status),
        }
    }
}

impl From<EgressError> for HubError {
    fn from(error: EgressError) -> Self {
        match error {
            EgressError::Blocked(blocked) => Self::Blocked(blocked.to_string()),
            EgressError::TimedOut => Self::TimedOut,
            EgressError::Unreachable => Self::Unreachable,
            EgressError::TooLarge { .. } => Self::TooLarge,
            EgressError::Broken => Self::Broken,
        }
    }
}

/// Reads `Retry-After` as seconds or as a date. A date is compared with the answer's own `Date`: both come from the
/// hub's clock, so that ours need not agree with it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(header::RETRY_AFTER)?;
    let wait = match asked.parse::<f64>() {
        Ok(seconds) if seconds.is_nan() || seconds < 0.0 => return None,
        Ok(seconds) => Duration::try_from_secs_f64(seconds).unwrap_or(MAX_RETRY_AFTER),
        Err(_) => {
            let date = |text: &str| -> Option<SystemTime> { httpdate::parse_http_date(text).ok() };
            date(asked)?.duration_since(date(text(header::DATE)?)?).unwrap_or_default()
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers =
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        retry_after(&headers)
    }

    #[test]
    fn a_pause_is_read_as_seconds_or_as_a_date_and_never_exceeds_five_minutes() {
        let date = ("date", "Fri, 01 Aug 2025 10:00:00 GMT");
        let secs = |n| Some(Duration::from_secs(n));
        assert_eq!(asked(&[("retry-after", "7")]), secs(7));
        assert_eq!(asked(&[("retry-after", " 0 ")]), secs(0));
        assert_eq!(asked(&[("retry-after", "0.25")]), Some(Duration::from_millis(250)));
        assert_eq!(asked(&[("retry-after", "86400")]), secs(300));
        assert_eq!(asked(&[("retry-after", "1e300")]), secs(300));
        assert_eq!(asked(&[("retry-after", "inf")]), secs(300));
        assert_eq!(asked(&[("retry-after", "Fri, 01 Aug 2025 10:00:42 GMT"), date]), secs(42));
        assert_eq!(asked(&[("retry-after", "Fri, 01 Aug 2025 12:00:00 GMT"), date]), secs(300));
        assert_eq!(asked(&[("retry-after", "Fri, 01 Aug 2025 09:00:00 GMT"), date]), secs(0));
        assert_eq!(asked(&[("retry-after", "Fri, 01 Aug 2025 10:00:42 GMT")]), None);
        assert_eq!(asked(&[("retry-after", "-1")]), None);
        assert_eq!(asked(&[("retry-after", "NaN")]), None);
        assert_eq!(asked(&[("retry-after", "soon")]), None);
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn a_sentence_does_not_depend_on_the_pause() {
        let said = |after| HubError::RateLimited { after }.to_string();
        assert_eq!(said(None), said(Some(Duration::from_secs(9))));
    }

    #[test]
    fn each_status_has_one_meaning_and_is_repeated_or_not() {
        let none = HeaderMap::new();
        let table = [
            (301, HubError::Refused(301), false),
            (400, HubError::Refused(400), false),
            (401, HubError::Unauthorized(401), false),
            (403, HubError::Unauthorized(403), false),
            (404, HubError::Refused(404), false),
            (408, HubError::Unavailable { status: 408, after: None }, true),
            (422, HubError::Refused(422), false),
            (429, HubError::RateLimited { after: None }, true),
            (500, HubError::Unavailable { status: 500, after: None }, true),
            (529, HubError::Unavailable { status: 529, after: None }, true),
        ];
        for (status, meaning, transient) in table {
            assert_eq!(HubError::of_status(status, &none), meaning);
            assert_eq!(meaning.is_transient(), transient, "{status}");
        }
    }
}
