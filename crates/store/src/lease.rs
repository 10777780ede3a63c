//! Who of several nodes does something now?
//!
//! A lease spares work, it does not guard data: a node that is slow may believe in a lease that has ended. What
//! is done under one has to be good to do twice.

use crate::{Broken, Commit, Kept, Key, Record, Records, Refused};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The right to do something for a while.
#[derive(Debug, Clone)]
pub struct Lease {
    kept: Kept<Held>,
}

/// A lease as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    place: Key,
    /// Made up by whoever holds it, for this process alone.
    holder: String,
    until: Timestamp,
}

impl Record for Held {
    const KIND: &'static str = "lease";

    fn key(&self) -> Key {
        self.place.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        // What nobody asks about again does not stay for good. Whether it has ended says `until`.
        Some(self.until + SignedDuration::from_hours(1))
    }
}

impl Lease {
    /// Takes the lease of this place for this long, unless another holder has it. `None` if so.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn take(
        records: &Records,
        place: &Key,
        holder: &str,
        span: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<Self>, Broken> {
        let mut commit = Commit::new();
        let held = Held { place: place.clone(), holder: holder.to_owned(), until: now + span };
        match records.get::<Held>(place, now).await? {
            Some(other) if other.holder != holder && other.until > now => return Ok(None),
            Some(mut found) => {
                *found = held;
                commit.save(&found);
            }
            None => {
                commit.create(&held);
            }
        }
        match records.commit(commit, now).await {
            Ok(()) => {}
            Err(Refused::Conflict(_)) => return Ok(None),
            Err(Refused::Broken(broken)) => return Err(broken),
        }
        let kept = records.get::<Held>(place, now).await?;
        Ok(kept.filter(|kept| kept.holder == holder).map(|kept| Self { kept }))
    }

    /// Keeps the lease for this long from now on. A lease that is good for more than half of it stays as it
    /// is. `false` if another holder has it meanwhile.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn renew(
        &mut self,
        records: &Records,
        span: SignedDuration,
        now: Timestamp,
    ) -> Result<bool, Broken> {
        if self.kept.until > now + span / 2 {
            return Ok(true);
        }
        let (place, holder) = (self.kept.place.clone(), self.kept.holder.clone());
        match Self::take(records, &place, &holder, span, now).await? {
            Some(lease) => {
                *self = lease;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Gives the lease back before its end.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn give_back(self, records: &Records, now: Timestamp) -> Result<(), Broken> {
        let mut commit = Commit::new();
        commit.delete(&self.kept);
        match records.commit(commit, now).await {
            // Whoever has it now keeps it.
            Ok(()) | Err(Refused::Conflict(_)) => Ok(()),
            Err(Refused::Broken(broken)) => Err(broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;
    use std::sync::Arc;

    const SPAN: SignedDuration = SignedDuration::from_secs(30);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn one_holder_has_it_until_it_ends_or_is_given_back() {
        let records = Records::new(Arc::new(MemoryStore::new()));
        let place = Key::new("leases", "one");
        let take =
            async |holder, now| Lease::take(&records, &place, holder, SPAN, at(now)).await.unwrap();
        let mut ann = take("ann", 0).await.unwrap();
        assert!(take("bob", 29).await.is_none());
        assert!(ann.renew(&records, SPAN, at(20)).await.unwrap());
        assert!(take("bob", 49).await.is_none());
        let bob = take("bob", 50).await.unwrap();
        assert!(!ann.renew(&records, SPAN, at(51)).await.unwrap());
        // Ann's is none any more, and giving it back takes nothing from Bob.
        ann.give_back(&records, at(51)).await.unwrap();
        assert!(take("ann", 52).await.is_none());
        bob.give_back(&records, at(52)).await.unwrap();
        assert!(take("ann", 52).await.is_some());
    }

    #[tokio::test]
    async fn of_many_at_once_one_gets_it() {
        let records = Records::new(Arc::new(MemoryStore::new()));
        let place = Key::new("leases", "one");
        let takes = (0..16).map(|number| {
            let (records, place) = (records.clone(), place.clone());
            tokio::spawn(async move {
                let holder = number.to_string();
                Lease::take(&records, &place, &holder, SPAN, at(0)).await.unwrap().is_some()
            })
        });
        let mut winners = 0;
        for take in takes.collect::<Vec<_>>() {
            winners += usize::from(take.await.unwrap());
        }
        assert_eq!(winners, 1);
    }
}
