//! Where files are kept: a directory or a bucket.

use std::fmt;
use std::io;
use std::path::Path as Directory;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use touchstone_vocabulary::{FileId, TeamId};
use uuid::Uuid;

use crate::bucket::Bucket;
use crate::intake::{Expected, Intake, Received, Refused};

/// Parts that may be on their way to the store at once; each is 5 MiB.
const PARTS: usize = 2;

/// A file's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub team: TeamId,
    pub file: FileId,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.team, self.file)
    }
}

/// The store cannot be reached, or does not do as it is told.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("the bucket of files is named in a way that leads nowhere")]
    Bucket,
    #[error("the directory of files cannot be used")]
    Directory(#[source] io::Error),
    #[error("the store of files does not answer as it should")]
    Store(#[from] object_store::Error),
    /// Somebody changed it behind our back, or a content was made to pass for another.
    #[error("the file is not the one that was taken in")]
    Altered,
}

/// Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Where a killed process leaves what was coming in; a bucket sees to that itself.
    directory: Option<Arc<Directory>>,
}

impl Files {
    /// In a directory, made when it is absent. Processes that share files share the directory.
    pub fn local(directory: &Directory) -> Result<Self, FilesError> {
        std::fs::create_dir_all(directory).map_err(FilesError::Directory)?;
        let store =
            LocalFileSystem::new_with_prefix(directory)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), directory: Some(directory.into()) })
    }

    /// In a bucket of a store that speaks S3. Processes that share files share the bucket.
    pub fn bucket(bucket: &Bucket) -> Result<Self, FilesError> {
        Ok(Self { store: crate::bucket::open(bucket)?, directory: None })
    }

    /// Gone with the process.
    pub fn memory() -> Self {
        Self { store: Arc::new(InMemory::new()), directory: None }
    }

    /// Takes a file in, piece by piece. Of one that is not what is expected nothing stays. It is kept under its digest,
    /// so that of two that come in at once neither takes the other's place; `attempt` tells them apart on the way.
    pub async fn receive<E>(
        &self,
        key: Key,
        attempt: Uuid,
        expected: Expected,
        pieces: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Received, Refused> {
        let coming = place(key, &attempt.to_string());
        let upload = self.store.put_multipart(&coming).await.map_err(FilesError::Store)?;
        let mut writing = WriteMultipart::new(upload);
        match passed(&mut writing, expected, pieces).await {
            Ok(received) => {
                writing.finish().await.map_err(FilesError::Store)?;
                let kept = place(key, &received.digest);
                self.store.rename(&coming, &kept).await.map_err(FilesError::Store)?;
                Ok(received)
            }
            Err(refused) => {
                // What cannot be cleared away cannot be read either.
                let _ = writing.abort().await;
                Err(refused)
            }
        }
    }

    /// The whole content, if the file is there. `digest` is that of [`Received`].
    pub async fn read(&self, key: Key, digest: &str) -> Result<Option<Bytes>, FilesError> {
        let content = match self.store.get(&place(key, digest)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(fault) => return Err(fault.into()),
        };
        if blake3::hash(&content).to_hex().as_str() == digest {
            Ok(Some(content))
        } else {
            Err(FilesError::Altered)
        }
    }

    /// Removes a content that came in. Where there is none, nothing happens.
    pub async fn remove(&self, key: Key, digest: &str) -> Result<(), FilesError> {
        gone(self.store.delete(&place(key, digest)).await)
    }

    /// Removes all contents that came in for a file. Where there is none, nothing happens.
    pub async fn forget(&self, key: Key) -> Result<(), FilesError> {
        self.clear(&Path::from(key.to_string())).await
    }

    async fn clear(&self, folder: &Path) -> Result<(), FilesError> {
        let mut found = self.store.list(Some(folder));
        while let Some(object) = found.try_next().await? {
            gone(self.store.delete(&object.location).await)?;
        }
        Ok(())
    }

    /// Removes every file of a team, also what of one came in before a process was killed.
    pub async fn remove_all(&self, team: TeamId) -> Result<(), FilesError> {
        self.clear(&Path::from(team.to_string())).await?;
        let Some(directory) = &self.directory else { return Ok(()) };
        match tokio::fs::remove_dir_all(directory.join(team.to_string())).await {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(FilesError::Directory(fault)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn place(key: Key, content: &str) -> Path {
    Path::from(format!("{key}/{content}"))
}

fn gone(removed: object_store::Result<()>) -> Result<(), FilesError> {
    match removed {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}

async fn passed<E>(
    writing: &mut WriteMultipart,
    expected: Expected,
    pieces: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Received, Refused> {
    let (mut pieces, mut intake) = (pin!(pieces), Intake::new(expected));
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refused::Broken)?;
        intake.piece(&piece)?;
        writing.wait_for_capacity(PARTS).await.map_err(FilesError::Store)?;
        writing.put(piece);
    }
    intake.end()
}
