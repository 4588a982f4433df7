//! What a path names, found for the caller before anything else of the request is looked at.
//!
//! So an unknown thing and another team's are the same 404, whatever the query or the body holds.

use std::future::Future;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Id;

/// Something that a caller can name in a path.
pub trait Find: Sized + Send {
    /// It, or 404.
    fn find(app: &App, caller: &Caller, id: &Id) -> impl Future<Output = Result<Self, ApiError>> + Send;
}

/// The thing that the one id of the path names.
pub struct Present<T>(pub T);

impl<T: Find> FromRequestParts<Arc<App>> for Present<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let id = Id::from_request_parts(parts, app).await?;
        T::find(app, &caller, &id).await.map(Self)
    }
}
