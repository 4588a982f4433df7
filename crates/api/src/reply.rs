//! Answers: always 200 and always JSON, in one of the contract's envelopes.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde::Serialize;
use touchstone_kernel::Visible;
use touchstone_queries::{Chunks, ReadError};
use touchstone_vocabulary::Page;
use utoipa::ToSchema;

use crate::error::ApiError;

const READ_MODEL: HeaderName = HeaderName::from_static("x-read-model");

/// A body, whether the read models already show what it tells, and what tells it from its other versions.
pub struct Reply<T> {
    pub body: T,
    pub visible: Visible,
    pub tag: Tag,
}

/// What becomes the `ETag` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Lists and messages have none.
    None,
    /// A digest of the body, for single things that nobody changes by request.
    Content,
    /// The version of the thing's stream, which `If-Match` can name.
    Version(i64),
}

/// What a handler returns.
pub type Answer<T> = Result<Reply<T>, ApiError>;

impl<T> Reply<T> {
    pub const fn now(body: T) -> Self {
        Self { body, visible: Visible::Yes, tag: Tag::None }
    }

    /// The answer shows this version of its thing.
    #[must_use]
    pub fn version(self, version: i64) -> Self {
        Self { tag: Tag::Version(version), ..self }
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(fault) => return ApiError::internal(fault).into_response(),
        };
        let tag = match self.tag {
            Tag::None => None,
            Tag::Content => Some(format!("\"b{}\"", &blake3::hash(&body).to_hex()[..32])),
            Tag::Version(version) => Some(format!("\"v{version}\"")),
        };
        let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        let mut response = (json, body).into_response();
        if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        if self.visible == Visible::Behind {
            response.headers_mut().insert(READ_MODEL, HeaderValue::from_static("behind"));
        }
        response
    }
}

/// One thing by id that nobody changes by request.
pub fn one<T>(view: Option<T>, noun: &str) -> Answer<T> {
    view.map(|body| Reply { tag: Tag::Content, ..Reply::now(body) }).ok_or_else(|| ApiError::missing(noun))
}

/// A view of a thing with a stream of its own.
pub trait Versioned {
    /// The sequence of the last event that the view shows.
    fn version(&self) -> i64;
}

/// One thing by id, tagged with its version.
pub fn one_of<T: Versioned>(view: Option<T>, noun: &str) -> Answer<T> {
    let view = view.ok_or_else(|| ApiError::missing(noun))?;
    let version = view.version();
    Ok(Reply::now(view).version(version))
}

/// A page of a list: `count` is how many match in all.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paged<T> {
    pub results: Vec<T>,
    pub count: i64,
    /// From 1.
    pub current_page: i64,
    pub page_size: i64,
}

/// A part of a list: `count` items here of `total`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Totalled<T> {
    pub results: Vec<T>,
    pub count: i64,
    pub total: i64,
}

/// A whole list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counted<T> {
    pub results: Vec<T>,
    pub count: i64,
}

/// A whole list without a count.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    pub results: Vec<T>,
}

/// What is left of a deleted thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    pub id: String,
    pub status: &'static str,
}

impl Deleted {
    pub const fn new(id: String) -> Self {
        Self { id, status: "deleted" }
    }
}

/// The length of a list as the envelopes show it.
pub fn length<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

impl<T> Paged<T> {
    pub const fn new(results: Vec<T>, count: i64, page: Page) -> Self {
        Self { results, count, current_page: page.number(), page_size: page.limit }
    }
}

impl<T> Totalled<T> {
    /// Cuts a page out of a whole list.
    pub fn cut(all: Vec<T>, page: Page) -> Self {
        let total = length(&all);
        let (skip, take) =
            (usize::try_from(page.offset).unwrap_or(0), usize::try_from(page.limit).unwrap_or(0));
        let results: Vec<T> = all.into_iter().skip(skip).take(take).collect();
        Self { count: length(&results), results, total }
    }
}

impl<T> Counted<T> {
    pub fn new(results: Vec<T>) -> Self {
        Self { count: length(&results), results }
    }
}

/// A [`Paged`] envelope written chunk by chunk, so that a million items pass through bounded memory. A fault in the
/// middle breaks the connection off: half a list must not look like a whole one.
pub fn streamed<T: Serialize + Send + 'static>(chunks: Chunks<T>, count: i64, page: Page) -> Response {
    let tail =
        format!("],\"count\":{count},\"current_page\":{},\"page_size\":{}}}", page.number(), page.limit);
    let body = stream::once(async { Ok(Bytes::from_static(b"{\"results\":[")) })
        .chain(items(chunks))
        .chain(stream::once(async move { Ok(Bytes::from(tail)) }))
        .inspect_err(|error: &StreamFault| tracing::error!(%error, "a streamed answer broke off"));
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (json, Body::from_stream(body)).into_response()
}

/// Why a streamed answer broke off.
#[derive(Debug, thiserror::Error)]
enum StreamFault {
    #[error("a read failed: {0}")]
    Read(#[from] ReadError),
    #[error("an item cannot be written: {0}")]
    Write(#[from] serde_json::Error),
}

fn items<T: Serialize + Send + 'static>(
    chunks: Chunks<T>,
) -> impl Stream<Item = Result<Bytes, StreamFault>> + Send {
    let mut first = true;
    chunks.map(move |chunk| {
        let mut text = Vec::new();
        for item in chunk? {
            if !std::mem::replace(&mut first, false) {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, &item)?;
        }
        Ok(Bytes::from(text))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;

    const PAGE: Page = Page { limit: 2, offset: 2 };

    async fn text(chunks: Vec<Result<Vec<i64>, ReadError>>) -> Option<Value> {
        let response = streamed(Box::pin(stream::iter(chunks)), 7, PAGE);
        let bytes = to_bytes(response.into_body(), 1 << 20).await.ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    #[tokio::test]
    async fn a_streamed_list_is_one_envelope_however_it_is_cut() {
        let envelope =
            |items: Value| json!({"results": items, "count": 7, "current_page": 2, "page_size": 2});
        assert_eq!(text(vec![]).await, Some(envelope(json!([]))));
        assert_eq!(text(vec![Ok(vec![1])]).await, Some(envelope(json!([1]))));
        assert_eq!(text(vec![Ok(vec![1, 2]), Ok(vec![3])]).await, Some(envelope(json!([1, 2, 3]))));
    }

    #[tokio::test]
    async fn a_fault_in_the_middle_breaks_the_answer_off() {
        let away = ReadError::Unavailable("away".to_owned());
        assert_eq!(text(vec![Ok(vec![1]), Err(away)]).await, None);
    }

    #[test]
    fn a_page_is_cut_out_of_a_whole_list() {
        let cut = Totalled::cut(vec![1, 2, 3], PAGE);
        assert_eq!((cut.results, cut.count, cut.total), (vec![3], 1, 3));
        assert!(Totalled::cut(vec![1], Page { limit: 10, offset: 9 }).results.is_empty());
    }
}
