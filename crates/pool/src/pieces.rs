//! How is something kept that is too long for an item of the store?
//!
//! In pieces, each an item of its own, written in one commit with the record that knows of them. Every
//! change writes new pieces under a new name, so that a reader never joins pieces of two changes.

use crate::{Error, Pools, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{Commit, Key, Record};

/// Characters in a piece, well below what an item may have.
const LENGTH: usize = 192 * 1024;

/// The pieces of one value, as the record that they belong to remembers them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pieces {
    /// New with every change.
    name: String,
    count: usize,
}

/// A part of a value.
#[derive(Serialize, Deserialize)]
pub(crate) struct Piece {
    partition: String,
    name: String,
    at: usize,
    /// A part of base64.
    text: String,
}

impl Piece {
    fn key_of(partition: &str, name: &str, at: usize) -> Key {
        Key::new(partition, format!("{name}/{at:03}"))
    }
}

impl Record for Piece {
    const KIND: &'static str = "piece";

    fn key(&self) -> Key {
        Self::key_of(&self.partition, &self.name, self.at)
    }
}

impl Pieces {
    /// Adds the pieces of a value to a commit.
    pub(crate) fn write<T: Serialize>(
        commit: &mut Commit,
        partition: &str,
        name: String,
        value: &T,
    ) -> Result<Self> {
        let json = serde_json::to_vec(value)
            .map_err(|_| Error::internal("a value to be cut does not serialise"))?;
        let text = STANDARD.encode(json);
        let mut count = 0;
        let mut rest = text.as_str();
        while !rest.is_empty() {
            // Base64 is ASCII, so every place is one between characters.
            let (text, more) = rest.split_at(rest.len().min(LENGTH));
            let (partition, name) = (partition.to_owned(), name.clone());
            commit.put(&Piece { partition, name, at: count, text: text.to_owned() });
            count += 1;
            rest = more;
        }
        Ok(Self { name, count })
    }

    fn keys(&self, partition: &str) -> Vec<Key> {
        (0..self.count).map(|at| Piece::key_of(partition, &self.name, at)).collect()
    }
}

impl Pools {
    /// Adds the removal of pieces to a commit.
    pub(crate) async fn remove_pieces(
        &self,
        commit: &mut Commit,
        partition: &str,
        pieces: &Pieces,
    ) -> Result<()> {
        if pieces.count > 0 {
            let found =
                self.records().get_all::<Piece>(&pieces.keys(partition), self.now()).await?;
            for piece in found.iter().flatten() {
                commit.delete(piece);
            }
        }
        Ok(())
    }

    /// Joins pieces. `None` if they are not there any more, because somebody has just changed the value.
    pub(crate) async fn read_pieces<T: DeserializeOwned>(
        &self,
        partition: &str,
        pieces: &Pieces,
    ) -> Result<Option<T>> {
        let found = self.records().get_all::<Piece>(&pieces.keys(partition), self.now()).await?;
        let mut text = String::new();
        for piece in &found {
            let Some(piece) = piece else { return Ok(None) };
            text.push_str(&piece.text);
        }
        let json = STANDARD.decode(text).map_err(|_| Error::internal("a piece is not base64"))?;
        let value = serde_json::from_slice(&json);
        value.map(Some).map_err(|_| Error::internal("pieces do not fit together"))
    }
}
