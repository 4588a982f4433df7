//! A write that comes again under its idempotency key: one effect, and the same answer to the byte.
//!
//! While the first is carried out, others are told to come back. A success is kept and given again; after a failure
//! the request may come again as if it had not come. When a process dies between effect and answer, whoever repeats
//! the request has the answer worked out from the effect's own receipt.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use touchstone_kernel::{Begun, Rejection, Repeatable, Requests};

use crate::error::ApiError;
use crate::frame::panicked;

/// Well within the time after which an attempt counts as dead.
const RENEWAL: Duration = Duration::from_secs(1);
/// A longer answer is not kept.
const LONGEST: u64 = 256 * 1024;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Given {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Carries a request out unless that was done or is being done.
pub async fn once(
    requests: &dyn Requests,
    request: &Repeatable,
    work: impl Future<Output = Response>,
) -> Response {
    match requests.begin(request).await {
        Ok(Begun::Ours) => {}
        Ok(Begun::Answered(text)) => {
            return serde_json::from_str::<Given>(&text)
                .map_or_else(|fault| ApiError::internal(fault).into_response(), again);
        }
        Ok(Begun::InFlight) => return ApiError::InFlight.into_response(),
        Ok(Begun::OtherRequest) => return ApiError::from(Rejection::KeyReused).into_response(),
        Err(fault) => return ApiError::from(fault).into_response(),
    }
    let holding = async {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(fault) = requests.renew(request).await {
                tracing::warn!(%fault, "a request's hold on its key could not be renewed");
            }
        }
    };
    let done = tokio::select! {
        done = AssertUnwindSafe(work).catch_unwind() => done,
        never = holding => { let never: Infallible = never; match never {} }
    };
    let response = done.unwrap_or_else(panicked);
    let (response, text) = kept(response).await;
    let told = match text {
        Some(text) => requests.answered(request, text).await,
        None => requests.abandoned(request).await,
    };
    if let Err(fault) = told {
        // The effect stands with its receipt; only this copy of the answer is missing.
        tracing::warn!(%fault, "the answer to a repeatable request was not kept");
    }
    response
}

/// The response, and its text where it is one to be kept: a success of known and moderate length.
async fn kept(response: Response) -> (Response, Option<String>) {
    let fits = response.body().size_hint().exact().is_some_and(|length| length <= LONGEST);
    if !response.status().is_success() || !fits {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return (ApiError::internal("an answer broke off").into_response(), None);
    };
    let given = String::from_utf8(bytes.to_vec()).ok().map(|body| Given {
        status: parts.status.as_u16(),
        headers: parts.headers.iter().filter_map(|(name, value)| told(name, value)).collect(),
        body,
    });
    let text = given.and_then(|given| serde_json::to_string(&given).ok());
    (Response::from_parts(parts, Body::from(bytes)), text)
}

fn told(name: &HeaderName, value: &HeaderValue) -> Option<(String, String)> {
    let value = value.to_str().ok().filter(|_| name != header::CONTENT_LENGTH)?;
    Some((name.as_str().to_owned(), value.to_owned()))
}

fn again(given: Given) -> Response {
    let mut response = Response::new(Body::from(given.body));
    *response.status_mut() = StatusCode::from_u16(given.status).unwrap_or_default();
    for (name, value) in given.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
