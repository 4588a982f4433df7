//! Where files come in. The address is the credential: no token of a caller is asked for, and none is looked at.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, header};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use touchstone_files::{Checksum, FilesError, Grant, Received, Refused};
use touchstone_kernel::{Actor, Meta, Receipt};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::body::discard;
use crate::error::{ApiError, Fault};
use crate::frame::Correlation;
use crate::quota;
use crate::reply::Answer;
use crate::routes::agent_configuration;
use crate::routes::harness_stage::file as stage_file;
use crate::upload;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(put))
}

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// A file that came in.
#[derive(Serialize, ToSchema)]
#[schema(as = UploadedFile)]
struct Uploaded {
    id: String,
    /// Bytes.
    file_size: u64,
    /// MD5 in base64.
    checksum: String,
}

/// Takes a file at the address that was given for it, once.
#[utoipa::path(put, path = "/v1/uploads/{token}", operation_id = "put_uploads_by_token", tag = "Files",
    params(("token" = String, Path), ("content-md5" = Option<String>, Header, description = "As it was announced")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Uploaded)))]
async fn put(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Extension(Correlation(correlation)): Extension<Correlation>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Uploaded> {
    let mut pieces = body.into_data_stream();
    let taken = async {
        let grant = as_sent(upload::granted(&app, &token).await?, &headers)?;
        let meta = || Meta {
            correlation,
            ..Meta::alone(Actor::User(grant.user), Some(grant.team), app.clock.now(), app.clock.new_id())
        };
        // Whoever would come in vain need not send the whole file.
        let _ = take(&app, &grant, meta(), None).await?;
        let coming = length(&headers).unwrap_or_else(|| grant.expected.most());
        let place = quota::file(&app, grant.team, coming).await?;
        let idle = Duration::from_secs(app.limits.body_idle_seconds);
        let arriving = arriving(&mut pieces, idle);
        let attempt = app.clock.new_id();
        let received = app.files.receive(grant.key(), attempt, grant.expected.clone(), arriving).await?;
        match take(&app, &grant, meta(), Some(&received)).await {
            Ok(receipt) => Ok((grant, received, receipt, place)),
            Err(error) => {
                // Nobody waits for it any more. After a conflict it is that of another upload, and whether a command
                // stands whose answer was lost nobody knows.
                if matches!(error, ApiError::Missing(_) | ApiError::Forbidden(_) | ApiError::Invalid(_)) {
                    app.files.remove(grant.key(), &received.digest).await?;
                }
                Err(error)
            }
        }
    };
    match taken.await {
        Ok((grant, Received { size, checksum, digest: _ }, receipt, _place)) => {
            let uploaded =
                Uploaded { id: grant.file.to_string(), file_size: size, checksum: checksum.to_string() };
            Ok(app.seen(receipt).await?.reply(uploaded))
        }
        Err(error) => {
            discard(pieces, app.limits.body_bytes).await;
            Err(error)
        }
    }
}

/// The grant, with what the headers add to it; refused where they say something else.
fn as_sent(mut grant: Grant, headers: &HeaderMap) -> Result<Grant, ApiError> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let wrong = |name: &HeaderName, msg: String| {
        Err(ApiError::Invalid(vec![Fault::new("header", name.as_str(), msg)]))
    };
    let media = grant.expected.media;
    if text(&header::CONTENT_TYPE).is_none_or(|kind| upload::essence(kind) != media.as_str()) {
        return wrong(&header::CONTENT_TYPE, format!("must be {media}, as it was announced"));
    }
    match (text(&CONTENT_MD5).map(str::parse::<Checksum>), grant.expected.checksum) {
        (Some(Err(fault)), _) => return wrong(&CONTENT_MD5, fault.to_string()),
        (Some(Ok(sent)), Some(announced)) if sent != announced => {
            return wrong(&CONTENT_MD5, "must be as it was announced".to_owned());
        }
        (Some(Ok(sent)), _) => grant.expected.checksum = Some(sent),
        (None, Some(_)) => {}
        (None, None) => return wrong(&CONTENT_MD5, "Field required".to_owned()),
    }
    let most = grant.expected.most();
    if length(headers).is_some_and(|length| length > most) {
        return Err(ApiError::from(Refused::TooLong(most)));
    }
    Ok(grant)
}

/// Bytes of the body, where the client says so.
fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The pieces of a body; after too long a silence it is broken off.
fn arriving(
    pieces: &mut BodyDataStream,
    idle: Duration,
) -> impl Stream<Item = Result<Bytes, ()>> + Send + use<'_> {
    stream::unfold(pieces, move |pieces| async move {
        let piece = match tokio::time::timeout(idle, pieces.next()).await {
            Ok(None) => return None,
            Ok(Some(Ok(piece))) => Ok(piece),
            Ok(Some(Err(_))) | Err(_) => Err(()),
        };
        Some((piece, pieces))
    })
}

/// Has the owner take a file, or say whether it would. A conflict means that it has the file already. A context whose things have files has an arm here.
async fn take(
    app: &App,
    grant: &Grant,
    meta: Meta,
    received: Option<&Received>,
) -> Result<Receipt, ApiError> {
    match grant.context.as_str() {
        agent_configuration::CONTEXT => agent_configuration::take(app, grant, meta, received).await,
        stage_file::CONTEXT => stage_file::take(app, grant, meta, received).await,
        _ => Err(ApiError::missing("file")),
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLong(limit) => Self::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)),
            Refused::OtherSize { .. } | Refused::OtherChecksum | Refused::OtherMedia(_) | Refused::Broken => {
                Self::Invalid(vec![Fault::body(refused.to_string(), "value_error")])
            }
            Refused::Store(fault) => fault.into(),
        }
    }
}

impl From<FilesError> for ApiError {
    fn from(fault: FilesError) -> Self {
        match fault {
            FilesError::Bucket | FilesError::Directory(_) | FilesError::Store(_) => Self::unavailable(fault),
            FilesError::Altered => Self::internal(fault),
        }
    }
}
