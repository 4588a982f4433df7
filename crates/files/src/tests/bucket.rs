//! Against a small server that speaks S3: objects, uploads in parts, lists.

use bytes::Bytes;
use tokio::net::TcpListener;
use touchstone_servers::S3;
use touchstone_vocabulary::{FileId, MediaType, TeamId};
use uuid::Uuid;

use super::{FILE, KEY, TEAM, any, pieces};
use crate::{Bucket, Expected, Files, FilesError, Key, Refused};

const ATTEMPT: Uuid = Uuid::from_u128(7);

fn bucket(server: &S3) -> Bucket {
    Bucket {
        name: "papers".into(),
        prefix: "touchstone/files".into(),
        endpoint: server.endpoint.parse().unwrap(),
        region: S3::REGION.into(),
        access_key: S3::ACCESS_KEY.into(),
        secret_key: "amber-secret".into(),
    }
}

fn files(server: &S3) -> Files {
    Files::bucket(&bucket(server)).unwrap()
}

#[tokio::test]
async fn a_bucket_keeps_files_under_its_prefix_and_gives_them_back() {
    let server = S3::start().await;
    let files = files(&server);
    let received = files.receive(KEY, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 2)).await.unwrap();
    assert_eq!(server.keys(), [format!("/papers/touchstone/files/{TEAM}/{FILE}/{}", received.digest)]);
    let read = async || files.read(KEY, &received.digest).await;
    assert_eq!(read().await.unwrap().unwrap(), Bytes::from_static(b"hello"));
    let key = server.keys().remove(0);
    server.replace(key, b"hallo");
    assert!(matches!(read().await, Err(FilesError::Altered)));
    files.remove(KEY, &received.digest).await.unwrap();
    files.remove(KEY, &received.digest).await.unwrap();
    assert_eq!(read().await.unwrap(), None);
}

#[tokio::test]
async fn a_long_file_goes_in_parts_and_a_refused_one_leaves_none() {
    let server = S3::start().await;
    let files = files(&server);
    let content = b"0123456789abcde\n".repeat(1 << 20);
    let expected = Expected { limit: 1 << 24, size: Some(1 << 24), ..any(MediaType::Csv) };
    let received = files.receive(KEY, ATTEMPT, expected.clone(), pieces(&content, 70_001)).await.unwrap();
    assert_eq!(files.read(KEY, &received.digest).await.unwrap().unwrap(), content);
    let other = Key { file: FileId(Uuid::from_u128(8)), ..KEY };
    let refused = files.receive(other, ATTEMPT, expected, pieces(&content[1..], 70_001)).await;
    assert!(matches!(refused, Err(Refused::OtherSize { .. })));
    assert_eq!(server.keys().len(), 1);
    assert_eq!(server.open_uploads(), 0);
}

#[tokio::test]
async fn a_files_contents_and_a_teams_files_go_together_and_no_others() {
    let server = S3::start().await;
    let files = files(&server);
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
    let server = S3::start().await;
    let stranger = Bucket { access_key: "stranger".into(), ..bucket(&server) };
    let stranger = Files::bucket(&stranger).unwrap();
    assert!(matches!(stranger.read(KEY, "").await, Err(FilesError::Store(_))));
    let refused = stranger.receive(KEY, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 5)).await;
    assert!(matches!(refused, Err(Refused::Store(FilesError::Store(_)))));
    assert!(server.keys().is_empty());
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = Bucket { endpoint: format!("http://{nowhere}").parse().unwrap(), ..bucket(&server) };
    assert!(matches!(Files::bucket(&away).unwrap().read(KEY, "").await, Err(FilesError::Store(_))));
}
