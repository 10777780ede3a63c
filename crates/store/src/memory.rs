//! The in-memory adapter: a sorted map under a lock. Nothing outlives the process.

use crate::{
    Broken, Change, CommitError, Item, Key, Page, PageBuilder, Range, Store, Write, check_get,
    check_list, check_writes,
};
use async_trait::async_trait;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

/// A store that forgets everything when it is dropped: for tests and `--memory`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    items: BTreeMap<Key, Item>,
    // INVARIANT: exactly the keys of `items` with an expiry, the earliest first.
    expiring: BTreeSet<(Timestamp, Key)>,
}

impl MemoryStore {
    /// Expired items that a commit removes on its way: more than the one that a typical commit adds, so
    /// that they cannot pile up, and few enough that nobody waits for them.
    const SWEPT: usize = 16;

    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        // A commit changes the map only after everything that could fail, so that it is whole even if a
        // thread died while holding the lock.
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn live(&self, key: &Key, now: Timestamp) -> Option<&Item> {
        self.items.get(key).filter(|item| !item.has_expired(now))
    }

    fn put(&mut self, key: Key, item: Item) {
        if let Some(at) = item.expires_at {
            self.expiring.insert((at, key.clone()));
        }
        let at = item.expires_at;
        if let Some(old) = self.items.insert(key.clone(), item).and_then(|old| old.expires_at)
            && at != Some(old)
        {
            self.expiring.remove(&(old, key));
        }
    }

    fn delete(&mut self, key: Key) {
        if let Some(at) = self.items.remove(&key).and_then(|old| old.expires_at) {
            self.expiring.remove(&(at, key));
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        for _ in 0..MemoryStore::SWEPT {
            match self.expiring.first() {
                Some((at, _)) if crate::has_expired(Some(*at), now) => {}
                _ => return,
            }
            if let Some((_, key)) = self.expiring.pop_first() {
                self.items.remove(&key);
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, keys: &[Key], now: Timestamp) -> Result<Vec<Option<Item>>, Broken> {
        check_get(keys)?;
        let kept = self.read();
        Ok(keys.iter().map(|key| kept.live(key, now).cloned()).collect())
    }

    async fn list(&self, range: &Range, now: Timestamp) -> Result<Page, Broken> {
        check_list(range)?;
        let from = match &range.after {
            Some(after) if *after >= range.prefix => Bound::Excluded(after),
            _ => Bound::Included(&range.prefix),
        };
        let from = from.map(|sort| Key::new(range.partition.clone(), sort.clone()));
        let mut page = PageBuilder::new(range, now);
        for (key, item) in self.read().items.range((from, Bound::Unbounded)) {
            if key.partition != range.partition || !key.sort.starts_with(&range.prefix) {
                break;
            }
            let offered = page.offer(&key.sort, item.expires_at, || Ok::<_, Broken>(item.clone()));
            if offered?.is_break() {
                break;
            }
        }
        Ok(page.finish())
    }

    async fn commit(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), CommitError> {
        check_writes(&writes).map_err(Broken::from)?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let holds = |write: &Write| {
            write.condition.holds(kept.live(&write.key, now).map(|item| item.version))
        };
        let failed: Vec<usize> =
            (0..).zip(&writes).filter(|(_, w)| !holds(w)).map(|(at, _)| at).collect();
        if !failed.is_empty() {
            return Err(CommitError::Conflict(failed));
        }
        for Write { key, change, .. } in writes {
            match change {
                Change::Put { body, expires_at } => kept.put(key, Item::new(body, expires_at)),
                Change::Delete => kept.delete(key),
                Change::Keep => {}
            }
        }
        kept.sweep(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;
    use bytes::Bytes;

    crate::conformance!(async { (MemoryStore::new(), ()) });

    #[tokio::test]
    async fn expired_items_are_removed_by_later_commits() {
        let store = MemoryStore::new();
        let at = |second| Timestamp::from_second(second).unwrap();
        let put = |sort: String, expires_at| Write {
            key: Key::new("p", sort),
            condition: Condition::Always,
            change: Change::Put { body: Bytes::from_static(b"x"), expires_at },
        };
        for sort in 0..20 {
            store.commit(vec![put(sort.to_string(), Some(at(10)))], at(1)).await.unwrap();
        }
        // One that was given a later expiry, and one that was given none, stay.
        store.commit(vec![put("0".to_owned(), Some(at(99)))], at(1)).await.unwrap();
        store.commit(vec![put("1".to_owned(), None)], at(1)).await.unwrap();
        for _ in 0..2 {
            store.commit(vec![put("new".to_owned(), None)], at(10)).await.unwrap();
        }
        let kept = store.read();
        assert_eq!((kept.items.len(), kept.expiring.len()), (3, 1));
    }
}
