//! Is there room for one more of what there may be only so many of?
//!
//! What there is gets counted, and a sixteenth of the room that is left then is given out for a few seconds without
//! counting again: filling a quota of ten thousand takes about a hundred counts, not one for each. Those who
//! are given room together are all kept before the next count, so one process never goes over; nodes that
//! fill one quota at the same moment can, by what they gave out meanwhile.

use crate::{
    Branding, Client, Domain, Group, IdentityProvider, ImportJob, Pools, Refusal, ResourceServer,
    Result, Terms, UserPool,
};
use jiff::{SignedDuration, Timestamp};
use names::UserPoolId;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store::Range;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Things that there are only so many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    UserPools,
    CustomDomains,
    Clients,
    Groups,
    IdentityProviders,
    ResourceServers,
    Brandings,
    Terms,
    ImportJobs,
}

impl Quota {
    /// Every quota.
    pub const ALL: [Self; 9] = [
        Self::UserPools,
        Self::CustomDomains,
        Self::Clients,
        Self::Groups,
        Self::IdentityProviders,
        Self::ResourceServers,
        Self::Brandings,
        Self::Terms,
        Self::ImportJobs,
    ];

    /// The quota of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quota| quota.name() == name)
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserPools => "user-pools",
            Self::CustomDomains => "custom-domains",
            Self::Clients => "clients",
            Self::Groups => "groups",
            Self::IdentityProviders => "identity-providers",
            Self::ResourceServers => "resource-servers",
            Self::Brandings => "brandings",
            Self::Terms => "terms",
            Self::ImportJobs => "import-jobs",
        }
    }

    /// How many there may be unless something else was said: as many as on AWS.
    #[must_use]
    pub const fn usual(self) -> usize {
        match self {
            Self::UserPools | Self::Clients | Self::ImportJobs => 1000,
            Self::CustomDomains => 4,
            Self::Groups => 10_000,
            Self::IdentityProviders => 300,
            Self::ResourceServers => 25,
            Self::Brandings => 20,
            Self::Terms => 40,
        }
    }

    const fn refusal(self) -> &'static str {
        match self {
            Self::UserPools => "The region has as many user pools as it may have.",
            Self::CustomDomains => "The region has as many custom domains as it may have.",
            Self::Clients => "The user pool has as many clients as it may have.",
            Self::Groups => "The user pool has as many groups as it may have.",
            Self::IdentityProviders => {
                "The user pool has as many identity providers as it may have."
            }
            Self::ResourceServers => "The user pool has as many resource servers as it may have.",
            Self::Brandings => "The user pool has as many branding styles as it may have.",
            Self::Terms => "The user pool has as many terms documents as it may have.",
            Self::ImportJobs => "The user pool has as many import jobs as it may have.",
        }
    }
}

/// How many of something there may be.
#[derive(Debug, Clone, Default)]
pub struct Quotas(Vec<(Quota, usize)>);

impl Quotas {
    /// AWS's quotas, but for these. The last word on one counts.
    #[must_use]
    pub fn new(others: impl IntoIterator<Item = (Quota, usize)>) -> Self {
        Self(others.into_iter().collect())
    }

    fn of(&self, quota: Quota) -> usize {
        let said = self.0.iter().rev().find(|(other, _)| *other == quota);
        said.map_or(quota.usual(), |(_, most)| *most)
    }
}

/// Room for one more. Held until that is kept.
#[must_use]
#[derive(Debug)]
pub struct Room {
    _given: OwnedRwLockReadGuard<Given>,
}

/// What was given out of one quota in one place: readers are about to keep what they have room for, and whoever
/// counts waits for them.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// How many more may be given without counting.
    left: AtomicUsize,
    counted_at: Timestamp,
}

/// Which part of the room that is left is given out without counting.
const PART: usize = 16;
/// For how long a count is good.
const GOOD: SignedDuration = SignedDuration::from_secs(5);

impl Given {
    fn take(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.counted_at);
        let is_good = !age.is_negative() && age < GOOD;
        let one_less = |left: usize| left.checked_sub(1);
        is_good && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }
}

impl Pools {
    /// Room for another pool in this region.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub async fn room_for_pool(&self, region: &str) -> Result<Room> {
        let partition = UserPool::LISTING.to_owned();
        self.room(Quota::UserPools, partition, format!("{region}_")).await
    }

    /// Room for another of these in this pool, or in its region.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub async fn room_in(&self, quota: Quota, pool: &UserPoolId) -> Result<Room> {
        let (partition, prefix) = match quota {
            Quota::UserPools => return self.room_for_pool(pool.region()).await,
            Quota::CustomDomains => (Domain::CUSTOM.to_owned(), format!("{}/", pool.region())),
            Quota::Clients => (Client::listing(pool), String::new()),
            Quota::Groups => (Group::listing(pool), String::new()),
            Quota::IdentityProviders => (IdentityProvider::listing(pool), String::new()),
            Quota::ResourceServers => (ResourceServer::listing(pool), String::new()),
            Quota::Brandings => (Branding::listing(pool), String::new()),
            Quota::Terms => (Terms::listing(pool), String::new()),
            Quota::ImportJobs => (ImportJob::listing(pool), String::new()),
        };
        self.room(quota, partition, prefix).await
    }

    async fn room(&self, quota: Quota, partition: String, prefix: String) -> Result<Room> {
        let given = self.house().given.get_with(format!("{partition}/{prefix}"), Arc::default);
        let reading = given.clone().read_owned().await;
        if reading.take(self.now()) {
            return Ok(Room { _given: reading });
        }
        drop(reading);
        let mut writing: OwnedRwLockWriteGuard<Given> = given.write_owned().await;
        // Somebody else may have counted while this one waited.
        if !writing.take(self.now()) {
            let counted_at = self.now();
            let most = self.house().quotas.of(quota);
            let room = most.saturating_sub(self.count(partition, prefix, most).await?);
            if room == 0 {
                return Err(Refusal::TooMany(quota.refusal().into()).into());
            }
            // One of them is taken here.
            let left = AtomicUsize::new(room.div_ceil(PART) - 1);
            *writing = Given { left, counted_at };
        }
        Ok(Room { _given: writing.downgrade() })
    }

    /// How many there are in a listing, as far as that is fewer than this.
    async fn count(&self, partition: String, prefix: String, most: usize) -> Result<usize> {
        let mut range = Range { partition, prefix, after: None, limit: store::Limit::PAGE };
        let mut count = 0;
        loop {
            let (found, next) = self.records().list_places(&range, self.now()).await?;
            count += found.len();
            if count >= most || next.is_none() {
                return Ok(count);
            }
            range.after = next;
        }
    }
}

impl Quotas {
    /// Where rooms are given out, for the house.
    pub(crate) fn given() -> moka::sync::Cache<String, Arc<RwLock<Given>>> {
        moka::sync::Cache::builder().time_to_idle(std::time::Duration::from_secs(120)).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quota_is_found_by_its_name_and_the_last_word_counts() {
        for quota in Quota::ALL {
            assert_eq!(Quota::parse(quota.name()), Some(quota));
            assert_eq!(Quotas::default().of(quota), quota.usual());
        }
        let quotas = Quotas::new([(Quota::Groups, 5), (Quota::Groups, 7)]);
        assert_eq!(quotas.of(Quota::Groups), 7);
        assert_eq!(quotas.of(Quota::Terms), 40);
    }

    #[test]
    fn what_was_counted_is_good_for_a_while() {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let given = Given { left: AtomicUsize::new(2), counted_at: now };
        assert!(!given.take(now - SignedDuration::from_secs(1)));
        assert!(!given.take(now + GOOD));
        assert!(given.take(now) && given.take(now));
        assert!(!given.take(now));
    }
}
