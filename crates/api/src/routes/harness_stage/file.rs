//! Files of a stage: where they can be brought, which there are, and taking them away.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use touchstone_commands::harness_stage::{DeleteStageFile, FileContent, RequestStageFile, TakeStageFile};
use touchstone_files::{Grant, Key, Received};
use touchstone_kernel::{Handle, Meta, Receipt};
use touchstone_queries::agent_configuration::FileView;
use touchstone_queries::harness_stage::{self, StageFileView};
use touchstone_vocabulary::{FileId, MediaType, Source};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NOUN, Staged, word_of};
use crate::app::{App, Dispatch, to_its_end};
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::quota;
use crate::reply::{Answer, Counted, Deleted, Reply};
use crate::upload::{self, Announced, Description, Here};

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(all, announce)).routes(routes!(remove))
}

/// In whose name files are granted.
pub const CONTEXT: &str = "harness_stage";

/// What a policy may be written in, as clients send it.
const OF_POLICY: [MediaType; 2] = [MediaType::Pdf, MediaType::Plain];

/// A file that is to come.
#[derive(Deserialize, ToSchema)]
#[schema(as = FileUploadRequest)]
struct Asked {
    /// Folders in it are cut off.
    file_name: String,
    /// `application/pdf` or `text/plain`; where it is no policy also `text/markdown`, `text/csv`, `application/json`.
    file_type: String,
    /// Bytes.
    file_size: i64,
    #[schema(schema_with = word_of)]
    category: Source,
    /// MD5 in base64.
    checksum: String,
}

/// The files of a stage, newest first, and whether they came in as they were announced.
#[utoipa::path(get, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files",
    operation_id = "get_harness_configs_stages_files", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path)),
    responses((status = 200, body = Counted<StageFileView>)))]
async fn all(State(app): State<Arc<App>>, caller: Caller, staged: Staged) -> Answer<Counted<StageFileView>> {
    Ok(Reply::now(Counted::new(harness_stage::files(&app.db, caller.team, staged.id).await?)))
}

/// Says where a file can be brought, within a quarter of an hour and once. Only to a draft.
#[utoipa::path(post, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files",
    operation_id = "post_harness_configs_stages_files", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path)), request_body = Asked,
    responses((status = 200, body = FileView)))]
async fn announce(
    State(app): State<Arc<App>>,
    caller: Caller,
    here: Here,
    Staged { harness, id, view: _ }: Staged,
    Body(asked): Body<Asked>,
) -> Answer<FileView> {
    let Asked { file_name, file_type, file_size, category, checksum } = asked;
    let description = Description {
        file_name: Some(file_name),
        file_type: Some(file_type),
        file_size: Some(file_size),
        checksum: Some(checksum),
    };
    let allowed: &[MediaType] = match category {
        Source::AgentPolicy => &OF_POLICY,
        Source::KnowledgeBase | Source::FunctionRoute | Source::Persona => MediaType::ALL,
    };
    let announced = description.announced(allowed, &app.limits)?;
    let Announced { name, media, size: Some(size), checksum: Some(checksum) } = &announced else {
        return Err(ApiError::invalid("checksum", "must be the base64 of an MD5: 24 characters"));
    };
    let _places = quota::upload(&app, caller.team, Some(*size)).await?;
    let grant = upload::grant(&app, &caller, CONTEXT, id.0, &announced);
    let upload_url = upload::address(&app, &here, &grant).await?;
    let command = RequestStageFile {
        team: caller.team,
        id,
        harness,
        file: grant.file,
        category,
        name: name.clone(),
        media: *media,
        size: *size,
        checksum: checksum.to_string(),
        expires_at: grant.expires_at,
    };
    let sent = app.send(&caller, command).await?;
    Ok(sent.reply(FileView {
        id: grant.file.to_string(),
        created_by: caller.user.to_string(),
        team_id: caller.team.to_string(),
        created_at: app.clock.now().secs(),
        file_name: Some(name.clone()),
        file_type: Some(media.as_str().to_owned()),
        file_size: i64::try_from(*size).ok(),
        upload_url: Some(upload_url),
        upload_expiration: Some(grant.expires_at.secs()),
        provider: Some(FileView::PROVIDER.to_owned()),
        checksum: Some(checksum.to_string()),
        object_key: Some(grant.key().to_string()),
        is_verified: false,
        verified_at: None,
    }))
}

/// Takes a file away, and its content with it. Not while the harness is being made.
#[utoipa::path(delete, path = "/v1/harness-configs/{harness_config_id}/stages/{staging_id}/files/{file_id}",
    operation_id = "delete_harness_configs_stages_files_by_id", tag = "Harness",
    params(("harness_config_id" = String, Path), ("staging_id" = String, Path), ("file_id" = String, Path)),
    responses((status = 200, body = Deleted)))]
async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Staged { harness, id, view: _ }: Staged,
    Path((_, _, file)): Path<(String, String, String)>,
) -> Answer<Deleted> {
    let team = caller.team;
    let file: FileId = file.parse().map_err(|_| ApiError::missing("file"))?;
    let sent = app.send(&caller, DeleteStageFile { team, id, harness, file }).await?;
    app.files.forget(Key { team, file }).await?;
    Ok(sent.reply(Deleted::new(file.to_string())))
}

/// Has a stage take a file that came in, or say whether it would.
pub async fn take(
    app: &App,
    grant: &Grant,
    meta: Meta,
    received: Option<&Received>,
) -> Result<Receipt, ApiError> {
    let id = grant.owner.parse().map_err(|_| ApiError::missing(NOUN))?;
    let content = received.map(|received| FileContent {
        size: received.size,
        checksum: received.checksum.to_string(),
        digest: received.digest.clone(),
    });
    let command = TakeStageFile { team: grant.team, id, file: grant.file, content };
    let dispatch = Arc::clone(&app.dispatch);
    to_its_end(async move {
        Ok(Handle::<TakeStageFile>::handle(dispatch.as_ref() as &dyn Dispatch, command, meta).await?)
    })
    .await
}
