//! A small server that speaks S3, in this process: objects, uploads in parts, lists. It looks at who asks, not at what is
//! signed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// What the server holds, by path; parts of uploads by their number.
#[derive(Default)]
struct Shelf {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
}

type Shared = Arc<Mutex<Shelf>>;

/// The server. It ends with the test.
pub struct S3 {
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
    shelf: Shared,
    _serving: JoinSet<std::io::Result<()>>,
}

impl S3 {
    pub const REGION: &str = "eu-central-1";
    pub const ACCESS_KEY: &str = "amber-access";

    #[expect(clippy::expect_used, reason = "a test cannot go on without its server")]
    pub async fn start() -> Self {
        let shelf = Shared::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let router =
            Router::new().fallback(serve).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shelf));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, shelf, _serving: serving }
    }

    /// The paths of all objects, `/bucket/key`.
    #[expect(clippy::expect_used, reason = "nobody panics with the lock")]
    pub fn keys(&self) -> Vec<String> {
        self.shelf.lock().expect("whole").objects.keys().cloned().collect()
    }

    /// The object of this path.
    #[expect(clippy::expect_used, reason = "nobody panics with the lock")]
    pub fn object(&self, path: &str) -> Option<Vec<u8>> {
        self.shelf.lock().expect("whole").objects.get(path).map(|content| content.to_vec())
    }

    /// Puts another content in its place, behind everybody's back.
    #[expect(clippy::expect_used, reason = "nobody panics with the lock")]
    pub fn replace(&self, path: String, content: &'static [u8]) {
        self.shelf.lock().expect("whole").objects.insert(path, Bytes::from_static(content));
    }

    /// How many uploads in parts are neither complete nor given up.
    #[expect(clippy::expect_used, reason = "nobody panics with the lock")]
    pub fn open_uploads(&self) -> usize {
        self.shelf.lock().expect("whole").uploads.len()
    }
}

fn xml(text: String) -> Response {
    ([("content-type", "application/xml")], text).into_response()
}

fn fault(status: StatusCode, code: &str) -> Response {
    (status, xml(format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))).into_response()
}

#[expect(clippy::expect_used, reason = "a request that our own client does not make ends the test")]
async fn serve(
    State(shelf): State<Shared>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = format!("AWS4-HMAC-SHA256 Credential={}/", S3::ACCESS_KEY);
    if !signed.starts_with(&scope) || !signed.contains(&format!("/{}/s3/aws4_request", S3::REGION)) {
        return fault(StatusCode::FORBIDDEN, "AccessDenied");
    }
    let mut shelf = shelf.lock().expect("whole");
    let Shelf { objects, uploads } = &mut *shelf;
    let path = uri.path().to_owned();
    let tag = [("etag", "\"tag\"")];
    match (method, query.get("uploadId"), query.get("list-type")) {
        (Method::POST, None, _) if query.contains_key("uploads") => {
            let id = format!("upload-{}", uploads.len() + 1);
            uploads.insert(id.clone(), BTreeMap::new());
            xml(format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        (Method::PUT, Some(id), _) => {
            let number = query["partNumber"].parse().expect("a number");
            uploads.get_mut(id).expect("a known upload").insert(number, body);
            (tag, "").into_response()
        }
        (Method::POST, Some(id), _) => {
            let parts = uploads.remove(id).expect("a known upload");
            let parts: Vec<&Bytes> = parts.values().collect();
            let (last, before) = parts.split_last().expect("a part");
            assert!(
                before.iter().all(|part| part.len() >= 5 << 20) && !last.is_empty(),
                "as S3 wants its parts"
            );
            objects.insert(path, parts.iter().flat_map(|part| part.to_vec()).collect::<Vec<_>>().into());
            xml("<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>".into())
        }
        (Method::DELETE, Some(id), _) => {
            uploads.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::DELETE, None, _) => {
            objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::PUT, None, _) if headers.contains_key("x-amz-copy-source") => {
            let from = headers["x-amz-copy-source"].to_str().expect("text").replace("%2F", "/");
            let content = objects[&format!("/{}", from.trim_start_matches('/'))].clone();
            objects.insert(path, content);
            xml("<CopyObjectResult><ETag>tag</ETag></CopyObjectResult>".into())
        }
        (Method::PUT, None, _) => {
            objects.insert(path, body);
            (tag, "").into_response()
        }
        (Method::GET, _, Some(_)) => {
            let prefix = format!("{path}/{}", query.get("prefix").map_or("", String::as_str));
            let found = objects.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, content)| {
                let key = key.trim_start_matches(&format!("{path}/")).to_owned();
                let time = "2026-01-01T00:00:00.000Z";
                format!(
                    "<Contents><Key>{key}</Key><Size>{}</Size><LastModified>{time}</LastModified>\
                     <ETag>tag</ETag></Contents>",
                    content.len()
                )
            });
            let found = found.collect::<Vec<_>>().concat();
            xml(format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"))
        }
        (Method::GET | Method::HEAD, ..) => match objects.get(&path) {
            Some(content) => {
                let modified = ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT");
                ([tag[0], modified], content.clone()).into_response()
            }
            None => fault(StatusCode::NOT_FOUND, "NoSuchKey"),
        },
        _ => fault(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
    }
}
