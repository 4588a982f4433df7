//! Against a small server that speaks S3: objects, uploads in parts, lists.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use touchstone_vocabulary::{FileId, MediaType, TeamId};
use uuid::Uuid;

use super::{FILE, KEY, TEAM, any, pieces};
use crate::{Bucket, Expected, Files, FilesError, Key, Refused};

const ACCESS: &str = "amber-access";
const ATTEMPT: Uuid = Uuid::from_u128(7);

/// What the server holds, by path; parts of uploads by their number.
#[derive(Default)]
struct Shelf {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
}

type Shared = Arc<Mutex<Shelf>>;

struct Server {
    bucket: Bucket,
    shelf: Shared,
    _serving: JoinSet<std::io::Result<()>>,
}

impl Server {
    async fn start() -> Self {
        let shelf = Shared::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router =
            Router::new().fallback(serve).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shelf));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        let bucket = Bucket {
            name: "papers".into(),
            prefix: "touchstone/files".into(),
            endpoint,
            region: "eu-central-1".into(),
            access_key: ACCESS.into(),
            secret_key: "amber-secret".into(),
        };
        Self { bucket, shelf, _serving: serving }
    }

    fn files(&self) -> Files {
        Files::bucket(&self.bucket).unwrap()
    }

    fn keys(&self) -> Vec<String> {
        self.shelf.lock().unwrap().objects.keys().cloned().collect()
    }
}

fn xml(text: String) -> Response {
    ([("content-type", "application/xml")], text).into_response()
}

fn fault(status: StatusCode, code: &str) -> Response {
    (status, xml(format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))).into_response()
}

async fn serve(
    State(shelf): State<Shared>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = format!("AWS4-HMAC-SHA256 Credential={ACCESS}/");
    if !signed.starts_with(&scope) || !signed.contains("/eu-central-1/s3/aws4_request") {
        return fault(StatusCode::FORBIDDEN, "AccessDenied");
    }
    let mut shelf = shelf.lock().unwrap();
    let Shelf { objects, uploads } = &mut *shelf;
    let path = uri.path().to_owned();
    let tag = [("etag", "\"tag\"")];
    match (method, query.get("uploadId"), query.get("list-type")) {
        (Method::POST, None, _) if query.contains_key("uploads") => {
            let id = Uuid::from_u128(uploads.len() as u128 + 1).to_string();
            uploads.insert(id.clone(), BTreeMap::new());
            xml(format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ))
        }
        (Method::PUT, Some(id), _) => {
            let number = query["partNumber"].parse().unwrap();
            uploads.get_mut(id).unwrap().insert(number, body);
            (tag, "").into_response()
        }
        (Method::POST, Some(id), _) => {
            let parts = uploads.remove(id).unwrap();
            let (last, before) = parts
                .values()
                .rev()
                .collect::<Vec<_>>()
                .split_first()
                .map(|(l, b)| (*l, b.to_vec()))
                .unwrap();
            assert!(
                before.iter().all(|part| part.len() >= 5 << 20) && !last.is_empty(),
                "as S3 wants its parts"
            );
            objects.insert(path, parts.values().flat_map(|part| part.to_vec()).collect::<Vec<_>>().into());
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
            let from = headers["x-amz-copy-source"].to_str().unwrap().replace("%2F", "/");
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

#[tokio::test]
async fn a_bucket_keeps_files_under_its_prefix_and_gives_them_back() {
    let server = Server::start().await;
    let files = server.files();
    let received = files.receive(KEY, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 2)).await.unwrap();
    assert_eq!(server.keys(), [format!("/papers/touchstone/files/{TEAM}/{FILE}/{}", received.digest)]);
    let read = async || files.read(KEY, &received.digest).await;
    assert_eq!(read().await.unwrap().unwrap(), Bytes::from_static(b"hello"));
    let key = server.keys().remove(0);
    server.shelf.lock().unwrap().objects.insert(key, Bytes::from_static(b"hallo"));
    assert!(matches!(read().await, Err(FilesError::Altered)));
    files.remove(KEY, &received.digest).await.unwrap();
    files.remove(KEY, &received.digest).await.unwrap();
    assert_eq!(read().await.unwrap(), None);
}

#[tokio::test]
async fn a_long_file_goes_in_parts_and_a_refused_one_leaves_none() {
    let server = Server::start().await;
    let files = server.files();
    let content = b"0123456789abcde\n".repeat(1 << 20);
    let expected = Expected { limit: 1 << 24, size: Some(1 << 24), ..any(MediaType::Csv) };
    let received = files.receive(KEY, ATTEMPT, expected.clone(), pieces(&content, 70_001)).await.unwrap();
    assert_eq!(files.read(KEY, &received.digest).await.unwrap().unwrap(), content);
    let other = Key { file: FileId(Uuid::from_u128(8)), ..KEY };
    let refused = files.receive(other, ATTEMPT, expected, pieces(&content[1..], 70_001)).await;
    assert!(matches!(refused, Err(Refused::OtherSize { .. })));
    assert_eq!(server.keys().len(), 1);
    assert!(server.shelf.lock().unwrap().uploads.is_empty());
}

#[tokio::test]
async fn a_files_contents_and_a_teams_files_go_together_and_no_others() {
    let server = Server::start().await;
    let files = server.files();
    let other = Key { team: TeamId(Uuid::from_u128(9)), file: FILE };
    for key in [KEY, Key { file: FileId(Uuid::from_u128(8)), ..KEY }, other] {
        files.receive(key, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 5)).await.unwrap();
    }
    files.forget(KEY).await.unwrap();
    assert_eq!(server.keys().len(), 2);
    files.remove_all(TEAM).await.unwrap();
    assert_eq!(server.keys().len(), 1);
    assert!(server.keys()[0].starts_with(&format!("/papers/touchstone/files/{other}/")));
}

#[tokio::test]
async fn a_store_that_lets_nobody_in_or_is_not_there_is_a_fault_and_no_absence() {
    let server = Server::start().await;
    let stranger = Bucket { access_key: "stranger".into(), ..server.bucket.clone() };
    let stranger = Files::bucket(&stranger).unwrap();
    assert!(matches!(stranger.read(KEY, "").await, Err(FilesError::Store(_))));
    let refused = stranger.receive(KEY, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 5)).await;
    assert!(matches!(refused, Err(Refused::Store(FilesError::Store(_)))));
    assert!(server.keys().is_empty());
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = Bucket { endpoint: format!("http://{nowhere}").parse().unwrap(), ..server.bucket.clone() };
    assert!(matches!(Files::bucket(&away).unwrap().read(KEY, "").await, Err(FilesError::Store(_))));
}
