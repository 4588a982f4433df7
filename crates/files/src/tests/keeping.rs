use bytes::Bytes;
use futures::stream;
use tempfile::TempDir;
use touchstone_vocabulary::{FileId, MediaType};
use uuid::Uuid;

use super::{FILE, KEY, TEAM, any, pieces};
use crate::{Checksum, Expected, Files, FilesError, Key, Received, Refused};

/// MD5 of `hello`, as everybody knows it.
const HELLO: &str = "XUFAKrxLKna5cZ2REBfFkg==";
const ATTEMPT: Uuid = Uuid::from_u128(7);

async fn received(expected: Expected, content: &[u8], size: usize) -> Result<Received, Refused> {
    let directory = TempDir::new().unwrap();
    let files = Files::local(directory.path()).unwrap();
    let outcome = files.receive(KEY, ATTEMPT, expected, pieces(content, size)).await;
    let folder = directory.path().join(TEAM.to_string()).join(FILE.to_string());
    let left = std::fs::read_dir(folder).into_iter().flatten().count();
    assert_eq!(left, usize::from(outcome.is_ok()), "of what is refused nothing stays");
    outcome
}

async fn fits(media: MediaType, content: &[u8]) -> bool {
    let mut outcomes = Vec::new();
    for size in [1, 2, 3, 1024] {
        outcomes.push(received(any(media), content, size).await.is_ok());
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{media} {content:?} {outcomes:?}");
    outcomes[0]
}

#[tokio::test]
async fn what_comes_in_can_be_read_and_removed() {
    let directory = TempDir::new().unwrap();
    let files = Files::local(&directory.path().join("new")).unwrap();
    let expected =
        Expected { size: Some(5), checksum: Some(HELLO.parse().unwrap()), ..any(MediaType::Plain) };
    let received = files.receive(KEY, ATTEMPT, expected, pieces(b"hello", 2)).await.unwrap();
    assert_eq!((received.size, received.checksum.to_string().as_str()), (5, HELLO));
    assert_eq!(received.digest, blake3::hash(b"hello").to_hex().as_str());
    let read = async || files.read(KEY, &received.digest).await;
    assert_eq!(read().await.unwrap().unwrap(), Bytes::from_static(b"hello"));
    let path = directory.path().join("new").join(TEAM.to_string()).join(FILE.to_string());
    std::fs::write(path.join(&received.digest), "hallo").unwrap();
    assert!(matches!(read().await, Err(FilesError::Altered)));
    files.remove(KEY, &received.digest).await.unwrap();
    files.remove(KEY, &received.digest).await.unwrap();
    assert_eq!(read().await.unwrap(), None);
}

#[tokio::test]
async fn of_two_contents_that_come_in_for_one_file_each_is_what_it_was() {
    let directory = TempDir::new().unwrap();
    for files in [Files::local(directory.path()).unwrap(), Files::memory()] {
        let slow = stream::unfold(Some(files.clone()), |files| async move {
            let files = files?;
            // The other comes in whole while this one is on its way.
            let other = Uuid::from_u128(8);
            files.receive(KEY, other, any(MediaType::Plain), pieces(b"first", 5)).await.unwrap();
            Some((Ok::<_, ()>(Bytes::from_static(b"second")), None))
        });
        let second = files.receive(KEY, ATTEMPT, any(MediaType::Plain), slow).await.unwrap();
        for content in ["first", "second"] {
            let digest = blake3::hash(content.as_bytes()).to_hex();
            assert_eq!(files.read(KEY, &digest).await.unwrap().unwrap(), content);
        }
        files.remove(KEY, &second.digest).await.unwrap();
        assert!(files.read(KEY, &blake3::hash(b"first").to_hex()).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_file_may_be_longer_than_what_the_store_takes_at_once() {
    let directory = TempDir::new().unwrap();
    let content = b"0123456789abcde\n".repeat(1 << 20);
    let expected = Expected { limit: 1 << 24, size: Some(1 << 24), ..any(MediaType::Csv) };
    for files in [Files::local(directory.path()).unwrap(), Files::memory()] {
        let received = files.receive(KEY, ATTEMPT, expected.clone(), pieces(&content, 70_001)).await.unwrap();
        assert_eq!(files.read(KEY, &received.digest).await.unwrap().unwrap(), content);
    }
}

#[tokio::test]
async fn a_teams_files_go_together_and_no_others() {
    let directory = TempDir::new().unwrap();
    let files = Files::local(directory.path()).unwrap();
    let other = Key { team: touchstone_vocabulary::TeamId(Uuid::from_u128(9)), file: FILE };
    let second = Key { file: FileId(Uuid::from_u128(8)), ..KEY };
    let mut digest = String::new();
    for key in [KEY, second, other] {
        digest =
            files.receive(key, ATTEMPT, any(MediaType::Plain), pieces(b"hello", 5)).await.unwrap().digest;
    }
    let folder = directory.path().join(TEAM.to_string());
    std::fs::write(folder.join(FILE.to_string()).join("half#1"), "hel").unwrap();
    files.remove_all(TEAM).await.unwrap();
    files.remove_all(TEAM).await.unwrap();
    assert!(!folder.exists(), "what a killed process left is gone too");
    for (key, stays) in [(KEY, false), (second, false), (other, true)] {
        assert_eq!(files.read(key, &digest).await.unwrap().is_some(), stays);
    }
}

#[tokio::test]
async fn more_or_less_or_something_else_than_was_announced_is_refused() {
    let plain = any(MediaType::Plain);
    let long = [b'a'; 1025];
    assert!(matches!(received(plain.clone(), &long, 100).await, Err(Refused::TooLong(1024))));
    assert!(received(plain.clone(), &long[..1024], 100).await.is_ok());
    let sized = |size| Expected { size: Some(size), ..any(MediaType::Plain) };
    assert!(matches!(received(sized(4), b"hello", 3).await, Err(Refused::TooLong(4))));
    assert!(matches!(
        received(sized(6), b"hello", 3).await,
        Err(Refused::OtherSize { expected: 6, arrived: 5 })
    ));
    assert!(matches!(received(sized(5000), &long, 100).await, Err(Refused::TooLong(1024))));
    let checked = Expected { checksum: Some(HELLO.parse().unwrap()), ..plain };
    assert!(matches!(received(checked, b"hallo", 3).await, Err(Refused::OtherChecksum)));
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let files = Files::local(directory.path()).unwrap();
    let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(())]);
    assert!(matches!(files.receive(KEY, ATTEMPT, any(MediaType::Plain), broken).await, Err(Refused::Broken)));
    assert!(files.read(KEY, "").await.unwrap().is_none());
}

#[tokio::test]
async fn a_content_must_be_of_the_type_that_was_announced() {
    use MediaType::{Csv, Json, Markdown, Pdf, Plain};
    for (media, content) in [
        (Pdf, b"%PDF-1.7\n\x00\xff".as_slice()),
        (Plain, b""),
        (Plain, "Grüße, 世界 😀\n\t".as_bytes()),
        (Markdown, b"# Title\r\n"),
        (Csv, b"a;b\n"),
        (Json, b" \n{\"a\": 1}"),
        (Json, "\u{feff}[]".as_bytes()),
    ] {
        assert!(fits(media, content).await, "{media} {content:?}");
    }
    for (media, content) in [
        (Pdf, b"%PDX-1.7".as_slice()),
        (Pdf, b"%PDF"),
        (Pdf, b""),
        (Pdf, b"<html>"),
        (Plain, b"%PDF-1.7"),
        (Plain, b"a\x00b"),
        (Plain, b"\x7fELF\x02"),
        (Plain, b"PK\x03\x04"),
        (Plain, b"caf\xe9"),
        (Plain, "Grü".as_bytes().split_last().unwrap().1),
        (Markdown, b"\x1b[31m"),
        (Csv, b"\xff\xfea\x00"),
        (Json, b"%PDF-1.7"),
        (Json, b"hello"),
        (Json, b" "),
    ] {
        assert!(!fits(media, content).await, "{media} {content:?}");
    }
}

#[test]
fn a_checksum_is_the_base64_of_sixteen_bytes() {
    assert_eq!(HELLO.parse::<Checksum>().unwrap().to_string(), HELLO);
    for wrong in ["", "hello", "5d41402abc4b2a76b9719d911017c592", "XUFAKrxLKna5cZ2REBfF"] {
        assert!(wrong.parse::<Checksum>().is_err(), "{wrong}");
    }
}
