//! Where are people's pictures kept?

use super::PictureName;
use crate::Problem;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Broken, Commit, Kept, Key, Record, Records};

/// Pictures by their names.
///
/// A picture comes and goes with the commit that makes it somebody's. Where pictures are not in the store, it is
/// there before the commit and gone after it, so that a profile never points to nothing.
#[async_trait]
pub trait Pictures: Send + Sync + 'static {
    /// The picture of this name.
    ///
    /// # Errors
    /// [`Problem`] if that cannot be said now.
    async fn find(&self, name: &PictureName, now: Timestamp) -> Result<Option<Bytes>, Problem>;

    /// Keeps a picture: now, or with the commit. To keep it twice is no error.
    ///
    /// # Errors
    /// [`Problem`] if it cannot be kept.
    async fn keep(
        &self,
        name: &PictureName,
        picture: &Bytes,
        commit: &mut Commit,
    ) -> Result<(), Problem>;

    /// Lets go of a picture with the commit, where the commit can do that.
    ///
    /// # Errors
    /// [`Problem`] if it cannot be found out what there is to let go of.
    async fn leave(
        &self,
        name: &PictureName,
        commit: &mut Commit,
        now: Timestamp,
    ) -> Result<(), Problem>;

    /// Lets go of a picture after the commit, where the commit could not. What fails is in the log.
    async fn left(&self, _: &PictureName) {}
}

/// Bytes of one item. As base64 in a document they are within what an item of the store takes.
const PIECE: usize = 180 * 1024;
/// The most pieces of a file: so many of the largest are within one commit.
const MOST_PIECES: usize = 12;

/// A part of a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Piece {
    partition: String,
    number: usize,
    /// How many there are.
    count: usize,
    data: String,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

impl Record for Piece {
    const KIND: &'static str = "piece of a file";

    fn key(&self) -> Key {
        piece_key(&self.partition, self.number)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

fn piece_key(partition: &str, number: usize) -> Key {
    Key::new(partition, format!("piece-{number:02}"))
}

/// Adds a file to a commit, in pieces.
pub(super) fn put_file(
    commit: &mut Commit,
    partition: &str,
    file: &[u8],
    expires_at: Option<Timestamp>,
) {
    let count = file.len().div_ceil(PIECE).max(1);
    // An empty file has a piece too, an empty one.
    let parts = file.chunks(PIECE).chain(file.is_empty().then_some(file));
    for (number, part) in parts.enumerate() {
        let partition = partition.to_owned();
        let data = STANDARD.encode(part);
        commit.put(&Piece { partition, number, count, data, expires_at });
    }
}

/// Reads a file of at most so many bytes.
pub(super) async fn get_file(
    records: &Records,
    partition: &str,
    longest: usize,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Broken> {
    let corrupt = || Broken::Corrupt { what: Piece::KIND.to_owned(), source: None };
    let pieces = pieces(records, partition, longest, now).await?;
    let Some(count) = pieces.first().map(|piece| piece.count) else { return Ok(None) };
    let mut file = Vec::new();
    for piece in pieces.iter().take(count) {
        let part = STANDARD.decode(&piece.data).map_err(|_| corrupt())?;
        file.extend_from_slice(&part);
    }
    if pieces.len() < count {
        return Err(corrupt());
    }
    Ok(Some(file))
}

async fn pieces(
    records: &Records,
    partition: &str,
    longest: usize,
    now: Timestamp,
) -> Result<Vec<Kept<Piece>>, Broken> {
    let most = longest.div_ceil(PIECE).clamp(1, MOST_PIECES);
    let keys: Vec<Key> = (0..most).map(|number| piece_key(partition, number)).collect();
    let found: Vec<Option<Kept<Piece>>> = records.get_all(&keys, now).await?;
    Ok(found.into_iter().map_while(|piece| piece).collect())
}

/// The longest picture there can be: its pixels, and a little for the form.
const LONGEST_PICTURE: usize = 2 * PIECE;

/// Pictures in the store, in pieces.
#[derive(Clone)]
pub struct StoredPictures {
    records: Records,
    table: String,
}

impl StoredPictures {
    /// The pictures beside the profiles of this table.
    pub fn new(records: Records, table: impl Into<String>) -> Self {
        Self { records, table: table.into() }
    }

    fn partition(&self, name: &PictureName) -> String {
        format!("pictures/{}/{name}", self.table)
    }
}

#[async_trait]
impl Pictures for StoredPictures {
    async fn find(&self, name: &PictureName, now: Timestamp) -> Result<Option<Bytes>, Problem> {
        let found = get_file(&self.records, &self.partition(name), LONGEST_PICTURE, now).await;
        Ok(found.map_err(Problem::broken)?.map(Bytes::from))
    }

    async fn keep(
        &self,
        name: &PictureName,
        picture: &Bytes,
        commit: &mut Commit,
    ) -> Result<(), Problem> {
        put_file(commit, &self.partition(name), picture, None);
        Ok(())
    }

    async fn leave(
        &self,
        name: &PictureName,
        commit: &mut Commit,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let pieces = pieces(&self.records, &self.partition(name), LONGEST_PICTURE, now).await;
        for piece in pieces.map_err(Problem::broken)? {
            commit.delete(&piece);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::LARGEST_PICTURE;
    use std::sync::Arc;
    use store::MemoryStore;

    #[tokio::test]
    async fn files_of_every_length_come_back_whole() {
        let records = Records::new(Arc::new(MemoryStore::new()));
        let now = Timestamp::UNIX_EPOCH;
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, LARGEST_PICTURE] {
            let file: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut commit = Commit::new();
            let partition = format!("file-{length}");
            put_file(&mut commit, &partition, &file, None);
            records.commit(commit, now).await.unwrap();
            let found = get_file(&records, &partition, LARGEST_PICTURE, now).await.unwrap();
            assert!(found.unwrap() == file, "{length}");
        }
        assert!(get_file(&records, "none", LARGEST_PICTURE, now).await.unwrap().is_none());
    }
}
