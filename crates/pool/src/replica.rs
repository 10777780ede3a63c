//! In which other regions is a pool to be found?
//!
//! All nodes of a store have the same data, so a replica holds nothing of its own: it says that calls in its region
//! meet the pool there, and what they may do. A call that nobody signed is in the region of the node that
//! it reaches, a signed one in that of its signature. Where there is no replica, a pool is itself in every region.

use crate::{PageOf, Pools, Refusal, Result, UserPool};
use names::{Region, UserPoolId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Kept, Key, Record, Refused};

/// A replica of a pool in another region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    pub pool: UserPoolId,
    pub region: Region,
    pub status: ReplicaStatus,
    pub tags: BTreeMap<String, String>,
}

/// In which region a call meets pools, and what it needs of them.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub region: Region,
    pub need: Need,
}

/// What a call needs of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To look at what it is set to, or at its replicas, and to turn those on and off.
    Configuration,
    /// To look at users, sign them in, or sign them out.
    Users,
    /// To change anything else, which is done where the pool is at home.
    Change,
}

/// That there is a node in a region, or was one.
#[derive(Debug, Serialize, Deserialize)]
struct NodeRegion {
    region: Region,
}

impl Record for NodeRegion {
    const KIND: &'static str = "region of nodes";

    fn key(&self) -> Key {
        Key::new("node-regions", self.region.as_str())
    }
}

/// Whether a replica answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplicaStatus {
    Active,
    Inactive,
}

impl Replica {
    /// The most replicas of a pool besides the pool itself.
    const MOST: usize = 1;

    fn key_of(pool: &UserPoolId, region: &str) -> Key {
        Key::new(Self::listing(pool), region)
    }

    /// The partition that the replicas of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/replicas")
    }
}

impl Record for Replica {
    const KIND: &'static str = "replica";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, self.region.as_str())
    }
}

impl Pools {
    /// Keeps a new replica of a pool, which does not answer yet.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for the pool's own region, one that is none, or one
    /// that has a replica; [`Refusal::TooMany`].
    pub async fn create_replica(
        &self,
        pool: &UserPoolId,
        region: &str,
        tags: BTreeMap<String, String>,
    ) -> Result<Replica> {
        let pool = self.pool(pool).await?;
        let region = named(&pool, region)?;
        let exists = || Refusal::invalid(format!("A replica already exists in {region}."));
        let there = self.replicas(&pool.id, Self::MANY, None).await?.items;
        if there.iter().any(|replica| replica.region == region) {
            return Err(exists().into());
        }
        if there.len() >= Replica::MOST {
            return Err(
                Refusal::TooMany("The user pool has all the replicas it may have.".into()).into()
            );
        }
        let status = ReplicaStatus::Inactive;
        let replica = Replica { pool: pool.id.clone(), region: region.clone(), status, tags };
        let created = self.try_commit(|commit| {
            commit.keep(&pool).create(&replica);
        });
        match created.await {
            Ok(()) => Ok(replica),
            Err(Refused::Conflict(conflict)) if conflict.is_on(&replica.key()) => {
                Err(exists().into())
            }
            Err(refused) => Err(refused.into()),
        }
    }

    const MANY: usize = 60;

    /// The replica of a pool in a region.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoReplica`].
    pub async fn replica(&self, pool: &UserPoolId, region: &str) -> Result<Kept<Replica>> {
        let pool = self.pool(pool).await?;
        named(&pool, region)?;
        let found = self.records().get(&Replica::key_of(&pool.id, region), self.now()).await?;
        found.ok_or_else(|| Refusal::NoReplica(region.to_owned()).into())
    }

    /// Tells other nodes of this store that its region has one.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn announce_region(&self) -> Result<(), Refused> {
        let record = NodeRegion { region: self.region().clone() };
        self.try_commit(|commit| {
            commit.put(&record);
        })
        .await
    }

    /// Whether there is a node in a replica's region. Who has the store alone is in all of them.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn has_node(&self, replica: &Replica) -> Result<bool> {
        if !self.has_other_nodes() || replica.region == *self.region() {
            return Ok(true);
        }
        let key = NodeRegion { region: replica.region.clone() }.key();
        Ok(self.records().get_shared::<NodeRegion>(&key, self.now()).await?.is_some())
    }

    /// A replica is turned on where somebody is there to answer for it.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`].
    pub async fn require_served(&self, replica: &Replica) -> Result<()> {
        if self.has_node(replica).await? { Ok(()) } else { Err(Self::UNSERVED.into()) }
    }

    const UNSERVED: Refusal = Refusal::NotEnabled(
        "The user pool replica is being created: no node in its region has come up yet.",
    );

    /// Refuses what a pool does not do in the region in which this call meets it.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`].
    pub async fn require_need(&self, pool: &UserPoolId) -> Result<()> {
        match self.meeting() {
            Some(meeting) => self.require_in(&meeting.region, pool, meeting.need).await,
            None => Ok(()),
        }
    }

    /// Refuses to change users where a pool is met as a replica, whatever the call is about as a whole: on the pages
    /// people sign in and sign up in one go.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`].
    pub(crate) async fn require_home(&self, pool: &UserPoolId) -> Result<()> {
        match self.meeting() {
            Some(meeting) => self.require_in(&meeting.region, pool, Need::Change).await,
            None => Ok(()),
        }
    }

    async fn require_in(&self, region: &Region, pool: &UserPoolId, need: Need) -> Result<()> {
        if pool.region() == region.as_str() {
            return Ok(());
        }
        let key = Replica::key_of(pool, region.as_str());
        let Some(replica) = self.records().get_shared::<Replica>(&key, self.now()).await? else {
            return Ok(());
        };
        self.require_served(&replica).await?;
        match (replica.status, need) {
            (_, Need::Configuration) | (ReplicaStatus::Active, Need::Users) => Ok(()),
            (_, Need::Change) => {
                let text = "The operation is not enabled in a secondary region of the user pool.";
                Err(Refusal::NotEnabled(text).into())
            }
            (ReplicaStatus::Inactive, Need::Users) => {
                let text = "The operation is not enabled while the user pool replica is INACTIVE.";
                Err(Refusal::NotEnabled(text).into())
            }
        }
    }

    /// Deletes a replica.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for one that answers; [`Refusal::Contended`].
    pub async fn delete_replica(&self, replica: &Kept<Replica>) -> Result<()> {
        if replica.status != ReplicaStatus::Inactive {
            return Err(Refusal::invalid("Only an INACTIVE replica can be deleted.").into());
        }
        self.commit(|commit| {
            commit.delete(replica);
        })
        .await
    }

    /// A page of the replicas of a pool, by region.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn replicas(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Replica>>> {
        self.pool(pool).await?;
        self.list_by_key(&format!("replicas of {pool}"), Replica::listing(pool), limit, token).await
    }
}

/// A region that a replica of a pool may be in.
fn named(pool: &UserPool, region: &str) -> Result<Region, Refusal> {
    let region =
        Region::parse(region).map_err(|_| Refusal::invalid("RegionName is not a region."))?;
    if pool.id.region() == region.as_str() {
        return Err(Refusal::invalid("RegionName must not be the region of the user pool."));
    }
    Ok(region)
}
