//! The document and a page that shows it. Both are made once and need no network.

use std::sync::{Arc, LazyLock};

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;

pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(openapi)).routes(routes!(docs))
}

static DOCUMENT: LazyLock<Option<String>> = LazyLock::new(|| crate::openapi().to_pretty_json().ok());

/// This document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_openapi", tag = "Documentation",
    responses((status = 200, description = "OpenAPI", body = Object)))]
async fn openapi() -> Result<Response, ApiError> {
    let text = DOCUMENT.as_deref().ok_or_else(|| ApiError::internal("the document cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// This document for people.
#[utoipa::path(get, path = "/docs", operation_id = "get_docs", tag = "Documentation",
    responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn docs() -> Response {
    let policy = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; \
        style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (headers, include_str!("docs.html")).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_fetches_nothing_but_the_document() {
        let page = include_str!("docs.html");
        assert!(page.contains("openapi.json"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("innerHTML"));
    }
}
