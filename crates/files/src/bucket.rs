//! A bucket of a store that speaks S3. Requests go out through [`Egress`], which here reaches that one store and nothing
//! else, with the store's own redirects and proxies left aside.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use http_body_util::BodyExt;
use object_store::aws::AmazonS3Builder;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use touchstone_egress::{Egress, EgressError, Limits, Policy, Url};

use crate::store::FilesError;

/// Longest time for one request; a part of a file has 5 MiB.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longest answer, in bytes: no file is longer.
const LONGEST: usize = 256 << 20;
/// How often what failed for the moment is tried again, and for how long.
const RETRIES: usize = 3;
const RETRY_WITHIN: Duration = Duration::from_secs(20);

/// Where a bucket is, and how to get into it.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub name: String,
    /// What all keys begin with; may be empty.
    pub prefix: String,
    /// Where the store is; the bucket is the first part of the path there.
    pub endpoint: Url,
    pub region: String,
    pub access_key: String,
    pub secret_key: SecretString,
}

/// Opens a bucket. Nothing is asked of the store yet.
pub fn open(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, FilesError> {
    let host = bucket.endpoint.host_str().unwrap_or_default();
    let port = bucket.endpoint.port_or_known_default().unwrap_or(443);
    let policy = Policy::parse(&format!("{host}:{port}"), false).map_err(|_| FilesError::Bucket)?;
    let egress = Egress::new(policy).map_err(|_| FilesError::Bucket)?;
    let retry =
        RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_WITHIN, backoff: BackoffConfig::default() };
    let store = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_endpoint(bucket.endpoint.as_str().trim_end_matches('/'))
        .with_virtual_hosted_style_request(false)
        .with_allow_http(bucket.endpoint.scheme() == "http")
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key)
        .with_secret_access_key(bucket.secret_key.expose_secret())
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .with_http_connector(Outbound(egress))
        .build()?;
    if bucket.prefix.is_empty() {
        Ok(Arc::new(store))
    } else {
        Ok(Arc::new(PrefixStore::new(store, bucket.prefix.as_str())))
    }
}

/// The way out to the store.
#[derive(Clone)]
struct Outbound(Egress);

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbound")
    }
}

impl HttpConnector for Outbound {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Outbound {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let unknown = |fault| HttpError::new(HttpErrorKind::Unknown, fault);
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| unknown(EgressError::Unreachable))?;
        let body = body.collect().await?.to_bytes();
        let limits = Limits { total: PATIENCE, max_body: LONGEST };
        let answer = self.0.call(parts.method, url, parts.headers, body, limits).await.map_err(fault)?;
        let mut response = HttpResponse::new(HttpResponseBody::from(answer.body));
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

fn fault(fault: EgressError) -> HttpError {
    let kind = match fault {
        EgressError::Unreachable => HttpErrorKind::Connect,
        EgressError::TimedOut => HttpErrorKind::Timeout,
        EgressError::Broken => HttpErrorKind::Interrupted,
        EgressError::TooLarge { .. } => HttpErrorKind::Decode,
        EgressError::Blocked(_) => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, fault)
}
