mod bucket;
mod grants;
mod keeping;

use bytes::Bytes;
use futures::{Stream, stream};
use touchstone_vocabulary::{FileId, MediaType, TeamId};
use uuid::Uuid;

use crate::{Expected, Key};

const TEAM: TeamId = TeamId(Uuid::from_u128(1));
const FILE: FileId = FileId(Uuid::from_u128(2));
const KEY: Key = Key { team: TEAM, file: FILE };

fn any(media: MediaType) -> Expected {
    Expected { media, size: None, limit: 1024, checksum: None }
}

/// The content in pieces of so many bytes.
fn pieces(content: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, ()>> + use<> {
    let pieces: Vec<_> = content.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}
