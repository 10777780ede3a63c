//! A store in which others come between: every call lets somebody else go first.

use ::store::{Broken, CommitError, Item, Key, MemoryStore, Page, Range, Store, Write};
use async_trait::async_trait;
use jiff::Timestamp;

/// A [`MemoryStore`] that yields before each call. Without it tasks on one thread would never meet in the
/// middle of anything.
#[derive(Default)]
pub struct Interleaved(MemoryStore);

#[async_trait]
impl Store for Interleaved {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        tokio::task::yield_now().await;
        self.0.get(keys, now).await
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        tokio::task::yield_now().await;
        self.0.list(range, now).await
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        tokio::task::yield_now().await;
        self.0.commit(writes, now).await
    }
}
