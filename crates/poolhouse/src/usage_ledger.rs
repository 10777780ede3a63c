//! Where are the requests of quotas counted?
//!
//! In the store, one record for each key of each plan, which all nodes add to.

use async_trait::async_trait;
use gateway::{Unavailable, Usage, UsageLedger, UsageTotal};
use jiff::Timestamp;
use names::Clock;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Commit, Key, Record, Records, Refused, Store};

/// How often a node tries again that another one was quicker than.
const TRIES: usize = 8;

/// Counts in the store.
pub struct StoredUsage {
    records: Records,
    clock: Clock,
    /// The stack whose plans these are: two of one name may share a store.
    stack: String,
}

/// What a key has used of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Used {
    stack: String,
    plan: String,
    key: String,
    /// The first period in which it was counted, which may be a shorter one.
    first: Timestamp,
    period: Timestamp,
    count: u64,
}

impl Record for Used {
    const KIND: &'static str = "used quota";

    fn key(&self) -> Key {
        place(&self.stack, &self.plan, &self.key)
    }
}

fn place(stack: &str, plan: &str, key: &str) -> Key {
    Key::new(format!("usage/{stack}/{plan}"), key)
}

impl StoredUsage {
    pub fn new(store: Arc<dyn Store>, clock: Clock, stack: &str) -> Self {
        Self { records: Records::new(store), clock, stack: stack.to_owned() }
    }

    /// Adds to what is there. None if somebody else was quicker.
    async fn try_add(&self, usage: Usage<'_>) -> Result<Option<UsageTotal>, store::Broken> {
        let Usage { plan, key, period, count } = usage;
        let now = (self.clock)();
        let place = place(&self.stack, plan, key);
        let mut commit = Commit::new();
        let (first, total) = match self.records.get::<Used>(&place, now).await? {
            Some(mut used) => {
                // A node whose clock is behind counts in a period that is over for the others.
                if period > used.period {
                    (used.period, used.count) = (period, 0);
                }
                used.count = used.count.saturating_add(count);
                commit.save(&used);
                (used.first, used.count)
            }
            None => {
                let (stack, plan, key) = (self.stack.clone(), plan.to_owned(), key.to_owned());
                commit.create(&Used { stack, plan, key, first: period, period, count });
                (period, count)
            }
        };
        match self.records.commit(commit, now).await {
            Ok(()) => Ok(Some(UsageTotal { count: total, is_first_period: first == period })),
            Err(Refused::Conflict(_)) => Ok(None),
            Err(Refused::Broken(broken)) => Err(broken),
        }
    }
}

#[async_trait]
impl UsageLedger for StoredUsage {
    async fn add(&self, usage: Usage<'_>) -> Result<UsageTotal, Unavailable> {
        for _ in 0..TRIES {
            let added = self.try_add(usage).await;
            if let Some(total) = added.map_err(|broken| Unavailable(broken.to_string()))? {
                return Ok(total);
            }
        }
        Err(Unavailable("other nodes were always quicker".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::MemoryStore;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn nodes_add_to_one_count_that_outlives_them_and_begins_anew() {
        let store = Arc::new(MemoryStore::new());
        let node = || StoredUsage::new(store.clone(), Arc::new(Timestamp::now), "shop");
        let (today, tomorrow) = (at("2026-03-12T00:00:00Z"), at("2026-03-13T00:00:00Z"));
        let usage = |period, count| Usage { plan: "gold", key: "ann", period, count };
        let added: Vec<_> = (0..6).map(|_| node()).collect();
        let adding = added.iter().map(|node| node.add(usage(today, 5)));
        for outcome in futures::future::join_all(adding).await {
            outcome.unwrap();
        }
        let total = node().add(usage(today, 0)).await.unwrap();
        assert_eq!(total, UsageTotal { count: 30, is_first_period: true });
        let total = node().add(usage(tomorrow, 1)).await.unwrap();
        assert_eq!(total, UsageTotal { count: 1, is_first_period: false });
        let other = Usage { key: "bob", ..usage(tomorrow, 0) };
        assert_eq!(node().add(other).await.unwrap().count, 0);
    }
}
